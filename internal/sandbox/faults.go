package sandbox

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// fault goes wrong with a share of the requests. It counts requests instead of rolling dice, so that runs repeat exactly: a rate of 0.25
// strikes every fourth request.
type fault struct {
	Kind       string  `json:"kind"`                 // status, latency or reset
	Rate       float64 `json:"rate"`                 // from 0 to 1
	Operation  string  `json:"operation,omitempty"`  // only this operation id; empty for all
	Status     int     `json:"status,omitempty"`     // kind status: 429 or 5xx
	RetryAfter int     `json:"retryAfter,omitempty"` // kind status: seconds in Retry-After, 0 for none
	LatencyMs  int     `json:"latencyMs,omitempty"`  // kind latency
	After      bool    `json:"after,omitempty"`      // strike after the request was applied, so that only the answer is lost

	seen int
}

func (f *fault) check() error {
	switch {
	case f.Rate < 0 || f.Rate > 1:
		return fmt.Errorf("rate %v is not between 0 and 1", f.Rate)
	case f.Kind == "status" && f.Status != http.StatusTooManyRequests && f.Status/100 != 5:
		return fmt.Errorf("status %d is neither 429 nor 5xx", f.Status)
	case f.Kind == "latency" && f.LatencyMs <= 0:
		return fmt.Errorf("latencyMs %d is not positive", f.LatencyMs)
	case f.Kind != "status" && f.Kind != "latency" && f.Kind != "reset":
		return fmt.Errorf("kind %q is not status, latency or reset", f.Kind)
	}
	return nil
}

// due counts a request and reports whether the fault strikes it.
func (f *fault) due() bool {
	before := math.Floor(float64(f.seen) * f.Rate)
	f.seen++
	return math.Floor(float64(f.seen)*f.Rate) > before
}

// strike carries the fault out and reports whether it answered the request. A reset cuts the connection.
func (f *fault) strike(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case "latency":
		timer := time.NewTimer(time.Duration(f.LatencyMs) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
			return false
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	case "reset":
		panic(http.ErrAbortHandler)
	}
	failed := failure{status: f.Status, code: "internal_error", message: "The sandbox was told to fail"}
	if f.Status == http.StatusTooManyRequests {
		failed.code, failed.message = "rate_limited", "Too many requests"
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	failed.write(w)
	return true
}

// faults is the set of faults that are in force.
type faults struct {
	mu  sync.Mutex
	all []*fault
}

func (f *faults) set(all []*fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = all
}

// next counts a request for each fault of its operation and returns the first fault that is due, or nil.
func (f *faults) next(operation string) *fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit *fault
	for _, one := range f.all {
		if (one.Operation == "" || one.Operation == operation) && one.due() && hit == nil {
			hit = one
		}
	}
	return hit
}
