package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// tight is a memory in which answers of some kilobytes are what megabytes are in the usual one.
var tight = sizes{common: 128 << 10, places: 256 << 10, place: 64 << 10, turns: 512 << 10, aside: 12}

func in(m *Memory) func(*Config) {
	return func(cfg *Config) { cfg.Memory, cfg.Concurrency, cfg.Retries, cfg.Timeout = m, 2, 0, time.Second }
}

// sized answers with as many bytes as the path of the request ends with; with none it hangs.
func sized() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
		if err != nil {
			panic(err)
		}
		if n == 0 {
			hang(w, r)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = io.WriteString(w, `"`+strings.Repeat("x", n-2)+`"`)
	}
}

// hang answers nothing.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// asking is a request for an answer of n bytes.
func asking(r Request, n int) Request {
	r.Path = fmt.Sprintf("/v2/sized/%d", n)
	return r
}

const (
	small = 1 << 10
	large = 1 << 20 // more than any room
)

// order is that in which something happened.
type order struct {
	mu    sync.Mutex
	names []string
}

func (o *order) add(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names = append(o.names, name)
}

// take returns it and begins anew.
func (o *order) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := strings.Join(o.names, " ")
	o.names = nil
	return all
}

// keeping begins a piece of work and reads an answer for it.
func keeping(t *testing.T, c *Client, size int) (ctx context.Context, end func()) {
	t.Helper()
	ctx, end = Holding(t.Context())
	_, err := c.Do(ctx, asking(getPost, size))
	noError(t, err)
	return ctx, end
}

// at once makes a call that has to wait for nothing.
func atOnce(t *testing.T, c *Client, ctx context.Context, size int) { //nolint:revive // the test comes first
	t.Helper()
	start := time.Now()
	_, err := c.Do(ctx, asking(getPost, size))
	noError(t, err)
	if took := time.Since(start); took != 0 {
		t.Errorf("an answer of %d bytes took %v", size, took)
	}
}

// wantEmpty is called after all work has ended.
func wantEmpty(t *testing.T, m *Memory) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rooms[common].taken != 0 || m.rooms[place].taken != 0 || m.senior != nil || len(m.line) != 0 {
		t.Errorf("after all work has ended: %+v, senior %v, %d in the line", m.rooms, m.senior, len(m.line))
	}
	if all := int64(m.sizes.turns); !m.turns.TryAcquire(all) {
		t.Error("after all work has ended, somebody has a turn")
	} else {
		m.turns.Release(all)
	}
}

// wantSlots makes as many requests as there are slots. They are answered when all of them are there.
func wantSlots(t *testing.T, c *Client, meeting Request) {
	t.Helper()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if _, err := c.Do(t.Context(), meeting); err != nil {
				t.Errorf("after all work has ended, somebody has a slot: %v", err)
			}
		})
	}
	all.Wait()
}

// Requests that wait for room hold no slots, and their time does not pass: work that has room goes on, and so do the small calls of others.
func TestWhoWaitsForRoomHoldsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		c, api := inBubble(t, in(m), sized())
		first, end := keeping(t, c, large)
		var came order
		var others sync.WaitGroup
		for i := range 8 {
			others.Go(func() {
				ctx, end := Holding(t.Context())
				defer end()
				_, err := c.Do(ctx, asking(getPost, large))
				if err != nil {
					t.Error(err)
				}
				came.add(strconv.Itoa(i))
			})
			synctest.Wait()
		}
		time.Sleep(time.Hour) // an attempt has a second
		atOnce(t, c, first, small)
		atOnce(t, c, first, large)
		atOnce(t, c, t.Context(), small)
		if got := came.take(); got != "" {
			t.Errorf("others keep as much besides: %s", got)
		}
		end()
		others.Wait()
		if got := came.take(); got != "0 1 2 3 4 5 6 7" {
			t.Errorf("those who waited came in the order %s", got)
		}
		api.wantRequests(t, 8+4)
		wantEmpty(t, m)
	})
}

