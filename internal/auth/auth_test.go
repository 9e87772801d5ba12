package auth

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"featurebase-mcp/internal/caller"
)

// opened is an Auth and what it logs, all of it.
type opened struct {
	*Auth
	t   *testing.T
	log *bytes.Buffer
}

func open(t *testing.T, cfg Config) *opened {
	t.Helper()
	var log bytes.Buffer
	cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &opened{a, t, &log}
}

// ask authenticates a request with headers, which are pairs of name and value. No credential may be logged, told or left in the request.
func (o *opened) ask(headers ...string) (caller.Caller, *caller.Refusal) {
	o.t.Helper()
	r := httptest.NewRequestWithContext(o.t.Context(), http.MethodPost, "http://127.0.0.1:8080/mcp", http.NoBody)
	var credentials []string
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
		_, value, _ := strings.Cut(" "+headers[i+1], " ")
		if value = strings.TrimSpace(strings.TrimPrefix(value, "Bearer ")); len(value) > 6 {
			credentials = append(credentials, value)
		}
	}
	who, refusal := o.Authenticate(r)
	said := o.log.String()
	if refusal != nil {
		said += refusal.Text + refusal.Header.Get("WWW-Authenticate")
	}
	for _, credential := range credentials {
		if strings.Contains(said, credential) || strings.Contains(who.Principal, credential) {
			o.t.Errorf("%q is told: %s", credential, said)
		}
	}
	if r.Header.Get("Authorization") != "" || r.Header.Get(keyHeader) != "" {
		o.t.Errorf("credentials are left in the request: %v", r.Header)
	}
	return who, refusal
}

// refuses asserts a status and a part of the text.
func (o *opened) refuses(status int, text string, headers ...string) *caller.Refusal {
	o.t.Helper()
	who, refusal := o.ask(headers...)
	if refusal == nil || refusal.Status != status || !strings.Contains(refusal.Text, text) {
		o.t.Errorf("%.80q: %+v %+v, want %d with %q", headers, who, refusal, status, text)
		return &caller.Refusal{Header: http.Header{}}
	}
	if challenge := refusal.Header.Get("WWW-Authenticate"); (challenge != "") != (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		o.t.Errorf("%.80q: challenge %q with %d", headers, challenge, status)
	}
	return refusal
}

func (o *opened) takes(headers ...string) caller.Caller {
	o.t.Helper()
	who, refusal := o.ask(headers...)
	if refusal != nil {
		o.t.Errorf("%.80q: %+v", headers, refusal)
	}
	return who
}

func TestASettingOfAnotherWayIsRefused(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]Config{
		"--auth-tokens needs --auth token":                  {Mode: Key, TokensFile: "f"},
		"--oidc-issuer needs --auth oidc":                   {Mode: None, Issuer: "https://id.example.com"},
		"--oidc-audience needs --auth oidc":                 {Mode: Key, Audience: "a"},
		"--public-url needs --auth oidc":                    {Mode: Key, PublicURL: "https://mcp.example.com"},
		"--auth token needs --auth-tokens":                  {Mode: Token},
		"--auth oidc needs --oidc-issuer":                   {Mode: OIDC, Audience: "a"},
		"--auth oidc needs --oidc-audience":                 {Mode: OIDC, Issuer: "https://id.example.com"},
		"--oidc-issuer: https, unless the host is loopback": {Mode: OIDC, Audience: "a", Issuer: "http://id.example.com"},
		"--oidc-issuer: a URL without user name":            {Mode: OIDC, Audience: "a", Issuer: "https://u:p@id.example.com"},
		"--oidc-issuer: expected a URL":                     {Mode: OIDC, Audience: "a", Issuer: "id.example.com"},
		"--public-url: a URL without user name, query":      {Mode: OIDC, Audience: "a", Issuer: "https://id.example.com", PublicURL: "https://x.example?y"},
		"--auth-tokens: open ":                              {Mode: Token, TokensFile: "no/such/file"},
		"--auth: unknown way":                               {Mode: "nobody"},
	} {
		if _, err := New(cfg); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", cfg, err, want)
		}
	}
}

func tokensFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestATokenFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":               "holds no token",
		"# none yet\n\n": "holds no token",
		"short\n":        "line 1: a token has at least 16 characters",
		"abcdefghijklmnopq\nwith a blank in the middle\n": "line 2: a token is one word",
		"abcdefghijklmnöpq\n":                             "line 1: a token is one word",
	} {
		_, err := New(Config{Mode: Token, TokensFile: tokensFile(t, content)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "short") || strings.Contains(err.Error(), "with a blank in") {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	o := open(t, Config{Mode: Token, TokensFile: tokensFile(t, "\ufeff# for ann\nann-0123456789abcdef\r\n\n  bob-0123456789abcdef==  ")})
	ann := o.takes("Authorization", "Bearer ann-0123456789abcdef")
	if again := o.takes("Authorization", "bearer   ann-0123456789abcdef "); again.Principal != ann.Principal {
		t.Error("one token is two callers")
	}
	if bob := o.takes("Authorization", "Bearer bob-0123456789abcdef=="); bob.Principal == ann.Principal || len(bob.Principal) != 32 {
		t.Errorf("two tokens are one caller, or none: %q", bob.Principal)
	}
	if elsewhere := open(t, Config{Mode: Token, TokensFile: tokensFile(t, "ann-0123456789abcdef")}).takes("Authorization", "Bearer ann-0123456789abcdef"); elsewhere.Principal == ann.Principal {
		t.Error("the hash has no salt")
	}
	if ann.Key != "" || ann.Name != "token 2" || ann.Limited() {
		t.Errorf("%+v", ann)
	}
	const asks, unknown = "This server asks for a token", "not one that this server knows"
	if got := o.refuses(401, asks).Header.Get("WWW-Authenticate"); got != `Bearer realm="featurebase-mcp"` {
		t.Error(got)
	}
	o.refuses(401, asks, "Authorization", "Basic YW5uOjAxMjM0NTY3ODlhYmNkZWY=")
	if got := o.refuses(401, unknown, "Authorization", "Bearer ann-0123456789abcde").Header.Get("WWW-Authenticate"); !strings.HasSuffix(got, `error="invalid_token"`) {
		t.Error(got)
	}
	o.refuses(401, unknown, "Authorization", "Bearer ann-0123456789abcdef0")
	o.refuses(400, "more than one Authorization header", "Authorization", "Bearer ann-0123456789abcdef", "Authorization", "Bearer bob-0123456789abcdef==")
	o.refuses(400, "not of the form", "Authorization", "Bearer")
	o.refuses(400, "not of the form", "Authorization", "Bearer ann-0123456789abcdef, x")
	o.refuses(400, "are a placeholder, such as ${NAME}, that the client did not replace", "Authorization", "Bearer ${FEATUREBASE_TOKEN}")
	o.refuses(400, "have quotation marks around them", "Authorization", `Bearer "ann-0123456789abcdef"`)
	o.refuses(400, "too long", "Authorization", "Bearer "+strings.Repeat("a", longestCredential+1))
	o.refuses(400, "takes none from callers", "Authorization", "Bearer ann-0123456789abcdef", keyHeader, "sk_of_somebody")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	o := open(t, Config{Mode: Key})
	ann := o.takes("Authorization", "Bearer sk_ann_12345")
	if ann.Key.Reveal() != "sk_ann_12345" || ann.Principal == "" || ann.Name != "key bc524eff" || ann.Limited() {
		t.Errorf("%+v", ann)
	}
	for _, headers := range [][]string{
		{keyHeader, "sk_ann_12345"},
		{keyHeader, "sk_ann_12345", "Authorization", "Bearer sk_ann_12345"},
		{keyHeader, "sk_ann_12345", "Authorization", "Basic Zm9yIHRoZSBwcm94eQ=="},
	} {
		if again := o.takes(headers...); again.Principal != ann.Principal || again.Key != ann.Key {
			t.Errorf("%v: %+v", headers, again)
		}
	}
	if bob := o.takes("Authorization", "Bearer sk_bob_12345"); bob.Principal == ann.Principal || bob.Key == ann.Key {
		t.Errorf("%+v", bob)
	}
	const asks, other = "This server asks for a key", "is not a Featurebase key"
	o.refuses(401, asks)
	o.refuses(401, asks, "Authorization", "Basic Zm9yIHRoZSBwcm94eQ==")
	o.refuses(401, other, "Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.abc") // a token for somebody else
	o.refuses(401, other, keyHeader, "sk_with blank in it")
	o.refuses(401, other, keyHeader, "sk_"+strings.Repeat("a", longestKey))
	o.refuses(400, "The credentials in the X-Featurebase-Api-Key header are a placeholder", keyHeader, "${user_config.api_key}")
	o.refuses(400, "The credentials in the X-Featurebase-Api-Key header have quotation marks", keyHeader, "'sk_ann_12345'")
	o.refuses(400, "more than one Featurebase key", keyHeader, "sk_ann_12345", "Authorization", "Bearer sk_bob_12345")
	o.refuses(400, "more than one Featurebase key", keyHeader, "sk_ann_12345", keyHeader, "sk_bob_12345")
}

func TestNobodyIsAsked(t *testing.T) {
	t.Parallel()
	o := open(t, Config{Mode: None})
	if who := o.takes("Authorization", "Bearer whatever it is"); who.Principal != "" || who.Limited() {
		t.Errorf("%+v", who)
	}
	o.refuses(400, "takes none from callers", keyHeader, "sk_of_somebody") // it would be served with another key
	if o.Metadata("/mcp") != nil {
		t.Error("metadata without an issuer")
	}
}

func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"", "Bearer", "Bearer x", "bearer  a.b-c_d~e+f/g==", "Bearer =", "Basic x", "Bearer a b", "Bearer \x00", "Bearer ä"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token, refusal := bearer([]string{header})
		switch {
		case refusal != nil && token != "":
			t.Error("both")
		case refusal == nil && token != "":
			scheme, rest, _ := strings.Cut(header, " ")
			if !strings.EqualFold(scheme, "bearer") || strings.Trim(rest, " ") != token || len(token) > longestCredential {
				t.Errorf("%q gives %q", header, token)
			}
			for _, b := range []byte(token) {
				if b <= ' ' || b > '~' || b == '"' || b == ',' || b == '\\' {
					t.Errorf("%q has %q", token, b)
				}
			}
		case refusal == nil && len(header) >= 7 && strings.EqualFold(header[:7], "bearer "):
			t.Errorf("%q holds nothing and is no fault", header)
		}
	})
}
