package tools

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/client"
)

// Effect says what a call does to the organization. Its zero value is invalid, so that no declaration can forget it.
type Effect int

// The effects, from harmless to irreversible.
const (
	Read Effect = iota + 1
	Write
	Destroy
)

// String returns the effect's name in documentation and listings.
func (e Effect) String() string {
	switch e {
	case Read:
		return "read"
	case Write:
		return "write"
	case Destroy:
		return "destructive"
	default:
		return "undeclared"
	}
}

// Toolset is a group of operations that users turn on or off together; each has a file of its own.
type Toolset struct {
	Name        string // as --toolsets spells it
	Description string // one sentence for people
	Also        string // what people call these things besides: the words by which a model that has to search for tools finds them
	Operations  []*Operation
}

// Operation is one call of the Featurebase API, declared once; or a workflow, which is composed of such calls.
type Operation struct {
	Name         string // the tool: snake_case of the contract's operation id
	Title        string // for people, in hosts that show it
	Description  string // for models: the first words carry the meaning, since hosts may show no more
	Effect       Effect
	Default      bool     // set it on what triage and support need every day: the default toolset, bounded by a test
	Legacy       bool     // set it on what another operation replaces: exposed by name and with all toolsets, never with its own
	Idempotent   bool     // set it on a POST that may be repeated; other methods are idempotent by nature
	Reversible   bool     // set it on a Destroy that another call undoes
	Method       string   // an http.Method constant
	Path         string   // each {hole} is an argument, named for what it holds; a workflow has neither method nor path
	Input        *Input   // Args[T]()
	AtLeastOne   []string // arguments of which one must be given
	Rules        []Rule   // what else spans arguments
	ActingAdmin  *Rule    // where the API demands an admin to act as: its Need is filled from Env.ActingAdmin when a call leaves it out
	Impersonates string   // the condition under which the call speaks in a customer's name, as in Rule.When
	Confirm      string   // set it on a Write that the user is asked about like what cannot be undone: what it leads to, in a sentence for people
	Notifies     []Notice // whom the call messages
	About        string   // what the call is about where its path does not say it: argument=the operation that reads it, separated by bars
	Output       *View    // nil: the answer as it stands, without nulls and empties
	Example      string   // arguments as JSON that work on the sandbox; "<postId>" stands for an id that the finder of postId finds

	Run  func(context.Context, *job) (string, error) // a workflow: makes its answer from those of the operations it uses
	Uses []string                                    // the operations that Run may call
}

// repeatable reports whether calling twice leaves the same state as calling once.
func (op *Operation) repeatable() bool {
	return op.Effect == Read || op.Idempotent || op.Method != http.MethodPost
}

// safety is what the client may do with the request when an attempt fails.
func (op *Operation) safety() client.Safety {
	switch {
	case op.Effect == Read:
		return client.Read
	case op.Method == http.MethodDelete:
		return client.Delete
	default:
		return client.Write
	}
}

// Tool returns the MCP side of the declaration with its schema, which is reflected at the first use.
func (op *Operation) Tool(acting bool) mcp.Tool {
	t := op.Bare()
	t.RawInputSchema = op.Schema(acting)
	return t
}

// anyObject stands for the schema of a bare tool: mcp-go looks into each that is registered, and into this one in no time.
var anyObject = json.RawMessage(`{"type":"object"}`)

// Bare returns the tool without its schema: enough to register it, and fifty times cheaper at start.
func (op *Operation) Bare() mcp.Tool {
	return mcp.Tool{
		Name:           op.Name,
		Title:          op.Title,
		Description:    op.Description,
		Meta:           op.searchHint(),
		RawInputSchema: anyObject,
		Annotations: mcp.ToolAnnotation{
			ReadOnlyHint:    new(op.Effect == Read),
			DestructiveHint: new(op.Effect == Destroy),
			IdempotentHint:  new(op.repeatable()),
			OpenWorldHint:   new(true),
		},
	}
}

// searchHint is for hosts that show a model a tool only when its search finds it, by the name, the description or these words. They
// are in no context, so they cost nothing. Claude Code reads them.
func (op *Operation) searchHint() *mcp.Meta {
	for _, set := range Toolsets() {
		if slices.Contains(set.Operations, op) {
			return &mcp.Meta{AdditionalFields: map[string]any{"anthropic/searchHint": set.Also}}
		}
	}
	return nil
}

