package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/tools"
)

func TestHTTPIsRefusedWhereItWouldBeOpenOrUseless(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		environ []string
		args    []string
		want    string
	}{
		{"for everybody", nil, []string{"http", "--sandbox", "--addr", "0.0.0.0:0"}, "not a loopback address"},
		{"for everybody, by leaving the address out", nil, []string{"http", "--sandbox", "--addr", ":8080"}, "not a loopback address"},
		{"for everybody, by variable", []string{"FEATUREBASE_ADDR=192.0.2.1:80"}, []string{"http", "--sandbox"}, "not a loopback address"},
		{"without a port", nil, []string{"http", "--sandbox", "--addr", "127.0.0.1"}, "expected host:port"},
		{"without a key", nil, []string{"http"}, "no API key: set FEATUREBASE_API_KEY, or give --sandbox"},
		{"with a way that is none", nil, []string{"http", "--auth", "tokens"}, "--auth"},
		{"with a key for all, and one for each", []string{"FEATUREBASE_API_KEY=sk_all"}, []string{"http", "--auth", "key"}, "and FEATUREBASE_API_KEY holds one for all"},
		{"with tokens from nowhere", nil, []string{"http", "--sandbox", "--auth", "token"}, "--auth token needs --auth-tokens"},
		{"with tokens that nobody asks for", []string{"FEATUREBASE_AUTH_TOKENS=f"}, []string{"http", "--sandbox"}, "FEATUREBASE_AUTH_TOKENS needs --auth token"},
		{"with an issuer that nobody asks", nil, []string{"http", "--auth", "key", "--oidc-issuer", "https://id.example.com"}, "--oidc-issuer needs --auth oidc"},
		{"for tokens of everybody", nil, []string{"http", "--sandbox", "--auth", "oidc", "--oidc-issuer", "https://id.example.com"}, "--auth oidc needs --oidc-audience"},
		{"with half of a certificate", nil, []string{"http", "--sandbox", "--tls-cert", "cert.pem"}, "--tls-cert and --tls-key need each other"},
		{"with a certificate that is not there", nil, []string{"http", "--sandbox", "--tls-cert", "no.pem", "--tls-key", "no.pem"}, "--tls-cert: no.pem: there is no such file or folder"},
		{"with auth, without a port", nil, []string{"http", "--auth", "key", "--addr", "0.0.0.0"}, "expected host:port"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := start("", tc.environ, tc.args...); got.code != exitUsage || !strings.Contains(got.err, tc.want) || got.out != "" {
				t.Errorf("%+v\nwant exit 2 with %q on standard error alone", got, tc.want)
			}
		})
	}
}

