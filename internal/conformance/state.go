//go:build conformance

package conformance

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// signingKey lives as long as the process. Read never fails.
var signingKey = func() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key)
	return key
}()

// state is what the client keeps: which round of a tool it has been asked, signed.
func state(tool string, round int) string {
	text := strconv.Itoa(round)
	mac := hmac.New(sha256.New, signingKey)
	_, _ = mac.Write([]byte(tool + "\n" + text)) // a hash takes all
	return text + "." + hex.EncodeToString(mac.Sum(nil))
}

// roundOf returns the round of a state that this server gave for this tool.
func roundOf(tool, given string) (round int, ok bool) {
	text, _, _ := strings.Cut(given, ".")
	round, err := strconv.Atoi(text)
	return round, err == nil && hmac.Equal([]byte(given), []byte(state(tool, round)))
}
