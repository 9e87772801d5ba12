package rawjson

import (
	"featurebase-mcp/internal/jsonparser"
)

// Field is one value of a response, still as bytes.
type Field struct {
	Value []byte
	Kind  jsonparser.ValueType
}

// IsEmpty reports values that say nothing.
func (f Field) IsEmpty() bool {
	switch f.Kind {
	case jsonparser.Null, jsonparser.NotExist:
		return true
	case jsonparser.String:
		return len(f.Value) == 0
	default:
		return false
	}
}

// TextOf returns the text of a field, or nothing.
func TextOf(object []byte, path ...string) string {
	value, kind, _, err := jsonparser.Get(object, path...)
	if err != nil || kind != jsonparser.String {
		return ""
	}
	return Unescape(value)
}

// What is too long by itself is cut here: a value of any size becomes one that fits its room, is JSON still, and shows where
// something is missing and how much.

// parsed reads the JSON value that a text is.
func Parse(text []byte) Field {
	value, kind, _, err := jsonparser.Get(text)
	if err != nil {
		return Field{}
	}
	return Field{value, kind}
}

// Size is how long the value is in JSON.
func (f Field) Size() int {
	if f.Kind == jsonparser.String {
		return len(f.Value) + len(`""`)
	}
	return len(f.Value)
}
