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

// byKey accepts each Featurebase key. Featurebase checks it when it is used. Anything else is refused: it may be a token for another service,
// which must not be sent to Featurebase.
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

// fingerprint names a key by a few digits of a hash, from which nobody can compute a random key.
func fingerprint(key string) string {
	hash := sha256.Sum256([]byte("featurebase-mcp caller " + key))
	return "key " + hex.EncodeToString(hash[:4])
}
