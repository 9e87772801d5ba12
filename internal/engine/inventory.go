package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"featurebase-mcp/internal/names"
)

// Inventory holds all operations and kinds. It is passed as a value and not kept as a global, so that a test can have its own.
type Inventory struct {
	sets    []*Toolset
	all     []*Operation
	byName  map[string]*Operation
	setOf   map[string]*Toolset // by the name of an operation
	kinds   []*names.Kind
	byID    map[string]*names.Kind // by the names of the arguments that hold their ids
	refs    map[string]refs        // by the name of an operation
	schemas func() map[string]json.RawMessage
}

// NewInventory returns the inventory of toolsets, in the order of the documentation. schemas returns the published schema of each operation
// by its name; it is called when the first tool is listed, since schemas are expensive to parse at start.
func NewInventory(schemas func() map[string]json.RawMessage, kinds []*names.Kind, sets ...*Toolset) *Inventory {
	inv := &Inventory{
		sets: sets, kinds: kinds, schemas: schemas,
		byName: map[string]*Operation{}, setOf: map[string]*Toolset{}, byID: map[string]*names.Kind{}, refs: map[string]refs{},
	}
	for _, k := range kinds {
		for name := range strings.FieldsSeq(k.IDs) {
			inv.byID[name] = k
		}
	}
	for _, set := range sets {
		for _, op := range set.Operations {
			inv.all = append(inv.all, op)
			inv.byName[op.Name], inv.setOf[op.Name], inv.refs[op.Name] = op, set, refsOf(set, op)
		}
	}
	return inv
}

// Toolsets returns every toolset, in the order of the documentation.
func (inv *Inventory) Toolsets() []*Toolset { return slices.Clone(inv.sets) }

// All returns every operation, in the order of the documentation, workflows among them.
func (inv *Inventory) All() []*Operation { return slices.Clone(inv.all) }

// Lookup returns the operation of that name, or nil.
func (inv *Inventory) Lookup(name string) *Operation { return inv.byName[name] }

// ToolsetOf returns the toolset that an operation of that name belongs to, or nil.
func (inv *Inventory) ToolsetOf(name string) *Toolset { return inv.setOf[name] }

// Endpoints returns the operations that are one call of the API each: all except the workflows.
func (inv *Inventory) Endpoints() []*Operation {
	return slices.DeleteFunc(slices.Clone(inv.all), func(op *Operation) bool { return op.Run != nil })
}

// Schema returns the published JSON Schema of the arguments of an operation. acting reports whether the server has an acting admin; without
// one, the argument that names the admin is required where the API demands it.
func (inv *Inventory) Schema(op *Operation, acting bool) json.RawMessage {
	if r := op.ActingAdmin; r != nil && r.When == "" && !acting {
		return op.Input.Requiring(r.Need)
	}
	return inv.schemas()[op.Name]
}

// toolset returns the name of the toolset of an operation, or an empty text.
func (inv *Inventory) toolset(op *Operation) string {
	if set := inv.setOf[op.Name]; set != nil {
		return set.Name
	}
	return ""
}

// readerOf returns the operation that reads the object at a path, or nil.
func (inv *Inventory) readerOf(path string) *Operation {
	for _, read := range inv.all {
		if read.Run == nil && read.Method == "GET" && read.Path == path {
			return read
		}
	}
	return nil
}

// reader returns the operation that reads one of the objects that op lists, or nil.
func (inv *Inventory) reader(op *Operation) *Operation {
	if op.Output == nil {
		return nil
	}
	for _, read := range inv.all {
		if read.Run == nil && read.Effect == Read && read.Output == op.Output && strings.HasSuffix(read.Path, "}") {
			return read
		}
	}
	return nil
}

// lists returns an operation and the others that list or search the same objects.
func (inv *Inventory) lists(first *Operation) []*Operation {
	ops := []*Operation{first}
	for _, op := range inv.all {
		if op.Run == nil && op != first && op.Effect == Read && strings.TrimSuffix(op.Path, "/search") == strings.TrimSuffix(first.Path, "/search") {
			ops = append(ops, op)
		}
	}
	return ops
}
