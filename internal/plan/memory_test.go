package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func newPlan(owner string, bytes int) *Plan {
	return &Plan{ID: NewID(), Owner: owner, Rows: []Row{{Number: 1, Tool: "update_post", Wire: json.RawMessage(strings.Repeat("x", bytes))}}}
}

// Nobody finds the plan of somebody else, or one that has expired.
func TestPlansBelongToTheirOwnerForAnHour(t *testing.T) {
	t.Parallel()
	ctx, now := context.Background(), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	m := NewMemory(func() time.Time { return now })
	p := newPlan("ann", 10)
	if err := m.Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		owner, id string
		want      error
	}{"own": {"ann", p.ID, nil}, "other caller": {"bob", p.ID, ErrGone}, "no caller": {"", p.ID, ErrGone}, "other plan": {"ann", NewID(), ErrGone}} {
		if _, _, err := m.Load(ctx, c.owner, c.id); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := m.Claim(ctx, c.owner, c.id, 0, Failed); !errors.Is(err, c.want) {
			t.Errorf("%s: claim: %v", name, err)
		}
	}
	now = now.Add(Lifetime - time.Second)
	if ok, err := m.Claim(ctx, "ann", p.ID, 0, Waiting); !ok || err != nil {
		t.Fatalf("claim in time: %v, %v", ok, err)
	}
	now = now.Add(time.Second)
	if err := m.Settle(ctx, "ann", p.ID, 0, Result{State: Done}); err != nil {
		t.Errorf("a row that was sent in time cannot be settled: %v", err)
	}
	if _, _, err := m.Load(ctx, "ann", p.ID); !errors.Is(err, ErrGone) {
		t.Errorf("an expired plan: %v", err)
	}
}

// Of callers that claim a row at the same time, one gets it, and a row is claimed only from the states that the caller expects.
func TestARowIsClaimedOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m, p := NewMemory(time.Now), newPlan("ann", 10)
	if err := m.Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if ok, _ := m.Claim(ctx, "ann", p.ID, 0, Waiting); ok {
				got.Add(1)
			}
		})
	}
	if wg.Wait(); got.Load() != 1 {
		t.Errorf("%d callers have the row", got.Load())
	}
	for _, c := range []struct {
		state State
		from  []State
		want  bool
	}{{Unknown, []State{Waiting, Failed}, false}, {Failed, []State{Waiting}, false}, {Failed, []State{Waiting, Failed}, true}} {
		if err := m.Settle(ctx, "ann", p.ID, 0, Result{State: c.state}); err != nil {
			t.Fatal(err)
		}
		if ok, err := m.Claim(ctx, "ann", p.ID, 0, c.from...); ok != c.want || err != nil {
			t.Errorf("from %s: %v, %v", c.state, ok, err)
		}
	}
}

// One caller's plans take the room of its own old ones, and never that of a caller who keeps fewer.
func TestOneCallersPlansDoNotPushOutOthers(t *testing.T) {
	t.Parallel()
	ctx, now := context.Background(), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	m := NewMemory(func() time.Time { return now })
	honest := newPlan("ann", 1000)
	if err := m.Save(ctx, honest); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(ctx, newPlan("eve", plansBytes)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	for i := range 200 {
		now = now.Add(time.Second)
		if err := m.Save(ctx, newPlan(fmt.Sprintf("eve %d", i%7), plansBytes/2)); err != nil {
			t.Fatal(err)
		}
		if m.bytes > mostBytes {
			t.Fatalf("%d bytes", m.bytes)
		}
	}
	if _, _, err := m.Load(ctx, "ann", honest.ID); err != nil {
		t.Errorf("the honest caller's plan: %v", err)
	}
	applied := newPlan("ann", 1000)
	if err := m.Save(ctx, applied); err != nil {
		t.Fatal(err)
	}
	if ok, err := m.Claim(ctx, "ann", applied.ID, 0, Waiting); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for range 20 {
		_ = m.Save(ctx, newPlan("ann", plansBytes/2))
	}
	if _, _, err := m.Load(ctx, "ann", applied.ID); err != nil {
		t.Errorf("a plan that is being applied was dropped: %v", err)
	}
}
