package input

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"sync"

	"featurebase-mcp/internal/rawjson"
)

// Input is what an operation accepts, declared by a Go struct. It is reflected at the first use, so that a server with all
// operations starts as fast as one with a single tool.
type Input struct {
	schema func() json.RawMessage
	Shape  func() *Shape
}

// Args declares the arguments by the struct T: its json tags name them (omitempty or omitzero makes one optional), jsonschema tags bound them,
// and jsonschema_description tells a model what a name alone does not. The struct is never filled: the arguments go to the API as
// they were given, so no zero value can get lost.
func Args[T any]() *Input {
	t := reflect.TypeFor[T]()
	return &Input{
		schema: sync.OnceValue(func() json.RawMessage { return publish(reflectSchema(t)) }),
		Shape:  sync.OnceValue(func() *Shape { return newShape(t, reflectSchema(t), "") }),
	}
}

// Schema returns the JSON Schema to publish, from the declaration. Serving needs [Operation.Schema] alone, which is the same and written down.
func (in *Input) Schema() json.RawMessage { return in.schema() }

// Requiring returns the published schema with one more argument that must be given.
func (in *Input) Requiring(name string) json.RawMessage {
	s := *in.Shape().Schema
	s.Required = append(slices.Clone(s.Required), name)
	return publish(&s)
}

// The arguments that are ours: they shape a call or its answer and are never sent as they are.
const (
	DetailArg = "detail"
	ClearArg  = "clear"
	OffsetArg = "offset"
)

// The arguments that say which part of a list is asked for.
const (
	LimitArg  = "limit"
	CursorArg = "cursor"
)

// Arguments are what one call was given, in the API's form.
type Arguments struct {
	Wire   map[string]any
	Detail string
	Offset int   // of a long text, or of a list that has no pages
	Place  Place // in a list that has pages
	Most   int   // items to show of what is left of a page; 0 is all
}

// Object decodes the arguments of a call, with numbers as they were written.
func (p *Problems) Object(raw []byte) any {
	if len(bytes.TrimSpace(raw)) == 0 || bytes.Equal(raw, []byte("null")) {
		return map[string]any{}
	}
	v, err := rawjson.Decode(raw)
	if err != nil {
		p.Add("", "the arguments are not valid JSON")
		return map[string]any{}
	}
	return v
}

// Check returns what is wrong with the struct tags of the arguments, nil if nothing is.
func (in *Input) Check() error { return errors.Join(in.Shape().checkTags("")...) }
