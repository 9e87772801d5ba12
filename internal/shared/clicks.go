package shared

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Clicks keeps the calls that wait for a click in a panel, so that the click counts at whichever replica it arrives. It implements engine.Waiting. A call
// is sealed for its caller and its token, so that the store shows neither arguments nor tokens.
type Clicks struct {
	Store Store
	Keys  *Keys
}

// The fields of the record of a call.
const (
	callField  = "call"
	takenField = "taken"
)

func clickKey(token string) string            { return "click " + token }
func clickPurpose(token, owner string) string { return "click\x00" + token + "\x00" + owner }

// Put keeps a call for a time.
func (c Clicks) Put(ctx context.Context, token, owner string, call []byte, ttl time.Duration) error {
	return c.Store.Make(ctx, clickKey(token), map[string][]byte{callField: c.Keys.Seal(clickPurpose(token, owner), call)}, ttl)
}

// Take returns the call that waits under a token of this caller, or nil, and whether this is the first to take it.
func (c Clicks) Take(ctx context.Context, token, owner string) (call []byte, first bool, err error) {
	fields, err := c.Store.Fields(ctx, clickKey(token), callField)
	if err == nil {
		call, err = c.Keys.Open(clickPurpose(token, owner), fields[callField])
	}
	switch {
	case errors.Is(err, ErrGone), errors.Is(err, errSealed):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	mark := make([]byte, nonceLength) // of two clicks at once, one finds its own
	_, _ = rand.Read(mark)            // never fails
	first, err = c.Store.Swap(ctx, clickKey(token), takenField, nil, mark)
	if errors.Is(err, ErrGone) {
		return nil, false, nil
	}
	return call, first, err
}

const nonceLength = 16
