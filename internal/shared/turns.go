package shared

import (
	"context"
	"time"

	"featurebase-mcp/client"
)

// Turns is the bucket of one API key in a store. It implements client.Turns.
type Turns struct {
	store *Redis
	key   string
}

// TurnsOf returns the bucket of an API key at an address. The store knows it by a keyed hash alone.
func TurnsOf(s *Redis, k *Keys, address, apiKey string) *Turns {
	return &Turns{s, "turns " + k.Hash("api key", address+" "+apiKey)}
}

// Take asks for a turn.
func (t *Turns) Take(ctx context.Context, n client.News, most time.Duration) (taken bool, wait time.Duration, err error) {
	return t.store.Take(ctx, t.key, n, most)
}

// GiveBack returns a turn. Where the store is away, the bucket fills by itself.
func (t *Turns) GiveBack(ctx context.Context) { _ = t.store.GiveBack(ctx, t.key) }

// Processes is how many replicas there are.
func (t *Turns) Processes() int { return t.store.Replicas() }

var _ client.Turns = (*Turns)(nil)
