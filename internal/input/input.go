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

// Input declares the arguments of an operation by a Go struct. The struct is reflected at the first use, so that a server with all
// operations starts as fast as one with a single tool.
type Input struct {
	schema func() json.RawMessage
	Shape  func() *Shape
}

// Args declares the arguments by the struct T. Its json tags name them, and omitempty or omitzero makes one optional; jsonschema tags bound
// them; jsonschema_description adds what a model cannot tell from the name. The struct is never filled: the arguments go to the API as the
// model wrote them, so that no zero value gets lost.
func Args[T any]() *Input { return argsOf(reflect.TypeFor[T]()) }

// argsOf does the work of Args. The compiler writes a generic function anew for each struct, with the struct and its tags in its name and in those of its
// closures. So Args holds nothing: with this in it, that took 400 kB of the binary.
func argsOf(t reflect.Type) *Input {
	return &Input{
		schema: sync.OnceValue(func() json.RawMessage { return publish(reflectSchema(t)) }),
		Shape:  sync.OnceValue(func() *Shape { return newShape(t, reflectSchema(t), "") }),
	}
}

// Schema returns the JSON Schema to publish, reflected from the declaration. The tests write it to tools/schemas.txt, from where a server
// publishes it (see engine.Inventory.Schema).
func (in *Input) Schema() json.RawMessage { return in.schema() }

// Requiring returns the published schema with one more required argument.
func (in *Input) Requiring(name string) json.RawMessage {
	s := *in.Shape().Schema
	s.Required = append(slices.Clone(s.Required), name)
	return publish(&s)
}

// The arguments of this server. They shape a call or its answer, and the API never gets them as they are.
const (
	DetailArg = "detail" // how much of each object is shown
	ClearArg  = "clear"  // the fields to set to null
	OffsetArg = "offset" // where to go on in a long answer without a cursor
)

// The arguments that select the part of a list.
const (
	LimitArg  = "limit"
	CursorArg = "cursor"
)

// Arguments are the checked arguments of one call, in the API's form.
type Arguments struct {
	Wire   map[string]any
	Detail string
	Offset int   // bytes into a long text, or items into a list without pages
	Place  Place // the position in a list with pages
	Most   int   // items to show of the rest of a page; 0: all
}

// Object decodes the arguments of a call and keeps numbers as they were written. Invalid JSON is a problem and decodes to an empty object.
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

// Check returns the mistakes in the struct tags of the arguments, joined, or nil.
func (in *Input) Check() error { return errors.Join(in.Shape().checkTags("")...) }
