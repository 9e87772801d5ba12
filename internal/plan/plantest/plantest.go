// Package plantest has what every keeper of plans has to do.
package plantest

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"featurebase-mcp/internal/plan"
)

// New returns a plan of some rows of about a size in bytes.
func New(owner string, rows, bytes int) *plan.Plan {
	p := &plan.Plan{ID: plan.NewID(), Owner: owner}
	for i := range rows {
		p.Rows = append(p.Rows, plan.Row{Number: i + 1, Tool: "update_post", Wire: json.RawMessage(`"` + strings.Repeat("x", bytes) + `"`)})
	}
	return p
}

// Contract tests a keeper. It makes one with a clock of its own.
func Contract(t *testing.T, keeper func(now func() time.Time) plan.Keeper) {
	t.Helper()
	t.Run("plans belong to their owner for an hour", func(t *testing.T) { belong(t, keeper) })
	t.Run("a row is claimed once", func(t *testing.T) { claimedOnce(t, keeper) })
	t.Run("the newest plans of an owner are kept, and those under way", func(t *testing.T) { bounded(t, keeper) })
}

func belong(t *testing.T, keeper func(now func() time.Time) plan.Keeper) {
	t.Helper()
	ctx, now := t.Context(), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	m := keeper(func() time.Time { return now })
	p := New("ann", 2, 10)
	if err := m.Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		owner, id string
		want      error
	}{"own": {"ann", p.ID, nil}, "other caller": {"bob", p.ID, plan.ErrGone}, "no caller": {"", p.ID, plan.ErrGone}, "other plan": {"ann", plan.NewID(), plan.ErrGone}} {
		got, results, err := m.Load(ctx, c.owner, c.id)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.want == nil && (len(results) != 2 || got.ID != p.ID || string(got.Rows[1].Wire) != string(p.Rows[1].Wire) || !got.Made.Equal(now)) {
			t.Errorf("%s: %+v, %v", name, got, results)
		}
		if _, err := m.Claim(ctx, c.owner, c.id, 0, plan.Failed); !errors.Is(err, c.want) {
			t.Errorf("%s: claim: %v", name, err)
		}
	}
	now = now.Add(plan.Lifetime - time.Second)
	if ok, err := m.Claim(ctx, "ann", p.ID, 0, plan.Waiting); !ok || err != nil {
		t.Fatalf("claim in time: %v, %v", ok, err)
	}
	now = now.Add(time.Second)
	if err := m.Settle(ctx, "ann", p.ID, 0, plan.Result{State: plan.Done}); err != nil {
		t.Errorf("a row that was sent in time cannot be settled: %v", err)
	}
	if _, _, err := m.Load(ctx, "ann", p.ID); !errors.Is(err, plan.ErrGone) {
		t.Errorf("an expired plan: %v", err)
	}
}

// Of callers that claim a row at the same time, one gets it, and a row is claimed only from the states that the caller expects.
func claimedOnce(t *testing.T, keeper func(now func() time.Time) plan.Keeper) {
	t.Helper()
	ctx := t.Context()
	m, p := keeper(time.Now), New("ann", 1, 10)
	if err := m.Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if ok, err := m.Claim(ctx, "ann", p.ID, 0, plan.Waiting); err != nil {
				t.Error(err)
			} else if ok {
				got.Add(1)
			}
		})
	}
	if wg.Wait(); got.Load() != 1 {
		t.Fatalf("%d callers have the row", got.Load())
	}
	for _, c := range []struct {
		state plan.State
		from  []plan.State
		want  bool
	}{{plan.Failed, []plan.State{plan.Waiting}, false}, {"", []plan.State{plan.Waiting, plan.Failed}, true}, {plan.Unknown, []plan.State{plan.Waiting, plan.Failed}, false}} {
		if c.state != "" {
			if err := m.Settle(ctx, "ann", p.ID, 0, plan.Result{State: c.state, Why: "so"}); err != nil {
				t.Fatal(err)
			}
			if _, results, err := m.Load(ctx, "ann", p.ID); err != nil || results[0] != (plan.Result{State: c.state, Why: "so"}) {
				t.Errorf("%+v, %v", results, err)
			}
		}
		if ok, err := m.Claim(ctx, "ann", p.ID, 0, c.from...); ok != c.want || err != nil {
			t.Errorf("after %q: %v, %v", c.state, ok, err)
		}
	}
}

func bounded(t *testing.T, keeper func(now func() time.Time) plan.Keeper) {
	t.Helper()
	ctx, now := t.Context(), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	m := keeper(func() time.Time { return now })
	if err := m.Save(ctx, New("eve", 1, 5<<20)); !errors.Is(err, plan.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	honest, applied := New("ann", 1, 1000), New("eve", 1, 1000)
	if err := errors.Join(m.Save(ctx, honest), m.Save(ctx, applied)); err != nil {
		t.Fatal(err)
	}
	if ok, err := m.Claim(ctx, "eve", applied.ID, 0, plan.Waiting); !ok || err != nil {
		t.Fatal(ok, err)
	}
	var all []string
	for range 12 {
		now = now.Add(time.Second)
		p := New("eve", 1, 1<<20)
		if err := m.Save(ctx, p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p.ID)
	}
	for id, owner := range map[string]string{honest.ID: "ann", applied.ID: "eve", all[len(all)-1]: "eve", all[len(all)-6]: "eve"} {
		if _, _, err := m.Load(ctx, owner, id); err != nil {
			t.Errorf("a plan that has room is gone: %v", err)
		}
	}
	if _, _, err := m.Load(ctx, "eve", all[0]); !errors.Is(err, plan.ErrGone) {
		t.Errorf("the oldest plan is still there: %v", err)
	}
}
