package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func newPlan(owner string, bytes int) *Plan {
	return &Plan{ID: NewID(), Owner: owner, Rows: []Row{{Number: 1, Tool: "update_post", Wire: json.RawMessage(strings.Repeat("x", bytes))}}}
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
