package tools

import "encoding/json"

// ShownBy names the read that shows whether a write with these arguments was made. It is for somebody who did not wait for the answer. offBy
// returns the setting that switches a tool off, and is empty for one that is on.
func (op *Operation) ShownBy(arguments []byte, offBy func(tool string) string) string {
	args, err := op.read(arguments)
	if err != nil {
		args.wire = nil // then no id can be named
	}
	return failing{op: op, env: Env{OffBy: offBy}, wire: args.wire}.check()
}

// NamesTaken returns the arguments and fields of filters that take a name in the place of an id, each with what is named: board for boardId.
func (op *Operation) NamesTaken() map[string]string {
	taken := map[string]string{}
	for field, r := range referencesOf()[op.Name].arguments {
		taken[field] = r.kind.word
	}
	return taken
}

// FinderOf returns the tool that finds an id of this name, such as postId. It is empty for a name that no tool finds.
func FinderOf(id string) string { return finders[id] }

// ExampleNeeds says which settings the example works with: an admin to act as, and that writing in a customer's name is allowed.
func (op *Operation) ExampleNeeds() (admin, customer bool) {
	var arguments map[string]any
	if json.Unmarshal([]byte(op.Example), &arguments) != nil {
		return false, false
	}
	if r := op.ActingAdmin; r != nil {
		admin = !holds(r.Need, arguments) && (r.When == "" || holds(r.When, arguments))
	}
	return admin, op.Impersonates != "" && holds(op.Impersonates, arguments)
}
