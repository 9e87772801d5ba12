package tools

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"featurebase-mcp/client"
)

// answer is what one call came to.
type answer struct {
	text      string
	outcome   string // "ok", "dry_run", "invalid_arguments", "refused", one of confirm.go or the kind of the client's error: low-cardinality, for the log
	attempts  int
	requestID string
	status    int    // of a failure, 0 without an answer
	code      string // of a failure, the API's
	err       error  // for the log alone
	until     string // what has to happen before a call that failed can work; empty for what passes by itself
	uncertain bool   // a write that failed may have been made

	question *question // to ask the user before anything is sent: not the end of the call
}

const (
	invalidArguments = "invalid_arguments" // the outcome of a call whose arguments are refused here
	panicked         = "panic"             // of one that has no answer
)

func (a answer) succeeded() bool { return a.outcome == "ok" || a.outcome == "dry_run" }

// call runs one operation: arguments, request, answer.
func (op *Operation) call(ctx context.Context, env Env, raw []byte, r reply) answer {
	if r.err != nil {
		return op.unasked(r.err)
	}
	args, err := op.read(raw)
	if err != nil {
		return invalid(err)
	}
	if !env.AllowImpersonation && op.Impersonates != "" && holds(op.Impersonates, args.wire) {
		return answer{text: op.impersonationRefused(), outcome: "refused", until: theArguments + " or " + theConfiguration}
	}
	if failed, ok := op.act(ctx, env, args.wire); !ok {
		return failed
	}
	if failed, ok := op.resolve(ctx, env, args.wire); !ok {
		return failed
	}
	if op.Run != nil {
		return op.run(ctx, env, args).masked(env.MaskEmails)
	}
	req, err := op.request(args.wire)
	if err != nil {
		return invalid(op.problem(err.Error()))
	}
	if env.DryRun && op.Effect != Read {
		return op.dryRun(ctx, env, req, args).masked(env.MaskEmails)
	}
	if unconfirmed, ok := op.confirm(ctx, env, args, raw, r); !ok {
		return unconfirmed
	}
	return op.audited(ctx, env, args.wire, func() (answer, []byte) { return op.send(ctx, env, req, args) })
}

// send makes the request and puts what it comes to into words. The body is the API's own.
func (op *Operation) send(ctx context.Context, env Env, req client.Request, args arguments) (answer, []byte) {
	res, err := env.Client.Do(ctx, req)
	if err != nil {
		return op.failed(env, err, args).masked(env.MaskEmails), nil
	}
	a := answer{outcome: "ok", attempts: res.Attempts, requestID: res.RequestID}
	if res.AlreadyGone {
		a.text = "Already gone: an earlier attempt of this call deleted it, or somebody else did meanwhile."
		return a, nil
	}
	a.text = op.render(env.Names.named(ctx, op, res.Body, args.detail), args, env)
	return a, res.Body
}

// masked returns the answer without the e-mail addresses that it may quote: the API's words for what went wrong, and current values.
func (a answer) masked(mask bool) answer {
	if mask {
		a.text = maskEmails(a.text)
	}
	return a
}

// invalid is the answer to arguments that are refused here.
func invalid(err error) answer {
	return answer{text: err.Error(), outcome: invalidArguments, until: theArguments}
}

// log writes the one line of a call: never arguments, bodies or what the API said about them. Outcomes that somebody should look at are
// warnings.
func (a answer) log(ctx context.Context, env Env, tool string, took time.Duration) {
	level := slog.LevelInfo
	if !a.succeeded() && !slices.Contains([]string{invalidArguments, "asked", "declined"}, a.outcome) {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("tool", tool), slog.String("outcome", a.outcome), slog.Int("attempts", a.attempts),
		slog.Duration("duration", took), slog.String("request_id", a.requestID),
	}
	if who := env.caller(ctx); who != "" {
		attrs = append(attrs, slog.String("caller", who))
	}
	if a.status != 0 {
		attrs = append(attrs, slog.Int("status", a.status), slog.String("code", a.code))
	}
	if a.err != nil {
		attrs = append(attrs, slog.Any("error", a.err))
	}
	env.Logger.LogAttrs(ctx, level, "tool call", attrs...)
}
