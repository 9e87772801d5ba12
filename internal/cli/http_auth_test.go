package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/auth/authtest"
)

// The keys of two callers.
const (
	annsKey = "sk_ann_0123456789"
	bobsKey = "sk_bob_0123456789"
)

// organizations is an API with one organization for each key. It fails a test when a request comes with the wrong key, which shows in the
// ids it is about.
type organizations struct {
	t    *testing.T
	hold chan struct{} // not nil: ann's requests wait for it

	mu    sync.Mutex
	asked map[string]int // by key
	held  chan struct{}
}

func (o *organizations) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	o.mu.Lock()
	o.asked[key]++
	o.mu.Unlock()
	own, name := "aa", "Alpha"
	if key == bobsKey {
		own, name = "bb", "Beta"
	}
	id, isBoard := strings.CutPrefix(r.URL.Path, "/v2/boards/")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case isBoard && !strings.HasPrefix(id, own):
		o.t.Errorf("%s was asked for with the key %s", r.URL.Path, key)
	case strings.HasSuffix(id, "ee"): // echoes what must not be told
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"error":{"type":"invalid_request_error","code":"x","message":"Bad key %s"}}`, key)
		return
	case o.hold != nil && key == annsKey:
		o.held <- struct{}{}
		select {
		case <-o.hold:
		case <-r.Context().Done():
		}
	}
	board := fmt.Sprintf(`{"object":"board","id":"%s0000000000000000000001","name":%q}`, own, name)
	if !isBoard {
		board = "[" + board + "]"
	}
	_, _ = io.WriteString(w, board)
}

// hosted is an http command in a process of its own, and all that it has said.
type hosted struct {
	t       *testing.T
	address string
	log     string

	mu   sync.Mutex
	said strings.Builder
}

func host(t *testing.T, args ...string) *hosted {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd, address := startHTTP(t, nil, append(args, "--log-level", "debug", "--log-file", log)...)
	t.Cleanup(func() { _ = cmd.Wait() }) // the end of the test has killed it
	return &hosted{t: t, address: address, log: log}
}

// call makes a call in protocol 2026-07-28 and returns the text of its result or the message of its error.
func (h *hosted) call(headers http.Header, tool, arguments string) (status int, text string) {
	h.t.Helper()
	body := h.ask(with(headers, modernHeaders("tools/call", tool)), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+tool+`","arguments":`+arguments+`,`+modernMeta+`}}`, &status)
	var m struct {
		Error  any `json:"error"`
		Result struct {
			Content []struct {
				Text string `json:"text"`
			} `json:"content"`
		} `json:"result"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		h.t.Errorf("%d %s: %v", status, body, err)
	}
	if len(m.Result.Content) > 0 {
		return status, m.Result.Content[0].Text
	}
	return status, fmt.Sprint(m.Error)
}

func (h *hosted) ask(headers http.Header, message string, status *int) []byte {
	h.t.Helper()
	response := ask(h.t.Context(), h.t, http.MethodPost, h.address+"/mcp", message, headers)
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Error(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprintf(&h.said, "%v\n%s\n", response.Header, body)
	*status = response.StatusCode
	return body
}

// tools lists the names of the tools in protocol 2026-07-28.
func (h *hosted) tools(headers http.Header) []string {
	h.t.Helper()
	var status int
	return toolNames(h.t, h.ask(with(headers, modernHeaders("tools/list", "")), `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{`+modernMeta+`}}`, &status))
}

func toolNames(t *testing.T, answer []byte) []string {
	t.Helper()
	var m struct {
		Result struct {
			Tools []struct {
				Name string `json:"name"`
			} `json:"tools"`
		} `json:"result"`
	}
	if err := json.Unmarshal(answer, &m); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	names := []string{}
	for _, tool := range m.Result.Tools {
		names = append(names, tool.Name)
	}
	return names
}

// hides asserts that no answer and no line of the log has a secret.
func (h *hosted) hides(secrets ...string) {
	h.t.Helper()
	log, err := os.ReadFile(h.log)
	if err != nil {
		h.t.Fatal(err)
	}
	if !strings.Contains(string(log), "tool call") {
		h.t.Errorf("the log is no proof:\n%s", log)
	}
	for _, secret := range secrets {
		if strings.Contains(string(log), secret) {
			h.t.Errorf("the log has %q:\n%s", secret, log)
		}
		if strings.Contains(h.said.String(), secret) {
			h.t.Errorf("an answer has %q:\n%s", secret, h.said.String())
		}
	}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// Two callers at once: each request upstream carries its caller's key, and neither sees what the other's organization calls its things.
func TestCallersWithKeysOfTheirOwnAreKeptApart(t *testing.T) {
	t.Parallel()
	api := &organizations{t: t, asked: map[string]int{}}
	upstream := httptest.NewServer(api)
	t.Cleanup(upstream.Close)
	h := host(t, "--auth", "key", "--api-url", upstream.URL, "--toolsets", "boards", "--rate", "0", "--retries", "0")
	const calls = 30
	var callers sync.WaitGroup
	for _, who := range []struct {
		headers           http.Header
		own, other, board string
	}{
		{bearer(annsKey), "Alpha", "Beta", "aa"},
		{http.Header{"X-Featurebase-Api-Key": {bobsKey}}, "Beta", "Alpha", "bb"},
	} {
		for range 3 {
			callers.Go(func() {
				for n := range calls {
					if _, text := h.call(who.headers, "get_board", fmt.Sprintf(`{"boardId":"%s%022x"}`, who.board, 16*n)); !strings.Contains(text, who.own) {
						t.Errorf("%s", text)
					}
					if _, text := h.call(who.headers, "get_board", `{"boardId":"`+who.own+`"}`); !strings.Contains(text, who.own) {
						t.Errorf("by its name: %s", text)
					}
				}
				if _, text := h.call(who.headers, "get_board", `{"boardId":"`+who.other+`"}`); !strings.Contains(text, "no board is called") || !strings.Contains(text, who.own) {
					t.Errorf("the other's name: %s", text)
				}
				if _, text := h.call(who.headers, "get_board", `{"boardId":"`+who.board+`00000000000000000000ee"}`); !strings.Contains(text, "[API key]") {
					t.Errorf("a key that comes back: %s", text)
				}
			})
		}
	}
	callers.Wait()
	if len(api.asked) != 2 || api.asked[annsKey] < 3*calls || api.asked[bobsKey] < 3*calls {
		t.Errorf("%v", api.asked)
	}
	var status int
	for _, headers := range []http.Header{nil, bearer("eyJhbGciOiJub25lIn0"), {"X-Featurebase-Api-Key": {"key with blanks"}}} {
		if h.ask(headers, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, &status); status != http.StatusUnauthorized {
			t.Errorf("%v: %d", headers, status)
		}
	}
	h.hides(annsKey, bobsKey, "eyJhbGciOiJub25lIn0", "key with blanks")
}

// A caller at its limits, of requests a second or in flight, does not hold up another.
func TestCallersDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	api := &organizations{t: t, asked: map[string]int{}, hold: make(chan struct{}), held: make(chan struct{}, 1)}
	upstream := httptest.NewServer(api)
	t.Cleanup(upstream.Close)
	h := host(t, "--auth", "key", "--api-url", upstream.URL, "--rate", "0.001", "--burst", "2", "--max-wait", "0s", "--concurrency", "1", "--retries", "0")
	anns := make(chan string, 1)
	go func() {
		_, text := h.call(bearer(annsKey), "list_boards", `{}`)
		anns <- text
	}()
	<-api.held // ann's only slot is taken
	for range 2 {
		if _, text := h.call(bearer(bobsKey), "list_boards", `{}`); !strings.Contains(text, "Beta") {
			t.Errorf("bob waits for ann: %s", text)
		}
	}
	if _, text := h.call(bearer(bobsKey), "list_boards", `{}`); !strings.Contains(text, "rate limit") {
		t.Errorf("bob has no limit of his own: %s", text)
	}
	close(api.hold)
	if text := <-anns; !strings.Contains(text, "Alpha") {
		t.Errorf("%s", text)
	}
	if _, text := h.call(bearer(annsKey), "list_boards", `{}`); !strings.Contains(text, "Alpha") {
		t.Errorf("ann waits for bob: %s", text)
	}
}

// In a session, too, each request shows its caller, and the id of somebody else's session is none.
func TestASessionIsNoCredential(t *testing.T) {
	t.Parallel()
	h := host(t, "--sandbox", "--auth", "key")
	start := ask(t.Context(), t, http.MethodPost, h.address+"/mcp",
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, bearer(annsKey))
	session := start.Header["Mcp-Session-Id"]
	for want, headers := range map[int]http.Header{
		http.StatusOK:           {"Mcp-Session-Id": session, "Authorization": {"Bearer " + annsKey}},
		http.StatusNotFound:     {"Mcp-Session-Id": session, "Authorization": {"Bearer " + bobsKey}},
		http.StatusUnauthorized: {"Mcp-Session-Id": session},
	} {
		var status int
		if h.ask(headers, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_boards","arguments":{}}}`, &status); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	h.hides(annsKey, bobsKey)
}

