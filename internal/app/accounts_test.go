package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

// answering is an API that records the keys of requests and holds its answers until the test releases them.
type answering struct {
	release chan struct{} // nil: at once

	mu   sync.Mutex
	keys []string
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.keys = append(a.keys, r.Header.Get("Authorization"))
	a.mu.Unlock()
	if a.release != nil {
		select {
		case <-a.release:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	const body = `{"id":"1"}`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func accountsOf(t *testing.T, api http.RoundTripper) *accounts {
	t.Helper()
	a, err := newAccounts(client.Config{BaseURL: "https://api.example.com", Version: "v", Transport: api}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func somebody(n int) caller.Caller {
	return caller.Caller{Principal: fmt.Sprint("p", n), Key: caller.Secret(fmt.Sprint("sk_", n))}
}

// visit enters an account for a moment.
func visit(t *testing.T, a *accounts, who caller.Caller) *account {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	own, err := a.enter(ctx, who)
	leave()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return own
}

// later lets time pass, and what is due then happen.
func later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// kept returns the accounts that there are.
func (a *accounts) kept() map[string]*account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.known)
}

// An account is kept while it is used, and for a quarter of an hour after it.
func TestAnIdleAccountIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := accountsOf(t, &answering{})
		first := visit(t, a, somebody(1))
		running, leave := context.WithCancel(t.Context())
		busy, err := a.enter(running, somebody(2))
		if err != nil {
			t.Fatal(err)
		}
		later(14 * time.Minute)
		if visit(t, a, somebody(1)) != first {
			t.Error("an account was forgotten after 14 minutes")
		}
		later(14 * time.Minute)
		if n := len(a.kept()); n != 2 {
			t.Errorf("%d accounts", n)
		}
		later(2 * time.Minute)
		if kept := a.kept(); len(kept) != 1 || kept["p2"] != busy {
			t.Errorf("after half an hour: %v, want the one that is in use", kept)
		}
		if visit(t, a, somebody(1)) == first {
			t.Error("a forgotten account came back")
		}
		leave()
		later(time.Hour)
		if n := len(a.kept()); n != 0 {
			t.Errorf("%d accounts are left", n)
		}
		a.close(t.Context())
	})
}

// Beyond the bound, the account that was idle for longest is dropped. An account in use never is, not even one with only a write running.
func TestAccountsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &answering{release: make(chan struct{})}
		a := accountsOf(t, api)
		calls, leave := context.WithCancel(t.Context())
		writer := visit(t, a, somebody(0))
		gone, giveUp := context.WithTimeout(t.Context(), time.Second) // its caller waits no longer
		defer giveUp()
		_, err := writer.client.Do(gone, client.Request{Operation: "create_post", Method: http.MethodPost, Path: "/v2/posts", Body: []byte("{}"), Safety: client.Write})
		if failed, ok := errors.AsType[*client.Error](err); !ok || !failed.MaybeApplied {
			t.Errorf("the write: %v", err)
		}
		idle := visit(t, a, somebody(1))
		for n := 2; n < mostAccounts; n++ {
			if _, err := a.enter(calls, somebody(n)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.enter(calls, somebody(mostAccounts)); err != nil || len(a.kept()) != mostAccounts || a.kept()["p1"] == idle {
			t.Errorf("one more: %v, %d accounts", err, len(a.kept()))
		}
		_, err = a.enter(calls, somebody(mostAccounts+1))
		busy, ok := errors.AsType[*wire.CodedError](err)
		if !ok || busy.Status != http.StatusServiceUnavailable || !strings.Contains(busy.Message, "Nothing was sent. Retry") {
			t.Errorf("two more: %v", err)
		}
		if _, err := a.enter(calls, somebody(5)); err != nil {
			t.Errorf("one that has an account: %v", err)
		}
		close(api.release)
		a.close(t.Context()) // waits for the write
		if writer.client.Writing() {
			t.Error("a write was cut")
		}
		synctest.Wait()
		if _, err := a.enter(calls, somebody(mostAccounts+1)); err != nil || a.kept()["p0"] == writer {
			t.Errorf("after the write: %v", err)
		}
		leave()
	})
}

// What an account has is its own, and its requests carry its key.
func TestAccountsShareNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &answering{}
		a := accountsOf(t, api)
		one, two := visit(t, a, somebody(1)), visit(t, a, somebody(2))
		if one.client == two.client || one.names == two.names || one.repeats == two.repeats {
			t.Error("two callers share an account")
		}
		for _, own := range []*account{one, two, one} {
			if _, err := own.client.Do(t.Context(), client.Request{Operation: "list_boards", Method: http.MethodGet, Path: "/v2/boards", Safety: client.Read}); err != nil {
				t.Error(err)
			}
		}
		if got := strings.Join(api.keys, ", "); got != "Bearer sk_1, Bearer sk_2, Bearer sk_1" {
			t.Error(got)
		}
		if _, err := a.enter(t.Context(), caller.Caller{Principal: "p3"}); err == nil {
			t.Error("an account without a key")
		}
		a.close(t.Context())
	})
}

// choosy is an API that takes one key, while it does.
type choosy struct{ key string }

func (c *choosy) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"id":"1"}`
	if r.Header.Get("Authorization") != "Bearer "+c.key {
		status, body = http.StatusUnauthorized, `{"error":{"message":"no"}}`
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// A key counts as its caller's own once Featurebase has taken it, and no longer when it is taken back. Accounts of keys that were never taken
// make room first.
func TestAKeyIsProvedByFeaturebase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &choosy{key: "sk_1"}
		a := accountsOf(t, api)
		try := func(n int) bool {
			own := visit(t, a, somebody(n))
			_, _ = own.client.Do(t.Context(), client.Request{Operation: "x", Method: http.MethodGet, Path: "/v2/boards", Safety: client.Read})
			return a.proved(somebody(n).Principal)
		}
		if a.proved("p1") || !try(1) || try(2) {
			t.Error("a key is proved before it was taken, or not by it")
		}
		later(time.Minute)
		try(2)
		a.mu.Lock()
		if !a.makeRoom() || a.known["p1"] == nil {
			t.Error("the account that is proved made room")
		}
		a.mu.Unlock()
		api.key = ""
		if try(1) {
			t.Error("a key that was taken back is proved")
		}
		a.close(t.Context())
	})
}
