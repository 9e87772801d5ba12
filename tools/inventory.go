package tools

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
	}
}

// All returns every operation, in the order of the documentation.
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
