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
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/wire"
)

const (
	mostAccounts = 1000             // accounts at the same time
	accountKept  = 15 * time.Minute // after the last call of an account
)

// accounts are the callers who have keys of their own. Nothing that depends on a key is shared between them: each account has its client
// with its limits, its names and its count of failures. Connections to the API are shared, since they carry nothing from one request to the
// next. Only the client of an account holds its key.
type accounts struct {
	config    client.Config // without the key
	namesWait time.Duration
	replicas  *Shared      // may be nil
	names     names.Memory // the bound of the lists of names of all accounts together

	mu    sync.Mutex
	known map[string]*account // by principal
	sweep *time.Timer         // drops idle accounts; runs while there are any
}

// account is what belongs to one caller.
type account struct {
	client  *client.Client
	names   *names.Cache
	repeats *engine.Repeats
	figures *engine.Figures
	calls   int         // running calls
	last    time.Time   // when a call last began or ended
	proved  atomic.Bool // Featurebase has accepted the key
}

// proof observes the requests of an account to learn whether Featurebase accepts its key.
type proof struct {
	client.Observer // the next observer; may be nil

	proved *atomic.Bool
}

// Attempt records whether the response proves the key.
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

// Waited passes a wait on to the next observer.
func (p proof) Waited(d time.Duration) {
	if p.Observer != nil {
		p.Observer.Waited(d)
	}
}

// proved reports whether Featurebase has accepted the key of a caller. A sandbox accepts every key, which proves nothing.
func (a *accounts) proved(principal string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	own := a.known[principal]
	return own != nil && own.proved.Load() && !a.config.NoAuth
}

// newAccounts returns an empty set of accounts. It returns an error if the configuration is invalid for every account.
func newAccounts(config client.Config, namesWait time.Duration, replicas *Shared) (*accounts, error) {
	if config.Transport == nil {
		config.Transport = client.NewTransport(0)
	}
	config.OneCaller = true
	if _, err := client.New(config); err != nil {
		return nil, err
	}
	return &accounts{config: config, namesWait: namesWait, replicas: replicas, known: map[string]*account{}}, nil
}

// enter returns the account of a caller and marks it as in use until ctx ends.
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

// open adds an account. If there are too many, it first drops an idle one. It returns a Busy error if none is idle.
func (a *accounts) open(who caller.Caller) (*account, error) {
	if who.Key == "" {
		return nil, errors.New("a call has no key, although each caller needs one")
	}
	if len(a.known) >= mostAccounts && !a.makeRoom() {
		return nil, &wire.CodedError{
			Code: wire.CodeBusy, Status: http.StatusServiceUnavailable,
			Message: "Busy: this server works for as many callers as it can, and all of them have calls running. Nothing was sent. Retry in some seconds.",
		}
	}
	config, own := a.config, &account{repeats: a.replicas.repeats(), figures: engine.NewFigures()}
	if !config.NoAuth {
		config.Key = who.Key.Reveal()
	}
	config.Turns = a.replicas.turns(config)
	config.Observer = proof{config.Observer, &own.proved}
	var err error
	if own.client, err = client.New(config); err != nil {
		return nil, err
	}
	own.names = newNames(own.client, a.namesWait, &a.names)
	a.known[who.Principal] = own
	if a.sweep == nil {
		a.sweep = time.AfterFunc(accountKept, a.forget)
	}
	return own, nil
}

// idle reports whether no call and no write of the account is running. A write may outlive its call.
func (own *account) idle() bool { return own.calls == 0 && !own.client.Writing() }

// yields reports whether an account is dropped before another one: the one whose key was never accepted first, so that invalid keys cannot
// displace valid ones, and then the one idle for longer.
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
	if oldest != "" {
		a.known[oldest].names.Close()
		delete(a.known, oldest)
	}
	return oldest != ""
}

// forget drops the accounts that have been idle for too long, and schedules the next sweep.
func (a *accounts) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next time.Duration
	for principal, own := range a.known {
		left := accountKept - time.Since(own.last)
		if left <= 0 && own.idle() {
			own.names.Close()
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

// close waits until the writes of all accounts have ended or ctx is done.
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
