//go:build unix

package shared_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/plan/plantest"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/shared/sharedtest"
)

func TestPlansKeepTheContract(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]shared.Store{"memory": sharedtest.NewMemory(), "redis": open(t, sharedtest.NewServer(t).Address)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plantest.Contract(t, func(now func() time.Time) plan.Keeper { return plansOf(t, s, now) })
		})
	}
}

func plansOf(t *testing.T, s shared.Store, now func() time.Time) *shared.Plans {
	t.Helper()
	p := shared.NewPlans(s, keys(), now)
	t.Cleanup(p.Close)
	return p
}

// A replica that ended in the middle of a row leaves it under way. No other one sends it, and after a while it counts as one that may have been
// applied.
func TestARowOfAReplicaThatEndedIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Now()
	clock := func() time.Time { return now }
	store := sharedtest.NewMemory()
	ended, other, p := plansOf(t, store, clock), plansOf(t, store, clock), plantest.New("ann", 2, 10)
	if err := ended.Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	if ok, err := ended.Claim(ctx, "ann", p.ID, 0, plan.Waiting); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, c := range []struct {
		after time.Duration
		want  plan.State
	}{{0, plan.Sending}, {6 * time.Minute, plan.Unknown}} {
		now = now.Add(c.after)
		_, results, err := other.Load(ctx, "ann", p.ID)
		if err != nil || results[0].State != c.want || results[1].State != plan.Waiting {
			t.Errorf("after %v: %+v, %v", c.after, results, err)
		}
		if ok, err := other.Claim(ctx, "ann", p.ID, 0, plan.Waiting, plan.Failed, plan.Skipped); ok || err != nil {
			t.Errorf("after %v it was claimed: %v", c.after, err)
		}
	}
	if err := other.Settle(ctx, "ann", p.ID, 0, plan.Result{State: plan.Waiting}); err == nil {
		t.Error("a replica settled what another one has claimed")
	}
	if err := ended.Settle(ctx, "ann", p.ID, 0, plan.Result{State: plan.Done}); err != nil {
		t.Errorf("a slow replica cannot tell what became of its row: %v", err)
	}
	if _, results, err := other.Load(ctx, "ann", p.ID); err != nil || results[0].State != plan.Done {
		t.Errorf("%+v, %v", results, err)
	}
}

// The outcome of a row that was sent while the store went away is kept once it is back.
func TestAnOutcomeWaitsForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, store := t.Context(), sharedtest.NewMemory()
		sends := shared.NewPlans(store, keys(), time.Now)
		defer sends.Close()
		p := plantest.New("ann", 1, 10)
		if err := sends.Save(ctx, p); err != nil {
			t.Fatal(err)
		}
		if ok, err := sends.Claim(ctx, "ann", p.ID, 0, plan.Waiting); !ok || err != nil {
			t.Fatal(ok, err)
		}
		store.SetAway(true)
		if err := sends.Settle(ctx, "ann", p.ID, 0, plan.Result{State: plan.Done, Made: "1"}); !errors.Is(err, shared.ErrAway) {
			t.Errorf("without the store: %v", err)
		}
		if _, err := sends.Claim(ctx, "ann", p.ID, 0, plan.Waiting); !errors.Is(err, shared.ErrAway) {
			t.Errorf("a claim without the store: %v", err)
		}
		time.Sleep(time.Minute)
		store.SetAway(false)
		time.Sleep(2 * time.Second)
		if _, results, err := sends.Load(ctx, "ann", p.ID); err != nil || results[0].State != plan.Done || results[0].Made != "1" {
			t.Errorf("%+v, %v", results, err)
		}
	})
}

// The store holds nothing that can be read, and a deployment with another key finds nothing.
func TestPlansAreSealed(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), sharedtest.NewServer(t)
	s := open(t, server.Address)
	p := plantest.New("the owner", 1, 10)
	p.Rows[0].What = "a customer's words"
	if err := plansOf(t, s, time.Now).Save(ctx, p); err != nil {
		t.Fatal(err)
	}
	everything := sharedtest.Dump(t, server)
	for _, secret := range []string{"customer", "the owner", p.ID, "update_post"} {
		if bytes.Contains(everything, []byte(secret)) {
			t.Errorf("%q can be read in the store", secret)
		}
	}
	if !bytes.Contains(everything, []byte("featurebase-mcp:")) {
		t.Fatal("there is nothing in the store")
	}
	old, next, foreign := bytes.Repeat([]byte("k"), 32), bytes.Repeat([]byte("n"), 32), bytes.Repeat([]byte("f"), 32)
	for name, c := range map[string]struct {
		keys *shared.Keys
		want error
	}{"the new key first": {shared.NewKeys(next, old), nil}, "another deployment": {shared.NewKeys(foreign), plan.ErrGone}} {
		plans := shared.NewPlans(s, c.keys, time.Now) // it finds the record, and has to open it
		defer plans.Close()
		if _, _, err := plans.Load(ctx, p.Owner, p.ID); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
