package engine

import (
	"encoding/json"

	"featurebase-mcp/internal/input"
)

// ShownAfterwards names the read that shows whether a write with these arguments was made, for a client that did not wait for the answer.
// offBy returns the setting that switches a tool off, and an empty text for a tool that is on.
func (inv *Inventory) ShownAfterwards(op *Operation, arguments []byte, offBy func(tool string) string) string {
	args, err := readArguments(op, arguments)
	if err != nil {
		args.Wire = nil // without valid arguments the words name no id
	}
	env := Env{Engine: &Engine{Inventory: inv}, Account: Account{OffBy: offBy}}
	return failing{call: env.call(op).of(op, args.Wire)}.check()
}

// NamesTaken returns the arguments and filter fields that accept a name in place of an id, each with the word of its kind: board for
// boardId.
func (inv *Inventory) NamesTaken(op *Operation) map[string]string {
	taken := map[string]string{}
	for field, ref := range inv.refs[op.Name].Arguments {
		taken[field] = ref.Kind.Word
	}
	return taken
}

// FinderOf returns the tool that finds an id of this name, such as postId, or an empty text.
func (inv *Inventory) FinderOf(id string) string {
	if k := inv.byID[id]; k != nil {
		return k.Finder()
	}
	return ""
}

// ExampleNeeds reports which settings the example needs: an acting admin, and permission to write in a customer's name.
func (op *Operation) ExampleNeeds() (admin, customer bool) {
	var arguments map[string]any
	if json.Unmarshal([]byte(op.Example), &arguments) != nil {
		return false, false
	}
	if r := op.ActingAdmin; r != nil {
		admin = !input.Holds(r.Need, arguments) && (r.When == "" || input.Holds(r.When, arguments))
	}
	return admin, op.Impersonates != "" && input.Holds(op.Impersonates, arguments)
}
