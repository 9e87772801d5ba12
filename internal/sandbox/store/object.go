package store

import (
	"cmp"
	"strings"
)

// Object is a stored or an answered JSON object. A key that starts with an underscore is the sandbox's own and is never shown. Values are
// what encoding/json decodes into any, so that a state file reads back equal.
type Object = map[string]any

// Text reads a field as a text; an absent field, null and other types read as the empty text.
func Text(o Object, key string) string { s, _ := o[key].(string); return s }

// Number reads a field as a number; an absent field, null and other types read as 0.
func Number(o Object, key string) float64 { n, _ := o[key].(float64); return n }

// Flag reads a field as a boolean; an absent field, null and other types read as false.
func Flag(o Object, key string) bool { b, _ := o[key].(bool); return b }

// List reads a field as a list; an absent field, null and other types read as nil.
func List(o Object, key string) []any { l, _ := o[key].([]any); return l }

// NameOf returns what people call an object.
func NameOf(o Object) string {
	for _, key := range []string{"name", "title", "fromUrl", "email"} {
		if name := Text(o, key); name != "" {
			return name
		}
	}
	return ""
}

// CompareValues orders two numbers or two texts. Values of different types count as equal.
func CompareValues(a, b any) int {
	switch a := a.(type) {
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	}
	return 0
}
