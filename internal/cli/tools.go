package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"featurebase-mcp/tools"
)

type toolsCommand struct {
	JSON bool `name:"json" help:"Print one JSON document."`
}

// listedTool is one tool in the output of tools --json.
type listedTool struct {
	Name        string          `json:"name"`
	Toolset     string          `json:"toolset"`
	Effect      string          `json:"effect"`
	Tokens      int             `json:"tokens"` // of name, description and schema, as o200k counts
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"inputSchema"`
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
	{"DESCRIPTION", func(t listedTool) string { return firstSentence(t.Description) }},
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

// Run lists the tools of this configuration.
func (c toolsCommand) Run(e *environment) error {
	list := listTools(e.flags.selection(), e.flags.ActingAdmin != "")
	if c.JSON {
		return list.writeJSON(e)
	}
	return list.writeTable(e)
}

func listTools(selection tools.Selection, acting bool) toolList {
	list := toolList{Tools: []listedTool{}}
	for _, set := range selection.Exposed() {
		for _, op := range set.Operations {
			list.Tools = append(list.Tools, listedTool{op.Name, set.Name, op.Effect.String(), op.Tokens(), op.Description, op.Schema(acting)})
			list.Total.Tokens += op.Tokens()
		}
	}
	list.Total.Tools = len(list.Tools)
	return list
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
	op := tools.Lookup(tool)
	if op == nil {
		return "look in Featurebase"
	}
	return op.ShownBy(args, offBy)
}
