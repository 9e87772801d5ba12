package client

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is a Memory without goroutines: its requests come, grow, wait, go on, pause and end one step after the other, in any order.
type model struct {
	*Memory
	callers  []*caller
	works    []*work
	readings []*modelled
}

type modelled struct {
	*reading
	wait *waiter // nil while it is not in the line
}

func newModel() *model {
	m := &model{Memory: newMemory(sizes{common: 64, places: 192, place: 32, turns: 1, aside: 4})}
	m.callers = []*caller{{memory: m.Memory}, {memory: m.Memory, share: new(share)}, {memory: m.Memory, share: new(share)}}
	return m
}

func (r *modelled) waits() bool {
	if r.wait == nil {
		return false
	}
	select {
	case <-r.wait.admitted:
		r.wait = nil
		return false
	default:
		return true
	}
}

func (m *model) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":      m.check,
		"begin": m.begin,
		"ask":   m.ask,
		"grow": func(t *rapid.T) {
			r := m.reading(t)
			if r.waits() || r.aside {
				t.Skip()
			}
			size := r.size + rapid.IntRange(1, 150).Draw(t, "more")
			var err error
			if r.wait, err = m.Memory.ask(r.reading, size); err != nil {
				t.Fatal(err)
			}
			r.sent = r.sent || r.wait == nil
		},
		"resume": func(t *rapid.T) {
			r := m.reading(t)
			if r.waits() || !r.aside {
				t.Skip()
			}
			m.resume(r.reading)
			r.sent = true
		},
		"answer": func(t *rapid.T) {
			r := m.reading(t)
			kept := 0
			if !r.waits() {
				kept = rapid.IntRange(0, r.size).Draw(t, "kept")
			}
			m.answer(r, kept)
		},
		"pause": func(t *rapid.T) { m.work(t).yield() },
		"end":   func(t *rapid.T) { m.work(t).end() },
	}
}

func (m *model) begin(t *rapid.T) {
	w := new(work)
	w.first.Do(func() { w.belong(rapid.SampledFrom(m.callers).Draw(t, "caller")) })
	m.works = append(m.works, w)
}

func (m *model) ask(t *rapid.T) {
	m.readings = append(m.readings, &modelled{reading: &reading{work: m.work(t)}})
}

func (m *model) work(t *rapid.T) *work {
	return rapid.SampledFrom(m.works).Draw(t, "work")
}

func (m *model) reading(t *rapid.T) *modelled {
	if len(m.readings) == 0 {
		t.Skip()
	}
	return rapid.SampledFrom(m.readings).Draw(t, "reading")
}

// answer ends a reading, whose caller has left if it still waits.
func (m *model) answer(r *modelled, kept int) {
	if r.waits() {
		m.leave(r.wait)
	}
	r.kept = kept
	r.end()
	m.readings = slices.DeleteFunc(m.readings, func(other *modelled) bool { return other == r })
}

// check holds the books against what there is, and looks for somebody who waits without need.
func (m *model) check(t *rapid.T) {
	var rooms [senior]int
	shares := map[*share]share{}
	for _, w := range m.works {
		own := shares[w.share]
		if w.seat != senior {
			rooms[w.seat] += w.claim
			own.taken[w.seat] += w.claim
		}
		shares[w.share] = own
		if w.seat == senior && m.senior != w || w.seat == place && w.size > w.claim || w.seat == common && w.size != w.claim || w.size < 0 {
			t.Fatalf("a piece of work with %d bytes claims %d of room %d", w.size, w.claim, w.seat)
		}
	}
	aside := 0
	for _, r := range m.readings {
		if r.aside {
			own := shares[r.work.share]
			own.aside++
			shares[r.work.share] = own
			aside++
		}
		if !r.waits() {
			continue
		}
		if admitted, _ := m.admit(r.reading, r.wait.size); admitted {
			t.Fatal("somebody waits for room that there is")
		}
	}
	for s, room := range m.rooms {
		if room.taken != rooms[s] || room.taken > room.size {
			t.Fatalf("of %d bytes in room %d, %d are taken and %d claimed", room.size, s, room.taken, rooms[s])
		}
	}
	for own, want := range shares {
		if *own != want {
			t.Fatalf("a caller has %+v, and counts as %+v", want, *own)
		}
	}
	if aside != m.aside {
		t.Fatalf("%d requests are aside, and %d are counted", aside, m.aside)
	}
}

// finish lets nobody come, and whoever does not wait ends.
func (m *model) finish(t *rapid.T) {
	for len(m.readings) > 0 {
		i := slices.IndexFunc(m.readings, func(r *modelled) bool { return !r.waits() })
		switch {
		case i >= 0:
			m.answer(m.readings[i], 0)
		case m.senior == nil:
			t.Fatal("all wait")
		default:
			m.senior.end()
		}
		m.check(t)
	}
	for _, w := range m.works {
		w.end()
	}
	if m.rooms[common].taken+m.rooms[place].taken+m.aside != 0 || m.senior != nil || len(m.line) > 0 {
		t.Fatalf("at the end: %+v, %d aside, senior %v, %d in the line", m.rooms, m.aside, m.senior, len(m.line))
	}
}

// Whatever requests do, and in which order, nobody waits for room that there is, and when all who can have ended nobody waits.
func TestSomebodyCanAlwaysGoOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		for range 10 {
			m.begin(t)
			m.ask(t)
		}
		for range 5 { // times about thirty steps
			t.Repeat(m.steps())
		}
		m.finish(t)
	})
}
