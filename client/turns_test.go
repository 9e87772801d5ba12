package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// oneBucket is a bucket that several clients share. It stands for the store.
type oneBucket struct {
	mu      sync.Mutex
	limiter *rate.Limiter
	away    bool
	news    []News
	back    int
}

func (b *oneBucket) Take(_ context.Context, n News, most time.Duration) (taken bool, wait time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return false, 0, errors.New("away")
	}
	b.news = append(b.news, n)
	r := b.limiter.Reserve()
	if wait = r.Delay(); wait > most {
		r.Cancel()
		return false, wait, nil
	}
	return true, wait, nil
}

func (b *oneBucket) GiveBack(context.Context) { b.mu.Lock(); defer b.mu.Unlock(); b.back++ }
func (*oneBucket) Processes() int             { return 4 }

func (b *oneBucket) set(away bool) { b.mu.Lock(); defer b.mu.Unlock(); b.away = away }

// Clients with one bucket keep its rate together, and a part of it each while it cannot be reached, without the burst that it may have given already.
func TestTurnsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &oneBucket{limiter: rate.NewLimiter(8, 1)}
		shared := func(cfg *Config) { cfg.Rate, cfg.Burst, cfg.Turns = 8, 8, bucket }
		one, _ := inBubble(t, shared, ok())
		other, _ := inBubble(t, shared, ok())
		both := func(n int) time.Duration {
			start := time.Now()
			var all sync.WaitGroup
			for _, c := range []*Client{one, other} {
				all.Go(func() { calls(t, c, n) })
			}
			all.Wait()
			return time.Since(start)
		}
		if took := both(8); took < 1800*time.Millisecond || took > 2*time.Second {
			t.Errorf("16 calls of two clients took %v, want 2s at 8 a second", took)
		}
		bucket.set(true)
		if took := both(4); took < 1900*time.Millisecond || took > 2*time.Second {
			t.Errorf("4 calls each took %v, want 2s at a fourth of 8 a second", took)
		}
		bucket.set(false)
		if took := both(4); took > 1100*time.Millisecond {
			t.Errorf("4 calls each took %v once the bucket is back, want 1s", took)
		}
	})
}

// What the API tells one client is told to the bucket with the next request, once.
func TestTurnsAreToldWhatTheAPISays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &oneBucket{limiter: rate.NewLimiter(100, 1)}
		c, _ := inBubble(t, func(cfg *Config) { cfg.Rate, cfg.Burst, cfg.Turns = 100, 5, bucket },
			reply(200, `{}`, "X-RateLimit-Remaining", "10", "X-RateLimit-Reset", "20"), reply(429, `{}`), ok())
		calls(t, c, 2)
		own := News{Rate: 100, Burst: 5}
		told, refused := own, own
		told.Good, told.Window, told.Left = 1, 0.5, 20*time.Second
		refused.Refused = true
		if want := []News{own, told, refused}; !slices.Equal(bucket.news, want) {
			t.Errorf("got  %+v\nwant %+v", bucket.news, want)
		}
	})
}

// A turn that nobody waits for any more goes back.
func TestATurnOfACallThatEndedIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket := &oneBucket{limiter: rate.NewLimiter(0.1, 1)}
		c, _ := inBubble(t, func(cfg *Config) { cfg.Rate, cfg.Burst, cfg.Turns = 0.1, 1, bucket }, ok())
		calls(t, c, 1)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := c.Do(ctx, getPost)
		_ = wantError(t, err, KindCanceled)
		if bucket.back != 1 {
			t.Errorf("%d turns went back", bucket.back)
		}
	})
}
