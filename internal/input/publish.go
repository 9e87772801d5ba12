package input

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/rawjson"
)

// publish returns the schema that hosts show their models. It has names, types, enums and the bounds of numbers, but leaves out the other
// checks, because every word is in every user's context.
func publish(s *jsonschema.Schema) json.RawMessage {
	out := *s
	out.Properties = jsonschema.NewProperties()
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		out.Properties.Set(p.Key, slim(p.Value))
	}
	return []byte(unescapeHTML.Replace(string(rawjson.Encode(&out))))
}

// unescapeHTML reverses the escapes for web pages, which would cost a model six characters for each operator such as ">=".
var unescapeHTML = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// leastCount is the minimum of a bounded count that is not published.
const leastCount = "1"

// LongEnum is the largest number of values in a published enum. The values of a longer one, such as all languages, are well known, and the
// refusal of a wrong one lists them.
const LongEnum = 20

// slim copies a schema without what a model seldom needs and the refusal of a wrong value states: lengths of texts, values of maps, that a
// bounded count begins with one, and formats that the name tells, such as email. Sort orders and inner objects become a few words in the description.
func slim(s *jsonschema.Schema) *jsonschema.Schema {
	out := *s
	out.MinLength, out.MaxLength, out.MinItems, out.MaxItems, out.AdditionalProperties = nil, nil, nil, nil, nil
	if out.Minimum == leastCount && out.Maximum != "" {
		out.Minimum = "" // that a number of rows begins with one goes without saying
	}
	if out.Format != "date-time" {
		out.Format = ""
	}
	if len(s.Enum) > LongEnum {
		out.Enum = nil
	}
	if order := describeOrder(EnumOf(s)); order != "" {
		out.Enum, out.Description = nil, sentences(s.Description, order)
	}
	switch {
	case isPlain(s) && !isShort(s):
		out.Properties, out.Required = nil, nil
		out.Description = sentences(s.Description, describeFields(s))
	case s.Properties != nil:
		out.Properties = jsonschema.NewProperties()
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			out.Properties.Set(p.Key, slim(p.Value))
		}
	case s.Items != nil:
		out.Items = slim(s.Items)
		out.Description, out.Items.Description = sentences(s.Description, out.Items.Description), ""
	}
	if out.Type == "object" && out.Properties == nil {
		out.AdditionalProperties = jsonschema.TrueSchema // some hosts take an object without properties for an empty one
	}
	if out.Type == "" && out.Enum == nil && out.Description == "" {
		out.MinItems = new(uint64(1)) // the value of a filter; hosts drop a tool of which a schema checks nothing
	}
	return &out
}

// mostFields is how many fields an inner object may have to be published with a schema, as the hosts that check calls need it.
const mostFields = 6

// isShort reports an inner object that is published field by field.
func isShort(s *jsonschema.Schema) bool { return s.Properties.Len() <= mostFields }

func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// EnumOf returns the values of an enum. All of them have to be texts.
func EnumOf(s *jsonschema.Schema) []string {
	values := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		values[i] = v.(string)
	}
	return values
}

// describeOrder describes an enum of sort orders such as "upvotes:desc". It returns an empty text for any other enum.
func describeOrder(values []string) string {
	var both, one []string
	for _, v := range values {
		field, direction, _ := strings.Cut(v, ":")
		other := map[string]string{"asc": "desc", "desc": "asc"}[direction]
		switch {
		case !slices.Contains(values, field+":"+other):
			one = append(one, v)
		case direction == "asc":
			both = append(both, field)
		}
	}
	if len(both) == 0 {
		return ""
	}
	return strings.Join(append([]string{strings.Join(both, " ") + ", :asc or :desc"}, one...), "; ") + "."
}

// isPlain reports whether the fields of an object have no structure, so that a list of their names describes it.
func isPlain(s *jsonschema.Schema) bool {
	if s.Properties == nil {
		return false
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Properties != nil || p.Value.Items != nil {
			return false
		}
	}
	return true
}

// describeFields writes the fields of an object as a TypeScript type, a form that every model reads: {id, name?, monthlySpend?: number}. A
// field without a type is a text.
func describeFields(s *jsonschema.Schema) string {
	var fields []string
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		field := p.Key
		if !slices.Contains(s.Required, p.Key) {
			field += "?"
		}
		switch {
		case p.Value.Enum != nil:
			field += ": " + strings.Join(EnumOf(p.Value), "|")
		case p.Value.Type != "string" && p.Value.Type != "":
			field += ": " + p.Value.Type
		}
		if about := strings.TrimSuffix(p.Value.Description, "."); about != "" {
			field += " (" + about + ")"
		}
		fields = append(fields, field)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
