package engine_test

import (
	"slices"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

const anID = enginetest.AnID

// namedKinds are the kinds that go by a name.
func namedKinds() []*names.Kind {
	return slices.DeleteFunc(kind.All(), func(k *names.Kind) bool { return k.List == "" || isSought(k) })
}

// isSought reports whether the objects of a kind are looked for one by one.
func isSought(k *names.Kind) bool { return k.Links != nil && k.Links.Seek != nil }

// references are those of all operations.
func references() []engine.Ref {
	var all []engine.Ref
	for _, op := range tools.Inventory().All() {
		for _, ref := range tools.Inventory().RefsOf(op) {
			all = append(all, ref)
		}
	}
	return all
}
