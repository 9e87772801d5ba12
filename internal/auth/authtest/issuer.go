// Package authtest is an identity provider for tests, on a socket of its own. It shares no code with what it proves: tokens and key sets are
// written by hand.
package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Audience is what the tokens of an Issuer are made out to.
const Audience = "https://mcp.example.com"

// Issuer issues tokens and publishes its keys.
type Issuer struct {
	*httptest.Server
	Discoveries, KeySets atomic.Int32 // how often each was asked for
	Down                 atomic.Bool  // answers 500
	Asked                func()       // if not nil, is called before each answer; set it before the first

	t    testing.TB
	mu   sync.Mutex
	keys []Key // the last one signs
}

// Key is a private key and its name.
type Key struct {
	ID     string
	Alg    string
	Signer crypto.Signer
}

// New starts an issuer with an RS256 key.
func New(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{t: t}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	i.Publish(NewKey(t, "first", "RS256"))
	return i
}

// NewKey makes a key for one of RS256, ES256 and EdDSA.
func NewKey(t testing.TB, id, alg string) Key {
	t.Helper()
	var signer crypto.Signer
	var err error
	switch alg {
	case "RS256":
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	default:
		t.Fatalf("no keys for %s", alg)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Key{id, alg, signer}
}

// Publish puts keys in place of those that were published, and signs with the last.
func (i *Issuer) Publish(keys ...Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// Current is the key that signs.
func (i *Issuer) Current() Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1]
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request) {
	var document any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		i.Discoveries.Add(1)
		document = map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "EdDSA", "HS256", "none"},
		}
	case "/keys":
		i.KeySets.Add(1)
		i.mu.Lock()
		keys := []any{}
		for _, k := range i.keys {
			keys = append(keys, k.public())
		}
		i.mu.Unlock()
		document = map[string]any{"keys": keys}
	}
	if i.Asked != nil {
		i.Asked()
	}
	if i.Down.Load() || document == nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document)
}

// public is the key as a JWK.
func (k Key) public() map[string]any {
	jwk := map[string]any{"use": "sig", "alg": k.Alg}
	if k.ID != "" {
		jwk["kid"] = k.ID
	}
	switch public := k.Signer.Public().(type) {
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, _ := public.Bytes() // 4, X, Y
		jwk["kty"], jwk["crv"], jwk["x"], jwk["y"] = "EC", "P-256", encode(point[1:33]), encode(point[33:])
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(public)
	}
	return jwk
}

// Claims are those of a token that is in order, with changes; nil takes one out.
func (i *Issuer) Claims(changes map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": i.URL, "aud": Audience, "sub": "ann", "iat": now, "exp": now + 300,
		"scope": "openid featurebase:read featurebase:write featurebase:destructive",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Token is signed by the current key.
func (i *Issuer) Token(changes map[string]any) string {
	return i.Current().Sign(i.t, nil, i.Claims(changes))
}

// Sign writes a token. The header has alg and kid, with changes; nil takes one out.
func (k Key) Sign(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	text := Unsigned(t, k.header(header), claims)
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	switch key := k.Signer.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, key, digest[:]); err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case ed25519.PrivateKey:
		signature = ed25519.Sign(key, []byte(text))
	default:
		err = fmt.Errorf("no signatures by %T", key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(signature)
}

func (k Key) header(changes map[string]any) map[string]any {
	header := map[string]any{"typ": "at+jwt", "alg": k.Alg, "kid": k.ID}
	maps.Copy(header, changes)
	maps.DeleteFunc(header, func(_ string, v any) bool { return v == nil || v == "" })
	return header
}

// Unsigned is a token without a signature and the point before it.
func Unsigned(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	h, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	c, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return encode(h) + "." + encode(c)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
