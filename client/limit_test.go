package client

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func limits(rate float64, burst, concurrency int) func(*Config) {
	return func(cfg *Config) { cfg.Rate, cfg.Burst, cfg.Concurrency = rate, burst, concurrency }
}

// calls makes n calls one after the other and returns how long they took together.
func calls(t *testing.T, c *Client, n int) time.Duration {
	t.Helper()
	start := time.Now()
	for range n {
		_, err := c.Do(t.Context(), getPost)
		noError(t, err)
	}
	return time.Since(start)
}

func TestLimitLetsABurstThroughAndThenKeepsThePace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		rate  float64
		burst int
		n     int
		want  time.Duration
	}{
		{"the burst goes at once", 2, 5, 5, 0},
		{"the rest at the rate", 2, 5, 9, 2 * time.Second},
		{"a burst of nothing is one", 4, 0, 5, time.Second},
		{"no rate is no limit", 0, 0, 500, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := inBubble(t, limits(tt.rate, tt.burst, 0), ok())
				if took := calls(t, c, tt.n); took != tt.want {
					t.Errorf("%d calls took %v, want %v", tt.n, took, tt.want)
				}
			})
		})
	}
}

func TestLimitChargesEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failing := reply(429, `{}`, "Retry-After-Ms", "1", "X-RateLimit-Remaining", "1000", "X-RateLimit-Reset", "60")
		c, api := inBubble(t, limits(1, 1, 0), failing, failing, ok())
		if took := calls(t, c, 1); took != 2*time.Second {
			t.Errorf("three attempts at one a second took %v, want 2s", took)
		}
		api.wantRequests(t, 3)
	})
}

func TestLimitThatForbidsARetryLeavesTheErrorOfTheAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, api := inBubble(t, limits(0.01, 1, 0), reply(500, envelope("api_error", "oops", "It broke.")))
		_, err := c.Do(t.Context(), getPost)
		failed := wantError(t, err, KindServer)
		api.wantRequests(t, 1)
		if failed.Message != "It broke." || failed.RetryAfter < 99*time.Second || failed.Attempts != 1 {
			t.Errorf("got %+v", failed)
		}
	})
}

func TestLimitKeepsTheSlotUntilTheBodyWasRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flying, most atomic.Int32
		slowBody := func(w http.ResponseWriter, _ *http.Request) {
			most.Store(max(most.Load(), flying.Add(1)))
			w.Header().Set("Content-Length", "2")
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Second)
			flying.Add(-1)
			_, _ = w.Write([]byte("}"))
		}
		c, api := inBubble(t, limits(0, 0, 3), slowBody)
		start := time.Now()
		var wg sync.WaitGroup
		for range 9 {
			wg.Go(func() {
				if _, err := c.Do(t.Context(), getPost); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		api.wantRequests(t, 9)
		if most.Load() != 3 || time.Since(start) != 3*time.Second {
			t.Errorf("%d in flight, 9 calls took %v; want 3 and 3s", most.Load(), time.Since(start))
		}
	})
}

func TestLimitWaitEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*Config)
		ctx    func(context.Context) (context.Context, context.CancelFunc)
		kind   Kind
		after  time.Duration
		arrive int
	}{
		{"canceled while waiting for a token", limits(0.1, 1, 0), cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, 1},
		{"canceled while waiting for a slot", limits(0, 0, 1), cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, 1},
		{"out of time while waiting for a slot", limits(0, 0, 1), deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, 1},
		{"a deadline before the token comes", limits(0.1, 1, 0), deadlineAfter(3 * time.Second), KindRateLimited, 0, 1},
		{"no patience for the token", limits(0.01, 1, 0), deadlineAfter(time.Hour), KindRateLimited, 0, 1},
	}
	for _, tt := range tests {
		for _, r := range []Request{getPost, createPost} {
			t.Run(tt.name+" of "+r.Operation, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, api := inBubble(t, tt.change, stall(20*time.Second, ok()))
					var wg sync.WaitGroup
					wg.Go(func() {
						if _, err := c.Do(t.Context(), getPost); err != nil {
							t.Error(err)
						}
					})
					synctest.Wait()
					ctx, cancel := tt.ctx(t.Context())
					defer cancel()
					start := time.Now()
					_, err := c.Do(ctx, r)
					failed := wantError(t, err, tt.kind)
					if took := time.Since(start); took != tt.after {
						t.Errorf("returned after %v, want %v", took, tt.after)
					}
					if failed.Attempts != 0 || failed.MaybeApplied || (tt.kind == KindRateLimited) != (failed.RetryAfter > 0) {
						t.Errorf("got %+v", failed)
					}
					wg.Wait()
					time.Sleep(time.Hour)
					api.wantRequests(t, tt.arrive)
				})
			})
		}
	}
}