// Env is what calls need from their surroundings.
type Env struct {
	Client   *client.Client
	Logger   *slog.Logger  // one line a call: tool, outcome, attempts, duration, request id, caller, status; never arguments or bodies
	Deadline time.Duration // longest time of one call, waits and retries included; 0 is no limit

	AnswerBudget Budget // of every answer, refusals included
	Names        *Names // what the ids of this client's organization are called; nil: ids are the only names

	Now      func() time.Time                                               // the present of the organization; nil is that of this machine
	Progress func(ctx context.Context, done, total float64, message string) // tells the host how far a workflow is; nil tells nobody

	DryRun             bool         // shows the requests of writes and does not send them
	ActingAdmin        *ActingAdmin // nil: a call has to name the admin wherever the API demands one
	AllowImpersonation bool         // lets calls speak in a customer's name
	MaskEmails         bool         // masks e-mail addresses in answers, except those of the organization's own people and texts

	OffBy    func(operation string) string // the setting that switches an operation off, as Selection.OffBy; nil: all are on
	Caller   func(context.Context) string  // who makes the call, as logs name them; nil or empty where callers are not told apart
	Audit    *Audit                        // the trail of writes; nil keeps none
	Observer Observer                      // follows calls; nil tells nobody
	Repeats  *Repeats                      // calls that fail again and again; nil notices none
	Confirm  *Confirmations                // has the user asked before some calls; nil asks nothing

	outline *Outline // the form of answers that Ask gives; nil: that of tools
}

// caller is who makes the call, or empty.
func (env Env) caller(ctx context.Context) string {
	if env.Caller == nil {
		return ""
	}
	return env.Caller(ctx)
}

// Observer follows calls, for metrics and traces.
type Observer interface {
	// Call tells of a call of a tool. It returns the context to make it in, and what is told of the end: the outcome, in one of a few
	// words, and the bytes of the answer's text.
	Call(ctx context.Context, tool string) (in context.Context, ended func(outcome string, answer int))
}

// Surroundings finds what a call needs, by who makes it. Its errors are the server's, not the model's: they are handed on as they are. What it
// returns is good until the context ends.
type Surroundings func(context.Context) (Env, error)

// HandlerIn returns Handler's for surroundings that differ from call to call.
func (op *Operation) HandlerIn(find Surroundings) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		env, err := find(ctx)
		if err != nil {
			return nil, err
		}
		return op.Handler(env)(ctx, req)
	}
}

// Handler returns the one handler that all operations share. It never returns a Go error: what a model can correct comes back as
// a tool error in words, and only a broken protocol is a protocol error. A call that needs confirmation passes twice: first it becomes a
// question, then it comes with the answer. The time that a person takes counts for neither.
func (op *Operation) Handler(env Env) server.ToolHandlerFunc {
	return func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		raw := rawArguments(req)
		a := op.pass(ctx, env, raw, replyIn(req))
		if a.question != nil && !server.IsModernRequest(ctx) {
			a = op.pass(ctx, env, raw, elicit(ctx, a.question))
		}
		if a.question != nil {
			return server.NewInputRequestBuilder(a.question.state).Elicit(confirmation, form(a.question)).ToolResult(), nil
		}
		res := mcp.NewToolResultText(a.text)
		res.IsError = !a.succeeded()
		return res, nil
	}
}

// pass runs one call within the deadline, and logs what it came to.
func (op *Operation) pass(ctx context.Context, env Env, raw []byte, r reply) answer {
	start := time.Now()
	outcome, length := panicked, 0
	if env.Observer != nil {
		var ended func(string, int)
		ctx, ended = env.Observer.Call(ctx, op.Name)
		defer func() { ended(outcome, length) }()
	}
	if env.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, env.Deadline)
		defer cancel()
	}
	ctx, end := client.Holding(ctx)
	defer end()
	a := env.Repeats.notice(env.caller(ctx), op, raw, op.call(ctx, env, raw, r))
	a.text = env.AnswerBudget.bound(a.text)
	a.log(ctx, env, op.Name, time.Since(start))
	outcome, length = a.outcome, len(a.text)
	return a
}

// confirmation is the name of the question among the inputs of a call.
const confirmation = "confirm"

// form is a question as a client shows it: text, to accept or to decline. It has no field: hosts would have people fill it in besides.
func form(q *question) mcp.ElicitationParams {
	return mcp.ElicitationParams{Message: q.text, RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}}}
}

// replyIn returns what a call brings along in answer to a question, which clients do since protocol 2026-07-28.
func replyIn(req mcp.CallToolRequest) reply {
	r := reply{state: req.Params.RequestState}
	if res := server.ElicitationResponse(req.Params.InputResponses, confirmation); res != nil {
		r.action = string(res.Action)
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
		return reply{state: q.state, action: string(res.Action)}
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
	return encode(req.Params.Arguments) // built in process, by the call command or a test
}
