package tools

import "slices"

// Toolsets returns every toolset, in the order of the documentation.
func Toolsets() []*Toolset {
	return []*Toolset{
		boards,
		posts,
		comments,
		changelogs,
		contacts,
		companies,
		conversations,
		tickets,
		helpCenter,
		surveys,
		webhooks,
		organization,
		reports,
		auditLogs,
		workflows,
	}
}

// All returns every operation, in the order of the documentation, workflows among them.
func All() []*Operation {
	var ops []*Operation
	for _, set := range Toolsets() {
		ops = append(ops, set.Operations...)
	}
	return ops
}

// Lookup returns the operation of that name, or nil.
func Lookup(name string) *Operation {
	for _, op := range All() {
		if op.Name == name {
			return op
		}
	}
	return nil
}

// Endpoints returns the operations that are calls of the API, one each: all but the workflows.
func Endpoints() []*Operation {
	return slices.DeleteFunc(All(), func(op *Operation) bool { return op.Run != nil })
}
