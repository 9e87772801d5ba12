package sharedtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"featurebase-mcp/internal/shared"
)

// Memory is a store in this process.
type Memory struct {
	Now func() time.Time

	mu      sync.Mutex
	restart int
	away    bool
	marks   map[string]time.Time
	records map[string]*record
	buckets map[string]*bucket
	present map[string]map[string]time.Time
	repeats map[string]repeated
}

type repeated struct {
	what  string
	times int
	until time.Time
}

type record struct {
	fields map[string][]byte
	until  time.Time
	life   string
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		Now: time.Now, marks: map[string]time.Time{}, records: map[string]*record{}, buckets: map[string]*bucket{}, present: map[string]map[string]time.Time{},
		repeats: map[string]repeated{},
	}
}

// Restart is a restart that brings everything back, as it may have been some time ago.
func (m *Memory) Restart() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restart++
}

// SetAway has every call fail, or none.
func (m *Memory) SetAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

// enter begins a call.
func (m *Memory) enter() (leave func(), err error) {
	m.mu.Lock()
	if m.away {
		m.mu.Unlock()
		return func() {}, shared.ErrAway
	}
	return m.mu.Unlock, nil
}

// Mark implements shared.Store.
func (m *Memory) Mark(_ context.Context, key string, ttl time.Duration) (bool, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil || m.Now().Before(m.marks[key]) {
		return false, err
	}
	m.marks[key] = m.Now().Add(ttl)
	return true, nil
}

// Marked implements shared.Store.
func (m *Memory) Marked(_ context.Context, key string) (bool, error) {
	leave, err := m.enter()
	defer leave()
	return err == nil && m.Now().Before(m.marks[key]), err
}

// Life implements shared.Store.
func (m *Memory) Life(context.Context, string) (string, error) {
	leave, err := m.enter()
	defer leave()
	return m.life(), err
}

func (m *Memory) life() string { return fmt.Sprint("life ", m.restart) }

// Make implements shared.Store.
func (m *Memory) Make(_ context.Context, key string, fields map[string][]byte, ttl time.Duration) error {
	leave, err := m.enter()
	defer leave()
	if r := m.records[key]; err == nil && r != nil && m.Now().Before(r.until) {
		err = shared.ErrAway
	}
	if err != nil {
		return err
	}
	own := maps.Clone(fields)
	if own == nil {
		own = map[string][]byte{}
	}
	m.records[key] = &record{own, m.Now().Add(ttl), m.life()}
	return nil
}

func (m *Memory) find(key string) (*record, error) {
	r := m.records[key]
	if r == nil || r.life != m.life() || !m.Now().Before(r.until) {
		return nil, shared.ErrGone
	}
	return r, nil
}

// Fields implements shared.Store.
func (m *Memory) Fields(_ context.Context, key string, names ...string) (map[string][]byte, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return nil, err
	}
	r, err := m.find(key)
	if err != nil {
		return nil, err
	}
	found := maps.Clone(r.fields)
	if len(names) > 0 {
		maps.DeleteFunc(found, func(name string, _ []byte) bool { return !slices.Contains(names, name) })
	}
	return found, nil
}

// Swap implements shared.Store.
func (m *Memory) Swap(_ context.Context, key, field string, was, now []byte) (bool, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return false, err
	}
	r, err := m.find(key)
	if err != nil {
		return false, err
	}
	is := string(r.fields[field])
	if is == string(now) {
		return true, nil
	}
	if is != string(was) {
		return false, nil
	}
	r.fields[field] = now
	if len(now) == 0 {
		delete(r.fields, field)
	}
	return true, nil
}

// Drop implements shared.Store.
func (m *Memory) Drop(_ context.Context, key string) error {
	leave, err := m.enter()
	defer leave()
	if err == nil {
		delete(m.records, key)
		delete(m.marks, key)
		delete(m.repeats, key)
	}
	return err
}

// Repeat implements shared.Store.
func (m *Memory) Repeat(_ context.Context, key, what string, ttl time.Duration) (int, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return 0, err
	}
	r := m.repeats[key]
	if r.what != what || !m.Now().Before(r.until) {
		r = repeated{what: what}
	}
	r.times++
	r.until = m.Now().Add(ttl)
	m.repeats[key] = r
	return r.times, nil
}

// Present implements shared.Store.
func (m *Memory) Present(_ context.Context, key, member string, within time.Duration) (int, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return 0, err
	}
	if m.present[key] == nil {
		m.present[key] = map[string]time.Time{}
	}
	m.present[key][member] = m.Now()
	maps.DeleteFunc(m.present[key], func(_ string, at time.Time) bool { return m.Now().Sub(at) > within })
	return len(m.present[key]), nil
}

// bucket is what is left of a rate limit.
type bucket struct {
	tokens, share, window float64
	at, halved, ends      time.Time
}

// Take implements shared.Store.
func (m *Memory) Take(_ context.Context, key string, n shared.News, most time.Duration) (taken bool, wait time.Duration, err error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return false, 0, err
	}
	now := m.Now()
	b := m.buckets[key]
	if b == nil {
		b = &bucket{tokens: float64(n.Burst), share: 1, at: now}
		m.buckets[key] = b
	}
	if n.Refused && now.Sub(b.halved) >= time.Second {
		b.share, b.halved = max(b.share/2, 1.0/16), now
	} else {
		b.share = min(1, b.share+float64(n.Good)*0.01)
	}
	if n.Left > 0 {
		b.window, b.ends = n.Window, now.Add(n.Left)
	} else if n.Plenty {
		b.ends = time.Time{}
	}
	pace, room := n.Rate*b.share, float64(n.Burst)
	if now.Before(b.ends) {
		pace = min(pace, b.window)
	}
	if pace < n.Rate {
		room = max(1, min(room, float64(int(pace))))
	}
	b.tokens = min(room, b.tokens+max(0, now.Sub(b.at).Seconds())*pace)
	b.at = now
	left := b.ends.Sub(now)
	if pace <= 0 {
		return false, left, nil
	}
	wait = max(0, time.Duration((1-b.tokens)/pace*float64(time.Second)))
	switch {
	case left > 0 && wait > left:
		return false, left, nil
	case wait > most:
		return false, wait, nil
	}
	b.tokens--
	return true, wait, nil
}

// GiveBack implements shared.Store.
func (m *Memory) GiveBack(_ context.Context, key string) error {
	leave, err := m.enter()
	defer leave()
	if b := m.buckets[key]; err == nil && b != nil {
		b.tokens++
	}
	return err
}

var _ shared.Store = (*Memory)(nil)
