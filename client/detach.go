package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// grace is how long a write that may have been sent outlives its caller.
const grace = 10 * time.Second

var errGrace = errors.New("the caller went away and the time to finish ran out")

// detached lets a write that may have been sent finish without its caller: cut short, nobody would know
// whether it was applied. What was not sent yet ends with the caller, and so do reads.
func detached(next handler, flights *flights) handler {
	return func(c *call, req *http.Request) (*answer, error) {
		if c.op.Safety == Read {
			return next(c, req)
		}
		caller, w := req.Context(), c.wire
		own, cancel := context.WithCancelCause(context.WithoutCancel(caller))
		type outcome struct {
			ans *answer
			err error
		}
		over := make(chan outcome, 1)
		flights.add()
		go func() {
			defer flights.done()
			defer cancel(nil)
			ans, err := next(c, req.WithContext(own))
			over <- outcome{ans, err}
		}()
		select {
		case o := <-over:
			return o.ans, o.err
		case <-caller.Done():
		}
		if !w.sent.Load() {
			// Should the request get its connection in this very moment, then the error says that it may
			// have been applied.
			cancel(caller.Err())
			o := <-over
			return o.ans, o.err
		}
		end := time.AfterFunc(grace, func() { cancel(errGrace) })
		wait := grace
		if deadline, ok := caller.Deadline(); ok {
			wait = min(wait, time.Until(deadline))
		}
		// The deadline is kept even by a transport that does not look at its context.
		patience := time.NewTimer(wait)
		defer patience.Stop()
		select {
		case o := <-over:
			end.Stop()
			return o.ans, o.err
		case <-patience.C:
			failed := contextError(caller)
			failed.MaybeApplied = true
			return nil, failed
		}
	}
}

// flights counts the writes on the wire.
type flights struct {
	mu    sync.Mutex
	count int
	empty chan struct{} // closed when count falls to 0; nil while nobody waits
}

func (f *flights) add() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
}

func (f *flights) done() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count--
	if f.count == 0 && f.empty != nil {
		close(f.empty)
		f.empty = nil
	}
}

func (f *flights) any() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count > 0
}

func (f *flights) wait(ctx context.Context) {
	f.mu.Lock()
	if f.count == 0 {
		f.mu.Unlock()
		return
	}
	if f.empty == nil {
		f.empty = make(chan struct{})
	}
	empty := f.empty
	f.mu.Unlock()
	select {
	case <-empty:
	case <-ctx.Done():
	}
}
