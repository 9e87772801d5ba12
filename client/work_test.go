package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// What asks for large answers side by side, for one piece of work, does not wait for itself.
func TestOnePieceOfWorkDoesNotWaitForItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		c, _ := inBubble(t, in(m), sized())
		ctx, end := Holding(t.Context())
		failures := make(chan error)
		for range 8 {
			go func() {
				_, err := c.Do(ctx, asking(getPost, large))
				failures <- err
			}()
		}
		for range 8 {
			noError(t, <-failures)
		}
		end()
		wantEmpty(t, m)
	})
}

// What one piece of work may keep has an end, and it begins anew with the next.
func TestTheAnswersOfAPieceOfWorkAreBoundedTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		c, _ := inBubble(t, func(cfg *Config) { cfg.Memory, cfg.Retries = m, 0 }, sized())
		for range 2 {
			ctx, end := Holding(t.Context())
			for range 3 {
				_, err := c.Do(ctx, asking(getPost, MaxTogether/4))
				noError(t, err)
			}
			_, err := c.Do(ctx, asking(createPost, MaxTogether/4))
			if failed := wantError(t, err, KindTooLarge); !errors.Is(failed, ErrManyAnswers) || !failed.MaybeApplied {
				t.Errorf("%+v", failed)
			}
			_, err = c.Do(ctx, asking(getPost, MaxTogether/4-100))
			noError(t, err)
			_, err = c.Do(ctx, asking(createPost, small))
			if failed := wantError(t, err, KindTooLarge); !errors.Is(failed, ErrManyAnswers) || failed.MaybeApplied {
				t.Errorf("without room for the least answer: %+v", failed)
			}
			end()
			wantEmpty(t, m)
		}
	})
}

// Many small answers of one piece of work are large together.
func TestManySmallAnswersAreLargeTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(tight)
		c, _ := inBubble(t, in(m), sized())
		ctx, end := Holding(t.Context())
		for _, want := range []seat{common, place, senior} {
			_, err := c.Do(ctx, asking(getPost, 60<<10))
			noError(t, err)
			w, _ := ctx.Value(workKey{}).(*work)
			if w.seat != want {
				t.Errorf("with %d bytes it has the seat %d, want %d", w.size, w.seat, want)
			}
		}
		end()
		wantEmpty(t, m)
	})
}

// Work can end before it began, and calls go on after it: they keep nothing.
func TestCallsAfterTheEndKeepNothing(t *testing.T) {
	t.Parallel()
	m := newMemory(tight)
	c, _ := onSocket(t, in(m), sized())
	for _, first := range []bool{true, false} {
		ctx, end := Holding(context.WithoutCancel(t.Context()))
		if first {
			_, err := c.Do(ctx, asking(getPost, large))
			noError(t, err)
		}
		end()
		end()
		for range 2 {
			_, err := c.Do(ctx, asking(getPost, large))
			noError(t, err)
			wantEmpty(t, m)
		}
	}
}

func TestAnAnswerHasSoManyValues(t *testing.T) {
	t.Parallel()
	list := func(n int) string { return "[" + strings.Repeat("0,", n-2) + "0]" }
	c, _ := onSocket(t, func(cfg *Config) { cfg.Retries = 0 }, reply(http.StatusOK, list(MaxValues)), reply(http.StatusOK, list(MaxValues+1)))
	_, err := c.Do(t.Context(), getPost)
	noError(t, err)
	_, err = c.Do(t.Context(), createPost)
	if failed := wantError(t, err, KindTooLarge); !errors.Is(failed, ErrManyValues) || !failed.MaybeApplied {
		t.Errorf("%+v", failed)
	}
}

func TestAnAnswerDoesNotHoldTheKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, key, want string }{
		{"a key of Featurebase", testKey, `{"title":"Bearer [API key]"}`},
		{"one that may be a word", "test", `{"title":"Bearer test"}`},
		{"a long one", "0123456789abcdef", `{"title":"Bearer [API key]"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := onSocket(t, func(cfg *Config) { cfg.Key = tt.key }, func(w http.ResponseWriter, r *http.Request) {
				_, _ = w.Write([]byte(`{"title":"` + r.Header.Get("Authorization") + `"}`))
			})
			res, err := c.Do(t.Context(), getPost)
			noError(t, err)
			if string(res.Body) != tt.want {
				t.Errorf("got %s, want %s", res.Body, tt.want)
			}
		})
	}
}

// What follows a 101 is another protocol. Its bytes come when they like, and no context ends the wait for them.
func TestAnotherProtocolIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, nil, raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n{}"))
	_, err := c.Do(t.Context(), getPost)
	if failed := wantError(t, err, KindBadResponse); failed.Status != http.StatusSwitchingProtocols {
		t.Errorf("got %+v", failed)
	}
	api.wantRequests(t, 1)
}
