package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// errNotBegun marks an attempt that was not made because the wait for its turn would have been too long.
var errNotBegun = errors.New("the wait would be longer than the call may take")

// limited holds requests back: a slot for each one in flight, kept until its body was read, room for the
// answer, and the pace of requests a second, which every attempt pays. The slot comes before the pace, so
// that the tokens of requests that wait for a slot do not add up to a burst.
func limited(next handler, cfg *Config) handler {
	var all *slots
	if cfg.Concurrency > 0 {
		all = &slots{free: cfg.Concurrency}
	}
	var pace *pace
	if cfg.Rate > 0 {
		pace = newPace(cfg.Rate, max(1, cfg.Burst))
		pace.turns = cfg.Turns
	}
	return func(c *call, req *http.Request) (*answer, error) {
		ctx := req.Context()
		mine := &slot{of: all}
		defer mine.give()
		if mine.take(ctx) != nil {
			return nil, contextError(ctx)
		}
		c.reading = &reading{work: c.work, slot: mine}
		defer c.reading.end()
		if err := c.reading.grow(ctx, firstChunk); err != nil {
			return nil, notBegun(ctx, err)
		}
		if pace == nil {
			return next(c, req)
		}
		if err := waitTurn(ctx, c, pace, cfg.Observer); err != nil {
			return nil, err
		}
		ans, err := next(c, req)
		if ans != nil {
			pace.learn(ans, time.Now())
		}
		return ans, err
	}
}

// notBegun is the failure of an attempt that got no room for its answer.
func notBegun(ctx context.Context, err error) *Error {
	if message := tooLarge(err); message != "" {
		return &Error{Kind: KindTooLarge, Err: err, Message: message}
	}
	return contextError(ctx)
}

// waitTurn waits until pace lets one request through.
func waitTurn(ctx context.Context, c *call, pace *pace, observer Observer) error {
	for {
		now := time.Now()
		turn, wait := pace.next(ctx, now, c.most())
		if wait == 0 {
			return nil
		}
		if !c.affords(wait) {
			turn.giveBack(ctx)
			return &Error{
				Kind: KindRateLimited, RetryAfter: wait, Err: errNotBegun,
				Message: fmt.Sprintf("this client keeps within the rate limit and its next request may go in %s; nothing was sent", wait.Round(time.Second/10)),
			}
		}
		if !c.sleep(ctx, wait) {
			turn.giveBack(ctx)
			return contextError(ctx)
		}
		c.patience -= wait
		if observer != nil {
			observer.Waited(wait)
		}
		if turn.granted() {
			return nil
		}
	}
}

// most is the longest wait that the call affords.
func (c *call) most() time.Duration {
	if c.deadline.IsZero() {
		return c.patience
	}
	return min(c.patience, time.Until(c.deadline)-time.Millisecond) // the wait has to end before the deadline
}

// affords reports whether the call has the patience, and the time, to wait that long.
func (c *call) affords(wait time.Duration) bool {
	if wait > c.patience {
		return false
	}
	return c.deadline.IsZero() || wait < time.Until(c.deadline)
}

// longPause is how long a call may pause and yet keep the place that its work has in the Memory.
const longPause = time.Second / 2

// sleep waits for d and reports whether it did: not if ctx was done first.
func (c *call) sleep(ctx context.Context, d time.Duration) bool {
	if d > longPause {
		c.work.yield()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
