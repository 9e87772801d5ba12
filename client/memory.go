package client

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
)

// sizes are those of a Memory, in bytes but for the last. internal/faults measures what they come to.
type sizes struct {
	common int // of the common room
	places int // of all places together
	place  int // of one place
	turns  int // of the answers that are worked on at the same time
	aside  int // requests without their slots, many of which hold open connections
}

// Memory bounds what the answers to all calls of a process take, in bytes. Clients share it by their Config.
//
// An answer counts from its first buffer until the piece of work that asked for it ends (see [Holding]). Most work needs no more than the
// common room has. Work that reads more claims a place, which is enough for usual workflows, so that some of them end instead of all of
// them waiting half-done. One piece of work at a time, the senior, may have as much as MaxTogether. A caller takes no more of a room than it
// leaves free, so that the next caller finds room, whatever the others do. Work that pauses for long keeps only what its answers take.
//
// A request that finds no room waits in a line. No two requests wait for each other there:
//
//   - A request that waits for room, or for its turn to work on answers, holds no slot. So slots come free as fast as the API answers.
//   - Work that has a turn waits for nothing; its next call gives the turn back before it does anything else.
//   - A request that waits for room may belong to work that holds room, but the senior never waits for room, and when there is no senior
//     the first in the line becomes it. So one piece of work that holds room always goes on, and ends by its deadline at the latest.
//
// Nobody waits for ever either: seniors come from all callers in turn, and from the requests of one caller in their order.
type Memory struct {
	sizes sizes
	turns *semaphore.Weighted

	mu     sync.Mutex
	rooms  [senior]room
	senior *work     // nil for none, and then nobody waits for room
	led    int       // how many seniors there were
	line   []*waiter // in the order in which they came
	aside  int       // requests that may be sent, or were, and do not have their slots
}

// NewMemory returns the memory of a process without answers. A place is enough for twenty pages of a hundred posts of 3 kB, with the
// buffers of those that are being read.
func NewMemory() *Memory {
	return newMemory(sizes{common: 8 << 20, places: 21 << 20, place: 7 << 20, turns: 10 << 20, aside: 32})
}

func newMemory(s sizes) *Memory {
	return &Memory{sizes: s, turns: semaphore.NewWeighted(int64(s.turns)), rooms: [senior]room{common: {size: s.common}, place: {size: s.places}}}
}

// seat is where the answers of a piece of work are counted.
type seat int

const (
	common seat = iota
	place
	senior
)

type room struct{ size, taken int }

// share is what one caller has of what all have.
type share struct {
	taken [senior]int // bytes of each room
	aside int         // requests without their slots
}

// caller is the part that one client has in a Memory.
type caller struct {
	memory *Memory
	share  *share // of all its work; nil: each piece of work has its own
	led    int    // the number of its last senior; 0 for none
}

// waiter is a request in the line.
type waiter struct {
	of       *reading
	size     int           // of the buffer that it waits for
	admitted chan struct{} // closed when it has the buffer, or err says why it never will
	err      error
}

// admit gives a reading a buffer of a size, if there is room for it. An error is for good.
func (m *Memory) admit(r *reading, size int) (bool, error) {
	w := r.work
	together := w.size + size - r.size
	switch {
	case together > MaxTogether:
		return false, ErrManyAnswers
	case !r.sent && w.seat == common && !within(w.share.aside, m.aside, 1, m.sizes.aside):
		return false, nil // its answer would only wait besides, with a connection
	case !m.seated(w, together):
		return false, nil
	}
	w.size, r.size = together, size
	return true, nil
}

// seated finds a seat for the work with answers of a size together.
func (m *Memory) seated(w *work, size int) bool {
	switch inPlace := max(size, m.sizes.place); {
	case w.seat == senior, size <= w.claim:
	case w.seat == common && m.fits(w, common, size):
		m.move(w, common, size)
	case m.fits(w, place, inPlace):
		m.move(w, place, inPlace)
	case m.senior == nil:
		m.move(w, senior, 0)
	default:
		return false
	}
	return true
}

