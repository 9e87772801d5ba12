package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"featurebase-mcp/internal/caller"
)

const (
	keyPrefix  = "sk_" // of every Featurebase key
	longestKey = 512
)

// byKey takes whoever brings a Featurebase key. Whether the key is good shows when it is used. What does not look like one is refused: it
// is a token for somebody else, which must not be handed on.
func (a *Auth) byKey(key string, own []string) (caller.Caller, *caller.Refusal) {
	const how = "send your own Featurebase key in the header Authorization: Bearer sk_... or " + keyHeader + ": sk_..."
	if len(own) > 0 {
		if len(own) > 1 || key != "" && key != own[0] {
			return caller.Caller{}, badRequest("The request has more than one Featurebase key. Send one.")
		}
		key = own[0]
	}
	switch {
	case key == "":
		return caller.Caller{}, unauthorized("This server asks for a key: "+how+".", plainChallenge)
	case spoiled(key) != "":
		return caller.Caller{}, badRequest("The credentials in the " + keyHeader + " header " + spoiled(key))
	case !strings.HasPrefix(key, keyPrefix), len(key) > longestKey, !isToken68(key):
		a.log.Info("refused a caller", "reason", "not a Featurebase key")
		return caller.Caller{}, unauthorized("What the request holds is not a Featurebase key: "+how+".", plainChallenge+invalidToken)
	}
	return caller.Caller{Principal: a.principal(key), Name: fingerprint(key), Key: caller.Secret(key)}, nil
}

// fingerprint names a key without telling it: a few digits of a hash, from which nobody gets back to a key that is random.
func fingerprint(key string) string {
	hash := sha256.Sum256([]byte("featurebase-mcp caller " + key))
	return "key " + hex.EncodeToString(hash[:4])
}
