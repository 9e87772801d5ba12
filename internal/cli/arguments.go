package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxInput bounds what is read from standard input as arguments, in bytes.
const maxInput = 16 << 20

// readArguments reads the arguments of a call: a JSON object (given or on in), or name=value and name:=JSON pairs, of which later
// ones add to a list or replace a value. The schema's properties say what a value is.
func readArguments(words []string, properties map[string]any, in io.Reader) (json.RawMessage, error) {
	args := map[string]any{}
	for _, word := range words {
		switch {
		case word == "-":
			text, err := io.ReadAll(io.LimitReader(in, maxInput))
			if err != nil {
				return nil, fmt.Errorf("standard input: %w", err)
			}
			word = strings.TrimSpace(string(text))
			fallthrough
		case strings.HasPrefix(word, "{"):
			if len(words) > 1 {
				return nil, errors.New("a JSON object of arguments stands alone")
			}
			if !json.Valid([]byte(word)) {
				return nil, errors.New("the arguments are not a valid JSON object")
			}
			return json.RawMessage(word), nil
		}
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no argument: write name=value, name:=JSON or a JSON object", word)
		}
		if err := setArgument(args, properties, name, value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(args)
}

func setArgument(args, properties map[string]any, name, value string) error {
	if exact, ok := strings.CutSuffix(name, ":"); ok {
		if !json.Valid([]byte(value)) {
			return fmt.Errorf("%s: %s is not valid JSON", exact, value)
		}
		args[exact] = json.RawMessage(value)
		return nil
	}
	property, _ := properties[name].(map[string]any)
	if property == nil {
		if outer, inner, dotted := strings.Cut(name, "."); dotted {
			return setInner(args, properties, outer, inner, value)
		}
	}
	v := typed(property, value)
	if property["type"] == "array" {
		list, _ := args[name].([]any)
		elements, isList := v.([]any)
		if !isList {
			items, _ := property["items"].(map[string]any)
			elements = []any{typed(items, value)}
		}
		v = slices.Concat(list, elements)
	}
	args[name] = v
	return nil
}

// setInner sets one field of an object argument.
func setInner(args, properties map[string]any, outer, inner, value string) error {
	object, _ := args[outer].(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	property, _ := properties[outer].(map[string]any)
	fields, _ := property["properties"].(map[string]any)
	args[outer] = object
	return setArgument(object, fields, inner, value)
}

// typed reads a value as the schema has it. What cannot be read so goes on as text: the tool says what is wrong with it.
func typed(property map[string]any, value string) any {
	switch property["type"] {
	case "integer", "number", "boolean", "object", "array":
		d := json.NewDecoder(strings.NewReader(value))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err == nil && !d.More() {
			return v
		}
	}
	return value
}
