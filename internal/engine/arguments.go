package engine

import (
	"net/http"
	"strings"

	"featurebase-mcp/internal/input"
)

// The arguments of searches.
const (
	searchArg = "search"
	queryArg  = "query"
)

// readArguments checks the arguments of one call and converts them to the API's form. A null counts as absent, because many clients send
// null for an argument that the model left out. To empty a field, a call names it in clear.
func readArguments(op *Operation, raw []byte) (input.Arguments, error) {
	var p input.Problems
	object := p.Object(raw)
	shape := op.Input.Shape()
	if !op.Changes() {
		object = shape.WithoutEmpty(object)
	}
	wire, _ := shape.Check("", object, &p).(map[string]any)
	if p.Any() {
		return input.Arguments{}, p.Err(op.Name)
	}
	args := input.Arguments{Wire: wire}
	args.Detail, _ = wire[input.DetailArg].(string)
	delete(wire, input.DetailArg)
	args.Compare, _ = wire[input.CompareArg].(bool)
	delete(wire, input.CompareArg)
	args.Offset = input.Integer(wire[input.OffsetArg])
	delete(wire, input.OffsetArg)
	args.Hidden, _ = wire[input.HiddenArg].(bool)
	delete(wire, input.HiddenArg)
	readPlace(op, &args, &p)
	if names, ok := wire[input.ClearArg].([]any); ok {
		delete(wire, input.ClearArg)
		for _, n := range names {
			name := n.(string) // the shape admits nothing else
			if _, both := wire[name]; both {
				p.Add(input.ClearArg, name+" is also given a value; do one or the other")
			}
			wire[name] = nil
		}
	}
	if group, ok := wire[queryArg].(map[string]any); ok && wire[searchArg] == nil && shape.Props[queryArg].Tag.Get("filters") != "" {
		input.Narrow(group, shape.Props[queryArg].Tag)
	}
	checkTogether(op, wire, &p)
	return args, p.Err(op.Name)
}

// checkTogether checks the rules that span arguments.
func checkTogether(op *Operation, wire map[string]any, p *input.Problems) {
	for _, r := range op.Rules {
		r.Check(wire, p)
	}
	if op.Method == http.MethodPatch && len(wire) == strings.Count(op.Path, "{") {
		p.Add("", "nothing to change: give at least one field besides the id")
	}
}
