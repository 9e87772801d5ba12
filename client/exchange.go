package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// errAttempt is the cause of an attempt that ran out of its own time.
var errAttempt = errors.New("the attempt ran out of time")

// exchange is the innermost layer: it sends req once, within timeout, and reads the whole answer.
func exchange(transport http.RoundTripper, timeout time.Duration, scrub scrubber) handler {
	_, traced := transport.(*http.Transport)
	return func(c *call, req *http.Request) (*answer, error) {
		outer, w := req.Context(), c.wire
		ctx, cancel := context.WithCancelCause(outer)
		defer cancel(nil)
		if timeout > 0 {
			c.reading.clock = newStopwatch(timeout, func() { cancel(errAttempt) })
			defer c.reading.clock.stop()
		}
		if traced {
			ctx = w.follow(ctx, c.op.Safety == Write, cancel)
		} else {
			w.sent.Store(true)
		}
		c.reading.sent = true
		res, err := transport.RoundTrip(req.WithContext(ctx))
		if err != nil {
			return nil, transportError(outer, err, context.Cause(ctx), w)
		}
		defer func() { _ = res.Body.Close() }() // everything needed was read by then
		ans := &answer{status: res.StatusCode, header: res.Header, requestID: requestID(res.Header, scrub)}
		if ans.status < http.StatusOK {
			return ans, nil // 101: what follows is another protocol, whose reading no context ends
		}
		ans.body, err = readBody(ctx, res, c.reading)
		ans.body = scrub.body(ans.body)
		if err == nil || ans.status >= http.StatusMultipleChoices {
			return ans, nil // the status of a failure says enough, whatever became of its body
		}
		if message := tooLarge(err); message != "" {
			return nil, &Error{Kind: KindTooLarge, Status: ans.status, RequestID: ans.requestID, Err: err, MaybeApplied: true, Message: message}
		}
		failed := transportError(outer, err, context.Cause(ctx), w)
		failed.Status, failed.RequestID = ans.status, ans.requestID
		return nil, failed
	}
}

// stopwatch ends an attempt when its time is over. It stands still while the attempt waits for others of this process, not for the API.
// Without a limit it is nil.
type stopwatch struct {
	timer *time.Timer
	left  time.Duration
	since time.Time
}

func newStopwatch(limit time.Duration, over func()) *stopwatch {
	return &stopwatch{timer: time.AfterFunc(limit, over), left: limit, since: time.Now()}
}

func (s *stopwatch) stop() {
	if s != nil && s.timer.Stop() {
		s.left -= time.Since(s.since)
	}
}

func (s *stopwatch) start() {
	if s != nil {
		s.since = time.Now()
		s.timer.Reset(s.left)
	}
}

// tooLarge says over which limit an answer went, if that was the failure.
func tooLarge(err error) string {
	switch {
	case errors.Is(err, errTooLarge):
		return fmt.Sprintf("the answer is larger than %d MiB; ask for less at once", MaxBody>>20)
	case errors.Is(err, ErrManyAnswers):
		return fmt.Sprintf("the answers to one call are together larger than %d MiB; ask for less at once", MaxTogether>>20)
	}
	return ""
}

// transportError says what became of an attempt that got no whole answer. outer is the context it was given,
// cause why its own one ended, if it did.
func transportError(outer context.Context, err, cause error, w *wire) *Error {
	sent := w.written.Load() || w.sent.Load() && !neverConnected(err)
	switch {
	case outer.Err() != nil:
		failed := contextError(outer)
		failed.MaybeApplied = sent
		return failed
	case !sent:
		return unreachable(err)
	case errors.Is(cause, errAttempt):
		return &Error{
			Kind: KindTimeout, Err: errors.Join(errAttempt, context.DeadlineExceeded), MaybeApplied: true,
			Message: "the API did not answer in time",
		}
	case errors.Is(cause, errReplay):
		err = errors.Join(errReplay, err)
	}
	return &Error{Kind: KindConnection, Err: err, MaybeApplied: true, Message: "the connection to the API broke before the whole answer was there"}
}

func unreachable(err error) *Error {
	message := "no connection to the API could be made"
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		message = "no connection to the API could be made: its TLS certificate is not trusted"
	}
	return &Error{Kind: KindUnreachable, Err: err, Message: message}
}

// contextError is the failure of a call whose context is done, before anything could have been applied.
func contextError(ctx context.Context) *Error {
	// A detached context is canceled by hand, with the error of the caller's as its cause.
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return &Error{Kind: KindTimeout, Err: context.DeadlineExceeded, Message: "the time for the call ran out"}
	}
	return &Error{Kind: KindCanceled, Err: context.Canceled, Message: "the call was canceled"}
}

// requestID is the API's name for the request, or that of the network in front of it.
func requestID(h http.Header, scrub scrubber) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "Cf-Ray"} {
		if id := scrub.text(h.Get(name), maxWord); id != "" {
			return id
		}
	}
	return ""
}

// operationID is the API's name for a keyed write, empty where it has none or not the documented form: 64 hex digits.
func operationID(h http.Header) string {
	id := h.Get("Outbound-Operation-Id")
	if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}

// date is the API's clock, zero when the answer has no date or one that cannot be read.
func date(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}
