package client

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// retried makes further attempts where none can do a thing twice, and turns the last one into the outcome
// of the call.
func retried(next handler, retries int, logger *slog.Logger, scrub scrubber) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		attempt := req
		var last *Error
		for n := 1; ; n++ {
			c.wire = new(wire)
			ans, err := next(c, attempt)
			failed := outcome(ans, err, scrub, time.Now())
			switch {
			case failed == nil:
				return ans, nil
			case errors.Is(failed.Err, errNotBegun) && last != nil:
				last.RetryAfter = failed.RetryAfter
				return nil, last // what the API said is worth more than our own limit
			case failed.Kind == KindNotFound && failed.Status == http.StatusNotFound && c.op.Safety == Delete && c.ambiguous:
				return ans, nil
			}
			c.ambiguous = c.ambiguous || failed.MaybeApplied
			last = failed

			pause := failed.RetryAfter
			if pause == 0 {
				pause = backOff(n)
			}
			ok, reason := repeatable(c.op.Safety, failed, ans)
			if ok && (n > retries || c.op.Once) {
				ok, reason = false, "no attempts left"
			}
			if ok && !c.affords(pause) {
				ok, reason = false, "the pause is longer than the call may wait"
			}
			logDecision(req.Context(), logger, c, failed, ok, reason, pause)
			if !ok {
				return nil, failed
			}
			if !c.sleep(req.Context(), pause) {
				return nil, contextError(req.Context())
			}
			c.patience -= pause
			if attempt, err = again(req); err != nil {
				return nil, failed
			}
		}
	}
}

// repeatable says whether the request may be sent again after failed, and why. ans is nil if there was no
// answer.
func repeatable(safety Safety, failed *Error, ans *answer) (ok bool, reason string) {
	asked := ans != nil && ans.header.Get("X-Should-Retry") == "true"
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](failed.Err)
	switch {
	case failed.NoRetry:
		return false, "the API asks not to"
	case errors.Is(failed.Err, errNotBegun):
		return false, "its turn comes too late"
	case untrusted:
		return false, "a certificate does not change"
	case safety != Read && ans != nil && ans.status < http.StatusMultipleChoices:
		return false, "a write that was answered with success is not repeated, whatever its body says"
	case failed.Kind == KindRateLimited:
		return true, "rate limited, not applied"
	case failed.Kind == KindUnreachable:
		return true, "no connection, not applied"
	case safety == Write:
		return false, "a write is repeated only when it was surely not applied"
	case safety == Read && asked:
		return true, "the API asks to"
	case failed.Kind == KindConnection, failed.Kind == KindServer, failed.Status == http.StatusRequestTimeout:
		return true, "transient failure"
	case failed.Kind == KindTimeout && errors.Is(failed.Err, errAttempt):
		return true, "the attempt ran out of time"
	}
	return false, "it would fail the same way"
}

func logDecision(ctx context.Context, logger *slog.Logger, c *call, failed *Error, ok bool, reason string, pause time.Duration) {
	level, message := slog.LevelDebug, "api call is not repeated"
	if ok {
		level, message = slog.LevelInfo, "api call is repeated"
	}
	logger.LogAttrs(ctx, level, message,
		slog.String("operation", c.op.Operation),
		slog.Int("attempt", c.attempts),
		slog.String("kind", failed.Kind.String()),
		slog.Int("status", failed.Status),
		slog.String("request_id", failed.RequestID),
		slog.String("reason", reason),
		slog.Duration("pause", pause),
	)
}
