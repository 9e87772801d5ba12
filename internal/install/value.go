package install

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// object is a value whose fields have an order.
type object []field

// field is a named value: a string, a bool, an int, a list of strings, an object, or absent.
type field struct {
	name  string
	value any
}

// absent is a field that has to go where it is there.
type absent struct{}

// plain returns a value as the decoders of all formats give it.
func plain(value any) any {
	switch v := value.(type) {
	case object:
		fields := map[string]any{}
		for _, f := range v {
			if _, gone := f.value.(absent); !gone {
				fields[f.name] = plain(f.value)
			}
		}
		return fields
	case []string:
		list := make([]any, len(v))
		for i, word := range v {
			list[i] = word
		}
		return list
	}
	return value
}

// overlay returns a decoded value with the fields of an object laid over it. Fields that the object does not name stay.
func overlay(old any, over object) map[string]any {
	fields, _ := old.(map[string]any)
	if fields = maps.Clone(fields); fields == nil {
		fields = map[string]any{}
	}
	for _, f := range over {
		switch v := f.value.(type) {
		case absent:
			delete(fields, f.name)
		case object:
			_, there := fields[f.name]
			if inner := overlay(fields[f.name], v); there || len(inner) > 0 {
				fields[f.name] = inner
			}
		default:
			fields[f.name] = plain(v)
		}
	}
	return fields
}

// pick returns what a path of names leads to in a decoded value.
func pick(value any, path ...string) (any, bool) {
	for _, name := range path {
		fields, _ := value.(map[string]any)
		inner, there := fields[name]
		if !there {
			return nil, false
		}
		value = inner
	}
	return value, true
}

// place returns a decoded value with another at the end of a path, or without it. Objects on the way are made.
func place(value any, path []string, inner any) any {
	if len(path) == 0 {
		return inner
	}
	fields, _ := value.(map[string]any)
	if fields = maps.Clone(fields); fields == nil {
		fields = map[string]any{}
	}
	if _, gone := inner.(absent); gone && len(path) == 1 {
		delete(fields, path[0])
	} else {
		fields[path[0]] = place(fields[path[0]], path[1:], inner)
	}
	return fields
}

// same reports whether two decoded values are equal. No list and an empty one are.
func same(a, b any) bool {
	return reflect.DeepEqual(a, b)
}

// present returns an object without the fields that have to go, and without objects that are empty then.
func (o object) present() object {
	var kept object
	for _, f := range o {
		if _, gone := f.value.(absent); gone {
			continue
		}
		if inner, ok := f.value.(object); ok {
			inner = inner.present()
			if len(inner) == 0 {
				continue
			}
			f.value = inner
		}
		kept = append(kept, f)
	}
	return kept
}

// quoted writes a string as JSON has it, which TOML and YAML read as well.
func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}

// sortedNames returns the names of fields in order.
func sortedNames(fields map[string]any) []string { return slices.Sorted(maps.Keys(fields)) }
