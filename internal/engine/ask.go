package engine

import (
	"context"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Answer is what a read came to that no tool call asked for.
type Answer struct {
	Text     string // as a tool would answer; of a failure, its words for it
	Failed   bool
	NotFound bool // it failed because the arguments name nothing that is there
	Empty    bool // a list without items
}

// Ask reads with an operation as its tool does: with the same checks, limits and views, the same words for a failure and the same line in
// the log. What the API answers with one object is shown as the tool shows it, and a list as an outline.
func (env Env) Ask(ctx context.Context, operation string, arguments map[string]any, outline render.Outline) Answer {
	c := env.call(env.Inventory.Lookup(operation))
	c.outline = &outline
	a := c.pass(ctx, rawjson.Encode(arguments), reply{})
	return Answer{
		Text: a.Text, Failed: !a.succeeded(), Empty: outline.Empty,
		NotFound: a.Outcome == invalidArguments || a.Outcome == client.KindNotFound.String() || a.code == "invalid_id",
	}
}
