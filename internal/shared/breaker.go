package shared

import (
	"sync"
	"time"
)

// mostFailures is how many calls in a row fail before the store is left alone.
const mostFailures = 3

// breaker remembers whether the store answers. While it does not, calls fail at once, so that no caller waits for each of them; one who asks
// regularly, the heartbeat of the replica, finds out when the store is back. So the replicas do not come back to it all at once with all their calls.
type breaker struct {
	observer Observer

	mu       sync.Mutex
	failures int
	away     bool
	since    time.Time
}

// open reports whether calls fail at once.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.away
}

// learn takes in whether the store has answered a call. It reports whether that is news.
func (b *breaker) learn(answered bool, now time.Time) (changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if answered {
		b.failures = 0
	} else {
		b.failures++
	}
	away := !answered && (b.away || b.failures >= mostFailures)
	if away == b.away {
		return false
	}
	b.away, b.since = away, now
	b.observer.StoreAway(away)
	return true
}

// Observer follows the calls of a store. It is called by several goroutines at a time and must not block.
type Observer interface {
	// StoreCall tells of a call: what was done, how long it took, and whether it failed.
	StoreCall(did string, took time.Duration, failed bool)
	// StoreAway tells that the store has gone away, or has come back.
	StoreAway(away bool)
	// Replicas tells how many replicas have been seen.
	Replicas(n int)
}

// unobserved is the observer where there is none.
type unobserved struct{}

// StoreCall does nothing.
func (unobserved) StoreCall(string, time.Duration, bool) {}

// StoreAway does nothing.
func (unobserved) StoreAway(bool) {}

// Replicas does nothing.
func (unobserved) Replicas(int) {}
