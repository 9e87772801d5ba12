// Package sandbox is an embedded Featurebase: the REST API over a believable organization, for people without a key
// and for tests.
//
// It knows the API from internal/contract: routes, parameters, body and answer schemas, pagination, search fields.
// What it adds is state and behaviour.
//
//	sandbox.go    Sandbox: options, start-up, closing
//	serve.go      one request from bytes to bytes: key, route, checks, handler, journal, state file
//	route.go      which operation a path means
//	errors.go     the answers that refuse a request
//	kinds.go      the table of kinds (board, post, comment, ...): where each lives and how it is shown
//	generic.go    get, list, search, create, update, delete, for every kind alike
//	behaviours.go the table of operations that the generic ones cannot serve
//	posts.go, voters.go, comments.go, contacts.go, people.go    what is particular to these
//	companies.go, organization.go, webhooks.go, surveys.go      and to these
//	conversations.go, conversation_search.go, participants.go, tags.go, tickets.go   and to these
//	changelogs.go, subscribers.go, helpcenter.go, articles.go, redirects.go          and to these
//	parts.go      the threads of conversations and tickets
//	fieldvalues.go, files.go, markup.go   values of custom fields; copies of files; Markdown to HTML and back
//	events.go, audit.go, deliveries.go                          what a write is news for: the audit log, then webhooks
//	report_*.go   reports: catalogue, question (filter, period), the answer to a query, the rows behind it
//	list.go, cursor.go, filter.go, fulltext.go                  pages, cursors, the search language, relevance
//	store.go, clock.go, state.go                                objects, ids and time, the state file
//	seed.go, seed_*.go, seed/                                   the organization everybody starts with
//	control.go, faults.go, quirks.go                            what only tests and demonstrations want
//	transport.go  the sandbox as an http.RoundTripper
//
// Runs are deterministic: the clock stands still except that each write moves it by a second, ids follow from the
// order of writes, and nothing is random.
package sandbox

import (
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"featurebase-mcp/internal/contract"
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
	store *store
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
		st, err := readState(s.options.StateFile)
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
		return newStore(s.options.Seed, s.options.Clock).now()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.store.now()
}

// keep puts a store in place.
func (s *Sandbox) keep(st *store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kinds {
		st.kind(k.name) // reads share the lock and must not make one
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
	if s.options.StateFile == "" || s.store == nil || !s.store.dirty {
		return nil
	}
	if err := writeState(s.options.StateFile, s.store); err != nil {
		return err
	}
	s.store.dirty = false
	return nil
}

var _ http.Handler = (*Sandbox)(nil)