func TestTokensOpenTheServer(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte("ann-0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := host(t, "--sandbox", "--auth", "token", "--auth-tokens", file)
	if _, text := h.call(bearer("ann-0123456789abcdef"), "list_boards", `{}`); !strings.Contains(text, "Feature requests") {
		t.Error(text)
	}
	var status int
	for _, headers := range []http.Header{nil, bearer("eve-0123456789abcdef")} {
		if h.ask(headers, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, &status); status != http.StatusUnauthorized {
			t.Errorf("%v: %d", headers, status)
		}
	}
	h.hides("ann-0123456789abcdef", "eve-0123456789abcdef")
}

// A client is told whom to ask, asks, and gets the tools that its token is good for.
func TestAnIdentityProviderOpensTheServer(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	h := host(t, "--sandbox", "--toolsets", "posts", "--auth", "oidc", "--oidc-issuer", issuer.URL, "--oidc-audience", authtest.Audience)
	denied := ask(t.Context(), t, http.MethodPost, h.address+"/mcp", `{}`, nil)
	challenge := denied.Header.Get("WWW-Authenticate")
	where := regexp.MustCompile(`resource_metadata="([^"]*)"`).FindStringSubmatch(challenge)
	if denied.StatusCode != http.StatusUnauthorized || where == nil || !strings.Contains(challenge, `scope="featurebase:read featurebase:write featurebase:destructive"`) {
		t.Fatalf("%d %s", denied.StatusCode, challenge)
	}
	var metadata struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
	}
	if err := json.NewDecoder(ask(t.Context(), t, http.MethodGet, where[1], "", nil).Body).Decode(&metadata); err != nil ||
		metadata.Resource != h.address+"/mcp" || !slices.Equal(metadata.Servers, []string{issuer.URL}) {
		t.Errorf("%+v %v", metadata, err)
	}

	reader := issuer.Token(map[string]any{"scope": "featurebase:read"})
	all := issuer.Token(nil)
	reads, everything := h.tools(bearer(reader)), h.tools(bearer(all))
	if !slices.Contains(reads, "get_post") || slices.Contains(reads, "create_post") || !slices.Contains(everything, "delete_post") {
		t.Errorf("reads %v\nall %v", reads, everything)
	}
	response := ask(t.Context(), t, http.MethodPost, h.address+"/mcp",
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_post","arguments":{},`+modernMeta+`}}`,
		with(modernHeaders("tools/call", "create_post"), bearer(reader)))
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusForbidden || !strings.Contains(string(body), `Tool \"create_post\" needs the scope featurebase:write`) {
		t.Errorf("%d %s %v", response.StatusCode, body, err)
	}
	if got := response.Header.Get("WWW-Authenticate"); !strings.HasSuffix(got, `scope="featurebase:read featurebase:write", error="insufficient_scope"`) {
		t.Error(got)
	}
	if status, text := h.call(bearer(all), "create_post", `{}`); status != http.StatusOK || !strings.Contains(text, "title") {
		t.Errorf("a writer: %d %s", status, text)
	}
	if status, text := h.call(bearer(all), "create_webhook", `{}`); status == http.StatusForbidden || !strings.Contains(text, "--toolsets") {
		t.Errorf("scopes have widened: %d %s", status, text)
	}

	connection, err := transport.NewStreamableHTTP(h.address+"/mcp", transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + reader}))
	if err != nil {
		t.Fatal(err)
	}
	client := mcpclient.NewClient(connection)
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if _, err := client.Initialize(t.Context(), mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: "2025-11-25"}}); err != nil {
		t.Fatal(err)
	}
	list, err := client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil || len(list.Tools) != len(reads) {
		t.Errorf("%v, %d tools, want %d", err, len(list.Tools), len(reads))
	}
	h.hides(all, reader, strings.Split(all, ".")[2])
}

