// Package auth authenticates requests over HTTP, in one of four modes. It returns a [caller.Caller], or the reason why the request is refused. It
// knows nothing of MCP, and of Featurebase only the form of a key.
//
//	auth.go      the modes, the checks of their settings, and what they share
//	bearer.go    the headers that hold credentials
//	tokens.go    token: tokens that callers share, from a file
//	key.go       key: the Featurebase key of each caller
//	oidc.go      oidc: access tokens of an identity provider, and the checks of a token
//	issuer.go    the documents of the provider: when, how often, and how large
//	resource.go  challenges, and the metadata that names the provider (RFC 9728)
//
// Credentials are compared by hashes with a salt of this process, or of its replicas. No log, error or answer holds them; logs call callers by other names.
package auth

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"featurebase-mcp/internal/caller"
)

// Mode is a way to authenticate callers.
type Mode string

// The modes. In all but Key the callers share the key that the server has.
const (
	None  Mode = "none"  // whoever reaches the port
	Token Mode = "token" // whoever has one of some tokens
	Key   Mode = "key"   // whoever brings a Featurebase key, which is used for that caller alone
	OIDC  Mode = "oidc"  // whoever has an access token of an identity provider
)

// Config names the mode and holds its settings. A setting of another mode is refused, because it would be ignored.
type Config struct {
	Mode Mode
	// TokensFile holds the tokens of Token, one a line.
	TokensFile string
	// Issuer is the identity provider of OIDC, by the URL that its tokens name.
	Issuer string
	// Audience is the audience that tokens of OIDC must have.
	Audience string
	// PublicURL is where clients of OIDC reach this server, without the path of a transport. The default is what they ask for.
	PublicURL string
	// Scopes are the scopes that clients should ask the issuer for.
	Scopes []string
	// Salt is that of the hashes which tell callers apart, where several processes have to agree on them. The default is one of this process.
	Salt []byte
	// Logger receives the reasons why credentials were refused, never the credentials. The default discards everything.
	Logger *slog.Logger
}

// Auth authenticates callers.
type Auth struct {
	mode     Mode
	log      *slog.Logger
	salt     []byte
	tokens   []knownToken
	issuer   *issuer
	audience string
	resource resource
	now      func() time.Time
}

// New returns the Auth of a configuration, or the mistake in it, in words for a user. It sends nothing to an issuer, because the server has to
// start while the issuer is down.
func New(cfg Config) (*Auth, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	a := &Auth{mode: cfg.Mode, log: cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler)), audience: cfg.Audience, now: time.Now}
	if a.salt = cfg.Salt; a.salt == nil {
		a.salt = make([]byte, sha256.Size)
		_, _ = rand.Read(a.salt) // never fails
	}
	switch cfg.Mode {
	case Token:
		tokens, err := readTokens(cfg.TokensFile)
		if err != nil {
			return nil, fmt.Errorf("--auth-tokens: %w", err)
		}
		for _, token := range tokens {
			a.tokens = append(a.tokens, knownToken{a.digest(token.text), token.line})
		}
	case None, Key: // need nothing
	case OIDC:
		issuerURL, err := parseURL(cfg.Issuer)
		if err != nil {
			return nil, fmt.Errorf("--oidc-issuer: %w", err)
		}
		a.issuer = newIssuer(cfg.Issuer, issuerURL.Scheme == "https", func() time.Time { return a.now() })
		a.resource = resource{issuer: cfg.Issuer, scopes: cfg.Scopes}
		if cfg.PublicURL != "" {
			if a.resource.public, err = parseURL(cfg.PublicURL); err != nil {
				return nil, fmt.Errorf("--public-url: %w", err)
			}
		}
	}
	return a, nil
}

// check refuses settings of another mode, and a configuration that lacks one.
func (cfg Config) check() error {
	for _, setting := range []struct {
		flag, value string
		of          Mode
		optional    bool
	}{
		{"--auth-tokens", cfg.TokensFile, Token, false},
		{"--oidc-issuer", cfg.Issuer, OIDC, false},
		{"--oidc-audience", cfg.Audience, OIDC, false},
		{"--public-url", cfg.PublicURL, OIDC, true},
	} {
		switch {
		case setting.value != "" && cfg.Mode != setting.of:
			return fmt.Errorf("%s needs --auth %s; it would have no effect with --auth %s", setting.flag, setting.of, cfg.Mode)
		case setting.value == "" && cfg.Mode == setting.of && !setting.optional:
			return fmt.Errorf("--auth %s needs %s", cfg.Mode, setting.flag)
		}
	}
	switch cfg.Mode {
	case None, Token, Key, OIDC:
		return nil
	default:
		return errors.New("--auth: unknown way")
	}
}

// Authenticate returns the caller, or why the request is refused. It removes the credentials from the headers of the request, so that no later
// code can log or return them.
func (a *Auth) Authenticate(r *http.Request) (caller.Caller, *caller.Refusal) {
	authorization, keys := r.Header.Values("Authorization"), r.Header.Values(keyHeader)
	r.Header.Del("Authorization")
	r.Header.Del(keyHeader)
	if len(keys) > 0 && a.mode != Key {
		return caller.Caller{}, badRequest("This server has a Featurebase key of its own and takes none from callers. Leave the " + keyHeader + " header out.")
	}
	if a.mode == None {
		return caller.Caller{}, nil
	}
	credentials, refusal := bearer(authorization)
	switch {
	case refusal != nil:
		return caller.Caller{}, refusal
	case a.mode == Key:
		return a.byKey(credentials, keys)
	case a.mode == Token:
		return a.byToken(credentials)
	default:
		return a.byAccessToken(r, credentials)
	}
}

// digest stands for a credential.
type digest [sha256.Size]byte

func (a *Auth) digest(parts ...string) digest {
	h := hmac.New(sha256.New, a.salt)
	for _, part := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // never fails
	}
	return digest(h.Sum(nil))
}

// principal names a caller. Half of the digest tells callers apart as well.
func (a *Auth) principal(parts ...string) string {
	d := a.digest(append([]string{string(a.mode)}, parts...)...)
	return hex.EncodeToString(d[:len(d)/2])
}
