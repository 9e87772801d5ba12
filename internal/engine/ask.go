package engine

import (
	"context"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Answer is the result of Ask.
type Answer struct {
	Text     string // the text of the tool's answer, also after a failure
	Failed   bool
	NotFound bool // the failure is that the arguments name no existing object
	Empty    bool // a list without items
}

// Ask runs a read for a caller other than a tool call, such as a resource. It applies the checks, limits, views, error texts and log line
// of the tool. One object is shown as the tool shows it; a list is shown as an outline.
func (env Env) Ask(ctx context.Context, operation string, arguments map[string]any, outline render.Outline) Answer {
	c := env.call(env.Inventory.Lookup(operation))
	c.outline = &outline
	a := c.pass(ctx, rawjson.Encode(arguments), reply{})
	return Answer{
		Text: a.Text, Failed: !a.succeeded(), Empty: outline.Empty,
		NotFound: a.Outcome == invalidArguments || a.Outcome == client.KindNotFound.String() || a.code == "invalid_id",
	}
}
