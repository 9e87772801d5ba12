package client

import (
	"context"
	"errors"
	"sync"
)

const (
	// bulky is the size from which an answer is read and worked on one at a time. What people ask for is smaller; what is not, is often not
	// meant well, and many at once would be more than the process may take.
	bulky = 1 << 20
	// bulkyTogether is the same for all answers of one piece of work, which may read many pages.
	bulkyTogether = 4 << 20
	// MaxTogether is how much all answers of one piece of work may have: it may keep them all.
	MaxTogether = 40 << 20
)

// ErrManyAnswers is the cause of a KindTooLarge by the answers of a piece of work together.
var ErrManyAnswers = errors.New("answers over the limit, together")

// bulk is held by the one who has bulky answers. Memory is the process's, so all clients share it.
var bulk = make(chan struct{}, 1)

// holding is a piece of work that may keep bulky answers.
type holding struct {
	mu          sync.Mutex // never held while waiting: the end of the work waits for nobody
	held, ended bool
	kept        int           // bytes of answers
	asking      chan struct{} // full while one of the work's answers waits for bulk, so that the others do not wait besides
}

type holdingKey struct{}

// Holding returns a context for a piece of work that keeps the answers of its calls until end is called. Bulky ones are kept by one piece of
// work at a time; without Holding, they are read one at a time.
func Holding(ctx context.Context) (_ context.Context, end func()) {
	h := newHolding()
	return context.WithValue(ctx, holdingKey{}, h), h.end
}

func newHolding() *holding { return &holding{asking: make(chan struct{}, 1)} }

func (h *holding) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended = true; h.held {
		h.held = false
		<-bulk
	}
}

// keeping is one answer that is being read for a piece of work.
type keeping struct {
	work  *holding
	size  int  // of the buffer
	alone bool // it is bulky, and the work is over or none is known of
}

// keep begins to read an answer.
func keep(ctx context.Context) *keeping {
	h, _ := ctx.Value(holdingKey{}).(*holding)
	if h == nil {
		h = newHolding()
		h.ended = true
	}
	return &keeping{work: h}
}

// grow asks for leave to have a buffer of a size, and waits for it where that is bulky.
func (k *keeping) grow(ctx context.Context, size int) error {
	if waits, err := k.count(size); !waits {
		return err
	}
	select {
	case k.work.asking <- struct{}{}:
		defer func() { <-k.work.asking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if waits, err := k.count(size); !waits { // another answer of the work has waited meanwhile
		return err
	}
	select {
	case bulk <- struct{}{}:
		return k.has(size)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// count notes the size of the buffer, unless the work has to wait for bulk first.
func (k *keeping) count(size int) (waits bool, err error) {
	h := k.work
	h.mu.Lock()
	defer h.mu.Unlock()
	together := h.kept + size - k.size
	if together > MaxTogether {
		return false, ErrManyAnswers
	}
	if isBulky := size > bulky+1 || together > bulkyTogether; isBulky && !h.held && !k.alone {
		return true, nil
	}
	h.kept, k.size = together, size
	return false, nil
}

// has notes whose the bulk is now: the work's, or that of an answer alone, if the work has ended, as when a write finishes without it.
func (k *keeping) has(size int) error {
	h := k.work
	h.mu.Lock()
	h.held, k.alone = !h.ended, h.ended
	h.mu.Unlock()
	_, err := k.count(size)
	return err
}

// end is the end of the reading: n bytes of the buffer are kept by the work.
func (k *keeping) end(n int) {
	if k.alone {
		<-bulk
	}
	k.work.mu.Lock()
	defer k.work.mu.Unlock()
	k.work.kept += n - k.size
}
