package engine

import (
	"context"
	"encoding/json"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
)

// Tool returns the MCP side of the declaration with its schema, which is reflected at the first use.
func (inv *Inventory) Tool(op *Operation, acting bool) mcp.Tool {
	t := inv.Bare(op)
	t.RawInputSchema = inv.Schema(op, acting)
	return t
}

// anyObject stands for the schema of a bare tool: mcp-go looks into each that is registered, and into this one in no time.
var anyObject = json.RawMessage(`{"type":"object"}`)

// Bare returns the tool without its schema: enough to register it, and fifty times cheaper at start.
func (inv *Inventory) Bare(op *Operation) mcp.Tool {
	return mcp.Tool{
		Name:           op.Name,
		Title:          op.Title,
		Description:    op.Description,
		Meta:           inv.searchHint(op),
		RawInputSchema: anyObject,
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint:    new(op.Effect == Read),
			DestructiveHint: new(op.Changes()),
			IdempotentHint:  new(op.repeatable()),
			OpenWorldHint:   new(true),
		},
	}
}

// searchHint is for hosts that show a model a tool only when its search finds it, by the name, the description or these words. They
// are in no context, so they cost nothing. Claude Code reads them.
func (inv *Inventory) searchHint(op *Operation) *mcp.Meta {
	set := inv.setOf[op.Name]
	if set == nil {
		return nil
	}
	return &mcp.Meta{AdditionalFields: map[string]any{"anthropic/searchHint": set.Also}}
}

// HandlerIn returns Handler's for surroundings that differ from call to call.
func HandlerIn(op *Operation, find Surroundings) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		env, err := find(ctx)
		if err != nil {
			return nil, err
		}
		return env.Handler(op)(ctx, req)
	}
}

// Handler returns the one handler that all operations share. It never returns a Go error: what a model can correct comes back as
// a tool error in words, and only a broken protocol is a protocol error. A call that needs confirmation passes twice: first it becomes a
// question, then it comes with the answer. The time that a person takes counts for neither.
func (env Env) Handler(op *Operation) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		raw := rawArguments(req)
		a := env.call(op).pass(ctx, raw, replyIn(req))
		if a.Question != nil && !server.IsModernRequest(ctx) {
			a = env.call(op).pass(ctx, raw, elicit(ctx, a.Question))
		}
		if a.Question != nil {
			return server.NewInputRequestBuilder(a.Question.State).Elicit(confirmation, form(a.Question)).ToolResult(), nil
		}
		res := mcp.NewToolResultText(a.Text)
		res.IsError = !a.succeeded()
		return res, nil
	}
}

// pass runs one call within the deadline, and logs what it came to.
func (c *call) pass(ctx context.Context, raw []byte, r reply) answer {
	start := time.Now()
	outcome, length := panicked, 0
	if c.Observer != nil {
		var ended func(string, int)
		ctx, ended = c.Observer.Call(ctx, c.op.Name)
		defer func() { ended(outcome, length) }()
	}
	if c.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Deadline)
		defer cancel()
	}
	ctx, end := client.Holding(ctx)
	defer end()
	a := c.Repeats.notice(c.caller(ctx), c.op, raw, c.answer(ctx, raw, r))
	a.Text = c.AnswerBudget.Bound(a.Text)
	c.log(ctx, a, time.Since(start))
	outcome, length = a.Outcome, len(a.Text)
	return a
}

// confirmation is the name of the question among the inputs of a call.
const confirmation = "confirm"

// agreed is the one field of a question: VS Code waits without end for a form that has none.
const agreed = "confirm"

// form is a question as a client shows it: text, to accept or to decline, with the yes already ticked.
func form(q *question) mcp.ElicitationParams {
	return mcp.ElicitationParams{Message: q.Text, RequestedSchema: map[string]any{
		"type":       "object",
		"properties": map[string]any{agreed: map[string]any{"type": "boolean", "title": "Yes, do it", "default": true}},
	}}
}

// decided is what the user did with a form: a form that is sent with the yes taken away declines.
func decided(action mcp.ElicitationResponseAction, content any) string {
	fields, _ := content.(map[string]any)
	if yes, given := fields[agreed].(bool); given && !yes && string(action) == accepted {
		return declined
	}
	return string(action)
}

// replyIn returns what a call brings along in answer to a question, which clients do since protocol 2026-07-28.
func replyIn(req mcp.CallToolRequest) reply {
	r := reply{State: req.Params.RequestState}
	if res := server.ElicitationResponse(req.Params.InputResponses, confirmation); res != nil {
		r.Action = decided(res.Action, res.Content)
	}
	return r
}

// elicit asks the user through a client of an older protocol, which leaves it to the server to ask. mcp-go would do that for a result that
// requires input, but it waits without end, and answers with a protocol error when it cannot ask.
func elicit(ctx context.Context, q *question) reply {
	waiting, cancel := context.WithTimeoutCause(ctx, confirmFor, errUnanswered)
	defer cancel()
	res, err := server.ServerFromContext(ctx).RequestElicitation(waiting, mcp.ElicitationRequest{Params: form(q)})
	switch {
	case err == nil:
		return reply{State: q.State, Action: decided(res.Action, res.Content)}
	case ctx.Err() != nil:
		return reply{err: errAbandoned}
	case waiting.Err() != nil:
		return reply{err: errUnanswered}
	}
	return reply{err: err}
}

// rawArguments returns the arguments as they were written: decoding to float64 would lose digits of long ids.
func rawArguments(req mcp.CallToolRequest) []byte {
	if len(req.Params.RawArguments) > 0 {
		return req.Params.RawArguments
	}
	return rawjson.Encode(req.Params.Arguments) // built in process, by the call command or a test
}
