package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// controlPrefix is the beginning of the routes by which tests and demonstrations steer the sandbox. The API has no such routes, and they need
// no key. docs/sandbox.md shows them.
const controlPrefix = "/_sandbox/"

func (s *Sandbox) serveControl(w http.ResponseWriter, r *http.Request) {
	var answer any
	var err error
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix) {
	case "GET journal":
		answer, err = s.history(r, func() store.History { return s.store.Journal })
	case "GET outbox":
		answer, err = s.history(r, func() store.History { return s.store.Outbox })
	case "POST reset":
		if err = s.reset(r.Context()); err == nil {
			s.faults.set(nil)
		}
		answer = object{"reset": true}
	case "POST faults":
		var all []*fault
		if all, err = readFaults(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			err = invalid("invalid_request", "faults: "+err.Error(), "")
			break
		}
		s.faults.set(all)
		answer = object{"faults": all}
	default:
		writeNoRoute(w, r)
		return
	}
	if failed, ok := errors.AsType[*failure](err); ok {
		failed.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// history shows the entries that a history still holds, and how many older ones left it.
func (s *Sandbox) history(r *http.Request, of func() store.History) (any, error) {
	unlock, err := s.view(r.Context())
	if err != nil {
		return nil, err
	}
	defer unlock()
	h := of()
	return object{"data": append([]json.RawMessage{}, h.Entries...), "omitted": h.Omitted}, nil
}

// readFaults reads {"faults": [...]}. The list replaces the faults in force, so an empty one ends all faults.
func readFaults(body io.Reader) ([]*fault, error) {
	var set struct {
		Faults []*fault `json:"faults"`
	}
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&set); err != nil {
		return nil, err
	}
	if set.Faults == nil {
		return nil, errors.New(`send {"faults": [...]}`)
	}
	for _, one := range set.Faults {
		if one == nil {
			return nil, errors.New("null is not a fault")
		}
		if one.Operation != "" && contract.Load().Operation(one.Operation) == nil {
			return nil, errors.New("no operation is called " + strconv.Quote(one.Operation))
		}
		if err := one.check(); err != nil {
			return nil, err
		}
	}
	return set.Faults, nil
}

// rateLimit is the number of requests a minute that the documentation of the API allows to a key.
const rateLimit = 2000

// window counts requests for the rate limit headers. The sandbox never refuses a request for load. So it never says that more than half of the
// allowance is used: a careful client would slow down for nothing.
type window struct {
	mu       sync.Mutex
	requests int
	ends     time.Time
	used     int
}

// take counts a request, sets the headers that all answers have, and returns the number of the request.
func (l *window) take(h http.Header) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); !now.Before(l.ends) {
		l.ends, l.used = now.Add(time.Minute), 0
	}
	l.requests++
	l.used++
	h.Set("X-Ratelimit-Limit", strconv.Itoa(rateLimit))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(max(rateLimit-l.used, rateLimit/2)))
	h.Set("X-Ratelimit-Reset", strconv.Itoa(int(time.Until(l.ends).Seconds()+1)))
	h.Set("X-Request-Id", "req_sandbox_"+strconv.Itoa(l.requests))
	return l.requests
}
