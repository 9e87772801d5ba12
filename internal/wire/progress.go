package wire

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// progressInterval is the least time between two progress notifications of one call.
const progressInterval = 100 * time.Millisecond

// Progress tells the client how far the call in ctx has come: done of total steps, and what is going on. A total of
// zero or less means unknown, an empty message none. It does nothing unless [Guard] is around the handler and the
// client asked for progress. It never waits: a client that does not read must not hold up the work.
//
// At most ten reports a second are sent. Of those in between, and of those that come while one is being written, the
// last one follows when its time has come, or when the handler returns. A report that is not greater than the one
// before is left out, as the protocol demands.
func Progress(ctx context.Context, done, total float64, message string) {
	if p, ok := ctx.Value(progressKey{}).(*progress); ok {
		p.report(report{done: done, total: total, message: message})
	}
}

type progressKey struct{}

type report struct {
	done, total float64
	message     string
}

// progress throttles the reports of one call.
type progress struct {
	ctx   context.Context
	token mcp.ProgressToken

	mu       sync.Mutex
	reported bool
	last     float64
	next     time.Time     // before which no report is sent
	held     *report       // waits for that time, or until the report before it has been written
	timer    *time.Timer   // runs while a report waits for its time
	sending  chan struct{} // closed once the report that is being written has been; nil while none is
	finished bool
}

// withProgress returns the context for a handler, and a function to call when the handler has returned.
func withProgress(ctx context.Context, meta *mcp.Meta) (context.Context, func()) {
	if meta == nil || meta.ProgressToken == nil {
		return ctx, func() {}
	}
	p := &progress{ctx: ctx, token: tokenAsWritten(ctx, meta.ProgressToken)}
	return context.WithValue(ctx, progressKey{}, p), p.finish
}

// largestExact is the integer from which on float64 skips some. mcp-go turns a number into a float64.
const largestExact = 1 << 53

// tokenAsWritten returns the token with all its digits.
func tokenAsWritten(ctx context.Context, token mcp.ProgressToken) mcp.ProgressToken {
	number, ok := token.(float64)
	slot, known := ctx.Value(errorSlotKey{}).(*ErrorSlot)
	if !ok || !known || math.Abs(number) < largestExact {
		return token
	}
	var request struct {
		Params struct {
			Meta struct {
				Token json.RawMessage `json:"progressToken"`
			} `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(slot.message, &request) != nil {
		return token
	}
	return request.Params.Meta.Token
}

func (p *progress) report(r report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.finished || p.reported && r.done <= p.last {
		return
	}
	p.reported, p.last = true, r.done
	p.held = &r
	p.advance()
}

// advance sends the report that is held if nothing has to be waited for. It is called with the lock held. The report is
// written without the lock, and one at a time, so that reports stay in order.
func (p *progress) advance() {
	if p.held == nil || p.timer != nil || p.sending != nil {
		return
	}
	if wait := time.Until(p.next); wait > 0 && !p.finished {
		p.timer = time.AfterFunc(wait, p.due)
		return
	}
	r, sent := *p.held, make(chan struct{})
	p.held, p.sending = nil, sent
	p.next = time.Now().Add(progressInterval)
	go func() {
		defer close(sent)
		p.send(r)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sending = nil
		p.advance()
	}()
}

// due is called when the time of the report that is held has come.
func (p *progress) due() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = nil
	p.advance()
}

// finish takes no more reports and waits until the last one has been written, so that none follows the result. It does
// not wait for a client that does not read once the request has ended.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = true
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	for p.advance(); p.sending != nil; p.advance() {
		if !p.wrote(p.sending) {
			p.held = nil
			return
		}
	}
}

// wrote gives up the lock until a report has been written, and tells whether it was before the request ended.
func (p *progress) wrote(sent <-chan struct{}) bool {
	p.mu.Unlock()
	defer p.mu.Lock()
	select {
	case <-sent:
		return true
	case <-p.ctx.Done():
		return false
	}
}

func (p *progress) send(r report) {
	params := map[string]any{"progressToken": p.token, "progress": r.done}
	if r.total > 0 {
		params["total"] = r.total
	}
	if r.message != "" {
		params["message"] = r.message
	}
	_ = Notify(p.ctx, string(mcp.MethodNotificationProgress), params) // a client that cannot be told is no reason to fail
}
