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

// confirmFor is how long a question waits for its reply, and how long a state is valid.
const confirmFor = 5 * time.Minute

// mostSpent bounds the used states that are remembered.
const mostSpent = 10_000

const (
	nonceSize = 16
	stateSize = nonceSize + 8 + sha256.Size
)

// states issues and checks the state that goes out with a question and has to come back with the reply. A state is a nonce and an expiry,
// signed together with the call under a key of this process, so that nothing is stored between question and reply. A used state is
// remembered until it expires, so that it confirms one call only.
type states struct {
	key []byte
	Now func() time.Time

	mu    sync.Mutex
	Spent map[[nonceSize]byte]time.Time // used states with their expiry
}

func newStates() *states {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return &states{key: key, Now: time.Now, Spent: map[[nonceSize]byte]time.Time{}}
}

// binding is the call that a state confirms: the operation, the caller and the exact arguments, after names have become ids.
func binding(op *Operation, caller string, wire map[string]any) []byte {
	return fmt.Appendf(nil, "%s\x00%q\x00%s", op.Name, caller, rawjson.Encode(wire)) // Encode sorts the keys
}

// issue returns a new state.
func (s *states) issue(about []byte) string {
	token := make([]byte, nonceSize, stateSize)
	_, _ = rand.Read(token) // never fails
	token = binary.BigEndian.AppendUint64(token, uint64(s.Now().Add(confirmFor).UnixNano()))
	return base64.RawURLEncoding.EncodeToString(s.sign(token, about))
}

// sign appends the signature of the token and the call to the token.
func (s *states) sign(token, about []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write(token) // never fails
	_, _ = mac.Write(about)
	return mac.Sum(token)
}

const askedAgain = "Make the call again, without requestState, to have the user asked again."

// redeem checks a state and marks it as used. It returns the problem in words for the model, or an empty text.
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

// spend marks a state as used, and returns the problem if it was used before. When the memory is full, it drops the expired ones.
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
