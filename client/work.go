package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// MaxTogether is how many bytes all answers of one piece of work may have: it may keep them all.
	MaxTogether = 40 << 20

	// turnFrom is how many bytes of answers may be worked on without a turn.
	turnFrom = 256 << 10
	// turnPatience bounds the wait for a turn. Usual work ends sooner. Work that is held up, by a host that does not read for instance, must
	// not hold up the others.
	turnPatience = 5 * time.Second
)

// ErrManyAnswers is the cause of a KindTooLarge by the answers of a piece of work together.
var ErrManyAnswers = errors.New("answers over the limit, together")

// work is a piece of work: calls whose answers are kept together. The mutex of the Memory guards all but the first two fields.
type work struct {
	first  sync.Once // binds the work to the client that it first calls
	caller *caller   // nil if it ended without a call

	share *share
	seat  seat
	claim int  // bytes that it has taken of its room: size, or a whole place; 0 for the senior
	size  int  // bytes of answers, and of buffers for those that are being read
	kept  int  // bytes of answers
	calls int  // calls that have not returned
	turn  int  // bytes of answers that it has a turn for
	ended bool // answers are kept no longer
}

type workKey struct{}

// Holding returns a context for a piece of work that keeps the answers of its calls until end is called. Without it, each call is a piece
// of work that keeps nothing. All calls have to be of one client, or of clients that share a Memory.
func Holding(ctx context.Context) (_ context.Context, end func()) {
	w := new(work)
	return context.WithValue(ctx, workKey{}, w), w.end
}

// workOf returns the work that a call of this client belongs to.
func (c *caller) workOf(ctx context.Context) *work {
	if w, _ := ctx.Value(workKey{}).(*work); w != nil {
		w.first.Do(func() { w.belong(c) })
		if w.caller != nil {
			return w
		}
	}
	w := &work{ended: true}
	w.belong(c)
	return w
}

func (w *work) belong(c *caller) {
	w.caller, w.share = c, c.share
	if w.share == nil {
		w.share = new(share)
	}
}

// end lets go of the answers. It waits for nobody; a write that goes on alone keeps the buffer for its answer until it ends.
func (w *work) end() {
	w.first.Do(func() {})
	if w.caller == nil {
		return
	}
	m := w.caller.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	w.ended = true
	w.size -= w.kept
	w.kept = 0
	m.giveTurn(w)
	m.shrunk(w)
}

// yield is for a pause: it gives back what the answers do not need.
func (w *work) yield() {
	m := w.caller.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.yield(w)
}

// asks begins a call, which answered ends.
func (w *work) asks() {
	m := w.caller.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	w.calls++
	m.giveTurn(w)
}

// answered ends a call. What is made of answers can take ten times their bytes. So when the last call of the work has returned and there are many
// bytes to work on, the work waits for its turn. Its next call, or its end, gives the turn back: nobody has one while waiting for the API.
func (w *work) answered(ctx context.Context) {
	m := w.caller.memory
	m.mu.Lock()
	w.calls--
	turn := 0
	if w.calls == 0 && w.kept >= turnFrom {
		turn = min(w.kept, m.sizes.turns)
	}
	m.mu.Unlock()
	if turn == 0 || !m.takeTurn(ctx, int64(turn)) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.giveTurn(w)
	if w.turn = turn; w.ended || w.calls > 0 {
		m.giveTurn(w)
	}
}

func (m *Memory) takeTurn(ctx context.Context, turn int64) bool {
	if m.turns.TryAcquire(turn) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	return m.turns.Acquire(ctx, turn) == nil
}

func (m *Memory) giveTurn(w *work) {
	m.turns.Release(int64(w.turn))
	w.turn = 0
}

// reading is one attempt's answer, from before its request is sent until its body was read.
type reading struct {
	work  *work
	slot  *slot
	clock *stopwatch // of the attempt; nil before it begins
	sent  bool       // the request may have been sent
	aside bool       // it may be sent, or was, and does not have its slot
	size  int        // of the buffer
	kept  int        // bytes of the answer that the work keeps
}

// grow asks for leave to have a buffer of a size. While it waits for that, others have the slot, and the time of the attempt stands still.
func (r *reading) grow(ctx context.Context, size int) error {
	if size <= r.size {
		return nil
	}
	m := r.work.caller.memory
	waited, err := m.reserve(ctx, r, size, func() {
		r.clock.stop()
		r.slot.give()
	})
	if err != nil || !waited {
		return err
	}
	if err := r.slot.take(ctx); err != nil {
		return err
	}
	r.clock.start()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resume(r)
	return nil
}

// end is the end of the reading: the buffer becomes an answer, or is let go.
func (r *reading) end() {
	w, m := r.work, r.work.caller.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.ended {
		r.kept = 0
	}
	w.size += r.kept - r.size
	w.kept += r.kept
	r.size = 0
	m.resume(r)
	m.shrunk(w)
}
