package client

import (
	"log/slog"
	"net/http"
	"time"
)

// logged writes one debug line per attempt: never a header, a body or a query value.
func logged(next handler, logger *slog.Logger, scrub scrubber) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		ctx := req.Context()
		c.attempts++
		if !logger.Enabled(ctx, slog.LevelDebug) {
			return next(c, req)
		}
		attempt, start := c.attempts, time.Now()
		ans, err := next(c, req)
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
