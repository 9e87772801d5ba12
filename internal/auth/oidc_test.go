package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"featurebase-mcp/internal/auth/authtest"
	"featurebase-mcp/internal/caller"
)

// clock is the present of an Auth, some time away from that of the machine.
type clock struct {
	mu   sync.Mutex
	away time.Duration
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away += d
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.away)
}

func openOIDC(t *testing.T, issuer *authtest.Issuer) (*opened, *clock) {
	t.Helper()
	o, c := open(t, Config{Mode: OIDC, Issuer: issuer.URL, Audience: authtest.Audience, Scopes: []string{caller.ScopeRead, caller.ScopeWrite}}), &clock{}
	o.now = c.now
	return o, c
}

// until asks again and again until the outcome is one that is wanted, or for long enough. go-oidc hands the keys that it has fetched to whoever
// comes before its own goroutine has taken note, which is a moment after the caller that had them fetched has gone on.
func (o *opened) until(wanted func(*caller.Refusal) bool, headers ...string) {
	o.t.Helper()
	for range 10_000 {
		if _, refusal := o.ask(headers...); wanted(refusal) {
			return
		}
		runtime.Gosched()
	}
}

const notSigned = "not one that http://127.0.0.1:"

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	other := authtest.New(t)
	o, _ := openOIDC(t, issuer)
	now := float64(time.Now().Unix())
	key := issuer.Current()
	public, err := x509.MarshalPKIXPublicKey(key.Signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	rsaKey := key.Signer.Public().(*rsa.PublicKey)
	// With HS256 and the public key as the secret, anybody could sign.
	mac := func(secret []byte) string {
		text := authtest.Unsigned(t, map[string]any{"alg": "HS256", "kid": key.ID}, issuer.Claims(nil))
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(text))
		return text + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	unsigned := authtest.Unsigned(t, map[string]any{"alg": "none"}, issuer.Claims(nil))
	good := issuer.Token(nil)
	signed := strings.Split(good, ".")
	for name, tc := range map[string]struct {
		token  string
		status int // 0: taken
		words  string
	}{
		"in order":                      {good, 0, ""},
		"of an older type":              {key.Sign(t, map[string]any{"typ": "JWT"}, issuer.Claims(nil)), 0, ""},
		"of no type":                    {key.Sign(t, map[string]any{"typ": nil}, issuer.Claims(nil)), 0, ""},
		"without a kid":                 {key.Sign(t, map[string]any{"kid": nil}, issuer.Claims(nil)), 0, ""},
		"for several, us among them":    {issuer.Token(map[string]any{"aud": []string{"x", authtest.Audience}}), 0, ""},
		"expired within the skew":       {issuer.Token(map[string]any{"exp": now - 30}), 0, ""},
		"not valid yet within the skew": {issuer.Token(map[string]any{"nbf": now + 30}), 0, ""},
		"scp as a list":                 {issuer.Token(map[string]any{"scope": nil, "scp": []string{"featurebase:read"}}), 0, ""},
		"scp as a text":                 {issuer.Token(map[string]any{"scope": nil, "scp": "featurebase:read x"}), 0, ""},

		"expired":                    {issuer.Token(map[string]any{"exp": now - 61}), 401, "has expired"},
		"for ever":                   {issuer.Token(map[string]any{"exp": nil}), 401, "has no expiry"},
		"not valid yet":              {issuer.Token(map[string]any{"nbf": now + 90}), 401, "not valid yet"},
		"for a novel":                {issuer.Token(map[string]any{"sub": strings.Repeat("x", 256)}), 401, "too long"},
		"for nobody":                 {issuer.Token(map[string]any{"sub": nil}), 401, "names no subject"},
		"for another audience":       {issuer.Token(map[string]any{"aud": "https://other.example.com"}), 401, notSigned},
		"for no audience":            {issuer.Token(map[string]any{"aud": nil}), 401, notSigned},
		"for a longer audience":      {issuer.Token(map[string]any{"aud": authtest.Audience + "/x"}), 401, notSigned},
		"by another issuer":          {other.Token(nil), 401, notSigned},
		"by another, in our name":    {other.Current().Sign(t, nil, issuer.Claims(nil)), 401, notSigned},
		"by us, in another's name":   {issuer.Token(map[string]any{"iss": other.URL}), 401, notSigned},
		"with an unknown kid":        {key.Sign(t, map[string]any{"kid": "unknown"}, issuer.Claims(nil)), 401, notSigned},
		"alg none":                   {unsigned + ".", 401, notSigned},
		"alg none with a signature":  {unsigned + "." + signed[2], 401, notSigned},
		"HS256 by the public key":    {mac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), 401, notSigned},
		"HS256 by the DER of it":     {mac(public), 401, notSigned},
		"HS256 by its modulus":       {mac(rsaKey.N.Bytes()), 401, notSigned},
		"another payload":            {signed[0] + "." + strings.Split(issuer.Token(map[string]any{"sub": "eve"}), ".")[1] + "." + signed[2], 401, notSigned},
		"a header that is critical":  {key.Sign(t, map[string]any{"crit": []string{"x"}, "x": 1}, issuer.Claims(nil)), 401, notSigned},
		"a name that is nearly sub":  {issuer.Token(map[string]any{"SUB": "eve"}), 401, `has a claim "SUB"`},
		"a name that is nearly exp":  {issuer.Token(map[string]any{"Exp": now + 300}), 401, `has a claim "Exp"`},
		"an end of a session":        {key.Sign(t, map[string]any{"typ": "logout+jwt"}, issuer.Claims(nil)), 401, `its typ is "logout+jwt"`},
		"no JWT":                     {"opaque-0123456789", 401, notSigned},
		"five parts, like encrypted": {"a.b.c.d.e", 401, notSigned},
		"no JSON":                    {"YQ.YQ.YQ", 401, notSigned},

		"without our scopes":        {issuer.Token(map[string]any{"scope": "openid featurebase:reader"}), 403, "lacks the scope featurebase:read"},
		"without scopes":            {issuer.Token(map[string]any{"scope": nil}), 403, "lacks the scope featurebase:read"},
		"to write, but not to read": {issuer.Token(map[string]any{"scope": "featurebase:write"}), 403, "lacks the scope featurebase:read"},
	} {
		t.Run(name, func(t *testing.T) {
			o.t = t
			if tc.status != 0 {
				o.refuses(tc.status, tc.words, "Authorization", "Bearer "+tc.token)
			} else if who := o.takes("Authorization", "Bearer "+tc.token); who.Principal == "" || !who.Scopes[caller.ScopeRead] || who.Key != "" {
				t.Errorf("%+v", who)
			}
		})
	}
	o.t = t
	o.refuses(401, "asks for an access token of "+issuer.URL)
	ann, bob := o.takes("Authorization", "Bearer "+issuer.Token(nil)), o.takes("Authorization", "Bearer "+issuer.Token(map[string]any{"sub": "bob"}))
	if again := o.takes("Authorization", "Bearer "+issuer.Token(map[string]any{"jti": "2"})); ann.Principal == bob.Principal || ann.Principal != again.Principal {
		t.Error("a caller is not who the token names")
	}
	if ann.Name != "ann" || ann.Scopes["openid"] != true || !ann.Scopes[caller.ScopeDestructive] {
		t.Errorf("%+v", ann)
	}
}

