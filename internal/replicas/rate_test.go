//go:build blackbox && unix

package replicas

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// flood makes calls through the balancer, several at a time, and returns how many were made.
func (w *world) flood(calls, together int) int {
	var made, left atomic.Int32
	left.Store(int32(calls))
	var all sync.WaitGroup
	for range together {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if m, err := modern(w.t.Context(), w.url, ann, "list_boards", `{}`, "", false); err == nil && m.fine() {
					made.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(made.Load())
}

// Three replicas together keep to the rate.
func TestTheRateIsThatOfAllReplicas(t *testing.T) {
	t.Parallel()
	const rate, calls = 25.0, 250
	w := newWorld(t, fmt.Sprintf("--rate=%v", rate), "--burst=1")
	eventually(t, patience, "a call is made", func() bool { return w.flood(1, 1) == 1 })
	begun := len(w.api.all())
	if made := w.flood(calls, 24); made != calls {
		t.Errorf("%d of %d calls were made", made, calls)
	}
	all := w.api.all()[begun:]
	took := all[len(all)-1].at.Sub(all[0].at).Seconds()
	got := float64(len(all)-1) / took
	t.Logf("%d requests in %.2f s: %.2f a second", len(all), took, got)
	if math.Abs(got-rate) > rate/20 {
		t.Errorf("%.2f requests a second, want %v within 5 %%", got, rate)
	}
}

// What the API tells one replica holds for all of them: when it has nothing left, none of them asks until the window ends.
func TestReplicasHeedTheAPITogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "--rate=100", "--burst=10")
	const room, window = 30, 3 * time.Second
	var (
		mu      sync.Mutex
		ends    time.Time
		used    int
		refused int
	)
	w.api.set(0, func(rw http.ResponseWriter, _ string) bool {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if now.After(ends) {
			ends, used = now.Add(window), 0
		}
		used++
		rw.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(0, room-used)))
		rw.Header().Set("X-RateLimit-Reset", fmt.Sprint(math.Ceil(ends.Sub(now).Seconds())))
		if used > room {
			refused++
			rw.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		_, _ = rw.Write([]byte(`[]`))
		return true
	})
	made := w.flood(100, 12)
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d of 100 calls were made, %d requests refused", made, refused)
	if made != 100 || refused > 12 {
		t.Errorf("%d calls were made and %d requests refused", made, refused)
	}
}

// Through a storm of refusals every write is made once, and the refusals make all replicas slower.
func TestAStormOfRefusals(t *testing.T) {
	t.Parallel()
	const writes = 60
	ctx, w := t.Context(), newWorld(t, "--rate=200", "--burst=20", "--retries=6")
	var (
		mu       sync.Mutex
		first    time.Time
		refused  int
		accepted = map[string]int{}
	)
	w.api.set(0, func(rw http.ResponseWriter, body string) bool {
		mu.Lock()
		defer mu.Unlock()
		if first.IsZero() {
			first = time.Now()
		}
		if time.Since(first) < 2*time.Second {
			refused++
			rw.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		accepted[body]++
		return false
	})
	var all sync.WaitGroup
	for i := range writes {
		all.Go(func() {
			if m, err := modern(ctx, w.url, ann, "upsert_contact", fmt.Sprintf(`{"email":"s%d@example.org","name":"storm %d."}`, i, i), "", false); err != nil || !m.fine() {
				t.Errorf("%v %s", err, m.text())
			}
		})
	}
	all.Wait()
	mu.Lock()
	defer mu.Unlock()
	made := 0
	for body, n := range accepted {
		if strings.Contains(body, "storm ") {
			made++
			if n != 1 {
				t.Errorf("%s was made %d times", body, n)
			}
		}
	}
	t.Logf("%d writes were made after %d refusals", made, refused)
	if made != writes || refused == 0 {
		t.Errorf("%d writes were made after %d refusals", made, refused)
	}
}
