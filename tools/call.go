package tools

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"featurebase-mcp/client"
)

// answer is what one call came to.
type answer struct {
	text      string
	outcome   string // "ok", "dry_run", "invalid_arguments", "refused" or the kind of the client's error: low-cardinality, for the log
	attempts  int
	requestID string
	err       error // for the log alone
}

func (a answer) succeeded() bool { return a.outcome == "ok" || a.outcome == "dry_run" }

// call runs one operation: arguments, request, answer.
func (op *Operation) call(ctx context.Context, env Env, raw []byte) answer {
	args, err := op.read(raw)
	if err != nil {
		return answer{text: err.Error(), outcome: "invalid_arguments"}
	}
	if !env.AllowImpersonation && op.Impersonates != "" && holds(op.Impersonates, args.wire) {
		return answer{text: op.impersonationRefused(), outcome: "refused"}
	}
	if failed, ok := op.act(ctx, env, args.wire); !ok {
		return failed
	}
	if failed, ok := op.resolve(ctx, env, args.wire); !ok {
		return failed
	}
	req, err := op.request(args.wire)
	if err != nil {
		return answer{text: err.Error(), outcome: "invalid_arguments"}
	}
	if env.DryRun && op.Effect != Read {
		return op.dryRun(ctx, env, req, args).masked(env.MaskEmails)
	}
	res, err := env.Client.Do(ctx, req)
	if err != nil {
		return op.failed(err, args).masked(env.MaskEmails)
	}
	a := answer{outcome: "ok", attempts: res.Attempts, requestID: res.RequestID}
	if res.AlreadyGone {
		a.text = "Already gone: an earlier attempt of this call deleted it, or somebody else did meanwhile."
		return a
	}
	a.text = op.render(env.Names.named(ctx, op, res.Body, args.detail), args, env)
	return a
}

// masked returns the answer without the e-mail addresses that it may quote: the API's words for what went wrong, and current values.
func (a answer) masked(mask bool) answer {
	if mask {
		a.text = maskEmails(a.text)
	}
	return a
}

// failed is the answer to a request that the client gave up on.
func (op *Operation) failed(err error, args arguments) answer {
	a := answer{text: op.failure(err, args), outcome: "failed", err: err}
	if api, ok := errors.AsType[*client.Error](err); ok {
		a.outcome, a.attempts, a.requestID = api.Kind.String(), api.Attempts, api.RequestID
	}
	return a
}

// log writes the one line of a call. Outcomes that somebody should look at are warnings.
func (a answer) log(ctx context.Context, logger *slog.Logger, tool string, took time.Duration) {
	level := slog.LevelInfo
	if !a.succeeded() && a.outcome != "invalid_arguments" {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("tool", tool), slog.String("outcome", a.outcome), slog.Int("attempts", a.attempts),
		slog.Duration("duration", took), slog.String("request_id", a.requestID),
	}
	if a.err != nil {
		attrs = append(attrs, slog.Any("error", a.err))
	}
	logger.LogAttrs(ctx, level, "tool call", attrs...)
}
