// Package sandbox is an embedded Featurebase: the REST API of internal/contract over a believable organization, for people without a key and
// for tests. Runs repeat exactly: the clock moves by a second with each write, ids follow from the order of writes, and nothing is random.
//
//	sandbox.go, serve.go, route.go, errors.go        options and start; a request from bytes to bytes; which operation a path means; refusals
//	kinds.go, generic.go, behaviours.go              the table of kinds, the handlers for all of them, the table of the other handlers
//	posts.go, voters.go, comments.go, surveys.go, contacts.go, companies.go, people.go, webhooks.go    what is particular to feedback and people
//	conversations.go, conversation_search.go, participants.go, parts.go, tags.go, tickets.go           ... to support
//	changelogs.go, changelog_translations.go, subscribers.go, helpcenter.go, articles.go, redirects.go                            ... to content
//	training.go, qna.go, oracle.go                                                                     ... to what the AI agent knows
//	apispecs.go, outbound.go, outbound_figures.go                                                      ... to what is published in part
//	list.go, cursor.go, filter.go, reports.go        pages, cursors, the search language; the way to package report
//	objects.go, fieldvalues.go, files.go, markup.go  fields of objects; values of custom fields; copies of files; Markdown to HTML and back
//	events.go, audit.go, deliveries.go               what a write leads to: an audit event, deliveries to webhooks
//	seed.go, seed_*.go                               the organization that everybody starts with, made from the texts in seed/
//	transport.go, control.go, faults.go, quirks.go   the sandbox as an http.RoundTripper; what tests and demonstrations steer
package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// Options configure a Sandbox. The zero value accepts any key, keeps its state in memory and logs nothing.
type Options struct {
	// StateFile keeps the state across processes, which may share it; without one the state is in memory. The first write makes the file.
	StateFile string
	// Seed and Clock choose the organization to start with. Another number gives another history of the same people; another clock moves the
	// history in time. The zero values give the shipped organization. A state file keeps the values that it began with.
	Seed  uint64
	Clock time.Time
	// Quirks turns on oddities that the live API has shown: null items, missing names, other forms of errors.
	Quirks bool
	// Control serves the routes under /_sandbox/: journal, outbox, reset, faults.
	Control bool
	// Key is the only API key that is accepted; empty accepts all keys.
	Key string
	// NoAuth accepts requests without a key, too.
	NoAuth bool
	// Logger gets a line for each request at debug level, and failures; nil discards both.
	Logger *slog.Logger
	// Warn gets words for the user about what is not an error, such as a line of the state file that a crash cut off; nil logs them.
	Warn func(text string)
}

// Sandbox serves the API. It is safe for concurrent use.
type Sandbox struct {
	options Options
	log     *slog.Logger
	faults  faults
	limit   window
	fetched fetches

	ready func() // reads the contract and makes the routes, once

	kinds    kindTable
	routes   *routes
	defaults templates

	file *store.File // nil without a state file

	mu    sync.RWMutex // guards store and file; a write holds it alone
	store *store.Store // nil before the first request, and while the state file cannot be read
}

// New returns a sandbox. It opens the state file if there is one, and its errors about that are words for the user. What is expensive and
// cannot fail waits for the first request.
func New(options Options) (*Sandbox, error) {
	if options.NoAuth && options.Key != "" {
		return nil, errors.New("sandbox: a key and no authentication exclude each other: choose one")
	}
	s := &Sandbox{options: options, log: options.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.ready = sync.OnceFunc(s.open)
	if options.StateFile != "" {
		warn := options.Warn
		if warn == nil {
			warn = func(text string) { s.log.Warn(text) }
		}
		var err error
		if s.file, s.store, err = store.Open(options.StateFile, warn); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Sandbox) open() {
	document := contract.Load()
	s.kinds = newKindTable()
	s.routes = newRoutes(document, s.kinds)
	s.defaults = newTemplates(document)
	if s.store != nil {
		s.complete(s.store)
	}
}

// Now returns the sandbox's present in UTC. It moves by a second with each write and stands still otherwise. A sandbox whose state cannot be
// read has the present with which a new one would begin.
func (s *Sandbox) Now() time.Time {
	unlock, err := s.view(context.Background())
	if err != nil {
		return store.New(s.options.Seed, s.options.Clock).Now()
	}
	defer unlock()
	return s.store.Now()
}

// view waits until the state can be read and holds what other processes have written. The caller ends its reading with unlock.
func (s *Sandbox) view(ctx context.Context) (unlock func(), err error) {
	s.ready()
	for current := false; ; current = true {
		s.mu.RLock()
		if s.store != nil && (current || s.file == nil || !s.file.Changed()) {
			return s.mu.RUnlock, nil
		}
		s.mu.RUnlock()
		if err := s.exclusively(ctx, func() error { return nil }); err != nil {
			return nil, err
		}
	}
}

// update makes a change to the state: all of it, and in the state file, too, or nothing.
func (s *Sandbox) update(ctx context.Context, change func() error) error {
	return s.exclusively(ctx, func() error {
		s.store.Begin()
		kept := false
		defer func() {
			if !kept { // also when the change panics
				s.store.Rollback()
			}
		}()
		if err := change(); err != nil {
			return err
		}
		if s.file != nil {
			if err := s.file.Append(s.store); err != nil {
				return stateError(err)
			}
		}
		s.store.Commit()
		kept = true
		if s.file != nil {
			if err := s.file.Compact(s.store); err != nil { // the change is kept, and the next write tries again
				s.log.WarnContext(ctx, "the state file was not made shorter", "error", err)
			}
		}
		return nil
	})
}

// reset brings the organization back with which the state began.
func (s *Sandbox) reset(ctx context.Context) error {
	return s.exclusively(ctx, func() error {
		fresh := seed(s.store.Seed, s.store.Epoch)
		s.complete(fresh)
		if s.file != nil {
			if err := s.file.Replace(fresh); err != nil {
				return stateError(err)
			}
		}
		s.store = fresh
		return nil
	})
}

// exclusively runs a function while no other request and no other process uses the state. Before that, it reads what other processes have
// written, or makes the seed if there is no state yet.
func (s *Sandbox) exclusively(ctx context.Context, run func() error) error {
	s.ready()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		unlock, err := s.file.Lock(ctx)
		if err != nil {
			return stateError(err)
		}
		defer unlock()
		if s.store, err = s.file.Refresh(s.store); err != nil {
			return stateError(err)
		}
	}
	if s.store == nil {
		s.store = seed(s.options.Seed, s.options.Clock)
	}
	s.complete(s.store)
	return run()
}

// complete makes the collections of all kinds. Requests that read share the lock, so none of them may have to make a collection.
func (s *Sandbox) complete(st *store.Store) {
	for _, k := range s.kinds {
		st.Kind(k.name)
	}
}

// stateError is the answer if the state file cannot be used.
func stateError(err error) error {
	return &failure{status: http.StatusInternalServerError, code: "sandbox_state", message: err.Error()}
}

var _ http.Handler = (*Sandbox)(nil)
