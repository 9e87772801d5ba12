package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/tools"
)

type toolsCommand struct {
	Tool string `arg:"" optional:"" help:"Tool to describe: what it does, what it takes and an example."`
	JSON bool   `name:"json" help:"Print one JSON document."`
}

// listedTool is one tool in the output of tools --json.
type listedTool struct {
	Name        string          `json:"name"`
	Toolset     string          `json:"toolset"`
	Effect      string          `json:"effect"`
	APIVersion  string          `json:"apiVersion,omitempty"` // that it is sent with, whatever --api-version says
	Later       string          `json:"later,omitempty"`      // arguments with which it is sent with another one, as the declaration says it
	Tokens      int             `json:"tokens"`               // of name, description and schema, as o200k counts
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"inputSchema"`

	does string // the description without what is not known of it
}

// toolColumns are the columns of the table.
var toolColumns = []struct {
	title string
	value func(listedTool) string
}{
	{"TOOL", func(t listedTool) string { return t.Name }},
	{"TOOLSET", func(t listedTool) string { return t.Toolset }},
	{"EFFECT", func(t listedTool) string { return t.Effect }},
	{"TOKENS", func(t listedTool) string { return strconv.Itoa(t.Tokens) }},
	{"DESCRIPTION", func(t listedTool) string { return firstSentence(t.does) }},
}

// toolList is the output of tools --json.
type toolList struct {
	Tools []listedTool `json:"tools"`
	Total toolTotal    `json:"total"`
}

type toolTotal struct {
	Tools  int `json:"tools"`
	Tokens int `json:"tokens"`
}

// Run lists the tools of this configuration, or describes one. It describes tools that are switched off, too.
func (c toolsCommand) Run(e *environment) error {
	selection, acting := e.flags.selection(), e.flags.ActingAdmin != ""
	if c.Tool != "" && !c.JSON {
		return describeTool(e.Out, c.Tool, acting, e.asWritten(selection.OffBy(c.Tool)))
	}
	list := listTools(selection, acting)
	if c.Tool != "" {
		op, set, err := toolNamed(c.Tool)
		if err != nil {
			return err
		}
		list = toolList{Tools: []listedTool{toolListed(op, set, acting)}, Total: toolTotal{1, tools.Tokens(op)}}
	}
	if c.JSON {
		return list.writeJSON(e)
	}
	return list.writeTable(e)
}

func listTools(selection tools.Selection, acting bool) toolList {
	list := toolList{Tools: []listedTool{}}
	for _, set := range selection.Exposed() {
		for _, op := range set.Operations {
			list.Tools = append(list.Tools, toolListed(op, set, acting))
			list.Total.Tokens += tools.Tokens(op)
		}
	}
	list.Total.Tools = len(list.Tools)
	return list
}

func toolListed(op *engine.Operation, set *engine.Toolset, acting bool) listedTool {
	return listedTool{op.Name, set.Name, op.Effect.String(), op.Version, op.Later, tools.Tokens(op), op.Describe(), tools.Inventory().Schema(op, acting), op.Description}
}

func (l toolList) writeJSON(e *environment) error {
	enc := json.NewEncoder(e.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(l)
}

func (l toolList) writeTable(e *environment) error {
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	cells := make([]string, len(toolColumns))
	for i, column := range toolColumns {
		cells[i] = column.title
	}
	_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	for _, t := range l.Tools {
		for i, column := range toolColumns {
			cells[i] = column.value(t)
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_, _ = fmt.Fprintf(w, "%d tools, %d tokens\n", l.Total.Tools, l.Total.Tokens)
	return w.Flush()
}

func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}

// shownBy names the tool that shows whether a write was made.
func shownBy(tool string, args json.RawMessage, offBy func(string) string) string {
	op := tools.Inventory().Lookup(tool)
	if op == nil {
		return "look in Featurebase"
	}
	return tools.Inventory().ShownAfterwards(op, args, offBy)
}

func isTool(name string) bool { return tools.Inventory().Lookup(name) != nil }

// misplaced refuses the name of a tool where a toolset is expected, and the other way round.
func (f *Flags) misplaced() error {
	isToolset := func(name string) bool {
		return slices.ContainsFunc(tools.Inventory().Toolsets(), func(set *engine.Toolset) bool { return set.Name == name })
	}
	for _, name := range names(f.Toolsets) {
		if isTool(name) {
			return fmt.Errorf("--toolsets: %s is a tool; --tools %s adds it, and --toolsets none leaves it alone", name, name)
		}
	}
	for flag, list := range map[string][]string{"--tools": f.SingleTools, "--exclude-tools": f.ExcludeTools} {
		for _, name := range names(list) {
			if isToolset(name) {
				return fmt.Errorf("%s: %s is a toolset; this takes single tools, and featurebase-mcp tools --toolsets %s lists those of it", flag, name, name)
			}
		}
	}
	return nil
}

// toolNamed returns a tool and its toolset. Its error suggests the closest name.
func toolNamed(name string) (*engine.Operation, *engine.Toolset, error) {
	var all []string
	for _, set := range tools.Inventory().Toolsets() {
		if set.Name == name {
			return nil, nil, usagef("%s is a toolset; featurebase-mcp tools --toolsets %s lists its tools", name, name)
		}
		for _, op := range set.Operations {
			if op.Name == name {
				return op, set, nil
			}
			all = append(all, op.Name)
		}
	}
	if near := nearest.Name(name, all); near != "" {
		return nil, nil, usagef("unknown tool %q; did you mean %q?", name, near)
	}
	return nil, nil, usagef("unknown tool %q; featurebase-mcp tools --toolsets all lists them", name)
}