// Streams end with the token that opened them, which is then good for nothing else; the same caller comes back with a new one.
func TestStreamsEndWithTheirToken(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	h := host(t, "--sandbox", "--auth", "oidc", "--oidc-issuer", issuer.URL, "--oidc-audience", authtest.Audience)
	lasting := bearer(issuer.Token(nil))
	start := ask(t.Context(), t, http.MethodPost, h.address+"/mcp",
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, lasting)
	session := http.Header{"Mcp-Session-Id": start.Header["Mcp-Session-Id"]}
	for name, open := range map[string]func(token http.Header) *http.Response{
		"a session's": func(token http.Header) *http.Response {
			return ask(t.Context(), t, http.MethodGet, h.address+"/mcp", "", with(session, token))
		},
		"SSE": func(token http.Header) *http.Response {
			return ask(t.Context(), t, http.MethodGet, h.address+"/sse", "", token)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			short := bearer(issuer.Token(map[string]any{"exp": time.Now().Unix() - 57})) // clocks may differ by a minute
			stream := open(short)
			if kind := stream.Header.Get("Content-Type"); stream.StatusCode != http.StatusOK || kind != "text/event-stream" {
				t.Fatalf("%d %s", stream.StatusCode, kind)
			}
			if _, err := io.Copy(io.Discard, stream.Body); err != nil {
				t.Errorf("it was cut off: %v", err)
			}
			again := open(short)
			if challenge := again.Header.Get("WWW-Authenticate"); again.StatusCode != http.StatusUnauthorized || !strings.Contains(challenge, `error="invalid_token"`) {
				t.Errorf("with the old token: %d %s", again.StatusCode, challenge)
			}
			if again := open(lasting); again.StatusCode != http.StatusOK {
				t.Errorf("with a new token: %d", again.StatusCode)
			}
		})
	}
}

