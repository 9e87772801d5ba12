package plan

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// The bounds of the plans in a process, in bytes.
const (
	mostBytes   = 32 << 20 // of all callers
	ownersBytes = 8 << 20  // of one caller
	plansBytes  = 4 << 20  // of one plan
)

// Memory keeps plans in this process. They end with it.
type Memory struct {
	now func() time.Time

	mu    sync.Mutex
	plans map[string]*kept // by id
	bytes int
}

// kept is a plan with the results of its rows.
type kept struct {
	*Plan

	results []Result
	bytes   int
	busy    int // rows that are being sent
}

// NewMemory returns an empty memory. now is the clock.
func NewMemory(now func() time.Time) *Memory { return &Memory{now: now, plans: map[string]*kept{}} }

// Save keeps a new plan. To make room it drops plans that have expired, then the oldest plan of the same owner, and then the oldest of the owner
// that holds most, so that nobody's plans push out those of callers who keep fewer. It never drops a plan that is being applied.
func (m *Memory) Save(_ context.Context, p *Plan) error {
	p.Made = m.now()
	k := &kept{Plan: p, results: make([]Result, len(p.Rows)), bytes: p.size()}
	if k.bytes > plansBytes {
		return ErrTooLarge
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, old := range m.plans {
		if old.busy == 0 && !m.now().Before(old.Expires()) {
			m.drop(id)
		}
	}
	for m.held()[p.Owner]+k.bytes > ownersBytes {
		if !m.dropOldest(p.Owner) {
			return ErrFull
		}
	}
	for m.bytes+k.bytes > mostBytes {
		held := m.held()
		held[p.Owner] += k.bytes
		most := slices.MaxFunc(slices.Collect(maps.Keys(held)), func(a, b string) int { return cmp.Compare(held[a], held[b]) })
		if !m.dropOldest(most) {
			return ErrFull
		}
	}
	m.plans[p.ID] = k
	m.bytes += k.bytes
	return nil
}

// held returns how many bytes each owner holds.
func (m *Memory) held() map[string]int {
	held := map[string]int{}
	for _, k := range m.plans {
		held[k.Owner] += k.bytes
	}
	return held
}

func (m *Memory) dropOldest(owner string) bool {
	var oldest *kept
	for _, k := range m.plans {
		if k.Owner == owner && k.busy == 0 && (oldest == nil || k.Made.Before(oldest.Made)) {
			oldest = k
		}
	}
	if oldest == nil {
		return false
	}
	m.drop(oldest.ID)
	return true
}

func (m *Memory) drop(id string) {
	m.bytes -= m.plans[id].bytes
	delete(m.plans, id)
}

// find returns a plan that can be applied still, or is being applied. The caller holds the lock.
func (m *Memory) find(owner, id string) (*kept, error) {
	k := m.plans[id]
	if k == nil || k.Owner != owner || k.busy == 0 && !m.now().Before(k.Expires()) {
		return nil, ErrGone
	}
	return k, nil
}

// Load returns a plan and the results of its rows.
func (m *Memory) Load(_ context.Context, owner, id string) (*Plan, []Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(owner, id)
	if err != nil {
		return nil, nil, err
	}
	return k.Plan, slices.Clone(k.results), nil
}

// Claim reserves a row.
func (m *Memory) Claim(_ context.Context, owner, id string, row int, from ...State) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(owner, id)
	if err != nil {
		return false, err
	}
	if !slices.Contains(from, k.results[row].State) {
		return false, nil
	}
	k.results[row] = Result{State: Sending}
	k.busy++
	return true, nil
}

// Settle records what became of a row.
func (m *Memory) Settle(_ context.Context, owner, id string, row int, r Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(owner, id)
	if err != nil {
		return err
	}
	k.results[row] = r
	k.busy--
	return nil
}
