package httptransport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// byName believes what a request says of its caller.
type byName struct{}

func (byName) Authenticate(r *http.Request) (caller.Caller, *caller.Refusal) {
	if name := r.Header.Get("X-Who"); name != "" {
		return caller.Caller{Principal: name}, nil
	}
	return caller.Caller{}, &caller.Refusal{Status: 401, Text: "who?", Header: http.Header{"Www-Authenticate": {"Bearer"}}}
}

func (byName) Challenge(r *http.Request, scopes string) string {
	return r.URL.Path + " wants " + scopes
}

func (byName) Prefix() string { return "/behind/proxy" }

func (byName) Metadata(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, path) }
}

// limited reads a limit from a header.
func limited(header http.Header) ([]caller.Limit, error) {
	switch toolset := header.Get("X-Only"); toolset {
	case "":
		return nil, nil
	case "nonsense":
		return nil, errors.New("X-Only: nonsense")
	default:
		return []caller.Limit{{Toolsets: []string{toolset}}}, nil
	}
}

// whoServer has a tool that tells for whom it is called.
func whoServer(t *testing.T) *server.MCPServer {
	t.Helper()
	hooks := &server.Hooks{}
	wire.ExplainMissing(hooks, func(_ context.Context, tool string) *wire.CodedError {
		if tool != "granted" {
			return nil
		}
		return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: "not granted", Status: http.StatusForbidden, Scopes: "a b"}
	})
	s := wiretest.NewServer(t, wiretest.Quiet(), server.WithHooks(hooks))
	wiretest.AddTool(s, "who", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		who := caller.From(ctx)
		words := []string{"I am", who.Principal}
		for _, limit := range who.Limits {
			words = append(words, limit.Toolsets...)
		}
		return mcp.NewToolResultText(strings.Join(words, " ") + "."), nil
	})
	wiretest.AddTool(s, "busy", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, &wire.CodedError{Code: wire.CodeBusy, Message: "full", Status: http.StatusServiceUnavailable}
	})
	return s
}

// The order is: origin and host, then the size of the body, then who calls, then what the request gives up. Probes and metadata are for everybody.
func TestCallersAreAskedAfterTheRequestWasChecked(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, Limits: limited, MaxBody: 1000}).Serve)
	large := strings.Repeat(" ", 1001)
	for _, tc := range []struct {
		method, path, body string
		headers            []string
		status             int
		words              string
	}{
		{"POST", pathMCP, large, []string{"Origin", "https://evil.example"}, 403, "origin"},
		{"POST", pathMCP, large, []string{"Host", "evil.example"}, 403, "host name"},
		{"POST", pathMCP, large, nil, 413, "larger than 1000 bytes"},
		{"POST", pathMCP, "{", []string{"X-Only", "nonsense"}, 401, "who?"},
		{"POST", pathMCP, "{", []string{"X-Only", "nonsense", "X-Who", "ann"}, 400, "X-Only: nonsense"},
		{"POST", pathMCP, "{", []string{"X-Who", "ann"}, 400, "JSON"},
		{"GET", pathMCP, "", nil, 401, "who?"},
		{"DELETE", pathMCP, "", nil, 401, "who?"},
		{"GET", pathSSE, "", nil, 401, "who?"},
		{"POST", pathMessage, "{}", nil, 401, "who?"},
		{"GET", "/healthz", "", nil, 200, "ok"},
		{"GET", "/readyz", "", nil, 200, "ok"},
		{"GET", pathMetadata, "", nil, 200, pathMCP},
		{"GET", pathMetadata + pathMCP, "", nil, 200, pathMCP},
		{"GET", pathMetadata + pathSSE, "", nil, 200, pathSSE},
		{"GET", pathMetadata + "/behind/proxy" + pathMCP, "", nil, 200, pathMCP},
		{"GET", pathMetadata + "/behind/proxy" + pathSSE, "", nil, 200, pathSSE},
		{"GET", pathMetadata + "/x", "", nil, 404, "nothing at this path"},
		{"GET", "/.well-known/oauth-authorization-server", "", nil, 404, "nothing at this path"},
	} {
		response := p.Do(t.Context(), tc.method, tc.path, tc.body, tc.headers...)
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != tc.status || !strings.Contains(string(body), tc.words) {
			t.Errorf("%s %s %v: %d %s %v, want %d with %q", tc.method, tc.path, tc.headers, response.StatusCode, body, err, tc.status, tc.words)
		}
		if challenge := response.Header.Get("WWW-Authenticate"); (challenge != "") != (tc.status == 401) {
			t.Errorf("%s %s: challenge %q with %d", tc.method, tc.path, challenge, tc.status)
		}
	}
}

// Whoever is refused is not waited for, however slowly the body comes.
func TestARefusedCallerHoldsNoConnection(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, ReadTimeout: 50 * time.Millisecond}).Serve)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(connection); err != nil || !bytes.Contains(answer, []byte(" 401 ")) {
		t.Errorf("%q %v", answer, err)
	}
}

