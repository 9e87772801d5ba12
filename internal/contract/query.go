package contract

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ValidateQuery says what is wrong with the query of a request; nothing means it is valid. Numbers and booleans
// are read from their text, lists from one comma-separated value or from repeated ones, and a name the document
// does not have is a problem.
func (o *Operation) ValidateQuery(query url.Values) []Problem {
	_, found := o.Query(query)
	return found
}

// Query reads the query into typed values (string, float64, bool, or []any of them), defaults of the document
// filled in, and says what is wrong with it as ValidateQuery does.
func (o *Operation) Query(query url.Values) (map[string]any, []Problem) {
	values := map[string]any{}
	known := map[string]bool{}
	var found []Problem
	for _, p := range o.Parameters {
		if p.In != "query" {
			continue
		}
		known[p.Name] = true
		texts, given := query[p.Name]
		if !given {
			if p.Required {
				found = append(found, Problem{p.Name, "Required"})
			} else if fallback, ok := p.Schema["default"]; ok {
				values[p.Name] = fallback
			}
			continue
		}
		value, problem := p.read(texts)
		if problem != "" {
			found = append(found, Problem{p.Name, problem})
			continue
		}
		values[p.Name] = value
		schema, err := o.parameter(p)
		if err != nil {
			found = append(found, Problem{p.Name, err.Error()})
		} else if err := schema.Validate(value); err != nil {
			for _, inner := range problems(err) {
				found = append(found, Problem{p.Name, inner.Message})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !known[name] {
			found = append(found, Problem{"", "Unrecognized key(s) in object: '" + name + "'"})
		}
	}
	return values, found
}

func (o *Operation) parameter(p Parameter) (*jsonschema.Schema, error) {
	return o.document.compile("query:"+o.ID+":"+p.Name, func() map[string]any { return p.Schema })
}

// read turns the texts of one parameter into a value of its type, or says why it cannot.
func (p Parameter) read(texts []string) (value any, problem string) {
	if p.Schema["type"] == "array" {
		list := []any{}
		for _, text := range texts {
			for item := range strings.SplitSeq(text, ",") {
				list = append(list, item)
			}
		}
		return list, ""
	}
	if len(texts) > 1 {
		return nil, "Expected one value, received several"
	}
	text := texts[0]
	switch p.Schema["type"] {
	case "integer", "number":
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, "Expected number, received '" + text + "'"
		}
		return number, ""
	case "boolean":
		switch text {
		case "true":
			return true, ""
		case "false":
			return false, ""
		}
		return nil, "Expected 'true' or 'false', received '" + text + "'"
	default:
		return text, ""
	}
}