// startHTTP runs the http command in a process of its own and returns its address.
func startHTTP(t *testing.T, environ []string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := program(t, append([]string{"http", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(cmd.Env, environ...)
	line := announced(t, cmd)
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Featurebase MCP at ")
	if !ok {
		t.Fatalf("%q", line)
	}
	return cmd, strings.TrimSuffix(address, "/mcp")
}

// ask sends a request and returns its response, whose body is closed at the end of the test.
func ask(ctx context.Context, t *testing.T, method, url, body string, headers http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = headers.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Error(err)
		return &http.Response{Body: http.NoBody}
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

const (
	modernVersion = "2026-07-28"
	modernMeta    = `"_meta":{"io.modelcontextprotocol/protocolVersion":"` + modernVersion + `","io.modelcontextprotocol/clientCapabilities":{}}`
)

func modernHeaders(method, name string) http.Header {
	h := http.Header{"Mcp-Protocol-Version": {modernVersion}, "Mcp-Method": {method}}
	if name != "" {
		h.Set("Mcp-Name", name)
	}
	return h
}

// A running call is answered, an open stream is not waited for, and what Featurebase was asked is not cut.
func TestASignalEndsHTTPAfterTheRunningCall(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		_, _ = io.WriteString(w, `[]`)
	}))
	defer api.Close()
	cmd, address := startHTTP(t, []string{"FEATUREBASE_API_KEY=sk_test"}, "--api-url", api.URL)
	listening := ask(t.Context(), t, http.MethodPost, address+"/mcp",
		`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{},`+modernMeta+`}}`,
		modernHeaders("subscriptions/listen", ""))
	answer := make(chan string, 1)
	go func() {
		response := ask(t.Context(), t, http.MethodPost, address+"/mcp",
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_boards","arguments":{},`+modernMeta+`}}`,
			modernHeaders("tools/call", "list_boards"))
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Error(err)
		}
		answer <- string(body)
	}()
	<-asked
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, listening.Body); err != nil {
		t.Errorf("the stream did not end in order: %v", err)
	}
	close(release)
	if body := <-answer; !strings.Contains(body, `"id":2`) || strings.Contains(body, `"isError":true`) || strings.Contains(body, `"error"`) {
		t.Errorf("%s", body)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// What is still running when --drain-timeout is over is cancelled and answered: nothing keeps the process.
func TestTheDrainTimeoutEndsWhatIsLeft(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer api.Close()
	cmd, address := startHTTP(t, []string{"FEATUREBASE_API_KEY=sk_test"}, "--api-url", api.URL, "--deadline=0", "--timeout=10m", "--drain-timeout=100ms")
	answer := make(chan string, 1)
	go func() {
		response := ask(t.Context(), t, http.MethodPost, address+"/mcp",
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_boards","arguments":{},`+modernMeta+`}}`,
			modernHeaders("tools/call", "list_boards"))
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-asked
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if body := <-answer; !strings.Contains(body, "shutting down") && !strings.Contains(body, "cancelled") {
		t.Errorf("%s", body)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestHTTPTakesItsFlags(t *testing.T) {
	t.Parallel()
	cmd, address := startHTTP(t, nil, "--sandbox", "--no-sse", "--allowed-origins", "https://a.example,https://b.example")
	if response := ask(t.Context(), t, http.MethodGet, address+"/sse", "", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("SSE is served: %d", response.StatusCode)
	}
	for origin, want := range map[string]int{"https://b.example": http.StatusOK, "https://c.example": http.StatusForbidden} {
		response := ask(t.Context(), t, http.MethodGet, address+"/healthz", "", http.Header{"Origin": {origin}})
		if response.StatusCode != want {
			t.Errorf("%s: %d", origin, response.StatusCode)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// exchange sends one message over a transport and returns the answer. The name is for the headers of 2026-07-28.
type exchange func(line, method, name string) []byte

func overStdio(t *testing.T, a *app.App) exchange {
	t.Helper()
	in, send := io.Pipe()
	receive, out := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- stdio.New(a.MCP, stdio.Options{}).Serve(t.Context(), in, out) }()
	t.Cleanup(func() {
		_ = send.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewReader(receive)
	return func(line, _, _ string) []byte {
		if _, err := io.WriteString(send, line+"\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

func serveHTTP(t *testing.T, a *app.App) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- httptransport.New(a.MCP, httptransport.Options{}).Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

func overStreamableHTTP(t *testing.T, address string) exchange {
	t.Helper()
	var session []string
	return func(line, method, name string) []byte {
		headers := http.Header{}
		if strings.Contains(line, modernVersion) {
			headers = modernHeaders(method, name)
		} else if session != nil {
			headers["Mcp-Session-Id"] = session
		}
		response := ask(t.Context(), t, http.MethodPost, address+"/mcp", line, headers)
		if started := response.Header["Mcp-Session-Id"]; started != nil {
			session = started
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
}

func overSSE(t *testing.T, address string) exchange {
	t.Helper()
	stream := bufio.NewReader(ask(t.Context(), t, http.MethodGet, address+"/sse", "", nil).Body)
	data := func() []byte {
		for {
			line, err := stream.ReadBytes('\n')
			if err != nil {
				t.Fatal(err)
			}
			if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				return bytes.TrimSpace(data)
			}
		}
	}
	path := "/" + string(data()) // relative to the stream, as behind a path prefix
	return func(line, _, _ string) []byte {
		ask(t.Context(), t, http.MethodPost, address+path, line, nil)
		return data()
	}
}

// repeated is what a server puts first when the same call has failed often, over whatever transport.
var repeated = regexp.MustCompile(`This call has failed \d+ times [^\\]*\\n`)

// outcomeOf is the result or the error of an answer, byte for byte, but for how often the call has been made.
func outcomeOf(t *testing.T, answer []byte) string {
	t.Helper()
	var m struct {
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(answer, &m); err != nil || (m.Result == nil) == (m.Error == nil) {
		t.Fatalf("no answer: %q %v", answer, err)
	}
	return repeated.ReplaceAllString(string(m.Result)+string(m.Error), "")
}

func TestOneServerAnswersTheSameOnThreeTransports(t *testing.T) {
	t.Parallel()
	a, err := app.New(app.Config{
		Version: "test", Sandbox: &app.Sandbox{}, Client: client.Config{Version: "2026-01-01.nova"},
		Selection: tools.Selection{Toolsets: []string{tools.AllTools}, NoDestructive: true}, DryRun: true,
		Budget: 5000, // so that some answers are cut
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	address := serveHTTP(t, a)
	stdio := overStdio(t, a)
	others := map[string]exchange{"Streamable HTTP": overStreamableHTTP(t, address), "SSE": overSSE(t, address)}

	call := func(tool, arguments string) (string, string, string) {
		return "tools/call", tool, `"name":"` + tool + `","arguments":` + arguments
	}
	type request struct{ method, name, params string }
	requests := []request{
		{"initialize", "", `"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}`},
		{"server/discover", "", ""},
		{"tools/list", "", ""},
		{"no/such/method", "", ""},
	}
	for _, c := range [][2]string{
		{"list_boards", `{}`},
		{"list_posts", `{"limit":10}`},
		{"list_posts", `{"limit":10,"detail":"full"}`},
		{"get_board", `{"boardId":"64b921c0d0013bb2e0000001"}`},
		{"get_board", `{"boardId":"000000000000000000000000"}`},       // an error of the API
		{"list_posts", `{"limit":"ten"}`},                             // an error of an argument
		{"list_bords", `{}`},                                          // no tool
		{"delete_post", `{}`},                                         // a tool that is switched off
		{"block_contact", `{"contactId":"000000000000000000000000"}`}, // a write that is not sent
	} {
		method, name, params := call(c[0], c[1])
		requests = append(requests, request{method, name, params})
	}
	for _, r := range requests {
		for _, params := range []string{r.params, strings.TrimPrefix(r.params+","+modernMeta, ",")} {
			line := `{"jsonrpc":"2.0","id":"1","method":"` + r.method + `","params":{` + params + `}}`
			want := outcomeOf(t, stdio(line, r.method, r.name))
			for transport, send := range others {
				if got := outcomeOf(t, send(line, r.method, r.name)); got != want {
					t.Errorf("%s\n%s: %.600s\nstdio: %.600s", line, transport, got, want)
				}
			}
		}
	}
}
