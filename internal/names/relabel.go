package names

import "featurebase-mcp/internal/rawjson"

// Relabel replaces the ids in a field of a response, at any depth, by the texts that stand for them.
func Relabel(body []byte, field string, texts map[string]string) []byte {
	var out []byte
	copied := 0
	for _, l := range labelsIn(body, []Field{FieldOf(field, nil)}) {
		text := texts[string(body[l.start:l.end])]
		if text == "" {
			continue
		}
		out = append(out, body[copied:l.start-1]...)
		out = rawjson.AppendString(out, text)
		copied = l.end + 1
	}
	return append(out, body[copied:]...)
}
