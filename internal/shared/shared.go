package shared

import (
	"context"
	"errors"
	"time"

	"featurebase-mcp/client"
)

// ErrAway means that the store did not do what it was asked: it cannot be reached, is too slow, or has no room. Whether it was done nobody knows.
var ErrAway = errors.New("the shared store is away")

// ErrGone means that there is no such record, or that it has lived through a restart of the server that held it.
var ErrGone = errors.New("no such record")

// Store is what replicas share. Its methods are safe for concurrent use and take no longer than a fraction of a second. Every error of them is or
// wraps ErrAway, or is ErrGone where a method says so.
type Store interface {
	// Mark keeps a mark under a key for a time, and reports whether there was none.
	Mark(ctx context.Context, key string, ttl time.Duration) (first bool, err error)
	// Marked reports whether there is a mark under a key.
	Marked(ctx context.Context, key string) (bool, error)
	// Life names the life of the server that holds a key. It is another one after a restart or a failover, which may have lost what was kept.
	Life(ctx context.Context, key string) (string, error)

	// Make makes a record, which lives or is lost as a whole. There must be none under the key.
	Make(ctx context.Context, key string, fields map[string][]byte, ttl time.Duration) error
	// Fields returns those of the named fields that a record has, or all of them where none is named. It returns ErrGone if there is no record.
	Fields(ctx context.Context, key string, names ...string) (map[string][]byte, error)
	// Swap puts a value in the place of another one in a field of a record, and reports whether it is there now: not if the field held anything
	// but the old value. A nil value is that of a field that the record does not have. It returns ErrGone if there is no record.
	Swap(ctx context.Context, key, field string, was, now []byte) (bool, error)
	// Drop deletes a mark or a record, if it is there.
	Drop(ctx context.Context, key string) error

	// Repeat counts what came of something, and returns how often in a row the same came of it. It is forgotten after the time.
	Repeat(ctx context.Context, key, what string, ttl time.Duration) (int, error)

	// Take asks for the turn of one request in a bucket. It may go after the wait. A wait longer than most is told and not reserved.
	Take(ctx context.Context, key string, news News, most time.Duration) (taken bool, wait time.Duration, err error)
	// GiveBack returns a turn that is not used.
	GiveBack(ctx context.Context, key string) error

	// Present tells that a member of a group is there, and returns how many of them have told so within the time.
	Present(ctx context.Context, key, member string, within time.Duration) (int, error)
}

// News is a rate limit as one replica knows it, and what the API has told that replica since it last asked for a turn.
type News = client.News
