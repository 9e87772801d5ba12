package engine

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"sync"
	"time"

	"featurebase-mcp/internal/rawjson"
)

// confirmFor is how long a question waits for its answer, and how long an answer holds.
const confirmFor = 5 * time.Minute

// mostSpent is how many states are remembered as used, each at least until it has expired.
const mostSpent = 10_000

const (
	nonceSize = 16
	stateSize = nonceSize + 8 + sha256.Size
)

// states makes and recognises the state that goes out with a question and has to come back with the answer. It is a nonce and an expiry,
// signed together with what the question was about, under a key of this process. Between question and answer nothing is kept; a state that
// came back is remembered until it has expired, so that it is good for one call.
type states struct {
	key []byte
	Now func() time.Time

	mu    sync.Mutex
	Spent map[[nonceSize]byte]time.Time // until when they would hold
}

func newStates() *states {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return &states{key: key, Now: time.Now, Spent: map[[nonceSize]byte]time.Time{}}
}

// binding is all that a confirmation holds for: the operation, who calls, and the exact arguments, checked and with ids in the place of names.
func binding(op *Operation, caller string, wire map[string]any) []byte {
	return fmt.Appendf(nil, "%s\x00%q\x00%s", op.Name, caller, rawjson.Encode(wire)) // encode sorts
}

// issue returns a new state.
func (s *states) issue(about []byte) string {
	token := make([]byte, nonceSize, stateSize)
	_, _ = rand.Read(token) // never fails
	token = binary.BigEndian.AppendUint64(token, uint64(s.Now().Add(confirmFor).UnixNano()))
	return base64.RawURLEncoding.EncodeToString(s.sign(token, about))
}

// sign appends the signature to what it is for.
func (s *states) sign(token, about []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write(token) // never fails
	_, _ = mac.Write(about)
	return mac.Sum(token)
}

const askedAgain = "Make the call again, without requestState, to have the user asked again."

// redeem uses a state up. It returns what is wrong with it, in words, or nothing.
func (s *states) redeem(state string, about []byte) string {
	token, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(token) != stateSize || !hmac.Equal(token, s.sign(token[:nonceSize+8:nonceSize+8], about)) {
		return "the confirmation is not one for this call with these arguments. " + askedAgain
	}
	expiry := time.Unix(0, int64(binary.BigEndian.Uint64(token[nonceSize:]))) //nolint:gosec // as it was issued
	if !s.Now().Before(expiry) {
		return fmt.Sprintf("the confirmation came after more than %.0f minutes, and has expired. %s", confirmFor.Minutes(), askedAgain)
	}
	return s.spend([nonceSize]byte(token), expiry)
}

// spend notes that a state was used. When many are noted, it forgets those that have expired.
func (s *states) spend(nonce [nonceSize]byte, expiry time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); len(s.Spent) == mostSpent {
		maps.DeleteFunc(s.Spent, func(_ [nonceSize]byte, until time.Time) bool { return !now.Before(until) })
	}
	switch {
	case !s.Spent[nonce].IsZero():
		return "the confirmation has been used already, and it holds for one call. If the user wants it once more: " + askedAgain
	case len(s.Spent) == mostSpent:
		return fmt.Sprintf("%d confirmations have come within %.0f minutes. Wait before the next.", mostSpent, confirmFor.Minutes())
	}
	s.Spent[nonce] = expiry
	return ""
}
