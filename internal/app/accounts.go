package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/tools"
)

const (
	mostAccounts = 1000             // that are kept at once
	accountKept  = 15 * time.Minute // after its last call
)

// accounts are the callers who bring keys of their own. What a call uses of a key is its account's alone: the client with its limits, the
// names, the failures that were noticed. Connections to the API are shared; they carry nothing of a caller between requests. A key is kept
// nowhere but in the client of its account.
type accounts struct {
	config client.Config // but for the key

	mu    sync.Mutex
	known map[string]*account // by principal
	sweep *time.Timer         // runs while there are accounts
}

// account is one caller's.
type account struct {
	client  *client.Client
	names   *tools.Names
	repeats *tools.Repeats
	calls   int       // that are running
	last    time.Time // when one began or ended
}

// newAccounts checks what holds for each account.
func newAccounts(config client.Config) (*accounts, error) {
	if config.Transport == nil {
		config.Transport = client.NewTransport(0)
	}
	config.OneCaller = true
	if _, err := client.New(config); err != nil {
		return nil, err
	}
	return &accounts{config: config, known: map[string]*account{}}, nil
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

// open adds an account. If there are too many, the one that has been idle for longest goes.
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
	config := a.config
	if !config.NoAuth {
		config.Key = who.Key.Reveal()
	}
	c, err := client.New(config)
	if err != nil {
		return nil, err
	}
	own := &account{client: c, names: tools.NewNames(c), repeats: tools.NewRepeats()}
	a.known[who.Principal] = own
	if a.sweep == nil {
		a.sweep = time.AfterFunc(accountKept, a.forget)
	}
	return own, nil
}

// idle reports whether nothing is done for the account. A write may go on without its call.
func (own *account) idle() bool { return own.calls == 0 && !own.client.Writing() }

func (a *accounts) makeRoom() bool {
	oldest := ""
	for principal, own := range a.known {
		if own.idle() && (oldest == "" || own.last.Before(a.known[oldest].last)) {
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
