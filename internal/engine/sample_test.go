package engine_test

import (
	"encoding/json"
	"net/url"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
)

const anID = "64b0c2f19d3e5a7788990011"

// sample makes arguments with every property, by the shape: small values, or zero values wherever the rules admit them. Where the
// rules exclude each other, it is the first of the variants.
func sample(op *engine.Operation, zero bool) map[string]any { return samples(op, zero)[0] }

// samples makes one set of arguments for each form that the rules tell apart ("type=admin", "type=contact"), so that together they have
// every property.
func samples(op *engine.Operation, zero bool) []map[string]any {
	forms := []string{""}
	for _, r := range op.Rules {
		if path, _, ok := strings.Cut(r.When, "="); ok && r.Refuse != "" {
			forms = nil
			for _, value := range shapeAt(op, path).Enum {
				forms = append(forms, path+"="+value)
			}
		}
	}
	var list []map[string]any
	for _, form := range forms {
		args := sampleValue(op.Input.Shape(), "", zero).(map[string]any)
		delete(args, input.ClearArg) // tested where it means something
		if path, value, ok := strings.Cut(form, "="); ok {
			put(args, path, value)
		}
		for _, r := range op.Rules {
			if r.Refuse == "" || r.When != "" && !input.Holds(r.When, args) || !input.Holds(r.Refuse, args) {
				continue
			}
			if path, _, ok := strings.Cut(r.Refuse, "="); ok {
				put(args, path, shapeAt(op, path).Enum[0])
			} else {
				delete(args, r.Refuse)
			}
		}
		giveIDs(op, args)
		list = append(list, args)
	}
	return list
}

// giveIDs puts ids where names could stand, which would be looked up.
func giveIDs(op *engine.Operation, args map[string]any) {
	for _, m := range tools.Inventory().Mentions(op, args) {
		m.Put(idLike(m.Kind))
	}
	if query, ok := args["query"].([]any); ok {
		c := query[0].(map[string]any)
		if r, ok := tools.Inventory().RefsOf(op)[c["field"].(string)]; ok {
			c["value"] = []any{idLike(r.Kind)}
		}
	}
}

func idLike(k *engine.Kind) string {
	if k.IsID(anID) {
		return anID
	}
	return "10021362" // a short one
}

// shapeAt returns the shape of an argument by its dotted path.
func shapeAt(op *engine.Operation, path string) *input.Shape {
	sh := op.Input.Shape()
	for name := range strings.SplitSeq(path, ".") {
		sh = sh.Props[name]
	}
	return sh
}

func put(args map[string]any, path, value string) {
	before, name, nested := strings.Cut(path, ".")
	if nested {
		args, path = args[before].(map[string]any), name
	}
	args[path] = value
}

func sampleValue(sh *input.Shape, name string, zero bool) any {
	switch sh.Schema.Type {
	case "object":
		if name == "filters" {
			return map[string]any{"op": "and", "children": []any{map[string]any{"fieldId": "x", "operator": "is", "value": "y"}}}
		}
		m := map[string]any{}
		for _, n := range sh.Names {
			m[n] = sampleValue(sh.Props[n], n, zero)
		}
		if sh.Values != nil && !zero {
			m[sampleString(sh.Keys, "", false)] = sampleValue(sh.Values, "", false)
		}
		return m
	case "array":
		if name == "query" {
			field, value := input.Filters(sh.Tag)[0], "x"
			if values := field.Values(); values != nil {
				value = values[0]
			}
			return []any{map[string]any{"field": field.Name, "operator": "=", "value": []any{value}}}
		}
		if zero && sh.Schema.MinItems == nil {
			return []any{}
		}
		return []any{sampleValue(sh.Items, name, zero)}
	case "integer", "number":
		if zero && (sh.Min == nil || sh.Min.Sign() == 0) {
			return json.Number("0")
		}
		return json.Number("1")
	case "boolean":
		return !zero
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
	case sh.Schema.Format == "uri" || name == "profilePicture":
		return "https://example.com/a.png"
	case strings.HasSuffix(strings.ToLower(name), "email"):
		return "jo@example.com"
	case strings.HasSuffix(name, "Id"), name == "id":
		if !takes(sh, anID) || name == "targetId" {
			return "10021362" // a short one
		}
		return anID
	case zero && takes(sh, ""):
		return ""
	default:
		return "plain text"
	}
}

func takes(sh *input.Shape, v any) bool {
	var p input.Problems
	sh.Check("", v, &p)
	return !p.Any()
}

func urlValues(query map[string]string) url.Values {
	v := url.Values{}
	for name, value := range query {
		v.Set(name, value)
	}
	return v
}
