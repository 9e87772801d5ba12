package cli

import (
	"encoding/json"
	"fmt"
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
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"inputSchema"`
}

// Run lists the tools.
func (c toolsCommand) Run(e *environment) error {
	var list []listedTool
	for _, set := range tools.Toolsets() {
		for _, op := range set.Operations {
			list = append(list, listedTool{op.Name, set.Name, op.Effect.String(), op.Description, op.Input.Schema()})
		}
	}
	if c.JSON {
		enc := json.NewEncoder(e.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Tools []listedTool `json:"tools"`
		}{list})
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "TOOL\tTOOLSET\tEFFECT\tDESCRIPTION")
	for _, t := range list {
		first, _, _ := strings.Cut(t.Description, ". ")
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.Name, t.Toolset, t.Effect, strings.TrimSuffix(first, "."))
	}
	_, _ = fmt.Fprintf(w, "%d tools\n", len(list))
	return w.Flush()
}
