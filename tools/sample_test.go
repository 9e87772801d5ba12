package tools

import (
	"encoding/json"
	"net/url"
	"strings"
)

const anID = "64b0c2f19d3e5a7788990011"

// sample makes arguments with every property, by the shape: small values, or zero values wherever the rules admit them. Where the
// rules exclude each other, it is the first of the variants.
func sample(op *Operation, zero bool) map[string]any { return samples(op, zero)[0] }

// samples makes one set of arguments for each form that the rules tell apart ("type=admin", "type=contact"), so that together they have
// every property.
func samples(op *Operation, zero bool) []map[string]any {
	forms := []string{""}
	for _, r := range op.Rules {
		if path, _, ok := strings.Cut(r.When, "="); ok && r.Refuse != "" {
			forms = nil
			for _, value := range shapeAt(op, path).enum {
				forms = append(forms, path+"="+value)
			}
		}
	}
	var list []map[string]any
	for _, form := range forms {
		args := sampleValue(op.Input.shape(), "", zero).(map[string]any)
		delete(args, clearArg) // tested where it means something
		if path, value, ok := strings.Cut(form, "="); ok {
			put(args, path, value)
		}
		for _, r := range op.Rules {
			if r.Refuse == "" || r.When != "" && !holds(r.When, args) || !holds(r.Refuse, args) {
				continue
			}
			if path, _, ok := strings.Cut(r.Refuse, "="); ok {
				put(args, path, shapeAt(op, path).enum[0])
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
func giveIDs(op *Operation, args map[string]any) {
	for _, m := range op.mentions(args) {
		m.put(idLike(m.kind))
	}
	if query, ok := args["query"].([]any); ok {
		c := query[0].(map[string]any)
		if r, ok := referencesOf()[op.Name].arguments[c["field"].(string)]; ok {
			c["value"] = []any{idLike(r.kind)}
		}
	}
}

func idLike(k *kind) string {
	if k.id(anID) {
		return anID
	}
	return "10021362" // a short one
}

// shapeAt returns the shape of an argument by its dotted path.
func shapeAt(op *Operation, path string) *shape {
	sh := op.Input.shape()
	for name := range strings.SplitSeq(path, ".") {
		sh = sh.props[name]
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

func sampleValue(sh *shape, name string, zero bool) any {
	switch sh.schema.Type {
	case "object":
		if name == "filters" {
			return map[string]any{"op": "and", "children": []any{map[string]any{"fieldId": "x", "operator": "is", "value": "y"}}}
		}
		m := map[string]any{}
		for _, n := range sh.names {
			m[n] = sampleValue(sh.props[n], n, zero)
		}
		if sh.values != nil && !zero {
			m[sampleString(sh.keys, "", false)] = sampleValue(sh.values, "", false)
		}
		return m
	case "array":
		if name == "query" {
			field, value := filters(sh.tag)[0], "x"
			if values := field.values(); values != nil {
				value = values[0]
			}
			return []any{map[string]any{"field": field.name, "operator": "=", "value": []any{value}}}
		}
		if zero && sh.schema.MinItems == nil {
			return []any{}
		}
		return []any{sampleValue(sh.items, name, zero)}
	case "integer", "number":
		if zero && (sh.min == nil || sh.min.Sign() == 0) {
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

func sampleString(sh *shape, name string, zero bool) string {
	switch {
	case len(sh.enum) > 0:
		return sh.enum[0]
	case sh.schema.Format == "date-time":
		return "2026-03-02T09:00:00Z"
	case sh.schema.Format == "uri" || name == "profilePicture":
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

func takes(sh *shape, v any) bool {
	var p problems
	sh.check("", v, &p)
	return !p.any()
}

func urlValues(query map[string]string) url.Values {
	v := url.Values{}
	for name, value := range query {
		v.Set(name, value)
	}
	return v
}
