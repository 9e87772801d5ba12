package enginetest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
)

// shortID is an id for the kinds without ids of 24 hex digits.
const shortID = "10021362"

// Sample returns arguments with every property, made from the shape, with small values, or with zero values wherever the rules allow them.
// Where rules exclude each other, it is the first of the variants. Where a name could replace an id it has the id, so that nothing is
// looked up.
func Sample(op *engine.Operation, zero bool) map[string]any { return Samples(op, zero)[0] }

// Samples returns a set of arguments for each form that the rules distinguish ("type=admin", "type=contact"), so that together they have
// every property.
func Samples(op *engine.Operation, zero bool) []map[string]any {
	forms := []string{""}
	for _, r := range op.Rules {
		if path, _, ok := strings.Cut(r.When, "="); ok && r.Refuse != "" {
			forms = nil
			for _, value := range ShapeAt(op, path).Enum {
				forms = append(forms, path+"="+value)
			}
		}
	}
	var list []map[string]any
	for _, form := range forms {
		args := SampleValue(op.Input.Shape(), "", zero).(map[string]any)
		if zero && !op.Changes() { // a read drops empty values, so they would not arrive
			kept, full := op.Input.Shape().WithoutEmpty(args).(map[string]any), SampleValue(op.Input.Shape(), "", false).(map[string]any)
			for name, value := range args {
				if !reflect.DeepEqual(kept[name], value) {
					args[name] = full[name]
				}
			}
		}
		delete(args, input.ClearArg) // clear and compare have tests of their own
		delete(args, input.CompareArg)
		if path, value, ok := strings.Cut(form, "="); ok {
			Put(args, path, value)
		}
		for _, r := range op.Rules {
			if r.Refuse == "" || r.When != "" && !input.Holds(r.When, args) || !input.Holds(r.Refuse, args) {
				continue
			}
			if path, _, ok := strings.Cut(r.Refuse, "="); ok {
				Put(args, path, ShapeAt(op, path).Enum[0])
			} else {
				delete(args, r.Refuse)
			}
		}
		list = append(list, args)
	}
	return list
}

// ShapeAt returns the shape of an argument by its dotted path.
func ShapeAt(op *engine.Operation, path string) *input.Shape {
	sh := op.Input.Shape()
	for name := range strings.SplitSeq(path, ".") {
		sh = sh.Props[name]
	}
	return sh
}

// Put sets an argument by its dotted path.
func Put(args map[string]any, path, value string) {
	before, name, nested := strings.Cut(path, ".")
	if nested {
		args, path = args[before].(map[string]any), name
	}
	args[path] = value
}

// SampleValue makes the value of an argument.
func SampleValue(sh *input.Shape, name string, zero bool) any {
	switch sh.Schema.Type {
	case "object":
		if name == "filters" {
			return map[string]any{"op": "and", "children": []any{map[string]any{"fieldId": "x", "operator": "is", "value": "y"}}}
		}
		m := map[string]any{}
		for _, n := range sh.Names {
			m[n] = SampleValue(sh.Props[n], n, zero)
		}
		if sh.Values != nil && !zero {
			m[sampleString(sh.Keys, "", false)] = SampleValue(sh.Values, "", false)
		}
		if sh.Props == nil && sh.Values == nil && !zero {
			m[AnID] = "x"
		}
		return m
	case "array":
		if name == "query" {
			fields := input.Filters(sh.Tag)
			field := fields[0]
			if field.Name == "id" { // its form depends on what is searched
				field = fields[1]
			}
			value := "x"
			if values := field.Values(); values != nil {
				value = values[0]
			} else if field.Name == "id" { // of an article
				value = shortID
			} else if isID(field.Name) {
				value = AnID
			}
			return []any{map[string]any{"field": field.Name, "operator": "=", "value": []any{value}}}
		}
		if zero && sh.Schema.MinItems == nil {
			return []any{}
		}
		return []any{SampleValue(sh.Items, name, zero)}
	case "integer", "number":
		if zero && (sh.Min == nil || sh.Min.Sign() == 0) {
			return json.Number("0")
		}
		return json.Number("1")
	case "boolean":
		return !zero || !takes(sh, false)
	case "string":
		return sampleString(sh, name, zero)
	default:
		return "x"
	}
}

func sampleString(sh *input.Shape, name string, zero bool) string {
	switch {
	case len(sh.Enum) > 0:
		return sh.Enum[0]
	case sh.Schema.Format == "date-time":
		return "2026-03-02T09:00:00Z"
	case sh.Schema.Format == "uri" || slices.Contains([]string{"profilePicture", "website", "attachmentUrls", "url"}, name):
		return "https://example.com/a.png"
	case strings.HasSuffix(strings.ToLower(name), "email"):
		return "jo@example.com"
	case isID(name):
		if hash := strings.Repeat("0", 64); takes(sh, hash) && !takes(sh, AnID) { // the name of a keyed write
			return hash
		}
		if !takes(sh, AnID) || slices.Contains(short, name) {
			return shortID
		}
		return AnID
	case zero && takes(sh, ""):
		return ""
	default:
		return "plain text"
	}
}

// short are arguments that hold a short id in whose place a name or a slug can stand, so that their shape takes any text.
var short = []string{"collectionId", "parentId", "targetId", "articleId"}

func isID(name string) bool {
	return name == "id" || name == "ids" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "Ids")
}

func takes(sh *input.Shape, v any) bool {
	var p input.Problems
	sh.Check("", v, &p)
	return !p.Any()
}