// A session is its opener's: with other credentials its id is one that does not exist, and nothing happens to it.
func TestASessionBelongsToWhoOpenedIt(t *testing.T) {
	t.Parallel()
	s := whoServer(t)
	w := addWaiting(s)
	p := wiretest.Open(t, New(s, Options{Auth: byName{}}).Serve)
	ann, bob := []string{"X-Who", "ann"}, []string{"X-Who", "bob"}
	response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Initialize, ann...)
	_ = response.Body.Close()
	id := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
	ann, bob = append(ann, id...), append(bob, id...)

	listening := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", ann...))
	answers := make(chan string, 1)
	go func() {
		_, body := p.Status(http.MethodPost, pathMCP, wiretest.CallLine("7", "wait"), ann...)
		answers <- body
	}()
	<-w.started
	reply := `{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`
	for what, r := range map[string][2]string{
		"a call":         {http.MethodPost, wiretest.CallLine("1", "who")},
		"a list":         {http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`},
		"a cancellation": {http.MethodPost, cancelSeven},
		"an answer":      {http.MethodPost, reply},
		"a stream":       {http.MethodGet, ""},
		"the end":        {http.MethodDelete, ""},
	} {
		if response := p.Do(t.Context(), r[0], pathMCP, r[1], bob...); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s by another: %d", what, response.StatusCode)
		}
	}
	close(w.release)
	if body := <-answers; !strings.Contains(body, "released") {
		t.Errorf("the call of the owner: %s", body)
	}
	if status, body := p.Status(http.MethodPost, pathMCP, wiretest.CallLine("1", "who"), ann...); status != http.StatusOK || !strings.Contains(body, "I am ann.") {
		t.Errorf("the owner: %d %s", status, body)
	}
	if status, _ := p.Status(http.MethodDelete, pathMCP, "", ann...); status != http.StatusOK {
		t.Errorf("the owner's end: %d", status)
	}
	if _, err := listening.Data(); !errors.Is(err, io.EOF) {
		t.Errorf("the owner's stream: %v", err)
	}
	if status, _ := p.Status(http.MethodDelete, pathMCP, "", ann...); status != http.StatusNotFound {
		t.Errorf("the end of what has ended: %d", status)
	}
}

func TestAStreamBelongsToWhoOpenedIt(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, Limits: limited}).Serve)
	e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "", "X-Who", "ann", "X-Only", "a"))
	path := e.Endpoint()
	if status, body := p.Status(http.MethodPost, path, wiretest.CallLine("1", "who"), "X-Who", "bob"); status != http.StatusNotFound {
		t.Errorf("another: %d %s", status, body)
	}
	// What the stream gave up stays given up, and a message can give up more.
	for want, headers := range map[string][]string{"I am ann a.": {"X-Who", "ann"}, "I am ann a b.": {"X-Who", "ann", "X-Only", "b"}} {
		if status, body := p.Status(http.MethodPost, path, wiretest.CallLine("2", "who"), headers...); status != http.StatusAccepted {
			t.Errorf("%d %s", status, body)
		}
		if m := e.Next(); string(m.ID) != "2" || !bytes.Contains(m.Line, []byte(want)) {
			t.Errorf("%s, want %s", m.Line, want)
		}
	}
}

// Requests that follow each other on one connection, or in one session, are each served for their own caller and their own limits.
func TestEachRequestIsItsOwnCallers(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, Limits: limited}).Serve)
	for _, name := range []string{"ann", "bob", "ann"} {
		headers := append(wiretest.ModernHeaders("tools/call", "who"), "X-Who", name)
		if _, body := p.Status(http.MethodPost, pathMCP, wiretest.ModernCall("1", "who"), headers...); !strings.Contains(body, "I am "+name+".") {
			t.Errorf("%s: %s", name, body)
		}
		headers = append(headers, "X-Only", "posts")
		if _, body := p.Status(http.MethodPost, pathMCP, wiretest.ModernCall("1", "who"), headers...); !strings.Contains(body, "I am "+name+" posts.") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// An error can have a status of its own, and one for a scope says which.
func TestAnErrorHasAStatusOfItsOwn(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}}).Serve)
	response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Initialize, "X-Who", "ann")
	_ = response.Body.Close()
	session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID), "X-Who", "ann"}
	for tool, want := range map[string]struct {
		status           int
		words, challenge string
	}{
		"granted": {403, `"message":"not granted"`, "/mcp wants a b"},
		"busy":    {503, `"message":"full"`, ""},
		"unheard": {200, "Unknown tool", ""},
	} {
		for _, modern := range []bool{false, true} {
			body, headers, status := wiretest.CallLine("1", tool), session, want.status
			if modern {
				body, headers = wiretest.ModernCall("1", tool), append(wiretest.ModernHeaders("tools/call", tool), "X-Who", "ann")
				if status == 200 {
					status = 400 // since 2026-07-28
				}
			}
			response := p.Do(t.Context(), http.MethodPost, pathMCP, body, headers...)
			content, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != status || !strings.Contains(string(content), want.words) || !strings.Contains(string(content), `"id":1`) {
				t.Errorf("%s, modern %v: %d %s %v", tool, modern, response.StatusCode, content, err)
			}
			if got := response.Header.Get("WWW-Authenticate"); got != want.challenge {
				t.Errorf("%s, modern %v: challenge %q", tool, modern, got)
			}
		}
	}
}