func cancelAfter(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(parent context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(parent)
		time.AfterFunc(d, cancel)
		return ctx, cancel
	}
}

func deadlineAfter(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(parent context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(parent, d)
	}
}

func TestLimitStretchesWhatRemainsOverTheWindow(t *testing.T) {
	t.Parallel()
	// 2000-01-01T00:00:00Z, where a bubble's clock starts, is 946684800.
	tests := []struct {
		name      string
		remaining string
		reset     string
		n         int
		want      time.Duration // for n calls after the one that told
	}{
		{"seconds left", "10", "20", 5, 10 * time.Second},
		{"the time of the reset in seconds", "10", "946684820", 5, 10 * time.Second},
		{"the time of the reset in milliseconds", "10", "946684820000", 5, 10 * time.Second},
		{"nothing remains", "0", "15", 5, 15 * time.Second},
		{"plenty remains", "1000", "20", 100, 0},
		{"the window ends before the slow pace", "2", "3", 4, 3 * time.Second},
		{"garbage for both", "many", "soon", 100, 0},
		{"a negative number remains", "-1", "20", 100, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := inBubble(t, limits(50, 200, 0),
					reply(200, `{}`, "X-RateLimit-Remaining", tt.remaining, "X-RateLimit-Reset", tt.reset), ok())
				calls(t, c, 1)
				took := calls(t, c, tt.n)
				// The first turn of a slow pace is free, and what was saved up before is gone after it.
				if took < tt.want-2*time.Second || took > tt.want+100*time.Millisecond {
					t.Errorf("%d calls took %v, want about %v", tt.n, took, tt.want)
				}
			})
		})
	}
}

func TestLimitHalvesAfterA429WithoutAWordAndClimbsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := inBubble(t, limits(100, 1, 0), reply(429, `{}`), ok())
		calls(t, c, 1)
		if took := calls(t, c, 25); took < 300*time.Millisecond {
			t.Errorf("25 calls took %v, want more than at the full 100 a second", took)
		}
		calls(t, c, 50)
		if took := calls(t, c, 100); took != time.Second {
			t.Errorf("100 calls took %v, want the full rate again", took)
		}
	})
}

func TestLimitOfNothingIsNotSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := inBubble(t, limits(0, 0, 0), reply(200, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "60"))
		if took := calls(t, c, 100); took != 0 {
			t.Errorf("100 calls took %v", took)
		}
	})
}

func TestPaceWithoutAKnownResetNeverStops(t *testing.T) {
	t.Parallel()
	p := newPace(25, 50)
	now := time.Unix(1_800_000_000, 0)
	tell := func(remaining int) {
		p.learn(&answer{status: 200, header: http.Header{"X-Ratelimit-Remaining": {strconv.Itoa(remaining)}}}, now)
	}
	tell(0)
	p.take(now)
	if _, wait := p.take(now); wait <= 0 || wait > window {
		t.Errorf("with nothing left the next turn is in %v, want within a window", wait)
	}
	tell(1999)
	now = now.Add(time.Second)
	if _, wait := p.take(now); wait != 0 {
		t.Errorf("in a new window the next turn is in %v, want at once", wait)
	}
}

func TestPaceCountsRefusalsOfTheSameMomentOnce(t *testing.T) {
	t.Parallel()
	p := newPace(32, 1)
	now := time.Unix(1_800_000_000, 0)
	for range 8 {
		p.learn(&answer{status: 429, header: http.Header{}}, now)
	}
	if got := float64(p.limiter.Limit()); got != 16 {
		t.Errorf("the pace is %v, want 16", got)
	}
	for range 100 {
		now = now.Add(2 * time.Second)
		p.learn(&answer{status: 429, header: http.Header{}}, now)
	}
	if got := float64(p.limiter.Limit()); got != 2 {
		t.Errorf("the pace is %v, want the slowest, 2", got)
	}
}
