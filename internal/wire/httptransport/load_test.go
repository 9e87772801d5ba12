package httptransport

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// largeCall is one that needs room.
var largeCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"` + strings.Repeat("x", 16<<10) + `"}}}`

func TestStreamsBeyondTheBoundAreRefused(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{MaxStreams: 1}).Serve)
	session := p.Handshake()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	wiretest.EventsOf(t, p.Do(ctx, http.MethodGet, pathSSE, ""))
	listen := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` + wiretest.ModernMeta + `}}`
	for name, open := range map[string]func() (int, string){
		"SSE":          func() (int, string) { return p.Status(http.MethodGet, pathSSE, "") },
		"of a session": func() (int, string) { return p.Status(http.MethodGet, pathMCP, "", session...) },
		"subscriptions": func() (int, string) {
			return p.Status(http.MethodPost, pathMCP, listen, wiretest.ModernHeaders("subscriptions/listen", "")...)
		},
	} {
		if status, body := open(); status != http.StatusServiceUnavailable || !strings.Contains(body, "As many streams are open") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := p.Status(http.MethodPost, pathMCP, wiretest.CallLine("1", "echo"), session...); status != http.StatusOK {
		t.Errorf("a call: %d %s", status, body)
	}
}

func TestTheSessionNotUsedForLongestMakesRoom(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	p := wiretest.Open(t, New(s, Options{MaxSessions: 2}).Serve)
	used, unused := p.Handshake(), p.Handshake()
	ping := func(session []string) int {
		status, _ := p.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, session...)
		return status
	}
	if status := ping(used); status != http.StatusOK {
		t.Fatal(status)
	}
	stream := p.Do(t.Context(), http.MethodGet, pathMCP, "", unused...)
	latest := p.Handshake()
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream of a session that made room: %v", err)
	}
	for name, want := range map[string]struct {
		session []string
		status  int
	}{"used": {used, http.StatusOK}, "unused": {unused, http.StatusNotFound}, "latest": {latest, http.StatusOK}} {
		if status := ping(want.session); status != want.status {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func TestLargeBodiesBeyondTheBoundAreRefused(t *testing.T) {
	t.Parallel()
	h := New(wiretest.NewServer(t, wiretest.Quiet()), Options{})
	t.Cleanup(func() { _ = h.streamable.Shutdown(context.WithoutCancel(t.Context())) })
	post := func(line string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+pathMCP, strings.NewReader(line))
		r.Header.Set("Content-Type", typeJSON)
		headers := wiretest.ModernHeaders("tools/call", "echo")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	room := h.load.Room("")
	room.Grow(wire.MaxLarge)
	large, small := strings.Replace(largeCall, `{"name"`, `{`+wiretest.ModernMeta+`,"name"`, 1), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo",`+wiretest.ModernMeta+`}}`
	if w := post(large); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "other large requests") || w.Header().Get("Retry-After") == "" {
		t.Errorf("a large body without room: %d %s", w.Code, w.Body)
	}
	if w := post(small); w.Code != http.StatusOK {
		t.Errorf("a small one: %d %s", w.Code, w.Body)
	}
	room.Free()
	if w := post(large); w.Code != http.StatusOK {
		t.Errorf("a large one with room: %d %.200s", w.Code, w.Body)
	}
	if !h.load.Room("").Grow(wire.MaxLarge) {
		t.Error("the room of bodies that were answered is not given back")
	}
}

// What a client answers or takes back may be what lets the requests end that take all the room.
func TestAnswersAndCancellationsNeedNoRoom(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	h := New(s, Options{})
	t.Cleanup(func() { _ = h.streamable.Shutdown(context.WithoutCancel(t.Context())) })
	post := func(line string, session ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+pathMCP, strings.NewReader(line))
		r.Header.Set("Content-Type", typeJSON)
		for _, id := range session {
			r.Header.Set(server.HeaderKeySessionID, id)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	session := post(wiretest.Initialize).Header().Get(server.HeaderKeySessionID)
	for range maxRequests {
		h.load.Enter("")
	}
	for line, want := range map[string]int{
		wiretest.CallLine("1", "echo"): http.StatusServiceUnavailable,
		cancelSeven:                    http.StatusAccepted,
		`{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`: http.StatusBadRequest, // nobody asked
	} {
		if w := post(line, session); w.Code != want {
			t.Errorf("%s: %d %s", line, w.Code, w.Body)
		}
	}
}

// However many handshakes come at once, there are as many sessions as there may be, and mcp-go keeps no other.
func TestSessionsStayWithinTheirBoundUnderAFlood(t *testing.T) {
	t.Parallel()
	const most, clients, handshakes = 4, 16, 25
	var known atomic.Int64
	hooks := &server.Hooks{}
	hooks.AddOnRegisterSession(func(context.Context, server.ClientSession) { known.Add(1) })
	hooks.AddOnUnregisterSession(func(context.Context, server.ClientSession) { known.Add(-1) })
	h := New(wiretest.NewServer(t, wiretest.Quiet(), server.WithHooks(hooks)), Options{MaxSessions: most})
	t.Cleanup(func() { _ = h.streamable.Shutdown(context.WithoutCancel(t.Context())) })
	var flood sync.WaitGroup
	for range clients {
		flood.Go(func() {
			for range handshakes {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+pathMCP, strings.NewReader(wiretest.Initialize))
				r.Header.Set("Content-Type", typeJSON)
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	flood.Wait()
	if len(h.sessions.alive) != most || known.Load() != most {
		t.Errorf("%d sessions, of which mcp-go knows %d", len(h.sessions.alive), known.Load())
	}
}

// Nobody who sends a body slowly is waited for, also where no body is wanted.
func TestABodyNobodyReadsHoldsNoConnection(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{ReadTimeout: time.Second}).Serve)
	var answered []func()
	for _, line := range []string{
		"POST /healthz", "POST /nothing", "PUT " + pathMCP, "DELETE " + pathMCP, "GET " + pathMCP, "GET " + pathSSE, "POST " + pathMessage,
	} {
		for _, length := range []string{"100", "300000"} { // net/http reads the rest of a body that is not too long
			connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close() }()
			if _, err := io.WriteString(connection, line+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: "+length+"\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
			answered = append(answered, func() {
				if answer, err := io.ReadAll(connection); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 4")) {
					t.Errorf("%s: %q %v", line, answer, err)
				}
			})
		}
	}
	for _, check := range answered {
		check()
	}
}
