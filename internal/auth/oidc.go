package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"featurebase-mcp/internal/caller"
)

// longestSubject is what OpenID Connect allows.
const longestSubject = 255

// skew is by how much the clocks of the issuer and of this machine may differ.
const skew = time.Minute

// latest is the last second that is told apart from those after it, in the year 9999: some issuers write very far away for never.
const latest = 253402300799

// algorithms are those by which a token may be signed: with a private key. none and the HS family, whose key would be the public one, are not.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// claims are what is read of a token.
type claims struct {
	Subject   string   `json:"sub"`
	Expiry    *float64 `json:"exp"`
	NotBefore *float64 `json:"nbf"`
	Scope     words    `json:"scope"`
	Scp       words    `json:"scp"`
}

// words are a list of words, or one text of words: issuers differ.
type words []string

// UnmarshalJSON takes both forms.
func (w *words) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*w = strings.Fields(text)
		return nil
	}
	return json.Unmarshal(data, (*[]string)(w))
}

// byAccessToken takes whoever has an access token for this server. It is a caller by the subject of the token, whichever client it uses.
func (a *Auth) byAccessToken(r *http.Request, token string) (caller.Caller, *caller.Refusal) {
	challenge := a.resource.challenge(r, r.URL.Path, strings.Join(a.resource.scopes, " "))
	if token == "" {
		return caller.Caller{}, unauthorized("This server asks for an access token of "+a.resource.issuer+": send the header Authorization: Bearer TOKEN.", challenge)
	}
	c, err := a.verify(r.Context(), token)
	if gone, ok := errors.AsType[*unavailableError](err); ok {
		a.log.Warn("tokens cannot be checked", "issuer", a.resource.issuer, "error", gone.cause)
		seconds := strconv.Itoa(int(math.Ceil(gone.after.Seconds())))
		return caller.Caller{}, &caller.Refusal{
			Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {seconds}},
			Text: "The identity provider " + a.resource.issuer + " cannot be asked for its keys, so no access token can be checked. Retry after " + seconds + " s.",
		}
	}
	if err != nil {
		a.log.Info("refused a caller", "reason", err)
		text := "The access token is not one that " + a.resource.issuer + " has signed for this server. Get a new one."
		if known, ok := errors.AsType[claimError](err); ok {
			text = string(known)
		}
		return caller.Caller{}, unauthorized(text, challenge+invalidToken)
	}
	who := caller.Caller{Principal: a.principal(a.resource.issuer, c.Subject), Name: c.Subject, Scopes: caller.Scopes{}, Until: c.until()}
	for _, scope := range slices.Concat(c.Scope, c.Scp) {
		who.Scopes[scope] = true
	}
	if !who.Scopes[caller.ScopeRead] {
		return caller.Caller{}, &caller.Refusal{
			Status: http.StatusForbidden, Header: http.Header{"Www-Authenticate": {a.Challenge(r, strings.Join(a.resource.scopes, " "))}},
			Text: "The access token lacks the scope " + caller.ScopeRead + ", without which nothing can be done here.",
		}
	}
	return who, nil
}

// claimError is a fault of a token that its holder may know.
type claimError string

func (e claimError) Error() string { return string(e) }

// verify returns the claims of a token that the issuer has signed for this server and that is valid now.
func (a *Auth) verify(ctx context.Context, token string) (claims, error) {
	var c claims
	if strings.Count(token, ".") != 2 {
		return c, errors.New("not a signed JWT")
	}
	if err := plain(token); err != nil {
		return c, err
	}
	keys, err := a.issuer.keySet(ctx)
	if err != nil {
		return c, err
	}
	// The library forgets why keys could not be had, so they are asked through a set that remembers.
	asked := &remembering{KeySet: keys}
	verifier := oidc.NewVerifier(a.issuer.url, asked, &oidc.Config{
		ClientID: a.audience, SupportedSigningAlgs: algorithms,
		SkipExpiryCheck: true, // it knows no skew; see inTime
	})
	signed, err := verifier.Verify(ctx, token)
	if gone, ok := errors.AsType[*unavailableError](asked.err); ok {
		return c, gone
	}
	if err != nil {
		return c, err
	}
	if err := signed.Claims(&c); err != nil {
		return c, err
	}
	if c.Subject == "" || len(c.Subject) > longestSubject {
		return c, claimError("The access token names no subject, or one that is too long.")
	}
	return c, c.inTime(a.now())
}

// plain refuses tokens of another type, and those that have a claim under a name that only Go's decoder takes for the right one: it ignores
// case, so that "SUB" beside "sub" would say who calls.
func plain(token string) error {
	head, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	var header struct {
		Type string `json:"typ"`
	}
	if decodePart(head, &header) != nil {
		return nil //nolint:nilerr // the library says so, if the issuer can be asked
	}
	if kind := strings.TrimPrefix(strings.ToLower(header.Type), "application/"); kind != "" && kind != "jwt" && kind != "at+jwt" {
		return claimError("This is not an access token: its typ is " + strconv.Quote(header.Type) + ".")
	}
	var members map[string]json.RawMessage
	if decodePart(payload, &members) != nil {
		return nil //nolint:nilerr // as above
	}
	for name := range members {
		for _, known := range []string{"iss", "aud", "sub", "exp", "nbf", "iat", "scope", "scp"} {
			if name != known && strings.EqualFold(name, known) {
				return claimError("The access token has a claim " + strconv.Quote(name) + ", which is not how " + known + " is spelled.")
			}
		}
	}
	return nil
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// longestValid is how long from now a token may be good. What is good for longer cannot be taken back in time when it gets lost.
const longestValid = 366 * 24 * time.Hour

// inTime refuses tokens that are not valid now, or for ever.
func (c claims) inTime(now time.Time) error {
	switch {
	case c.Expiry == nil:
		return claimError("The access token has no expiry.")
	case !now.Before(c.until()):
		return claimError("The access token has expired. Get a new one.")
	case c.until().Sub(now) > longestValid:
		return claimError("The access token is valid for longer than a year, which no server here takes. Get one with an exp that is nearer.")
	case c.NotBefore != nil && float64(now.UnixMilli())/1e3 < *c.NotBefore-skew.Seconds():
		return claimError("The access token is not valid yet.")
	}
	return nil
}

// until is when a token that has an expiry is taken no longer.
func (c claims) until() time.Time {
	return time.UnixMilli(int64(min(max(*c.Expiry, 0), latest) * 1e3)).Add(skew)
}

// remembering is a key set that keeps its last error.
type remembering struct {
	oidc.KeySet
	err error
}

// VerifySignature implements [oidc.KeySet].
func (k *remembering) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	k.err = err
	return payload, err
}
