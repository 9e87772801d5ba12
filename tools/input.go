package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Input is what an operation accepts, declared by a Go struct. It is reflected at the first use, so that a server with all
// operations starts as fast as one with a single tool.
type Input struct {
	schema func() json.RawMessage
	shape  func() *shape
}

// Args declares the arguments by the struct T: its json tags name them (omitempty or omitzero makes one optional), jsonschema tags bound them,
// and jsonschema_description tells a model what a name alone does not. The struct is never filled: the arguments go to the API as
// they were given, so no zero value can get lost.
func Args[T any]() *Input {
	t := reflect.TypeFor[T]()
	return &Input{
		schema: sync.OnceValue(func() json.RawMessage { return publish(reflectSchema(t)) }),
		shape:  sync.OnceValue(func() *shape { return newShape(t, reflectSchema(t), "") }),
	}
}

// Schema returns the JSON Schema to publish, from the declaration. Serving needs [Operation.Schema] alone, which is the same and written down.
func (in *Input) Schema() json.RawMessage { return in.schema() }

// requiring returns the published schema with one more argument that must be given.
func (in *Input) requiring(name string) json.RawMessage {
	s := *in.shape().schema
	s.Required = append(slices.Clone(s.Required), name)
	return publish(&s)
}

// The arguments that are ours: they shape a call or its answer and are never sent as they are.
const (
	detailArg = "detail"
	clearArg  = "clear"
	offsetArg = "offset"
)

// The arguments that say which part of a list is asked for.
const (
	limitArg  = "limit"
	cursorArg = "cursor"
)

// arguments are what one call was given, in the API's form.
type arguments struct {
	wire   map[string]any
	detail string
	offset int   // of a long text, or of a list that has no pages
	place  place // in a list that has pages
	most   int   // items to show of what is left of a page; 0 is all
}

// read checks the arguments of one call and puts them in the API's form. A null counts as absent, because many clients send null
// for whatever the model left out; fields are emptied by naming them in clear.
func (op *Operation) read(raw []byte) (arguments, error) {
	var p problems
	given := p.object(raw)
	shape := op.Input.shape()
	wire, _ := shape.check("", given, &p).(map[string]any)
	if p.any() {
		return arguments{}, p.err(op)
	}
	args := arguments{wire: wire}
	args.detail, _ = wire[detailArg].(string)
	delete(wire, detailArg)
	args.offset = integer(wire[offsetArg])
	delete(wire, offsetArg)
	op.readPlace(&args, &p)
	if names, ok := wire[clearArg].([]any); ok {
		delete(wire, clearArg)
		for _, n := range names {
			name := n.(string) // the shape admits nothing else
			if _, both := wire[name]; both {
				p.add(clearArg, name+" is also given a value; do one or the other")
			}
			wire[name] = nil
		}
	}
	op.checkTogether(wire, &p)
	return args, p.err(op)
}

// checkTogether checks the rules that span arguments.
func (op *Operation) checkTogether(wire map[string]any, p *problems) {
	has := func(name string) bool { _, ok := wire[name]; return ok }
	for _, r := range op.Rules {
		r.check(wire, p)
	}
	if len(op.AtLeastOne) > 0 && !slices.ContainsFunc(op.AtLeastOne, has) {
		p.add("", "give at least one of "+strings.Join(op.AtLeastOne, ", "))
	}
	if op.Method == http.MethodPatch && len(wire) == strings.Count(op.Path, "{") {
		p.add("", "nothing to change: give at least one field besides the id")
	}
}

// object decodes the arguments of a call, with numbers as they were written.
func (p *problems) object(raw []byte) any {
	if len(bytes.TrimSpace(raw)) == 0 || bytes.Equal(raw, []byte("null")) {
		return map[string]any{}
	}
	v, err := decode(raw)
	if err != nil {
		p.add("", "the arguments are not valid JSON")
		return map[string]any{}
	}
	return v
}

// decode reads one JSON document, keeping the digits of numbers.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON document")
	}
	return v, nil
}
