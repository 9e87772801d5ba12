package engine

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"
)

// Spender remembers what was used and holds for one use. It is one for all replicas of a server.
type Spender interface {
	// Spend marks a key as used for a time, and reports whether this is the first use.
	Spend(ctx context.Context, key string, ttl time.Duration) (first bool, err error)
	// Life names the memory that will remember a key. It is another one when uses may have been forgotten: what was issued under the name before
	// holds no more.
	Life(ctx context.Context, key string) (string, error)
}

// Share has replicas agree on confirmations: they sign with the same keys, of which the first is in use, one memory tells what was used, and one keeps
// the calls that wait for a click.
func (c *Confirmations) Share(keys [][]byte, spent Spender, waiting Waiting) {
	if c != nil {
		c.states.keys, c.states.Spent, c.parked.shared = keys, spent, waiting
	}
}

// mostSpent bounds the used states that a process remembers.
const mostSpent = 10_000

// errManySpent means that no more can be remembered.
var errManySpent = errors.New("too many are remembered")

// spentHere remembers in this process.
type spentHere struct {
	now func() time.Time

	mu    sync.Mutex
	spent map[string]time.Time // with the expiry
}

// Life implements Spender. The keys that sign end with this memory.
func (*spentHere) Life(context.Context, string) (string, error) { return "", nil }

// Spend implements Spender. When the memory is full, it drops what has expired.
func (s *spentHere) Spend(_ context.Context, key string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if len(s.spent) >= mostSpent {
		maps.DeleteFunc(s.spent, func(_ string, until time.Time) bool { return !now.Before(until) })
	}
	switch {
	case now.Before(s.spent[key]):
		return false, nil
	case len(s.spent) >= mostSpent:
		return false, errManySpent
	}
	s.spent[key] = now.Add(ttl)
	return true, nil
}