// What a token opens ends when the token would be refused, to the millisecond; one that is good for too long is refused.
func TestATokenSaysUntilWhenItIsGood(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	o, clock := openOIDC(t, issuer)
	now := time.Now().Truncate(time.Second)
	token := "Bearer " + issuer.Token(map[string]any{"exp": float64(now.Unix()) + 300.5})
	who := o.takes("Authorization", token)
	if want := now.Add(300*time.Second + 500*time.Millisecond + skew); !who.Until.Equal(want) {
		t.Errorf("until %s, want %s", who.Until, want)
	}
	o.now = func() time.Time { return who.Until.Add(-time.Millisecond) }
	o.takes("Authorization", token)
	o.now = func() time.Time { return who.Until }
	o.refuses(401, "has expired", "Authorization", token)
	o.now = clock.now
	for _, exp := range []float64{float64(now.Unix()) + 400*24*3600, 1e15, 1e300} {
		o.refuses(401, "longer than a year", "Authorization", "Bearer "+issuer.Token(map[string]any{"exp": exp}))
	}
}

func TestEveryKindOfKeyIsTaken(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		issuer := authtest.New(t)
		issuer.Publish(authtest.NewKey(t, "k", alg))
		o, _ := openOIDC(t, issuer)
		o.takes("Authorization", "Bearer "+issuer.Token(nil))
	}
}

