// Package sandbox is an embedded Featurebase: the REST API of internal/contract over a believable organization, for people without a key and
// for tests. Runs repeat exactly: the clock moves by a second with each write, ids follow from the order of writes, and nothing is random.
//
//	sandbox.go, serve.go, route.go, errors.go        options and start; a request from bytes to bytes; which operation a path means; refusals
//	kinds.go, generic.go, behaviours.go              the table of kinds, the handlers for all of them, the table of the other handlers
//	posts.go, voters.go, comments.go, surveys.go, contacts.go, companies.go, people.go, webhooks.go    what is particular to feedback and people
//	conversations.go, conversation_search.go, participants.go, parts.go, tags.go, tickets.go           ... to support
//	changelogs.go, subscribers.go, helpcenter.go, articles.go, redirects.go                            ... to content
//	list.go, cursor.go, filter.go, reports.go        pages, cursors, the search language; the way to package report
//	objects.go, fieldvalues.go, files.go, markup.go  fields of objects; values of custom fields; copies of files; Markdown to HTML and back
//	events.go, audit.go, deliveries.go               what a write leads to: an audit event, deliveries to webhooks
//	seed.go, seed_*.go                               the organization that everybody starts with, made from the texts in seed/
//	transport.go, control.go, faults.go, quirks.go   the sandbox as an http.RoundTripper; what tests and demonstrations steer
package sandbox

import (
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
	// StateFile keeps the state across processes; empty keeps it in memory. A file that does not exist yet is
	// created by the first write.
	StateFile string
	// Seed and Clock choose the organization to start with: another number is another history of the same people, another clock moves it
	// in time. The zero values are the shipped one. A state file keeps its own.
	Seed  uint64
	Clock time.Time
	// Quirks turns on oddities seen on the live API: null items, missing names, other error shapes.
	Quirks bool
	// Control serves /_sandbox/: journal, outbox, reset, faults.
	Control bool
	// Key is the only API key accepted; empty accepts any.
	Key string
	// NoAuth accepts requests without a key as well.
	NoAuth bool
	// Logger gets one line per request at debug level, and failures to write the state file; nil discards both.
	Logger *slog.Logger
}

// Sandbox serves the API. It is safe for concurrent use.
type Sandbox struct {
	options Options
	log     *slog.Logger
	faults  faults
	limit   window

	ready func() error // opens the sandbox once: contract, routes, state or seed

	kinds    kindTable
	routes   *routes
	defaults templates

	mu    sync.RWMutex // guards store; writes hold it alone
	store *store.Store
}

// New returns a sandbox. It does nothing expensive and never reads the state file: that happens at the first
// request, which answers a damaged file with an error and leaves it as it is.
func New(options Options) (*Sandbox, error) {
	if options.NoAuth && options.Key != "" {
		return nil, errors.New("sandbox: a key and no authentication at once: choose one")
	}
	s := &Sandbox{options: options, log: options.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.ready = sync.OnceValue(s.open)
	return s, nil
}

func (s *Sandbox) open() error {
	document := contract.Load()
	s.kinds = newKindTable()
	s.routes = newRoutes(document, s.kinds)
	s.defaults = newTemplates(document)
	if s.options.StateFile != "" {
		st, err := store.ReadState(s.options.StateFile)
		if err != nil {
			return err
		}
		if st != nil {
			s.keep(st)
			return nil
		}
	}
	s.keep(seed(s.options.Seed, s.options.Clock))
	return nil
}

// Now is the sandbox's present, in UTC: it stands still but for the second that each write takes. Before the first request it opens the
// state; one that cannot be opened has the present that a new one would begin with.
func (s *Sandbox) Now() time.Time {
	if s.ready() != nil {
		return store.New(s.options.Seed, s.options.Clock).Now()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.store.Now()
}

// keep puts a store in place.
func (s *Sandbox) keep(st *store.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kinds {
		st.Kind(k.name) // reads share the lock and must not make one
	}
	s.store = st
}

// Close flushes the state file. It is safe to call on a sandbox that never served a request.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save()
}

// save writes the state file when there is one and something changed since it was read or written.
func (s *Sandbox) save() error {
	if s.options.StateFile == "" || s.store == nil || !s.store.Dirty {
		return nil
	}
	if err := store.WriteState(s.options.StateFile, s.store); err != nil {
		return err
	}
	s.store.Dirty = false
	return nil
}

var _ http.Handler = (*Sandbox)(nil)
