package wire

import (
	"bytes"
	"context"
	"errors"
)

const (
	// MaxLarge is how many bytes the large messages that are served at once may have together. While mcp-go parses a
	// message, it is in memory several times.
	MaxLarge = 16 << 20
	// largeFrom is the size from which a message counts as large. Smaller messages are bounded by their number.
	largeFrom = 16 << 10

	// maxUnwritten is how many bytes of messages may wait for their clients to read, beyond what the sockets hold.
	maxUnwritten = 32 << 20

	// shares is how many tenants it takes to use up a bound: each may have this part of it.
	shares = 4
)

// Share is the part of a bound that one tenant may have.
func Share(total int64) int64 { return max(1, total/shares) }

// Admission bounds what clients can make a server keep at once: requests that run, questions to users, large messages,
// and answers that nobody reads. Connections share one.
type Admission struct {
	requests, questions, large, unwritten *Quota
}

// NewAdmission admits this number of requests, and messages of this size at least.
func NewAdmission(requests, maxMessage int) *Admission {
	large := int64(max(MaxLarge, maxMessage))
	return &Admission{
		requests:  NewQuota(int64(requests), Share(int64(requests))),
		questions: NewQuota(int64(requests), Share(int64(requests))),
		large:     NewQuota(large, max(2*Share(large), int64(maxMessage))),
		unwritten: NewQuota(maxUnwritten, Share(maxUnwritten)),
	}
}

// Enter takes the place of one running request. It returns nil if there is none.
func (a *Admission) Enter(tenant string) *Place {
	if !a.requests.Take(tenant, 1) {
		return nil
	}
	return &Place{a, tenant}
}

// Place is the place of one running request.
type Place struct {
	admission *Admission
	tenant    string
}

// Leave gives the place back.
func (p *Place) Leave() { p.admission.requests.Give(p.tenant, 1) }

// errQuestions is returned when a tenant keeps too many users waiting.
var errQuestions = errors.New("too many questions of this caller wait for their users")

// Ask gives the place to others while a user is asked, which can take minutes. The function that it returns has to be
// called when the answer is there. Then the request goes on, whether or not there is a place again.
func (p *Place) Ask() (answered func(), err error) {
	if !p.admission.questions.Take(p.tenant, 1) {
		return nil, errQuestions
	}
	p.admission.requests.Give(p.tenant, 1)
	return func() {
		p.admission.questions.Give(p.tenant, 1)
		p.admission.requests.Force(p.tenant, 1)
	}, nil
}

// Room returns the room that one message takes. It begins empty.
func (a *Admission) Room(tenant string) *Room { return &Room{large: a.large, tenant: tenant} }

// Room is the room that one message takes among the large ones. It grows while the message arrives, so that a message
// that is only announced takes none.
type Room struct {
	large       *Quota
	tenant      string
	size, taken int64
}

// Grow makes room for n more bytes and reports whether there is room.
func (r *Room) Grow(n int) bool {
	r.size += int64(n)
	if r.size < largeFrom {
		return true
	}
	if !r.large.Take(r.tenant, r.size-r.taken) {
		return false
	}
	r.taken = r.size
	return true
}

// Free gives the room back. A message that arrives in it takes room anew.
func (r *Room) Free() {
	r.large.Give(r.tenant, r.taken)
	r.size, r.taken = 0, 0
}

// Encode appends a message to an empty buffer as [Encode] does. The message counts as unwritten until written is called.
// While a tenant has too much of that, the message waits, not encoded, until others were written or ctx ends.
func (a *Admission) Encode(ctx context.Context, tenant string, buffer *bytes.Buffer, message any) (written func(), err error) {
	if err := Encode(buffer, message); err != nil {
		return nil, err
	}
	size := int64(buffer.Len())
	if !a.unwritten.Take(tenant, size) {
		*buffer = bytes.Buffer{} // the encoded message must not wait: many of them would fill the memory
		if size, err = a.unwritten.Wait(ctx, tenant, size); err != nil {
			return nil, err
		}
		if err := Encode(buffer, message); err != nil {
			a.unwritten.Give(tenant, size)
			return nil, err
		}
	}
	return func() { a.unwritten.Give(tenant, size) }, nil
}