// A connection is open for each answer that waits, so not all requests are sent whose answers would wait.
func TestFewAnswersWaitWithAConnectionEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		m.sizes.aside = 4
		var open, most atomic.Int32
		c, api := inBubble(t, in(m), func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), open.Add(1)))
			defer open.Add(-1)
			sized()(w, r)
		})
		first, end := keeping(t, c, large)
		const calls = 30
		var others sync.WaitGroup
		for range calls {
			others.Go(func() {
				if _, err := c.Do(t.Context(), asking(getPost, large)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		atOnce(t, c, first, small)
		end()
		others.Wait()
		api.wantRequests(t, 2+calls)
		if got := int(most.Load()); got > m.sizes.aside+2 { // and those that have slots
			t.Errorf("%d connections were open at once", got)
		}
		wantEmpty(t, m)
	})
}

// An answer that has its slot again keeps nobody from sending, however long it takes to read.
func TestAnAnswerThatIsReadOnHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		m.sizes.aside = 2 // which is one at a time
		c, api := inBubble(t, in(m), sized(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(large))
			_, _ = io.WriteString(w, `"`+strings.Repeat("x", large/2))
			hang(w, r)
		}, sized())
		_, end := keeping(t, c, large)
		var others sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		others.Go(func() {
			_, err := c.Do(ctx, asking(getPost, large))
			_ = wantError(t, err, KindCanceled)
		})
		synctest.Wait()
		others.Go(func() {
			if _, err := c.Do(t.Context(), asking(getPost, large)); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		api.wantRequests(t, 2)
		end()
		synctest.Wait()
		api.wantRequests(t, 3)
		cancel()
		others.Wait()
		wantEmpty(t, m)
	})
}

// Work that pauses does not hold up the large answers of others, even if it was the senior.
func TestAPauseHoldsUpNobody(t *testing.T) {
	t.Parallel()
	wait := reply(http.StatusTooManyRequests, `{}`, "Retry-After", "60")
	for _, tt := range []struct {
		name   string
		change func(*Config)
		second http.HandlerFunc
	}{
		{"between attempts", func(cfg *Config) { cfg.Retries = 1 }, wait},
		{"for the pace", func(cfg *Config) { cfg.Rate, cfg.Burst = 1.0/60, 1 }, sized()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(tight)
				one, _ := inBubble(t, func(cfg *Config) {
					in(m)(cfg)
					cfg.OneCaller, cfg.MaxWait = true, time.Hour
					tt.change(cfg)
				}, sized(), tt.second, sized())
				other, _ := inBubble(t, func(cfg *Config) { in(m)(cfg); cfg.OneCaller = true }, sized())
				start := time.Now()
				ctx, end := keeping(t, one, 150<<10)
				if m.senior == nil {
					t.Fatal("it has no more than others")
				}
				var pausing sync.WaitGroup
				pausing.Go(func() {
					if _, err := one.Do(ctx, asking(getPost, 150<<10)); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				atOnce(t, other, t.Context(), large)
				atOnce(t, other, t.Context(), large)
				pausing.Wait()
				if took := time.Since(start); took < time.Minute {
					t.Errorf("there was no pause: %v", took)
				}
				end()
				wantEmpty(t, m)
			})
		})
	}
}

// Whatever one caller keeps, another finds room, and where both want more than there is they have it in turn.
func TestCallersShareFairly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		clients := make([]*Client, 3)
		for i := range clients {
			clients[i], _ = inBubble(t, func(cfg *Config) { in(m)(cfg); cfg.OneCaller = true }, sized())
		}
		greedy, modest, other := clients[0], clients[1], clients[2]
		var came order
		var waiting sync.WaitGroup
		wants := func(name string, c *Client, size int) {
			waiting.Go(func() {
				ctx, end := Holding(t.Context())
				defer end()
				if _, err := c.Do(ctx, asking(getPost, size)); err != nil {
					t.Error(err)
				}
				came.add(name)
				time.Sleep(time.Second) // of work
			})
			synctest.Wait()
		}
		_, end := keeping(t, greedy, large)
		for range 10 {
			wants("greedy", greedy, 50<<10)
		}
		_ = came.take()
		wants("modest", modest, small)
		wants("modest", modest, 50<<10)
		if got := came.take(); got != "modest modest" {
			t.Errorf("another caller finds room for %q", got)
		}
		waiting.Wait()
		_ = came.take()
		for range 3 {
			wants("greedy", greedy, large)
		}
		wants("modest", modest, large)
		wants("other", other, large)
		end()
		waiting.Wait()
		if got := came.take(); got != "modest other greedy greedy greedy" {
			t.Errorf("they came in the order %s", got)
		}
		wantEmpty(t, m)
	})
}