// within reports whether a caller may have more of something: what it has then is no more than what it leaves free.
func within(own, all, more, most int) bool { return own+all+2*more <= most }

// fits reports whether the work may claim so many bytes of a room.
func (m *Memory) fits(w *work, s seat, claim int) bool {
	if w.seat == s {
		claim -= w.claim // the rest is counted already
	}
	return within(w.share.taken[s], m.rooms[s].taken, claim, m.rooms[s].size)
}

// move gives the work another seat, or another claim on the room that it is in. The senior is in no room.
func (m *Memory) move(w *work, s seat, claim int) {
	if w.seat == senior {
		m.senior = nil
	} else {
		m.rooms[w.seat].taken -= w.claim
		w.share.taken[w.seat] -= w.claim
	}
	w.seat, w.claim = s, claim
	if s == senior {
		m.led++
		m.senior, w.caller.led = w, m.led
	} else {
		m.rooms[s].taken += claim
		w.share.taken[s] += claim
	}
}

// shrunk follows work whose answers have become less.
func (m *Memory) shrunk(w *work) {
	if w.seat == common || w.ended && w.size == 0 {
		m.move(w, common, w.size)
	}
	m.serve()
}

// yield leaves the work no more than its answers take, since it pauses.
func (m *Memory) yield(w *work) {
	switch {
	case w.seat == place,
		w.seat == senior && m.rooms[place].taken+w.size <= m.rooms[place].size:
		m.move(w, place, w.size)
		m.serve()
	}
}

// serve admits those in the line that there is room for now. Whose last senior was longest ago comes first, so that callers have the senior
// in turn.
func (m *Memory) serve() {
	for again := len(m.line) > 0; again; {
		again = false
		line := slices.Clone(m.line)
		slices.SortStableFunc(line, func(a, b *waiter) int { return cmp.Compare(a.of.work.caller.led, b.of.work.caller.led) })
		for _, next := range line {
			admitted, err := m.admit(next.of, next.size)
			if admitted || err != nil {
				m.setAside(next.of)
				next.err = err
				m.leave(next)
				close(next.admitted)
				again = true
				break // the order may be another now, and work that took a place has made room
			}
		}
	}
}

// ask gives a reading a buffer of a size, or else puts it into the line.
func (m *Memory) ask(r *reading, size int) (*waiter, error) {
	admitted, err := m.admit(r, size)
	if err != nil {
		return nil, err
	}
	if admitted {
		m.serve()       // work that took a place has left the common room
		return nil, nil //nolint:nilnil // it does not wait
	}
	w := &waiter{of: r, size: size, admitted: make(chan struct{})}
	m.line = append(m.line, w)
	if r.sent {
		m.setAside(r)
	}
	return w, nil
}

// leave takes a request out of the line, if it is still there.
func (m *Memory) leave(w *waiter) {
	if i := slices.Index(m.line, w); i >= 0 {
		m.line = slices.Delete(m.line, i, i+1)
	}
}

func (m *Memory) setAside(r *reading) {
	if !r.aside {
		r.aside = true
		m.aside++
		r.work.share.aside++
	}
}

// resume is the end of setAside.
func (m *Memory) resume(r *reading) {
	if r.aside {
		r.aside = false
		m.aside--
		r.work.share.aside--
		m.serve()
	}
}

// reserve gives a reading a buffer of a size and reports whether it had to wait for it. It calls waiting before it waits.
func (m *Memory) reserve(ctx context.Context, r *reading, size int, waiting func()) (waited bool, err error) {
	m.mu.Lock()
	w, err := m.ask(r, size)
	m.mu.Unlock()
	if w == nil {
		return false, err
	}
	waiting()
	select {
	case <-w.admitted:
		return true, w.err
	case <-ctx.Done():
		m.mu.Lock()
		defer m.mu.Unlock()
		m.leave(w) // the end of the reading looks who can come instead
		return true, ctx.Err()
	}
}
