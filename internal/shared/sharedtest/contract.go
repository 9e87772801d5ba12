package sharedtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"featurebase-mcp/internal/shared"
)

// Contract tests what a store has to do. restart is a restart of the store that brings back what was kept.
func Contract(t *testing.T, s shared.Store, restart func()) {
	t.Helper()
	ctx := t.Context()
	t.Run("a mark is made once", func(t *testing.T) {
		var first atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if made, err := s.Mark(ctx, "nonce", time.Minute); err != nil {
					t.Error(err)
				} else if made {
					first.Add(1)
				}
			})
		}
		all.Wait()
		marked, err := s.Marked(ctx, "nonce")
		other, otherErr := s.Marked(ctx, "other nonce")
		if first.Load() != 1 || !marked || other || errors.Join(err, otherErr) != nil {
			t.Errorf("%d were first; marked %v, the other %v; %v %v", first.Load(), marked, other, err, otherErr)
		}
	})
	t.Run("a record is kept as a whole", func(t *testing.T) {
		if _, err := s.Fields(ctx, "record"); !errors.Is(err, shared.ErrGone) {
			t.Fatalf("without a record: %v", err)
		}
		binary := []byte("a\x00b\r\n\xff")
		if err := s.Make(ctx, "record", map[string][]byte{"plan": binary, "head": []byte("h")}, time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := s.Make(ctx, "record", nil, time.Minute); err == nil {
			t.Error("a record was made in the place of another")
		}
		all, err := s.Fields(ctx, "record")
		if err != nil || len(all) != 2 || string(all["plan"]) != string(binary) {
			t.Errorf("%q, %v", all, err)
		}
		some, err := s.Fields(ctx, "record", "head", "nothing")
		if err != nil || len(some) != 1 || string(some["head"]) != "h" {
			t.Errorf("%q, %v", some, err)
		}
		if err := s.Drop(ctx, "record"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Fields(ctx, "record"); !errors.Is(err, shared.ErrGone) {
			t.Errorf("a dropped record: %v", err)
		}
	})
	t.Run("of those who change a field one does", func(t *testing.T) { contest(ctx, t, s) })
	t.Run("a record does not outlive a restart", func(t *testing.T) {
		before, err := s.Life(ctx, "old")
		if err != nil || s.Make(ctx, "old", map[string][]byte{"a": []byte("1")}, time.Minute) != nil {
			t.Fatal(err)
		}
		restart()
		after, err := s.Life(ctx, "old")
		if err != nil || after == before {
			t.Errorf("the life is %q after %q, %v", after, before, err)
		}
		if _, err := s.Fields(ctx, "old"); !errors.Is(err, shared.ErrGone) {
			t.Errorf("a record of another life can be read: %v", err)
		}
		if done, err := s.Swap(ctx, "old", "a", []byte("1"), []byte("2")); done || !errors.Is(err, shared.ErrGone) {
			t.Errorf("a record of another life can be changed: %v, %v", done, err)
		}
	})
	t.Run("a bucket is one for all", func(t *testing.T) { turns(ctx, t, s) })
	t.Run("repeats are counted", func(t *testing.T) {
		var got []int
		for _, what := range []string{"a", "a", "b", "b", "b", "", "a"} {
			if what == "" {
				if err := s.Drop(ctx, "repeats"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			n, err := s.Repeat(ctx, "repeats", what, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
		if want := []int{1, 2, 1, 2, 3, 1}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
	t.Run("members are counted", func(t *testing.T) {
		for _, member := range []string{"a", "b", "a"} {
			if _, err := s.Present(ctx, "group", member, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.Present(ctx, "group", "c", time.Minute); n != 3 || err != nil {
			t.Errorf("%d members, %v", n, err)
		}
	})
}

func contest(ctx context.Context, t *testing.T, s shared.Store) {
	t.Helper()
	if err := s.Make(ctx, "contest", nil, time.Minute); err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			done, err := s.Swap(ctx, "contest", "row", nil, []byte{'a' + byte(i)}) //nolint:gosec // letters
			if err != nil {
				t.Error(err)
			} else if done {
				won.Add(1)
			}
		})
	}
	all.Wait()
	got, err := s.Fields(ctx, "contest")
	if won.Load() != 1 || err != nil {
		t.Fatalf("%d won, %v", won.Load(), err)
	}
	is := got["row"]
	for _, c := range []struct {
		was, now string
		want     bool
	}{
		{"?", "x", false},
		{string(is), "x", true},
		{string(is), "x", true}, // the answer to the call before was lost
		{string(is), "y", false},
		{"x", "", true},
		{"", "z", true},
	} {
		if done, err := s.Swap(ctx, "contest", "row", []byte(c.was), []byte(c.now)); done != c.want || err != nil {
			t.Errorf("%q in the place of %q: %v, %v", c.now, c.was, done, err)
		}
	}
}

func turns(ctx context.Context, t *testing.T, s shared.Store) {
	t.Helper()
	news := shared.News{Rate: 1, Burst: 3}
	take := func(n shared.News, most time.Duration) (bool, time.Duration) {
		t.Helper()
		taken, wait, err := s.Take(ctx, "bucket", n, most)
		if err != nil {
			t.Fatal(err)
		}
		return taken, wait
	}
	about := func(got, want time.Duration) bool { return got > want-time.Second/2 && got <= want }
	for i := range 3 {
		if taken, wait := take(news, 0); !taken || wait != 0 {
			t.Fatalf("turn %d of the burst: %v after %v", i, taken, wait)
		}
	}
	if taken, wait := take(news, 0); taken || !about(wait, time.Second) {
		t.Errorf("beyond the burst without patience: %v after %v", taken, wait)
	}
	for i := 1; i <= 2; i++ {
		if taken, wait := take(news, time.Minute); !taken || !about(wait, time.Duration(i)*time.Second) {
			t.Errorf("turn %d with patience: %v after %v", i, taken, wait)
		}
	}
	if err := s.GiveBack(ctx, "bucket"); err != nil {
		t.Fatal(err)
	}
	if taken, wait := take(news, time.Minute); !taken || !about(wait, 2*time.Second) {
		t.Errorf("after a turn was given back: %v after %v", taken, wait)
	}
	told := news
	told.Window, told.Left = 0, 20*time.Second
	if taken, wait := take(told, time.Minute); taken || !about(wait, 20*time.Second) {
		t.Errorf("when the API has nothing left: %v after %v", taken, wait)
	}
	if taken, wait := take(news, time.Minute); taken || !about(wait, 20*time.Second) {
		t.Errorf("what another replica was told: %v after %v", taken, wait)
	}
	plenty := news
	plenty.Plenty, plenty.Refused = true, true
	if taken, wait := take(plenty, time.Minute); !taken || !about(wait, 6*time.Second) {
		t.Errorf("at half the rate: %v after %v", taken, wait)
	}
}
