package client

import (
	"context"
	"slices"
	"sync"
)

// slots bound the requests in flight. Requests get them in the order in which they asked, but one that gave its slot back while it waited
// for room comes before those that were not sent yet: room is kept for it.
type slots struct {
	mu   sync.Mutex
	free int
	back []chan struct{} // of requests that had a slot
	line []chan struct{} // of the others
}

// slot is that of one attempt. Without slots, it is had at once.
type slot struct {
	of        *slots
	had, held bool
}

// take waits for the slot.
func (s *slot) take(ctx context.Context) error {
	if s.of == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	q := s.of
	q.mu.Lock()
	if q.free > 0 {
		q.free--
		q.mu.Unlock()
		s.had, s.held = true, true
		return nil
	}
	line := &q.line
	if s.had {
		line = &q.back
	}
	turn := make(chan struct{})
	*line = append(*line, turn)
	q.mu.Unlock()
	select {
	case <-turn:
		s.had, s.held = true, true
		return nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(*line, turn); i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	} else {
		q.next() // it came in this very moment
	}
	return ctx.Err()
}

// give gives the slot back, if it is held.
func (s *slot) give() {
	if !s.held {
		return
	}
	s.held = false
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.next()
}

// next hands a slot to who waits for it.
func (q *slots) next() {
	for _, line := range []*[]chan struct{}{&q.back, &q.line} {
		if len(*line) > 0 {
			close((*line)[0])
			*line = slices.Delete(*line, 0, 1)
			return
		}
	}
	q.free++
}