// Keys change while tokens by the old one are about. Whoever invents keys does not have the issuer asked again and again.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	o, clock := openOIDC(t, issuer)
	before := issuer.Current()
	old := issuer.Token(nil)
	o.takes("Authorization", "Bearer "+old)
	clock.advance(keysNew)
	after := authtest.NewKey(t, "second", "ES256")
	issuer.Publish(before, after)
	o.until(func(refusal *caller.Refusal) bool { return refusal == nil }, "Authorization", "Bearer "+issuer.Token(nil))
	o.takes("Authorization", "Bearer "+issuer.Token(nil))
	o.takes("Authorization", "Bearer "+old)
	asked := issuer.KeySets.Load()
	for i := range 50 {
		o.refuses(401, notSigned, "Authorization", "Bearer "+after.Sign(t, map[string]any{"kid": fmt.Sprint("invented", i)}, issuer.Claims(nil)))
	}
	if again := issuer.KeySets.Load(); again != asked {
		t.Errorf("the issuer was asked %d times for keys it does not have", again-asked)
	}
	clock.advance(keysNew)
	invented := "Bearer " + after.Sign(t, map[string]any{"kid": "invented"}, issuer.Claims(nil))
	o.until(func(*caller.Refusal) bool { return issuer.KeySets.Load() != asked }, "Authorization", invented)
	o.refuses(401, notSigned, "Authorization", invented)
	if again := issuer.KeySets.Load(); again != asked+1 {
		t.Errorf("asked %d times later", again-asked)
	}
	// A key that was withdrawn ends within the hour.
	issuer.Publish(after)
	clock.advance(keysKept)
	o.refuses(401, notSigned, "Authorization", "Bearer "+before.Sign(t, nil, issuer.Claims(map[string]any{"exp": time.Now().Unix() + 7200})))
	o.takes("Authorization", "Bearer "+issuer.Token(map[string]any{"exp": time.Now().Unix() + 7200}))
	if n := issuer.Discoveries.Load(); n != 2 {
		t.Errorf("%d discoveries", n)
	}
}

// A server starts without its issuer, says so, asks again later and less often, and works when the issuer does.
func TestAnIssuerThatIsDown(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	o, clock := openOIDC(t, issuer)
	if issuer.Discoveries.Load() != 0 {
		t.Error("the issuer was asked at start")
	}
	issuer.Down.Store(true)
	token := "Bearer " + issuer.Token(map[string]any{"exp": time.Now().Unix() + 7200})
	const words = "cannot be asked for its keys, so no access token can be checked. Retry after "
	for attempt, pause := range []string{"1", "2", "4", "8", "16", "32", "60", "60"} {
		if got := o.refuses(503, words+pause+" s", "Authorization", token).Header.Get("Retry-After"); got != pause {
			t.Errorf("attempt %d: Retry-After %s, want %s", attempt, got, pause)
		}
		for range 3 {
			o.refuses(503, words, "Authorization", token)
		}
		if n := int(issuer.Discoveries.Load()); n != attempt+1 {
			t.Errorf("asked %d times, want %d", n, attempt+1)
		}
		clock.advance(time.Minute)
	}
	o.refuses(401, "asks for an access token") // what needs no issuer
	issuer.Down.Store(false)
	o.takes("Authorization", token)

	// Known keys serve on without the issuer; unknown ones cannot be judged.
	issuer.Down.Store(true)
	clock.advance(keysNew)
	o.takes("Authorization", token)
	issuer.Publish(authtest.NewKey(t, "second", "RS256"))
	unknown := "Bearer " + issuer.Token(nil)
	o.until(func(refusal *caller.Refusal) bool { return refusal != nil && refusal.Status == 503 }, "Authorization", unknown)
	o.refuses(503, words+"1 s", "Authorization", unknown)
	o.takes("Authorization", token)
	if !strings.Contains(o.log.String(), "tokens cannot be checked") || !strings.Contains(o.log.String(), "500") {
		t.Errorf("the log does not tell why:\n%s", o.log)
	}
}

