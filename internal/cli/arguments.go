package cli

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// readArguments reads the arguments of a call: a JSON object (given or on in), or name=value and name:=JSON pairs. The schema's properties
// say what a value is. An argument that takes a list may be given several times.
func readArguments(ctx context.Context, words []string, properties map[string]any, in io.Reader) (json.RawMessage, error) {
	if len(words) == 1 && (words[0] == "-" || strings.HasPrefix(strings.TrimSpace(words[0]), "{")) {
		return readObject(ctx, words[0], in)
	}
	args := given{}
	for _, word := range words {
		if word == "-" || strings.HasPrefix(word, "{") {
			return nil, usagef("%s stands alone: give all arguments in one JSON object, or all as name=value", excerpt(word))
		}
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, usagef("%s is no argument: write name=value, name:=JSON, one JSON object, or - to read one from standard input", excerpt(word))
		}
		if err := args.set(properties, "", name, value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(args)
}

// readObject reads all arguments as one object.
func readObject(ctx context.Context, word string, in io.Reader) (json.RawMessage, error) {
	text, source := []byte(word), "the arguments"
	if word == "-" {
		source = "standard input"
		var err error
		if text, err = readInput(ctx, in); err != nil {
			return nil, err
		}
	}
	if problem := objectProblem(text); problem != "" {
		return nil, usagef("%s: %s", source, problem)
	}
	return text, nil
}

// given are arguments, or the fields of one that is an object.
type given map[string]any

// set adds one argument. path is the dotted path of the object, with a dot at its end. It is empty for the arguments themselves.
func (g given) set(properties map[string]any, path, name, value string) error {
	if exact, ok := strings.CutSuffix(name, ":"); ok {
		if problem := jsonProblem([]byte(value)); problem != "" {
			return usagef("%s%s: %s", path, exact, problem)
		}
		if _, twice := g[exact]; twice {
			return usagef("%s%s is given twice: write the whole value once, as %s:=JSON", path, exact, exact)
		}
		g[exact] = json.RawMessage(value)
		return nil
	}
	property, _ := properties[name].(map[string]any)
	if property == nil {
		if outer, inner, dotted := strings.Cut(name, "."); dotted {
			return g.setInner(properties, path, outer, inner, value)
		}
	}
	before, twice := g[name]
	v := typed(property, value)
	if property["type"] == "array" {
		list, isList := before.([]any)
		if twice && !isList {
			return usagef("%s%s is given as JSON and again as text: write it in one way", path, name)
		}
		elements, isList := v.([]any)
		if !isList {
			items, _ := property["items"].(map[string]any)
			elements = []any{typed(items, value)}
		}
		v = slices.Concat(list, elements)
	} else if twice {
		return usagef("%s%s is given twice and takes one value", path, name)
	}
	g[name] = v
	return nil
}

// setInner sets one field of an object argument.
func (g given) setInner(properties map[string]any, path, outer, inner, value string) error {
	before, twice := g[outer]
	object, ok := before.(given)
	if twice && !ok {
		return usagef("%s%s is given as a whole and again by %s.%s: write it in one way", path, outer, outer, inner)
	}
	if object == nil {
		object = given{}
	}
	property, _ := properties[outer].(map[string]any)
	fields, _ := property["properties"].(map[string]any)
	g[outer] = object
	return object.set(fields, path+outer+".", inner, value)
}

// typed converts a value to the type that the schema gives. A value that cannot be converted stays text, and the tool then says what is wrong with it.
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
