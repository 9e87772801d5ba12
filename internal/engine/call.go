package engine

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// answer is what one call came to.
type answer struct {
	Text      string
	Outcome   string // "ok", "dry_run", "invalid_arguments", "refused", one of confirm.go or the kind of the client's error: low-cardinality, for the log
	attempts  int
	requestID string
	Status    int    // of a failure, 0 without an answer
	code      string // of a failure, the API's
	err       error  // for the log alone
	until     string // what has to happen before a call that failed can work; empty for what passes by itself
	uncertain bool   // a write that failed may have been made

	Question *question // to ask the user before anything is sent: not the end of the call
}

const (
	invalidArguments = "invalid_arguments" // the outcome of a call whose arguments are refused here
	panicked         = "panic"             // of one that has no answer
)

func (a answer) succeeded() bool { return a.Outcome == "ok" || a.Outcome == "dry_run" }

// call is one call in flight: an operation, where and for whom it is made, and its arguments once they are read.
type call struct {
	Env
	op      *Operation
	args    input.Arguments
	outline *render.Outline // the form of the answer to Ask; nil: that of tools
}

// call begins a call of an operation.
func (env Env) call(op *Operation) *call { return &call{Env: env, op: op} }

// of is a call of another operation in the same surroundings, for what this one needs on its way.
func (c *call) of(op *Operation, wire map[string]any) *call {
	return &call{Env: c.Env, op: op, args: input.Arguments{Wire: wire}}
}

// answer runs the call: arguments, request, answer. A step that ends the call early returns what the model reads.
func (c *call) answer(ctx context.Context, raw []byte, r reply) answer {
	if r.err != nil {
		return c.unasked(r.err)
	}
	var err error
	if c.args, err = readArguments(c.op, raw); err != nil {
		return refused(err)
	}
	if !c.AllowImpersonation && c.op.Impersonates != "" && input.Holds(c.op.Impersonates, c.args.Wire) {
		return answer{Text: c.impersonationRefused(), Outcome: "refused", until: theArguments + " or " + theConfiguration}
	}
	if end := c.act(ctx); end != nil {
		return *end
	}
	if end := c.resolve(ctx); end != nil {
		return *end
	}
	if c.Keeps != "" && c.op.takesAway(c.args.Wire) {
		return answer{Text: c.keeps(), Outcome: "refused", until: theArguments + " or " + theConfiguration}
	}
	if c.op.Run != nil {
		return c.run(ctx).masked(c.MaskEmails)
	}
	req, err := requestOf(c.op, c.args.Wire)
	if err != nil {
		return *c.invalid(err.Error())
	}
	if c.DryRun && c.op.Effect != Read {
		return c.dryRun(ctx, req).masked(c.MaskEmails)
	}
	if end := c.confirm(ctx, raw, r); end != nil {
		return *end
	}
	return c.audited(ctx, func() (answer, []byte) { return c.send(ctx, req) })
}

// keeps says why a call that would take something away is not made.
func (c *call) keeps() string {
	return c.op.Name + " sent nothing: with these arguments it takes something away, which " + c.Keeps + " forbids. Do not retry unchanged: only the user can allow it."
}

// send makes the request and puts what it comes to into words. The body is the API's own.
func (c *call) send(ctx context.Context, req client.Request) (answer, []byte) {
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
	a.Text = c.render(c.Names.Named(ctx, c.op, res.Body, c.args.Detail))
	return a, res.Body
}

// misshapen is the failure of an answer that claims success and is not what the operation answers: null, a number, a text, or an object with
// nothing in it. Shown as a success it would read as if there was nothing, or as if a write was made.
func (c *call) misshapen(res *client.Response) *client.Error {
	const longest = 60                                                // characters of what is shown of it
	if res.AlreadyGone || len(res.Body) == 0 && c.op.Effect != Read { // such as 204: it was done, and nothing is said of it
		return nil
	}
	body := rawjson.Value(res.Body)
	kind := body.Kind()
	nothing := kind == rawjson.Object && c.op.Output != nil && c.op.Method != http.MethodDelete && isBare(body)
	if (kind == rawjson.Object || kind == rawjson.Array) && !nothing {
		return nil
	}
	what := "an empty body"
	if len(res.Body) > 0 {
		what = legible.Truncate(longest, []rune(legible.OneLine(legible.Visible(string(res.Body)))))
	}
	return &client.Error{
		Kind: client.KindBadResponse, Status: http.StatusOK, RequestID: res.RequestID, Attempts: res.Attempts, MaybeApplied: c.op.Effect != Read,
		Message: "Featurebase answered " + what + " where an object or a list belongs",
	}
}

// isBare reports an object without members.
func isBare(object rawjson.Value) bool {
	for range object.Pairs() {
		return false
	}
	return true
}

// masked returns the answer without the e-mail addresses that it may quote: the API's words for what went wrong, and current values.
func (a answer) masked(mask bool) answer {
	if mask {
		a.Text = legible.MaskEmails(a.Text)
	}
	return a
}

// refused is the answer to arguments that break a rule, so that nothing was sent.
func refused(err error) answer {
	return answer{Text: err.Error(), Outcome: invalidArguments, until: theArguments}
}

// invalid is refused for a single problem.
func (c *call) invalid(problem string) *answer {
	a := refused(input.Refusal(c.op.Name, problem))
	return &a
}

// log writes the one line of a call: never arguments, bodies or what the API said about them. Outcomes that somebody should look at are
// warnings.
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
