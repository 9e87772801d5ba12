package shared

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const (
	keySize  = 32
	mostKeys = 2

	prefix = "featurebase-mcp:" // of every key in the store
)

// Keys are the keys of a deployment, the same in all its replicas: the first signs and seals, and all verify and open, so that a new one can be
// brought to all replicas before it is used.
type Keys struct {
	secrets [][]byte
	replica string
}

// ReadKeys reads a file of one or two keys of 32 bytes, one a line, in hex or base64. Its errors never show them.
func ReadKeys(file string) (*Keys, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	var secrets [][]byte
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secret := decodedKey(line)
		if secret == nil {
			return nil, fmt.Errorf("%s, line %d: a key is 32 random bytes in hex or base64, such as openssl rand -hex 32 makes", file, number)
		}
		secrets = append(secrets, secret)
	}
	switch {
	case len(secrets) == 0:
		return nil, fmt.Errorf("%s holds no key: it takes 32 random bytes in hex or base64, such as openssl rand -hex 32 makes", file)
	case len(secrets) > mostKeys:
		return nil, fmt.Errorf("%s holds more than two keys: the first is used, and the second one still taken", file)
	}
	return NewKeys(secrets...), nil
}

func decodedKey(text string) []byte {
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if secret, err := decode(text); err == nil && len(secret) == keySize {
			return secret
		}
	}
	return nil
}

// NewKeys returns keys of 32 bytes each.
func NewKeys(secrets ...[]byte) *Keys { return &Keys{secrets: secrets, replica: rand.Text()} }

// Replica is a random name of this process.
func (k *Keys) Replica() string { return k.replica }

// Signing returns the keys that sign for a purpose, the one in use first.
func (k *Keys) Signing(purpose string) [][]byte {
	var derived [][]byte
	for _, secret := range k.secrets {
		derived = append(derived, derive(secret, "sign "+purpose))
	}
	return derived
}

// naming is the key under which names are hashed. It is the lesser of the keys and not the first, so that the names stay while the order changes.
func (k *Keys) naming() []byte { return derive(slices.MinFunc(k.secrets, bytes.Compare), "names") }

// Salt is that of the hashes which tell callers apart.
func (k *Keys) Salt() []byte { return derive(slices.MinFunc(k.secrets, bytes.Compare), "callers") }

// Hash stands for a text that must not be told, such as an API key.
func (k *Keys) Hash(kind, text string) string {
	mac := hmac.New(sha256.New, k.naming())
	_, _ = mac.Write([]byte(kind + "\x00" + text)) // never fails
	return hex.EncodeToString(mac.Sum(nil)[:keySize/2])
}

// name returns the key in the store for a key of ours. Nothing in the store shows ids, callers or API keys.
func (k *Keys) name(key string) string { return prefix + k.Hash("key", key) }

// derive returns a key for one purpose.
func derive(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "featurebase-mcp "+purpose, keySize)
	if err != nil {
		panic(err) // the length is a constant
	}
	return key
}

// errSealed means that a text was not sealed under one of the keys for that purpose, or was changed.
var errSealed = errors.New("not sealed by this deployment")

// Seal encrypts a text for a purpose. It can be opened for the same purpose alone.
func (k *Keys) Seal(purpose string, text []byte) []byte {
	box := sealing(k.secrets[0])
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(text)+box.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return box.Seal(nonce, nonce, text, []byte(purpose))
}

// Open decrypts what was sealed for a purpose.
func (k *Keys) Open(purpose string, sealed []byte) ([]byte, error) {
	for _, secret := range k.secrets {
		box := sealing(secret)
		if len(sealed) < box.NonceSize() {
			break
		}
		if text, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(purpose)); err == nil {
			return text, nil
		}
	}
	return nil, errSealed
}

// sealing returns AES-256-GCM. A key of a deployment seals far fewer texts than the 2^32 for which random nonces are safe.
func sealing(secret []byte) cipher.AEAD {
	block, err := aes.NewCipher(derive(secret, "seal"))
	if err != nil {
		panic(err) // the length of the key is a constant
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the size of a block that GCM takes
	}
	return box
}