func with(headers ...http.Header) http.Header {
	all := http.Header{}
	for _, h := range headers {
		maps.Copy(all, h)
	}
	return all
}

// Headers narrow what the flags leave, in both eras and over SSE, and never widen it.
func TestHeadersNarrow(t *testing.T) {
	t.Parallel()
	h := host(t, "--sandbox", "--toolsets", "boards,posts")
	all := h.tools(nil)
	reads := h.tools(http.Header{"X-Featurebase-Read-Only": {"true"}})
	if !slices.Contains(all, "create_post") || !slices.Contains(reads, "get_post") || slices.Contains(reads, "create_post") {
		t.Errorf("all %v\nreads %v", all, reads)
	}
	if got := h.tools(http.Header{"X-Featurebase-Toolsets": {"all"}, "X-Featurebase-Read-Only": {"false"}}); !slices.Equal(got, all) {
		t.Errorf("headers have widened: %v", got)
	}
	if got := h.tools(http.Header{"X-Featurebase-Toolsets": {"boards,webhooks"}}); !slices.Contains(got, "get_board") || slices.Contains(got, "get_post") || slices.Contains(got, "create_webhook") {
		t.Errorf("%v", got)
	}
	if status, text := h.call(http.Header{"X-Featurebase-Read-Only": {"true"}}, "create_post", `{}`); status != http.StatusBadRequest || !strings.Contains(text, "X-Featurebase-Read-Only") {
		t.Errorf("%d %s", status, text)
	}
	var status int
	body := h.ask(http.Header{"X-Featurebase-Toolsets": {"bords"}}, `{}`, &status)
	if status != http.StatusBadRequest || !strings.Contains(string(body), `unknown toolset \"bords\"; did you mean \"boards\"?`) {
		t.Errorf("%d %s", status, body)
	}

	start := ask(t.Context(), t, http.MethodPost, h.address+"/mcp",
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, nil)
	session := http.Header{"Mcp-Session-Id": start.Header["Mcp-Session-Id"]}
	const list = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	for range 2 { // each request by its own headers
		if got := toolNames(t, h.ask(with(session, http.Header{"X-Featurebase-Read-Only": {"true"}}), list, &status)); !slices.Equal(got, reads) {
			t.Errorf("in a session: %v", got)
		}
		if got := toolNames(t, h.ask(session, list, &status)); !slices.Equal(got, all) {
			t.Errorf("in a session, without headers: %v", got)
		}
	}
	send := overSSE(t, h.address)
	if got := toolNames(t, send(list, "", "")); !slices.Equal(got, all) {
		t.Errorf("over SSE: %v", got)
	}
}

// certificate writes a certificate for loopback and its key, and returns what trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8), pool
}

func TestHTTPSpeaksTLS(t *testing.T) {
	t.Parallel()
	cert, key, pool := certificate(t)
	h := host(t, "--sandbox", "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(h.address, "https://") {
		t.Fatal(h.address)
	}
	get := func(ctx context.Context, config *tls.Config, url string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", http.NoBody)
		if err != nil {
			return nil, err
		}
		transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
		t.Cleanup(transport.CloseIdleConnections)
		response, err := (&http.Client{Transport: transport}).Do(r)
		if err == nil {
			_ = response.Body.Close()
		}
		return response, err
	}
	response, err := get(t.Context(), &tls.Config{RootCAs: pool}, h.address)
	if err != nil || response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		t.Errorf("%v %v", response, err)
	}
	if _, err := get(t.Context(), &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, h.address); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if response, err := get(t.Context(), nil, "http"+strings.TrimPrefix(h.address, "https")); err == nil && response.StatusCode == http.StatusOK {
		t.Error("served in the clear")
	}
}
