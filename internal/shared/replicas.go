package shared

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	beatEvery = time.Second      // how often a replica tells that it is there
	beatFor   = 10 * time.Second // how long it counts after that
)

// beat tells the other replicas that this one is there, finds out how many there are, and whether the store is back. The replicas do so at times of
// their own, so that a store that comes back is not asked by all of them at once.
func (s *Redis) beat(ctx context.Context) {
	member := s.keys.Replica()
	timer := time.NewTimer(0)
	defer timer.Stop()
	known := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if n, err := s.Present(ctx, "replicas", member, beatFor); err == nil {
			s.seen.Store(int64(n))
			s.observer.Replicas(n)
			if !known {
				known = s.warn(ctx)
			}
		}
		timer.Reset(beatEvery/2 + rand.N(beatEvery)) //nolint:gosec // spreading load needs no secret randomness
	}
}

// warn says what is wrong with the settings of the server, and reports whether they are known.
func (s *Redis) warn(ctx context.Context) bool {
	f, err := s.Facts(ctx)
	if err == nil && f.Evicts() {
		s.log.WarnContext(ctx, "the shared store drops keys when its memory is full: that a confirmation was used could be forgotten; set its maxmemory-policy to noeviction",
			"policy", f.Policy)
	}
	return err == nil
}

// Replicas returns how many replicas there were when the store last answered, at least one.
func (s *Redis) Replicas() int { return max(1, int(s.seen.Load())) }