// A wait for room ends with the caller. What was not sent is not sent then, and a write that was sent gets the time to tell what came of it.
func TestAWaitForRoomEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	const full = 10 // more than may wait
	for _, tt := range []struct {
		name   string
		parked int // answers that wait already
		r      Request
		leave  func(context.Context) (context.Context, context.CancelFunc)
		kind   Kind
		after  time.Duration
		sent   int
	}{
		{"a read is canceled", 0, getPost, cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, 1},
		{"a read runs out of time", 0, getPost, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, 1},
		{"a read that was not sent is canceled", full, getPost, cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, 0},
		{"a write that was not sent is canceled", full, createPost, cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, 0},
		{"a write that was not sent runs out of time", full, createPost, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, 0},
		{"a write that was sent is canceled", 0, createPost, cancelAfter(3 * time.Second), KindCanceled, 13 * time.Second, 1},
		{"a write that was sent runs out of time", 0, createPost, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(tight)
				m.sizes.aside = 4
				c, api := inBubble(t, in(m), sized())
				_, end := keeping(t, c, large)
				var others sync.WaitGroup
				for range tt.parked {
					others.Go(func() {
						if _, err := c.Do(t.Context(), asking(getPost, large)); err != nil {
							t.Error(err)
						}
					})
				}
				synctest.Wait()
				ctx, cancel := tt.leave(t.Context())
				defer cancel()
				start := time.Now()
				_, err := c.Do(ctx, asking(tt.r, large))
				failed := wantError(t, err, tt.kind)
				if took := time.Since(start); took != tt.after {
					t.Errorf("returned after %v, want %v", took, tt.after)
				}
				if want := tt.sent > 0 && tt.r.Safety != Read; failed.MaybeApplied != want {
					t.Errorf("MaybeApplied is %v", failed.MaybeApplied)
				}
				c.Drain(t.Context())
				end()
				others.Wait()
				api.wantRequests(t, 1+tt.parked+tt.sent)
				wantEmpty(t, m)
			})
		})
	}
}

// The answer to a write that waits for room is read when there is some, also if the caller has left meanwhile.
func TestAWriteWaitsForRoomWithoutItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		c, _ := inBubble(t, in(m), sized())
		_, end := keeping(t, c, large)
		time.AfterFunc(8*time.Second, end)
		ctx, cancel := cancelAfter(3 * time.Second)(t.Context())
		defer cancel()
		ctx, endWrite := Holding(ctx)
		time.AfterFunc(4*time.Second, endWrite) // nobody keeps the answer
		start := time.Now()
		_, err := c.Do(ctx, asking(createPost, large))
		noError(t, err)
		if took := time.Since(start); took != 8*time.Second {
			t.Errorf("took %v", took)
		}
		wantEmpty(t, m)
	})
}

// The time of an attempt goes on where it stood when its answer has room.
func TestTheTimeOfAnAttemptStandsStillWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		c, _ := inBubble(t, func(cfg *Config) { in(m)(cfg); cfg.Timeout = 10 * time.Second }, sized(), func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(4 * time.Second)
			w.Header().Set("Content-Length", strconv.Itoa(large))
			_, _ = io.WriteString(w, `"`+strings.Repeat("x", large/2))
			hang(w, r)
		})
		_, end := keeping(t, c, large)
		time.AfterFunc(time.Minute, end)
		start := time.Now()
		_, err := c.Do(t.Context(), getPost)
		_ = wantError(t, err, KindTimeout)
		if took := time.Since(start); took != time.Minute+6*time.Second {
			t.Errorf("took %v, want the 4s before the wait and 6s after it", took)
		}
		wantEmpty(t, m)
	})
}

