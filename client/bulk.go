package client

import (
	"context"
	"sync"
)

// bulky is the size from which an answer is read and worked on one at a time. What people ask for is smaller; what is not, is often not meant
// well, and many at once would be more than the process may take.
const bulky = 1 << 20

// bulk is held by the one who has a bulky answer. Memory is the process's, so all clients share it.
var bulk = make(chan struct{}, 1)

// holding is a piece of work that may keep a bulky answer.
type holding struct {
	mu          sync.Mutex
	held, ended bool
}

type holdingKey struct{}

// Holding returns a context for a piece of work that keeps the answers of its calls until end is called. Bulky ones are kept by one piece of
// work at a time; without Holding, they are read one at a time.
func Holding(ctx context.Context) (_ context.Context, end func()) {
	h := new(holding)
	return context.WithValue(ctx, holdingKey{}, h), h.end
}

func (h *holding) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended = true; h.held {
		h.held = false
		<-bulk
	}
}

// haveBulk waits for leave to read a bulky answer, and returns what to call when it was read, which is never nil.
func haveBulk(ctx context.Context) (read func(), err error) {
	h, _ := ctx.Value(holdingKey{}).(*holding)
	if h == nil {
		h = &holding{ended: true}
	}
	h.mu.Lock() // for all of the wait: what the same work asks for besides must not wait for itself
	defer h.mu.Unlock()
	if h.held {
		return func() {}, nil
	}
	select {
	case bulk <- struct{}{}:
	case <-ctx.Done():
		return func() {}, ctx.Err()
	}
	if h.ended { // the work went away, and what is read here is a write that finishes without it
		return func() { <-bulk }, nil
	}
	h.held = true
	return func() {}, nil
}
