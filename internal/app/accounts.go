package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
)

const (
	mostAccounts = 1000             // that are kept at once
	accountKept  = 15 * time.Minute // after its last call
)

// accounts are the callers who bring keys of their own. Each account has its own client with its limits, its own names and its own memory of
// failures. Connections to the API are shared, because they carry nothing of a caller between requests. Only the client of an account keeps its
// key.
type accounts struct {
	config    client.Config // but for the key
	namesWait time.Duration

	mu    sync.Mutex
	known map[string]*account // by principal
	sweep *time.Timer         // runs while there are accounts
}

// account is one caller's.
type account struct {
	client  *client.Client
	names   *engine.Names
	repeats *engine.Repeats
	calls   int         // that are running
	last    time.Time   // when one began or ended
	proved  atomic.Bool // Featurebase has taken the key
}

// proof follows the requests of an account to learn whether Featurebase takes its key.
type proof struct {
	client.Observer // nil where nobody else follows

	proved *atomic.Bool
}

// Attempt notes the status of the answer.
func (p proof) Attempt(ctx context.Context, operation string, attempt int) (ended func(status int)) {
	told := func(int) {}
	if p.Observer != nil {
		told = p.Observer.Attempt(ctx, operation, attempt)
	}
	return func(status int) {
		switch {
		case status >= http.StatusOK && status < http.StatusMultipleChoices:
			p.proved.Store(true)
		case status == http.StatusUnauthorized:
			p.proved.Store(false)
		}
		told(status)
	}
}

// Waited passes on how long a request was held back.
func (p proof) Waited(d time.Duration) {
	if p.Observer != nil {
		p.Observer.Waited(d)
	}
}

// proved reports whether Featurebase has taken the key of a caller. A sandbox takes every key, which proves nothing.
func (a *accounts) proved(principal string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	own := a.known[principal]
	return own != nil && own.proved.Load() && !a.config.NoAuth
}

// newAccounts checks what holds for each account.
func newAccounts(config client.Config, namesWait time.Duration) (*accounts, error) {
	if config.Transport == nil {
		config.Transport = client.NewTransport(0)
	}
	if _, err := client.New(config); err != nil {
		return nil, err
	}
	return &accounts{config: config, namesWait: namesWait, known: map[string]*account{}}, nil
}

// enter returns the account of a caller, which is in use until ctx ends.
func (a *accounts) enter(ctx context.Context, who caller.Caller) (*account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	own := a.known[who.Principal]
	if own == nil {
		var err error
		if own, err = a.open(who); err != nil {
			return nil, err
		}
	}
	own.calls++
	own.last = time.Now()
	context.AfterFunc(ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		own.calls--
		own.last = time.Now()
	})
	return own, nil
}

// open adds an account. If there are too many, an idle one goes: one whose key was never taken rather than another one,
// and of these the one that has been idle for longest.
func (a *accounts) open(who caller.Caller) (*account, error) {
	if who.Key == "" {
		return nil, errors.New("a call without a key came through")
	}
	if len(a.known) >= mostAccounts && !a.makeRoom() {
		return nil, &wire.CodedError{
			Code: wire.CodeBusy, Status: http.StatusServiceUnavailable,
			Message: "Busy: this server works for as many callers as it can, and all of them have calls running. Nothing was sent. Retry in some seconds.",
		}
	}
	config, own := a.config, &account{repeats: engine.NewRepeats()}
	if !config.NoAuth {
		config.Key = who.Key.Reveal()
	}
	config.Observer = proof{config.Observer, &own.proved}
	var err error
	if own.client, err = client.New(config); err != nil {
		return nil, err
	}
	own.names = newNames(own.client, a.namesWait)
	a.known[who.Principal] = own
	if a.sweep == nil {
		a.sweep = time.AfterFunc(accountKept, a.forget)
	}
	return own, nil
}

// idle reports whether nothing is done for the account. A write may go on without its call.
func (own *account) idle() bool { return own.calls == 0 && !own.client.Writing() }

// yields reports whether an account has to make room rather than another one.
func (own *account) yields(other *account) bool {
	if proved := own.proved.Load(); proved != other.proved.Load() {
		return !proved
	}
	return own.last.Before(other.last)
}

func (a *accounts) makeRoom() bool {
	oldest := ""
	for principal, own := range a.known {
		if own.idle() && (oldest == "" || own.yields(a.known[oldest])) {
			oldest = principal
		}
	}
	delete(a.known, oldest)
	return oldest != ""
}

// forget drops the accounts that have been idle for too long, and looks again when the next may be.
func (a *accounts) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next time.Duration
	for principal, own := range a.known {
		left := accountKept - time.Since(own.last)
		if left <= 0 && own.idle() {
			delete(a.known, principal)
			continue
		}
		if left <= 0 { // a call has been running all the time
			left = accountKept
		}
		next = min(cmp.Or(next, left), left)
	}
	if a.sweep != nil && next > 0 {
		a.sweep.Reset(next)
		return
	}
	a.sweep = nil
}

// close waits for the writes of all accounts, until ctx is done.
func (a *accounts) close(ctx context.Context) {
	a.mu.Lock()
	if a.sweep != nil {
		a.sweep.Stop()
		a.sweep = nil
	}
	var clients []*client.Client
	for _, own := range a.known {
		clients = append(clients, own.client)
	}
	a.mu.Unlock()
	for _, c := range clients {
		c.Drain(ctx)
	}
}
