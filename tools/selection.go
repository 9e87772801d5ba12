package tools

import (
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/nearest"
)

// The words that stand for toolsets in Selection.Toolsets.
const (
	DefaultTools = "default" // the operations that are declared so
	AllTools     = "all"     // every operation
	noTools      = "none"    // none but those added by name
)

// Selection says which operations a server exposes, in the names of the flags. The zero value exposes the default ones.
type Selection struct {
	Toolsets      []string // names of toolsets, DefaultTools or AllTools, together; or "none" alone; empty is DefaultTools
	Tools         []string // single operations besides
	Exclude       []string // single operations to leave out, wherever they come from
	ReadOnly      bool     // leaves out all that is more than a read, wherever it comes from
	NoDestructive bool     // leaves out all that deletes or takes away, also what another call undoes
}

// Check refuses names that are not there, with the nearest that is: a restriction that is silently ignored opens everything.
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
		all          string // where all valid names are found
	}{
		{"--toolsets", "toolset", s.Toolsets, toolsets, "valid: " + strings.Join(toolsets, ", ")},
		{"--tools", "tool", s.Tools, operations, "featurebase-mcp tools --toolsets all lists them"},
		{"--exclude-tools", "tool", s.Exclude, operations, "featurebase-mcp tools --toolsets all lists them"},
	} {
		for _, name := range list.given {
			if slices.Contains(list.valid, name) {
				continue
			}
			// Neither everything nor nothing is ever suggested: nobody means it by a slip.
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

// Exposed returns the toolsets with the operations that are on, in the order of the documentation, without those that have none.
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

// OffBy returns the setting that switches an operation off. It is empty for one that is on, and for a name that nothing has.
func (s Selection) OffBy(operation string) string {
	if op := Inventory().Lookup(operation); op != nil {
		return s.offBy(Inventory().ToolsetOf(operation), op)
	}
	return ""
}

// Reads reports whether resources, completions and the words for unknown names may read with an operation: it is on, or it is one of those
// that go with the default tools. What is left out is read in no other way either.
func (s Selection) Reads(operation string) bool {
	op := Inventory().Lookup(operation)
	if op == nil || slices.Contains(s.Exclude, operation) {
		return false
	}
	return s.OffBy(operation) == "" || op.Browsed && slices.Contains(s.toolsets(), DefaultTools)
}

// offBy holds the order of the settings: what limits the effect wins over names, and leaving out wins over adding.
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
		slices.Contains(toolsets, AllTools) ||
		slices.Contains(toolsets, set.Name) && !op.Legacy ||
		slices.Contains(toolsets, DefaultTools) && op.Default
}

func (s Selection) toolsets() []string {
	if len(s.Toolsets) == 0 {
		return []string{DefaultTools}
	}
	return s.Toolsets
}
