package render

import "featurebase-mcp/internal/rawjson"

// Labels are the names of custom fields, by their ids.
type Labels map[string]Label

// Label is the name of a custom field, and those of its options by their ids.
type Label struct {
	Name    string
	Options map[string]string
}

// label puts names in the place of the ids of custom fields and of their options. What has no name stays.
func (l Labels) label(fields rawjson.Value) rawjson.Value {
	if len(l) == 0 {
		return fields
	}
	out := []byte{'{'}
	for id, v := range fields.Members() {
		if len(out) > 1 {
			out = append(out, ',')
		}
		name := id
		if l[id].Name != "" {
			name = l[id].Name
		}
		out = append(rawjson.AppendString(out, name), ':')
		out = l[id].append(out, v)
	}
	return append(out, '}')
}

// append writes the value of a custom field, with options by their names.
func (l Label) append(out []byte, v rawjson.Value) []byte {
	switch v.Kind() {
	case rawjson.String:
		if option := l.Options[v.Text()]; option != "" {
			return rawjson.AppendString(out, option)
		}
	case rawjson.Array:
		out = append(out, '[')
		empty := len(out)
		for item := range v.Items() {
			out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return l.append(out, item), true })
		}
		return append(out, ']')
	default:
	}
	return append(out, v...)
}
