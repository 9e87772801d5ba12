package engine

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
)

// Tool returns the MCP tool of an operation with its schema. acting is as in Schema.
func (inv *Inventory) Tool(op *Operation, acting bool) mcp.Tool {
	t := inv.Bare(op)
	t.RawInputSchema = inv.Schema(op, acting)
	return t
}

// anyObject is the schema of a bare tool. mcp-go parses the schema of each registered tool, and this one is cheap.
var anyObject = json.RawMessage(`{"type":"object"}`)

// Bare returns the tool without its schema. That is enough to register it, and fifty times cheaper at start.
func (inv *Inventory) Bare(op *Operation) mcp.Tool {
	return mcp.Tool{
		Name:           op.Name,
		Title:          op.Title,
		Description:    op.Describe(),
		Meta:           inv.searchHint(op),
		RawInputSchema: anyObject,
		Annotations: mcp.ToolAnnotation{
			Title:           op.Title, // for hosts that read it there
			ReadOnlyHint:    new(op.Effect == Read),
			DestructiveHint: new(op.Changes()),
			IdempotentHint:  new(op.repeatable()),
			OpenWorldHint:   new(true),
		},
	}
}

// searchHint returns words for hosts, such as Claude Code, that show a model a tool only if a search by name, description or these words
// finds it. They are not in the model's context, so they cost no tokens.
func (inv *Inventory) searchHint(op *Operation) *mcp.Meta {
	set := inv.setOf[op.Name]
	if set == nil {
		return nil
	}
	return &mcp.Meta{AdditionalFields: map[string]any{"anthropic/searchHint": set.Also}}
}

// HandlerIn returns the handler of an operation whose surroundings differ from call to call.
func HandlerIn(op *Operation, find Surroundings) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		env, err := find(ctx)
		if err != nil {
			return nil, err
		}
		return env.Handler(op)(ctx, req)
	}
}

// Handler returns the handler of an operation. A failure that a model can act on is a tool error in words; the handler never returns a Go
// error. A call that needs confirmation passes twice: the first pass makes the question, the second has the reply. The time that the user
// takes does not count towards the deadline.
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
		return a.result(), nil
	}
}

// result is an answer as the protocol has it. What stands in its metadata goes to a view or a program, not to the model.
func (a answer) result() *mcp.CallToolResult {
	res := mcp.NewToolResultText(a.Text)
	res.IsError = !a.succeeded()
	if len(a.meta) > 0 {
		res.Meta = &mcp.Meta{AdditionalFields: a.meta}
	}
	return res
}

// Click returns the tool that the buttons of a view call, and its handler. Its visibility asks hosts to keep it from the model; what protects
// a call is the token.
func Click(find Surroundings) server.ServerTool {
	tool := mcp.Tool{
		Name: ClickTool, Title: "Answer a panel's question", Description: "For the buttons of the panel.",
		Meta:           &mcp.Meta{AdditionalFields: map[string]any{uiMeta: map[string]any{"visibility": []string{"app"}}}},
		RawInputSchema: json.RawMessage(`{"type":"object","properties":{"token":{"type":"string"},"approve":{"type":"boolean"}},"required":["token","approve"],"additionalProperties":false}`),
		Annotations: mcp.ToolAnnotation{
			Title: "Answer a panel's question", ReadOnlyHint: new(false), DestructiveHint: new(true), IdempotentHint: new(false), OpenWorldHint: new(true),
		},
	}
	return server.ServerTool{Tool: tool, Handler: func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		env, err := find(ctx)
		if err != nil {
			return nil, err
		}
		return env.click(ctx, rawArguments(req)).result(), nil
	}}
}

// pass runs one call within the deadline and logs its result.
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
	a := c.Repeats.notice(ctx, c.caller(ctx), c.op, raw, c.answer(ctx, raw, r))
	a.Text = c.AnswerBudget.Bound(a.Text)
	c.log(ctx, a, time.Since(start))
	outcome, length = a.Outcome, len(a.Text)
	return a
}

// confirmation is the name of the question among the inputs of a result.
const confirmation = "confirm"

// agreed is the only field of the form. The form needs one, because VS Code hangs on a form without fields.
const agreed = "confirm"

// form is the question as a client shows it: the text with a ticked box, to accept or to decline. Claude Code hands a heading, a label and the
// rest to programs that show questions of their own making in its place; without them they would have to take the text apart.
func form(q *question) mcp.ElicitationParams {
	heading, rest, _ := strings.Cut(q.Text, "\n")
	return mcp.ElicitationParams{
		Meta: &mcp.Meta{AdditionalFields: map[string]any{"anthropic/permissionDisplay": map[string]any{
			"title": heading, "displayName": q.Title, "description": rest,
		}}},
		Message: q.Text,
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{agreed: map[string]any{"type": "boolean", "title": "Yes, do it", "default": true}},
		},
	}
}

// decided returns the user's action. A form that is accepted with the box unticked counts as declined.
func decided(action mcp.ElicitationResponseAction, content any) string {
	fields, _ := content.(map[string]any)
	if yes, given := fields[agreed].(bool); given && !yes && string(action) == accepted {
		return declined
	}
	return string(action)
}

// replyIn returns the reply that a call contains. Clients send it since protocol 2026-07-28.
func replyIn(req mcp.CallToolRequest) reply {
	r := reply{State: req.Params.RequestState}
	if res := server.ElicitationResponse(req.Params.InputResponses, confirmation); res != nil {
		r.Action = decided(res.Action, res.Content)
	}
	return r
}

// elicit asks the user through a client of an older protocol, where the server sends the question. mcp-go could do this for a result that
// requires input, but it waits without a limit, and answers with a protocol error if it cannot ask.
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

// rawArguments returns the arguments as the client wrote them, because decoding to float64 would lose digits of long ids.
func rawArguments(req mcp.CallToolRequest) []byte {
	if len(req.Params.RawArguments) > 0 {
		return req.Params.RawArguments
	}
	return rawjson.Encode(req.Params.Arguments) // a request built in this process, by the call command or a test
}
