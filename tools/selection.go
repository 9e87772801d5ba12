package tools

import (
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/nearest"
)

// The names in Selection.Toolsets that are not toolsets.
const (
	DefaultTools = "default" // the operations with Default
	AllTools     = "all"     // every operation except the previews
	noTools      = "none"    // only the operations in Tools
)

// Selection is the set of operations that a server exposes, in the words of the flags. The zero value exposes the default operations.
type Selection struct {
	Toolsets      []string // names of toolsets, DefaultTools or AllTools, in any number; or "none" alone; empty: DefaultTools
	Tools         []string // further operations by name
	Exclude       []string // operations to leave out, even if Toolsets or Tools has them
	ReadOnly      bool     // leaves out every operation that is not a read
	NoDestructive bool     // leaves out every Destroy, even if another call can undo it
}

// Check returns an error, written for a user, for an unknown name, and suggests the nearest valid one. A misspelt restriction that was
// ignored would expose everything.
func (s Selection) Check() error {
	toolsets := []string{DefaultTools, AllTools, noTools}
	for _, set := range Inventory().Toolsets() {
		toolsets = append(toolsets, set.Name)
	}
	var operations []string
	for _, op := range Inventory().All() {
		operations = append(operations, op.Name)
	}
	for _, list := range []struct {
		flag, kind   string
		given, valid []string
		all          string // says where the valid names are listed
	}{
		{"--toolsets", "toolset", s.Toolsets, toolsets, "valid: " + strings.Join(toolsets, ", ")},
		{"--tools", "tool", s.Tools, operations, "featurebase-mcp tools --toolsets all lists them"},
		{"--exclude-tools", "tool", s.Exclude, operations, "featurebase-mcp tools --toolsets all lists them"},
	} {
		for _, name := range list.given {
			if slices.Contains(list.valid, name) {
				continue
			}
			// The suggestion is never "all" or "none": nobody types these by mistake.
			if near := nearest.Name(name, list.valid); near != "" && near != AllTools && near != noTools {
				return fmt.Errorf("%s: unknown %s %q; did you mean %q?", list.flag, list.kind, name, near)
			}
			return fmt.Errorf("%s: unknown %s %q; %s", list.flag, list.kind, name, list.all)
		}
	}
	if len(s.Toolsets) > 1 && slices.Contains(s.Toolsets, noTools) {
		return fmt.Errorf("--toolsets: %s stands alone", noTools)
	}
	return nil
}

// Exposed returns the toolsets that have exposed operations, with these operations alone, in the order of the documentation.
func (s Selection) Exposed() []*engine.Toolset {
	var exposed []*engine.Toolset
	for _, set := range Inventory().Toolsets() {
		on := slices.DeleteFunc(slices.Clone(set.Operations), func(op *engine.Operation) bool { return s.offBy(set, op) != "" })
		if len(on) > 0 {
			exposed = append(exposed, &engine.Toolset{Name: set.Name, Description: set.Description, Operations: on})
		}
	}
	return exposed
}

// OffBy returns the setting that switches an operation off, in words. It is empty for an exposed operation and for an unknown name.
func (s Selection) OffBy(operation string) string {
	if op := Inventory().Lookup(operation); op != nil {
		return s.offBy(Inventory().ToolsetOf(operation), op)
	}
	return ""
}

// Reads reports whether resources, completions and the words for unknown names may read with an operation: it is exposed, or it is Browsed
// and the default set is on. An operation in Exclude is never read with.
func (s Selection) Reads(operation string) bool {
	op := Inventory().Lookup(operation)
	if op == nil || slices.Contains(s.Exclude, operation) {
		return false
	}
	return s.OffBy(operation) == "" || op.Browsed && slices.Contains(s.toolsets(), DefaultTools)
}

// offBy applies the settings in their order of precedence: limits of the effect precede names, and exclusion precedes inclusion.
func (s Selection) offBy(set *engine.Toolset, op *engine.Operation) string {
	switch {
	case s.ReadOnly && op.Effect != engine.Read:
		return "--read-only"
	case s.NoDestructive && op.Effect == engine.Destroy:
		return "--no-destructive"
	case slices.Contains(s.Exclude, op.Name):
		return "--exclude-tools"
	case slices.ContainsFunc(op.Uses, func(used string) bool { return slices.Contains(s.Exclude, used) }):
		return "--exclude-tools, which leaves out what it reads with"
	case !s.includes(set, op):
		return fmt.Sprintf("--toolsets %s; --tools %s would add it", strings.Join(s.toolsets(), ","), op.Name)
	default:
		return ""
	}
}

func (s Selection) includes(set *engine.Toolset, op *engine.Operation) bool {
	toolsets := s.toolsets()
	return slices.Contains(s.Tools, op.Name) ||
		slices.Contains(toolsets, AllTools) && op.Preview == "" ||
		slices.Contains(toolsets, set.Name) && !op.Legacy ||
		slices.Contains(toolsets, DefaultTools) && op.Default
}

func (s Selection) toolsets() []string {
	if len(s.Toolsets) == 0 {
		return []string{DefaultTools}
	}
	return s.Toolsets
}