// What an issuer answers is bounded and has to be its own.
func TestAnIssuerThatIsNone(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]http.HandlerFunc{
		"another's name": func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": "https://id.example.com", "jwks_uri": "https://id.example.com/keys"})
		},
		"a web page":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"without end":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, mostFetched+2)) },
		"a redirection": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	} {
		s := httptest.NewServer(serve)
		o := open(t, Config{Mode: OIDC, Issuer: s.URL, Audience: authtest.Audience})
		if got := o.refuses(503, "cannot be asked", "Authorization", "Bearer YQ.YQ.YQ"); got.Status == 0 {
			t.Errorf("%s: %s", name, o.log)
		}
		s.Close()
	}
	f := &fetcher{now: time.Now, secure: true}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://id.example.com/keys", http.NoBody)
	if _, err := f.RoundTrip(r); err == nil || !strings.Contains(err.Error(), "is not https") {
		t.Errorf("keys of a secure issuer in the clear: %v", err)
	}
}

// The first callers wait for one discovery, and a caller who gives up does not end it for the others.
func TestDiscoveryIsShared(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	asked, answer := make(chan struct{}, 8), make(chan struct{})
	issuer.Asked = func() {
		asked <- struct{}{}
		<-answer
	}
	o, _ := openOIDC(t, issuer)
	token := issuer.Token(nil)
	authenticate := func(ctx context.Context) *caller.Refusal {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/mcp", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		_, refusal := o.Authenticate(r)
		return refusal
	}
	first, giveUp := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	callers.Go(func() { authenticate(first) })
	<-asked
	for range 20 {
		callers.Go(func() {
			if refusal := authenticate(t.Context()); refusal != nil {
				t.Errorf("%+v", refusal)
			}
		})
	}
	giveUp()
	close(answer)
	callers.Wait()
	if d, k := issuer.Discoveries.Load(), issuer.KeySets.Load(); d != 1 || k != 1 {
		t.Errorf("%d discoveries, %d key sets", d, k)
	}
}

func TestClientsAreToldWhomToAsk(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	o, _ := openOIDC(t, issuer)
	challenge := o.refuses(401, "asks for an access token").Header.Get("WWW-Authenticate")
	if want := `Bearer realm="featurebase-mcp", resource_metadata="http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp", scope="featurebase:read featurebase:write"`; challenge != want {
		t.Errorf("%s\nwant %s", challenge, want)
	}
	if got := o.refuses(401, notSigned, "Authorization", "Bearer YQ.YQ.YQ").Header.Get("WWW-Authenticate"); got != challenge+`, error="invalid_token"` {
		t.Error(got)
	}
	lacking := issuer.Token(map[string]any{"scope": "featurebase:write"})
	if got := o.refuses(403, "lacks", "Authorization", "Bearer "+lacking).Header.Get("WWW-Authenticate"); got != challenge+`, error="insufficient_scope"` {
		t.Error(got)
	}
	metadata := func(o *opened, path string) map[string]any {
		t.Helper()
		w := httptest.NewRecorder()
		o.Metadata(path)(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://mcp.example.com"+metadataPath+path, http.NoBody))
		var document map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s %v", w.Body, err)
		}
		return document
	}
	got := metadata(o, "/mcp")
	if got["resource"] != "https://mcp.example.com/mcp" || fmt.Sprint(got["authorization_servers"]) != "["+issuer.URL+"]" ||
		fmt.Sprint(got["scopes_supported"]) != "[featurebase:read featurebase:write]" || fmt.Sprint(got["bearer_methods_supported"]) != "[header]" {
		t.Errorf("%v", got)
	}
	if got := metadata(o, "/sse"); got["resource"] != "https://mcp.example.com/sse" {
		t.Errorf("%v", got)
	}
	behind := open(t, Config{Mode: OIDC, Issuer: issuer.URL, Audience: "a", PublicURL: "https://public.example/feedback/"})
	if got := metadata(behind, "/mcp"); got["resource"] != "https://public.example/feedback/mcp" || behind.Prefix() != "/feedback" || o.Prefix() != "" {
		t.Errorf("%v", got)
	}
	if got := behind.refuses(401, "asks").Header.Get("WWW-Authenticate"); !strings.Contains(got, `"https://public.example/feedback/.well-known/oauth-protected-resource/mcp"`) {
		t.Error(got)
	}
}
