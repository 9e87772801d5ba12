package client

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestACallerThatLeaves(t *testing.T) {
	t.Parallel()
	const finished = Kind(0)
	tests := []struct {
		name    string
		request Request
		answers time.Duration // how long the API takes
		leave   func(context.Context) (context.Context, context.CancelFunc)
		kind    Kind          // of the error; finished for a response
		after   time.Duration // Do returns
		applied bool          // the API got to its end
	}{
		{"cancels a read: it ends at once", getPost, 8 * time.Second, cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, false},
		{"cancels a search: it ends at once", search, 8 * time.Second, cancelAfter(3 * time.Second), KindCanceled, 3 * time.Second, false},
		{"has a read run out of time: it ends at once", getPost, 8 * time.Second, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, false},
		{"cancels a write: it finishes and is told", createPost, 8 * time.Second, cancelAfter(3 * time.Second), finished, 8 * time.Second, true},
		{"cancels a delete: it finishes and is told", deletePost, 8 * time.Second, cancelAfter(3 * time.Second), finished, 8 * time.Second, true},
		{"cancels a write that hangs: 10 seconds more", createPost, 25 * time.Second, cancelAfter(3 * time.Second), KindCanceled, 13 * time.Second, false},
		{"has a write run out of time: the deadline counts", createPost, 8 * time.Second, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, true},
		{"has a write that hangs run out of time", createPost, 25 * time.Second, deadlineAfter(3 * time.Second), KindTimeout, 3 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var applied atomic.Bool
				c, api := inBubble(t, nil, func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-r.Context().Done(): // the socket was closed
					case <-time.After(tt.answers):
						applied.Store(true)
						ok()(w, r)
					}
				})
				ctx, cancel := tt.leave(t.Context())
				defer cancel()
				start := time.Now()
				res, err := c.Do(ctx, tt.request)
				if took := time.Since(start); took != tt.after {
					t.Errorf("returned after %v, want %v", took, tt.after)
				}
				if tt.kind == finished {
					noError(t, err)
					if res.Status != http.StatusOK || string(res.Body) != `{"id":"1"}` {
						t.Errorf("got %+v", res)
					}
				} else {
					failed := wantError(t, err, tt.kind)
					if failed.MaybeApplied != (tt.request.Safety != Read) || failed.Attempts != 1 {
						t.Errorf("got %+v", failed)
					}
				}
				c.Drain(t.Context())
				if took := time.Since(start); took > tt.after+grace {
					t.Errorf("still on the wire after %v", took)
				}
				synctest.Wait()
				if applied.Load() != tt.applied {
					t.Errorf("applied %v, want %v", applied.Load(), tt.applied)
				}
				time.Sleep(time.Hour)
				api.wantRequests(t, 1)
			})
		})
	}
}

func TestDeadlineIsKeptDuringTheGraceAfterACancellation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := inBubble(t, nil, stall(9*time.Second, ok()))
		parent, cancel := deadlineAfter(5 * time.Second)(t.Context())
		defer cancel()
		ctx, stop := cancelAfter(2 * time.Second)(parent)
		defer stop()
		start := time.Now()
		_, err := c.Do(ctx, createPost)
		failed := wantError(t, err, KindCanceled)
		if !failed.MaybeApplied || time.Since(start) != 5*time.Second {
			t.Errorf("MaybeApplied %v after %v, want true after 5s", failed.MaybeApplied, time.Since(start))
		}
		c.Drain(t.Context())
		if took := time.Since(start); took != 9*time.Second {
			t.Errorf("drained after %v, want 9s", took)
		}
	})
}

func TestNothingIsSentForACallerThatHasLeft(t *testing.T) {
	t.Parallel()
	for _, r := range []Request{getPost, search, createPost, deletePost} {
		t.Run(r.Operation, func(t *testing.T) {
			t.Parallel()
			c, api := onSocket(t, nil, ok())
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := c.Do(ctx, r)
			failed := wantError(t, err, KindCanceled)
			api.wantRequests(t, 0)
			if failed.MaybeApplied || failed.Attempts != 0 {
				t.Errorf("got %+v", failed)
			}
		})
	}
}

func TestAWriteCanceledWhileConnectingIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Nobody accepts: the dial hangs.
		listener := &pipeListener{conns: nil, closed: make(chan struct{})}
		transport := NewTransport(0)
		transport.DialContext = listener.dial
		cfg := config("http://localhost")
		cfg.Transport = transport
		c := mustNew(t, cfg)
		ctx, cancel := cancelAfter(2 * time.Second)(t.Context())
		defer cancel()
		start := time.Now()
		_, err := c.Do(ctx, createPost)
		failed := wantError(t, err, KindCanceled)
		if failed.MaybeApplied || time.Since(start) != 2*time.Second {
			t.Errorf("MaybeApplied %v after %v, want false after 2s", failed.MaybeApplied, time.Since(start))
		}
	})
}

func TestDetachedWriteKeepsItsSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, api := inBubble(t, limits(0, 0, 1), stall(8*time.Second, ok()), ok())
		ctx, cancel := deadlineAfter(time.Second)(t.Context())
		defer cancel()
		start := time.Now()
		_, err := c.Do(ctx, createPost)
		_ = wantError(t, err, KindTimeout)
		_, err = c.Do(t.Context(), getPost)
		noError(t, err)
		api.wantRequests(t, 2)
		if took := time.Since(start); took != 8*time.Second {
			t.Errorf("the next request went after %v, want 8s", took)
		}
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := inBubble(t, nil, stall(9*time.Second, ok()))
		ctx, cancel := deadlineAfter(time.Second)(t.Context())
		defer cancel()
		_, err := c.Do(ctx, createPost)
		_ = wantError(t, err, KindTimeout)
		start := time.Now()
		short, stop := deadlineAfter(time.Second)(t.Context())
		defer stop()
		c.Drain(short)
		if took := time.Since(start); took != time.Second {
			t.Errorf("returned after %v, want 1s", took)
		}
		c.Drain(t.Context())
		if took := time.Since(start); took != 8*time.Second {
			t.Errorf("drained after %v, want 8s", took)
		}
	})
}

// A transport of the caller's tells nothing of connections: its requests count as sent.
func TestOtherTransportsAreTrustedLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		cfg := config("http://localhost")
		cfg.Key, cfg.NoAuth = "", true
		cfg.Transport = transportFunc(func(r *http.Request) (*http.Response, error) {
			sent++
			if r.Header.Get("Authorization") != "" {
				t.Error("a key was sent")
			}
			time.Sleep(5 * time.Second) // it does not look at its context either
			if r.Method == http.MethodPost {
				return nil, io.ErrUnexpectedEOF
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(`[]`))}, nil
		})
		c := mustNew(t, cfg)
		res, err := c.Do(t.Context(), getPost)
		noError(t, err)
		if string(res.Body) != `[]` {
			t.Errorf("got %s", res.Body)
		}
		_, err = c.Do(t.Context(), createPost)
		if failed := wantError(t, err, KindConnection); !failed.MaybeApplied || sent != 2 {
			t.Errorf("got %+v after %d requests", failed, sent)
		}
		ctx, cancel := deadlineAfter(time.Second)(t.Context())
		defer cancel()
		start := time.Now()
		_, err = c.Do(ctx, createPost)
		_ = wantError(t, err, KindTimeout)
		if took := time.Since(start); took != time.Second {
			t.Errorf("returned after %v, want 1s", took)
		}
		c.Drain(t.Context())
	})
}
