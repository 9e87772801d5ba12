// Package loglimit bounds what clients can have written into a log before anybody has let them in: how long a value is and
// how many lines there are.
package loglimit

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	longestValue   = 128  // bytes
	longestMessage = 2048 // bytes; net/http writes a panic with its stack into one

	burst = 20          // lines at once
	pause = time.Second // until one more
)

// New returns a logger that cuts long values and leaves out lines that come too fast. The next line then says how many.
func New(log *slog.Logger) *slog.Logger {
	return slog.New(handler{log.Handler(), &state{rate: rate.NewLimiter(rate.Every(pause), burst)}})
}

type handler struct {
	next slog.Handler
	*state
}

type state struct {
	rate    *rate.Limiter
	leftOut atomic.Int64
}

// Enabled implements [slog.Handler].
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if !h.rate.AllowN(r.Time, 1) {
		h.leftOut.Add(1)
		return nil
	}
	short := slog.NewRecord(r.Time, r.Level, cut(r.Message, longestMessage), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		short.AddAttrs(cutAttr(a))
		return true
	})
	if n := h.leftOut.Swap(0); n > 0 {
		short.AddAttrs(slog.Int64("lines_left_out_before", n))
	}
	return h.next.Handle(ctx, short)
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	short := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		short[i] = cutAttr(a)
	}
	return handler{h.next.WithAttrs(short), h.state}
}

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name), h.state} }

// cutAttr cuts texts and errors; other values are short.
func cutAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	if err, ok := v.Any().(error); ok {
		v = slog.StringValue(err.Error())
	}
	if v.Kind() == slog.KindString {
		v = slog.StringValue(cut(v.String(), longestValue))
	}
	return slog.Attr{Key: a.Key, Value: v}
}

func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "..."
}