// Work on many bytes of answers goes on when those who came before are done with theirs, or ask for more.
func TestWorkOnAnswersTakesTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(sizes{common: 4 << 20, places: 4 << 20, place: 1 << 20, turns: turnFrom, aside: 4})
		c, _ := inBubble(t, func(cfg *Config) { cfg.Memory = m }, sized())
		first, endFirst := keeping(t, c, turnFrom)
		atOnce(t, c, t.Context(), small)
		var second atomic.Bool
		var others sync.WaitGroup
		others.Go(func() {
			_, end := keeping(t, c, turnFrom)
			second.Store(true)
			end()
		})
		synctest.Wait()
		if second.Load() {
			t.Error("two have the turn of one")
		}
		asks, cancel := context.WithCancel(first)
		hangs := func() {
			others.Go(func() {
				_, err := c.Do(asks, asking(getPost, 0))
				_ = wantError(t, err, KindCanceled)
			})
			synctest.Wait()
		}
		hangs()
		if !second.Load() {
			t.Error("who waits for the API has a turn")
		}
		third, endThird := Holding(t.Context())
		atOnce(t, c, third, turnFrom)
		atOnce(t, c, first, turnFrom) // which waits for the other answer before it works on both
		others.Go(func() {
			if _, err := c.Do(first, asking(getPost, small)); err != nil {
				t.Error(err)
			}
		})
		cancel()
		synctest.Wait() // the first one waits for its turn, and then for the API again
		asks, cancel = context.WithCancel(first)
		hangs()
		endThird()
		synctest.Wait()
		fourth, endFourth := Holding(t.Context())
		atOnce(t, c, fourth, turnFrom)
		start := time.Now()
		_, end := keeping(t, c, turnFrom)
		if took := time.Since(start); took != turnPatience {
			t.Errorf("whoever has the turn holds up the others for %v", took)
		}
		cancel()
		endFourth()
		others.Wait()
		end()
		endFirst()
		wantEmpty(t, m)
	})
}

// Whatever becomes of calls, the room, the slots and the turns that they had are there afterwards.
func TestNothingIsLostWhateverFails(t *testing.T) {
	t.Parallel()
	faults := []http.HandlerFunc{
		sized(), sized(), sized(), reset(), hang, stall(time.Second/2, sized()),
		reply(http.StatusTooManyRequests, `{}`, "Retry-After", "2"), reply(http.StatusBadGateway, strings.Repeat("<p>", 100_000)),
		raw("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n{"), raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
		reply(http.StatusOK, `{`), reply(http.StatusNotFound, `{}`),
	}
	type call struct {
		r      Request
		size   int
		after  time.Duration
		leaves time.Duration // 0: it stays
		fault  int
	}
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) call {
			return call{
				rapid.SampledFrom([]Request{getPost, search, createPost, deletePost}).Draw(t, "request"),
				rapid.SampledFrom([]int{small, 30 << 10, 100 << 10, 300 << 10, large}).Draw(t, "size"),
				time.Duration(rapid.IntRange(0, 3000).Draw(t, "after")) * time.Millisecond,
				time.Duration(rapid.SampledFrom([]int{0, 0, 1, 700, 5000}).Draw(t, "leaves")) * time.Millisecond,
				rapid.IntRange(0, len(faults)-1).Draw(t, "fault"),
			}
		}), 1, 30).Draw(rt, "calls")
		works := rapid.IntRange(1, 8).Draw(rt, "works")
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(tight)
			meeting := make(chan struct{})
			c, _ := inBubble(t, func(cfg *Config) { in(m)(cfg); cfg.Retries = 2; cfg.Rate, cfg.Burst = 5, 5 }, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == getPost.Path {
					select {
					case meeting <- struct{}{}:
					case <-meeting:
					case <-r.Context().Done():
					}
					ok()(w, r)
					return
				}
				fault, _ := strconv.Atoi(r.URL.Query().Get("fault"))
				faults[fault](w, r)
			})
			var all sync.WaitGroup
			for i := range works {
				all.Go(func() {
					ctx, end := Holding(t.Context())
					var own sync.WaitGroup
					for n := i; n < len(calls); n += works {
						x := calls[n]
						own.Go(func() {
							time.Sleep(x.after)
							ctx, cancel := context.WithCancel(ctx)
							defer cancel()
							if x.leaves > 0 {
								time.AfterFunc(x.leaves, cancel)
							}
							r := asking(x.r, x.size)
							r.Query = fmt.Sprintf("fault=%d", x.fault)
							_, _ = c.Do(ctx, r)
						})
					}
					own.Wait()
					end()
				})
			}
			all.Wait()
			c.Drain(t.Context())
			wantEmpty(t, m)
			wantSlots(t, c, getPost)
			time.Sleep(time.Hour) // until the API has ended, too
		})
		if t.Failed() {
			rt.Fatal("see above")
		}
	})
}
