package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"featurebase-mcp/internal/rawjson"
)

// confirmFor is how long a question waits for its reply, and how long a state is valid.
const confirmFor = 5 * time.Minute

const (
	nonceSize = 16
	stateSize = nonceSize + 8 + sha256.Size
)

// states issues and checks the state that goes out with a question and has to come back with the reply. A state is a nonce and an expiry,
// signed together with the call under a key of this process or of the deployment, so that nothing is stored between question and reply. A used
// state is remembered until it expires, so that it confirms one call only.
type states struct {
	keys  [][]byte // the first one signs; all of them verify
	Now   func() time.Time
	Spent Spender
}

func newStates() *states {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	s := &states{keys: [][]byte{key}, Now: time.Now}
	s.Spent = &spentHere{now: func() time.Time { return s.Now() }, spent: map[string]time.Time{}}
	return s
}

// binding is the call that a state confirms: the operation, the caller and the exact arguments, after names have become ids.
func binding(op *Operation, caller string, wire map[string]any) []byte {
	return fmt.Appendf(nil, "%s\x00%q\x00%s", op.Name, caller, rawjson.Encode(wire)) // Encode sorts the keys
}

// issue returns a new state. It fails if it could not be told later whether the state was used.
func (s *states) issue(ctx context.Context, about []byte) (string, error) {
	token := make([]byte, nonceSize, stateSize)
	_, _ = rand.Read(token) // never fails
	life, err := s.Spent.Life(ctx, string(token))
	if err != nil {
		return "", err
	}
	token = binary.BigEndian.AppendUint64(token, uint64(s.Now().Add(confirmFor).UnixNano()))
	return base64.RawURLEncoding.EncodeToString(sign(s.keys[0], token, life, about)), nil
}

// sign appends the signature of the token, of the memory that will tell whether it was used, and of the call to the token.
func sign(key, token []byte, life string, about []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(token) // never fails
	_, _ = fmt.Fprintf(mac, "%d:%s", len(life), life)
	_, _ = mac.Write(about)
	return mac.Sum(token)
}

// signed reports whether a state was issued for the call, by this process or a replica of it.
func (s *states) signed(token []byte, life string, about []byte) bool {
	for _, key := range s.keys {
		if hmac.Equal(token, sign(key, token[:nonceSize+8:nonceSize+8], life, about)) {
			return true
		}
	}
	return false
}

const (
	askedAgain = "Make the call again, without requestState, to have the user asked again."
	notKept    = "this server cannot reach the store where its replicas keep which confirmations were used, so that a confirmation would not be safe. " +
		"Reads and writes that need no confirmation work. Try again in a minute."
)

// redeem checks a state and marks it as used. It returns the problem in words for the model, or an empty text.
func (s *states) redeem(ctx context.Context, state string, about []byte) string {
	token, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(token) != stateSize {
		return "the confirmation is not one for this call with these arguments. " + askedAgain
	}
	nonce := string(token[:nonceSize])
	life, err := s.Spent.Life(ctx, nonce)
	if err != nil {
		return notKept
	}
	if !s.signed(token, life, about) {
		return "the confirmation is not one for this call with these arguments. " + askedAgain
	}
	left := time.Unix(0, int64(binary.BigEndian.Uint64(token[nonceSize:]))).Sub(s.Now()) //nolint:gosec // as it was issued
	if left <= 0 {
		return fmt.Sprintf("the confirmation came after more than %.0f minutes, and has expired. %s", confirmFor.Minutes(), askedAgain)
	}
	return s.spend(ctx, nonce, life, left)
}

// spend marks a state as used, and returns the problem if it was used before, or if that cannot be told.
func (s *states) spend(ctx context.Context, nonce, life string, left time.Duration) string {
	first, err := s.Spent.Spend(ctx, nonce, left)
	switch {
	case errors.Is(err, errManySpent):
		return fmt.Sprintf("%d confirmations have come within %.0f minutes. Wait before the next.", mostSpent, confirmFor.Minutes())
	case err != nil:
		return notKept
	case !first:
		return "the confirmation has been used already, and it holds for one call. If the user wants it once more: " + askedAgain
	}
	if now, err := s.Spent.Life(ctx, nonce); err != nil || now != life {
		return notKept // it may have been used before, and that forgotten
	}
	return ""
}
