package tools

import (
	"encoding/json"
	"net/url"
	"strings"
)

const anID = "64b0c2f19d3e5a7788990011"

// sample makes arguments with every property, by the shape: small values, or zero values wherever the rules admit them.
func sample(op *Operation, zero bool) map[string]any {
	args := sampleValue(op.Input.shape(), "", zero).(map[string]any)
	delete(args, clearArg) // tested where it means something
	return args
}

func sampleValue(sh *shape, name string, zero bool) any {
	switch sh.schema.Type {
	case "object":
		m := map[string]any{}
		for _, n := range sh.names {
			m[n] = sampleValue(sh.props[n], n, zero)
		}
		return m
	case "array":
		if name == "query" {
			return []any{map[string]any{"field": filters(sh.tag)[0].name, "operator": "=", "value": []any{"x"}}}
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
	case strings.EqualFold(name, "email"):
		return "jo@example.com"
	case strings.HasSuffix(name, "Id"), name == "id":
		return anID
	case zero && sh.schema.MinLength == nil:
		return ""
	default:
		return "plain text"
	}
}

func urlValues(query map[string]string) url.Values {
	v := url.Values{}
	for name, value := range query {
		v.Set(name, value)
	}
	return v
}
