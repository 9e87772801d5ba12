package input

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/rawjson"
)

// publish writes the schema that hosts show their models. It says less than the checks know, because every word of it is in every
// user's context: names, kinds, enums and the bounds of numbers stay.
func publish(s *jsonschema.Schema) json.RawMessage {
	out := *s
	out.Properties = jsonschema.NewProperties()
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		out.Properties.Set(p.Key, slim(p.Value))
	}
	return []byte(unescapeHTML.Replace(string(rawjson.Encode(&out))))
}

// unescapeHTML undoes what the schema library does for web pages: it would cost a model six letters for each operator such as ">=".
var unescapeHTML = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

// LongEnum is how many values an enum may have to be published. Those of a longer one, such as all languages, a model knows or is told
// when it guesses wrong.
const LongEnum = 20

// slim copies a schema without what a model hardly ever needs and is told when it does, such as how long a text may be or what a map
// holds; without formats that a name such as email tells; and with a few words in place of what takes a schema many: orders and inner objects.
func slim(s *jsonschema.Schema) *jsonschema.Schema {
	out := *s
	out.MinLength, out.MaxLength, out.MinItems, out.MaxItems, out.AdditionalProperties = nil, nil, nil, nil, nil
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
	case isPlain(s):
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
	return &out
}

func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// EnumOf returns the values of an enum as the texts that they are.
func EnumOf(s *jsonschema.Schema) []string {
	values := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		values[i] = v.(string)
	}
	return values
}

// describeOrder words an enum of orders such as "upvotes:desc", or returns "" for any other.
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
	return strings.Join(append([]string{strings.Join(both, " ") + ", each with :asc or :desc"}, one...), "; ") + "."
}

// isPlain reports an object whose fields have no structure of their own, so that naming them tells it all.
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

// describeFields writes the fields of an object as TypeScript would, which every model reads: {id, name?, monthlySpend?: number}. Those
// without a type hold text.
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
