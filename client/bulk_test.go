package client

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A piece of work that keeps a bulky answer keeps others from reading theirs, but not itself, nor small answers.
func TestBulkyAnswersAreKeptOneAtATime(t *testing.T) {
	bulkyBody := `"` + strings.Repeat("x", 2*bulky) + `"`
	c, _ := onSocket(t, func(cfg *Config) { cfg.Retries, cfg.Timeout = 0, time.Minute },
		reply(http.StatusOK, bulkyBody), reply(http.StatusOK, bulkyBody), ok(), reply(http.StatusOK, bulkyBody))
	ctx, end := Holding(t.Context())
	for range 2 {
		_, err := c.Do(ctx, getPost)
		noError(t, err)
	}
	_, err := c.Do(t.Context(), getPost)
	noError(t, err)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = c.Do(short, getPost)
	_ = wantError(t, err, KindTimeout)
	end()
	for range 2 { // without a holder there is nothing to end
		_, err = c.Do(t.Context(), getPost)
		noError(t, err)
	}
}

// What asks for bulky answers side by side, for one piece of work, does not wait for itself.
func TestOnePieceOfWorkDoesNotWaitForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := inBubble(t, func(cfg *Config) { cfg.Retries = 0 }, reply(http.StatusOK, `"`+strings.Repeat("x", 2*bulky)+`"`))
		ctx, end := Holding(t.Context())
		defer end()
		failures := make(chan error)
		for range 8 {
			go func() {
				_, err := c.Do(ctx, getPost)
				failures <- err
			}()
		}
		for range 8 {
			noError(t, <-failures)
		}
	})
}

// What one piece of work may keep has an end, and it begins anew with the next.
func TestTheAnswersOfAPieceOfWorkAreBoundedTogether(t *testing.T) {
	body := `"` + strings.Repeat("x", MaxTogether/4) + `"`
	c, _ := onSocket(t, func(cfg *Config) { cfg.Retries, cfg.Timeout = 0, time.Minute }, reply(http.StatusOK, body))
	for range 2 {
		ctx, end := Holding(t.Context())
		for range 3 {
			_, err := c.Do(ctx, getPost)
			noError(t, err)
		}
		_, err := c.Do(ctx, createPost)
		if failed := wantError(t, err, KindTooLarge); !errors.Is(failed, ErrManyAnswers) || !failed.MaybeApplied {
			t.Errorf("%+v", failed)
		}
		end()
	}
}

// Many small answers of one piece of work are bulky together.
func TestManyAnswersAreKeptByOnePieceOfWork(t *testing.T) {
	c, _ := onSocket(t, func(cfg *Config) { cfg.Retries, cfg.Timeout = 0, time.Minute }, reply(http.StatusOK, `"`+strings.Repeat("x", bulky-10)+`"`))
	ctx, end := Holding(t.Context())
	for range bulkyTogether/bulky + 1 {
		_, err := c.Do(ctx, getPost)
		noError(t, err)
	}
	if len(bulk) != 1 {
		t.Error("others may keep as much besides")
	}
	if end(); len(bulk) != 0 {
		t.Error("it is kept for ever")
	}
}

// A write that goes on without its call may wait for its turn. The call does not wait with it.
func TestTheEndOfAPieceOfWorkWaitsForNobody(t *testing.T) {
	ctx, end := Holding(context.Background())
	answer := keep(ctx)
	bulk <- struct{}{} // somebody else's
	grown := make(chan error)
	go func() { grown <- answer.grow(ctx, 2*bulky) }()
	for len(answer.work.asking) == 0 {
		runtime.Gosched()
	}
	end()
	<-bulk
	noError(t, <-grown)
	if !answer.alone || len(bulk) != 1 {
		t.Error("the answer is read besides others")
	}
	if answer.end(0); len(bulk) != 0 || answer.work.kept != 0 {
		t.Error("it is kept for ever")
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
