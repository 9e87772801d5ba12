package tools

import (
	"context"

	"featurebase-mcp/client"
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
func (op *Operation) Ask(ctx context.Context, env Env, arguments map[string]any, outline Outline) Answer {
	env.outline = &outline
	a := op.pass(ctx, env, encode(arguments), reply{})
	return Answer{
		Text: a.text, Failed: !a.succeeded(), Empty: outline.empty,
		NotFound: a.outcome == invalidArguments || a.outcome == client.KindNotFound.String() || a.code == "invalid_id",
	}
}
