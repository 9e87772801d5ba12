package engine

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// answer is the result of one call.
type answer struct {
	Text      string
	Outcome   string // "ok", "dry_run", "invalid_arguments", "refused", an outcome of confirm.go or the kind of the client's error: a label with few values, for logs and metrics
	attempts  int
	requestID string
	Status    int            // HTTP status of a failure, 0 without a response
	code      string         // the API's error code of a failure
	err       error          // for the log, never for the model
	until     string         // what has to change before a failed call can work; empty for a failure that passes by itself
	uncertain bool           // the failed write may have taken effect
	meta      map[string]any // what the result tells a program besides the text, which the model reads

	Question *question // the question for the user, asked before anything is sent; the call goes on with the reply
}

const (
	invalidArguments = "invalid_arguments" // the outcome of a call whose arguments this server refuses
	panicked         = "panic"             // the outcome of a call that panicked
)

// succeeded reports whether nothing went wrong. A call that waits for a click has not failed: hosts show no view beside a failure.
func (a answer) succeeded() bool {
	return a.Outcome == "ok" || a.Outcome == "dry_run" || a.Outcome == waits
}

// call is one call in flight: the operation, its surroundings and its arguments.
type call struct {
	Env
	op      *Operation
	args    input.Arguments
	current *client.Response // the object that a write changes, if it was read on the way
	trail   trail            // the plan that the call is a row of
	labels  render.Labels    // the names of custom fields in the response
	outline *render.Outline  // the form of a list in an answer to Ask; nil in a tool call
}

// call returns a new call of an operation.
func (env Env) call(op *Operation) *call { return &call{Env: env, op: op} }

// of returns a call of another operation in the same surroundings, for a request that this call needs on its way. wire has its arguments in
// the API's form.
func (c *call) of(op *Operation, wire map[string]any) *call {
	return &call{Env: c.Env, op: op, args: input.Arguments{Wire: wire}}
}

// answer runs the call: arguments, names, confirmation, request, response. A step that ends the call early returns the final answer.
func (c *call) answer(ctx context.Context, raw []byte, r reply) answer {
	if r.err != nil {
		return c.unasked(r.err)
	}
	if r.clicked && r.Action == declined {
		return c.notConfirmed("declined", "the user declined")
	}
	if end := c.ready(ctx, raw); end != nil {
		return *end
	}
	if c.op.Run != nil {
		if end := c.confirmJob(ctx, raw, r); end != nil {
			return *end
		}
		return c.run(ctx).masked(c.MaskEmails)
	}
	if c.args.Compare {
		return c.compare(ctx).masked(c.MaskEmails && !c.op.Output.Staff)
	}
	req, end := c.request(ctx)
	if end != nil {
		return *end
	}
	if c.DryRun && c.op.Effect != Read {
		return c.dryRun(ctx, req).masked(c.MaskEmails)
	}
	if end := c.confirm(ctx, raw, r); end != nil {
		return *end
	}
	return c.audited(ctx, func() (answer, []byte) { return c.send(ctx, req) })
}

// ready reads the arguments and puts ids in the place of names.
func (c *call) ready(ctx context.Context, raw []byte) *answer {
	var err error
	if c.args, err = readArguments(c.op, raw); err != nil {
		a := refused(err)
		return &a
	}
	if end := c.impersonates(); end != nil {
		return end
	}
	if end := c.act(ctx); end != nil {
		return end
	}
	if end := c.resolve(ctx); end != nil {
		return end
	}
	return c.takes()
}

// forbidden returns the answer to a call that the configuration of this server forbids.
func (c *call) forbidden() *answer {
	if end := c.impersonates(); end != nil {
		return end
	}
	return c.takes()
}

func (c *call) impersonates() *answer {
	if c.AllowImpersonation || c.op.Impersonates == "" || !input.Holds(c.op.Impersonates, c.args.Wire) {
		return nil
	}
	return &answer{Text: c.impersonationRefused(), Outcome: "refused", until: theArguments + " or " + theConfiguration}
}

func (c *call) takes() *answer {
	if c.Keeps == "" || !c.op.takesAway(c.args.Wire) {
		return nil
	}
	return &answer{Text: c.keeps(), Outcome: "refused", until: theArguments + " or " + theConfiguration}
}

// request returns the request of the call, with what a new text has to keep of the old one.
func (c *call) request(ctx context.Context) (client.Request, *answer) {
	if end := c.keep(ctx); end != nil {
		return client.Request{}, end
	}
	req, err := requestOf(c.op, c.args.Wire)
	if err != nil {
		return req, c.invalid(err.Error())
	}
	return req, nil
}

// keeps explains why this server does not make a call that takes something away.
func (c *call) keeps() string {
	return c.op.Name + " sent nothing: with these arguments it takes something away, which " + c.Keeps + " forbids. Do not retry unchanged: only the user can allow it."
}

