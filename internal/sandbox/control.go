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

// controlPrefix is where tests and demonstrations steer the sandbox. It is no part of the API and needs no key.
const controlPrefix = "/_sandbox/"

func (s *Sandbox) serveControl(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix) {
	case "GET journal":
		s.mu.RLock()
		defer s.mu.RUnlock()
		writeJSON(w, http.StatusOK, object{"data": append([]store.JournalEntry{}, s.store.Journal...)})
	case "GET outbox":
		s.mu.RLock()
		defer s.mu.RUnlock()
		writeJSON(w, http.StatusOK, object{"data": append([]store.OutboxEntry{}, s.store.Outbox...)})
	case "POST reset":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.store = seed(s.store.Seed, s.store.Epoch)
		s.store.Dirty = true
		s.faults.set(nil)
		if err := s.save(); err != nil {
			(&failure{status: http.StatusInternalServerError, code: "sandbox_state", message: err.Error()}).write(w)
			return
		}
		writeJSON(w, http.StatusOK, object{"reset": true})
	case "POST faults":
		all, err := readFaults(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			invalid("invalid_request", "faults: "+err.Error(), "").write(w)
			return
		}
		s.faults.set(all)
		writeJSON(w, http.StatusOK, object{"faults": all})
	default:
		writeNoRoute(w, r)
	}
}

// readFaults reads {"faults": [...]}, which replaces the set in force; an empty list ends all faults.
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

// rateLimit is the documented allowance of one key, in requests a minute.
const rateLimit = 2000

// window counts requests for the rate limit headers. The sandbox never refuses for load, so it never says that more
// than half of the allowance is gone: a careful client would slow down for nothing.
type window struct {
	mu       sync.Mutex
	requests int
	ends     time.Time
	used     int
}

// take counts a request, writes the headers that every answer carries, and returns the number of the request.
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
