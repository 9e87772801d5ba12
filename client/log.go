package client

import (
	"log/slog"
	"net/http"
	"time"
)

// logged tells of attempts and writes one debug line for each: never a header, a body or a query value.
func logged(next handler, logger *slog.Logger, observer Observer, scrub scrubber) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		ctx := req.Context()
		c.attempts++
		debug := logger.Enabled(ctx, slog.LevelDebug)
		if !debug && observer == nil {
			return next(c, req)
		}
		attempt, start := c.attempts, time.Now()
		ended := func(int) {}
		if observer != nil {
			ended = observer.Attempt(ctx, c.op.Operation, attempt)
		}
		ans, err := next(c, req)
		if ans != nil {
			ended(ans.status)
		} else {
			ended(0)
		}
		if !debug {
			return ans, err
		}
		attrs := []slog.Attr{
			slog.String("operation", c.op.Operation),
			slog.String("method", req.Method),
			slog.String("path", req.URL.EscapedPath()),
			slog.Int("attempt", attempt),
			slog.Duration("duration", time.Since(start)),
		}
		if ans != nil {
			attrs = append(attrs, slog.Int("status", ans.status), slog.Int("bytes", len(ans.body)), slog.String("request_id", ans.requestID))
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", scrub.text(err.Error(), maxMessage)))
		}
		logger.LogAttrs(ctx, slog.LevelDebug, "api attempt", attrs...)
		return ans, err
	}
}
