package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"
)

// The bounds of the calls that wait for a click, in bytes. A call is at most one message, which is bounded before.
const (
	mostParked   = 16 << 20 // of all callers
	ownersParked = 4 << 20  // of one caller
	parkedSize   = 512      // what a call takes besides its arguments
)

// parked keeps the calls that wait for a click, with their very arguments. They could be sealed into the token instead, so that nothing had to be
// kept. But hosts cut a result at about 150,000 characters, which the text of an article exceeds, and arguments are no business of the page
// that shows the question. So there is a bound, for all callers and for each.
type parked struct {
	Now    func() time.Time
	shared Waiting // of several replicas, in place of what follows; nil: there is one

	mu    sync.Mutex
	calls map[[sha256.Size]byte]*parkedCall // by the hash of the token: an altered one is another, and a look into memory shows none
	bytes int
}

// parkedCall is one call that waits, or did.
type parkedCall struct {
	tool  string
	raw   []byte // the arguments as the client wrote them; nil once the call was taken
	away  int    // the length of arguments that a store keeps instead
	owner string // who made the call
	until time.Time
	taken bool
}

// Waiting keeps the calls that wait for a click where every replica finds them. An error means that it cannot be reached.
type Waiting interface {
	// Put keeps a call for a time.
	Put(ctx context.Context, token, owner string, call []byte, ttl time.Duration) error
	// Take returns the call that waits under a token of the owner, or nil, and whether this is the first to take it.
	Take(ctx context.Context, token, owner string) (call []byte, first bool, err error)
}

func newParked() *parked {
	return &parked{Now: time.Now, calls: map[[sha256.Size]byte]*parkedCall{}}
}

// Why a call cannot wait.
const (
	tooLongToWait = "its arguments are too long to wait for a click in a panel. Do not retry: the user can do it in Featurebase, or in a client with elicitation."
	noRoomToWait  = "too many calls wait for clicks in panels. Do not retry before the user has answered some."
)

// put keeps a call, and returns until when, or why it cannot be kept. To make room it drops what has expired, then the oldest call of the same caller, then the oldest of
// the caller that holds most, so that nobody's calls push out those of callers who keep fewer.
func (p *parked) put(ctx context.Context, token string, c parkedCall) (until time.Time, problem string) {
	if size(&c) > ownersParked {
		return time.Time{}, tooLongToWait
	}
	if p.shared != nil {
		return p.putShared(ctx, token, c)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	p.expire(now)
	for held := p.held(); held[c.owner]+size(&c) > ownersParked; held = p.held() {
		if !p.dropOldest(c.owner) {
			return time.Time{}, noRoomToWait
		}
	}
	for p.bytes+size(&c) > mostParked {
		held := p.held()
		held[c.owner] += size(&c)
		if !p.dropOldest(slices.MaxFunc(slices.Collect(maps.Keys(held)), func(a, b string) int { return cmp.Compare(held[a], held[b]) })) {
			return time.Time{}, noRoomToWait
		}
	}
	c.until = now.Add(confirmFor)
	p.calls[sha256.Sum256([]byte(token))] = &c
	p.bytes += size(&c)
	return c.until, ""
}

// take returns the call that a token of this caller confirms. Of two clicks one gets it.
func (p *parked) take(ctx context.Context, token, owner string) (c parkedCall, problem string) {
	if p.shared != nil {
		return p.takeShared(ctx, token, owner)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.calls[sha256.Sum256([]byte(token))]
	switch {
	case found == nil || found.owner != owner:
		return c, unknownToken
	case found.taken:
		return c, usedToken
	case !p.Now().Before(found.until):
		return c, expiredToken
	}
	c = *found
	p.bytes -= size(found)
	found.taken, found.raw = true, nil // it stays until it expires, so that a second click hears what became of the first
	p.bytes += size(found)
	return c, ""
}

// putShared keeps a call in the store. What a caller has put there through this process is bounded, too: the store is that of all callers.
func (p *parked) putShared(ctx context.Context, token string, c parkedCall) (until time.Time, problem string) {
	key, until := sha256.Sum256([]byte(token)), p.Now().Add(confirmFor)
	note := parkedCall{tool: c.tool, owner: c.owner, away: len(c.raw), until: until}
	p.mu.Lock()
	p.expire(p.Now())
	if p.held()[c.owner]+size(&note) > ownersParked {
		p.mu.Unlock()
		return time.Time{}, noRoomToWait
	}
	p.calls[key] = &note
	p.bytes += size(&note)
	p.mu.Unlock()
	if p.shared.Put(ctx, token, c.owner, append([]byte(c.tool+"\n"), c.raw...), confirmFor) != nil {
		return time.Time{}, notKept // it stays counted, because the store may have it all the same
	}
	return until, ""
}

// expire drops the calls whose time is over.
func (p *parked) expire(now time.Time) {
	for key, old := range p.calls {
		if !now.Before(old.until) {
			p.drop(key)
		}
	}
}

func (p *parked) takeShared(ctx context.Context, token, owner string) (c parkedCall, problem string) {
	call, first, err := p.shared.Take(ctx, token, owner)
	tool, raw, _ := bytes.Cut(call, []byte("\n"))
	switch {
	case err != nil:
		return c, notKept
	case call == nil:
		return c, unknownToken
	case !first:
		return c, usedToken
	}
	return parkedCall{tool: string(tool), raw: raw, owner: owner}, ""
}

func (p *parked) dropOldest(owner string) bool {
	var oldest *parkedCall
	var at [sha256.Size]byte
	for key, c := range p.calls {
		if c.owner == owner && (oldest == nil || c.until.Before(oldest.until)) {
			oldest, at = c, key
		}
	}
	if oldest != nil {
		p.drop(at)
	}
	return oldest != nil
}

func (p *parked) drop(key [sha256.Size]byte) {
	p.bytes -= size(p.calls[key])
	delete(p.calls, key)
}

// held returns how many bytes each caller holds.
func (p *parked) held() map[string]int {
	held := map[string]int{}
	for _, c := range p.calls {
		held[c.owner] += size(c)
	}
	return held
}

func size(c *parkedCall) int { return len(c.raw) + c.away + parkedSize }
