package shared

import (
	"context"
	"time"
)

// Spent remembers in a store what was used and holds for once: confirmations, and whatever else may be used one time. It implements engine.Spender.
type Spent struct{ Store Store }

// Spend marks a key as used for a time, and reports whether it was the first use.
func (s Spent) Spend(ctx context.Context, key string, ttl time.Duration) (first bool, err error) {
	return s.Store.Mark(ctx, "spent "+key, ttl)
}

// Life names the memory of what was spent. It is another one when something may have been forgotten.
func (s Spent) Life(ctx context.Context, key string) (string, error) {
	return s.Store.Life(ctx, "spent "+key)
}

// failedFor is how long a failure counts. A model that repeats a call does so at once.
const failedFor = 10 * time.Minute

// Failures counts in a store how often calls failed. It implements engine.Failures.
type Failures struct{ Store Store }

// Failed counts a failure.
func (f Failures) Failed(ctx context.Context, call, way string) (times int, err error) {
	return f.Store.Repeat(ctx, "failed "+call, way, failedFor)
}

// Passed forgets the failures of a call. Where the store is away, they end by themselves.
func (f Failures) Passed(ctx context.Context, call string) { _ = f.Store.Drop(ctx, "failed "+call) }
