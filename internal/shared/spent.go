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