// send makes the request and returns the answer for the model and the response body of the API, which is nil after a failure.
func (c *call) send(ctx context.Context, req client.Request) (answer, []byte) {
	var beside *glimpse
	if c.op.Effect != Read {
		beside = c.lookBefore(ctx)
	}
	res, err := c.Client.Do(ctx, req)
	if err != nil {
		return c.failed(c.op.Name+" failed", err).masked(c.MaskEmails), nil
	}
	if wrong := c.misshapen(res); wrong != nil {
		return c.failed(c.op.Name+" failed", wrong).masked(c.MaskEmails), nil
	}
	a := answer{Outcome: "ok", attempts: res.Attempts, requestID: res.RequestID}
	if res.AlreadyGone {
		a.Text = "Already gone: an earlier attempt of this call deleted it, or somebody else did meanwhile."
		return a, nil
	}
	if c.op.Effect == Read {
		if c.args.Detail == "full" || !render.IsList(rawjson.Value(res.Body)) {
			c.labels = c.Labels(ctx, c.op, res.Body)
		}
		body, doubts := c.verified(ctx, res.Body)
		body, more := c.completed(ctx, body)
		a.attempts += more
		body = c.hinted(body)
		a.Text = c.render(c.Named(ctx, c.op, body, c.args.Detail)) + doubts
		return a, res.Body
	}
	if beside == nil {
		beside = c.lookAfter(ctx, rawjson.Value(res.Body))
	}
	a.Text = c.receipt(ctx, res, beside)
	return a, res.Body
}

// hinted adds to an empty list what may have found nothing: a part of a name where the whole was compared.
func (c *call) hinted(body []byte) []byte {
	group, ok := c.args.Wire[queryArg].(map[string]any)
	if !ok || !render.IsList(rawjson.Value(body)) {
		return body
	}
	for range rawjson.Value(body).Items("data") {
		return body
	}
	if name := input.WholeName(group, c.op.Input.Shape().Props[queryArg].Tag); name != "" {
		return WithMember(body, "hint", rawjson.AppendString(nil, name+" with = is the whole of it; ~ finds a part"))
	}
	return body
}

// verified returns a response without what was not asked for, and the line that says what is wrong with it, which is empty if nothing is.
func (c *call) verified(ctx context.Context, body []byte) (shown []byte, doubts string) {
	if c.op.Verify == nil {
		return body, ""
	}
	v := c.op.Verify(c.args.Wire, rawjson.Repair(body))
	if same := c.Figures.alike(c.caller(ctx), c.op, c.args.Wire, v); same != nil {
		v.Doubts = append(v.Doubts, "the figures are the same, point by point, as those of "+strings.Join(same, ", ")+", so Featurebase may not tell these apart")
	}
	if v.Doubts == nil {
		return v.Body, ""
	}
	return v.Body, "\nnot to be relied on: " + render.Unmark(strings.Join(v.Doubts, "; "))
}

// misshapen returns an error for a successful response that has the wrong shape: null, a number, a text, or an object without members.
// Shown as a success it would read as an empty result, or as a write that was made.
func (c *call) misshapen(res *client.Response) *client.Error {
	const longest = 60                                                // characters of the response that the error quotes
	if res.AlreadyGone || len(res.Body) == 0 && c.op.Effect != Read { // a write may answer without a body, such as 204
		return nil
	}
	body := rawjson.Value(res.Body)
	kind := body.Kind()
	nothing := kind == rawjson.Object && c.op.Output != nil && c.op.Method != http.MethodDelete && isBare(body)
	if (kind == rawjson.Object || kind == rawjson.Array) && !nothing {
		return nil
	}
	what, status := "an empty body", http.StatusNoContent
	if len(res.Body) > 0 {
		status = http.StatusOK
		what = legible.Truncate(longest, []rune(legible.OneLine(legible.Visible(string(res.Body)))))
	}
	return &client.Error{
		Kind: client.KindBadResponse, Status: status, RequestID: res.RequestID, Attempts: res.Attempts, MaybeApplied: c.op.Effect != Read,
		Message: "Featurebase answered with " + what + " where an object or a list belongs",
	}
}

// isBare reports whether an object has no members.
func isBare(object rawjson.Value) bool {
	for range object.Pairs() {
		return false
	}
	return true
}

// masked masks the e-mail addresses in an answer if mask is set. Messages of the API and current values may quote addresses.
func (a answer) masked(mask bool) answer {
	if mask {
		a.Text = legible.MaskEmails(a.Text)
	}
	return a
}

// refused is the answer to arguments that break a rule. Nothing was sent.
func refused(err error) answer {
	return answer{Text: err.Error(), Outcome: invalidArguments, until: theArguments}
}

// invalid is the answer to arguments with a single problem.
func (c *call) invalid(problem string) *answer {
	a := refused(input.Refusal(c.op.Name, problem))
	return &a
}

// log writes the one line of a call. It never logs arguments, bodies or the API's messages about them. Outcomes that an operator should
// look at are warnings.
func (c *call) log(ctx context.Context, a answer, took time.Duration) {
	level := slog.LevelInfo
	if !a.succeeded() && !slices.Contains([]string{invalidArguments, "asked", "declined"}, a.Outcome) {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("tool", c.op.Name), slog.String("outcome", a.Outcome), slog.Int("attempts", a.attempts),
		slog.Duration("duration", took), slog.String("request_id", a.requestID),
	}
	if who := c.caller(ctx); who != "" {
		attrs = append(attrs, slog.String("caller", who))
	}
	if a.Status != 0 {
		attrs = append(attrs, slog.Int("status", a.Status), slog.String("code", a.code))
	}
	if a.err != nil {
		attrs = append(attrs, slog.Any("error", a.err))
	}
	c.Logger.LogAttrs(ctx, level, "tool call", attrs...)
}
