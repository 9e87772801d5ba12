package httptransport

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

var ann, bob = []string{"X-Who", "ann"}, []string{"X-Who", "bob"}

// session starts a session of a caller and returns the headers to use it with.
func session(t *testing.T, p *wiretest.Site, who []string, initialize string) []string {
	t.Helper()
	response := p.Do(t.Context(), http.MethodPost, pathMCP, initialize, who...)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("initialize: %d", response.StatusCode)
	}
	return append([]string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}, who...)
}

func ping(p *wiretest.Site, session []string) int {
	status, _ := p.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, session...)
	return status
}

func TestOneCallerDoesNotTakeAllStreams(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, MaxStreams: 16}).Serve)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	opened := 0
	for range 16 {
		if response := p.Do(ctx, http.MethodGet, pathSSE, "", ann...); response.StatusCode == http.StatusOK {
			opened++
		}
	}
	if opened != 4 {
		t.Errorf("ann opened %d streams of 16, want 4", opened)
	}
	if response := p.Do(ctx, http.MethodGet, pathSSE, "", bob...); response.StatusCode != http.StatusOK {
		t.Errorf("bob: %d", response.StatusCode)
	}
}

func TestAFloodOfSessionsEndsItsOwn(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, MaxSessions: 8}).Serve)
	bobs := session(t, p, bob, wiretest.Initialize)
	first := session(t, p, ann, wiretest.Initialize)
	var last []string
	for range 30 {
		last = session(t, p, ann, wiretest.Initialize)
	}
	for name, want := range map[string]struct {
		session []string
		status  int
	}{"bob's, used least": {bobs, http.StatusOK}, "the first of ann": {first, http.StatusNotFound}, "the last of ann": {last, http.StatusOK}} {
		if got := ping(p, want.session); got != want.status {
			t.Errorf("%s: %d, want %d", name, got, want.status)
		}
	}
}

// While users are asked, as many requests can run as before, and one caller cannot keep the users of all waiting.
func TestQuestionsHoldNoPlaces(t *testing.T) {
	t.Parallel()
	s := wiretest.Asker(t)
	h := New(s, Options{Auth: byName{}})
	p := wiretest.Open(t, h.Serve)
	const asked = 5
	for range asked {
		in := session(t, p, ann, wiretest.InitializeElicit)
		e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("1", "ask"), in...))
		for m := e.Next(); m.Method != "elicitation/create"; m = e.Next() {
			if m.Method == "" {
				t.Fatalf("%s", m.Line)
			}
		}
	}
	var taken []*wire.Place
	for place := h.load.Enter("ann"); place != nil; place = h.load.Enter("ann") {
		taken = append(taken, place)
	}
	if int64(len(taken)) != wire.Share(maxRequests) {
		t.Errorf("%d places are free beside %d questions, want %d", len(taken), asked, wire.Share(maxRequests))
	}
	if status, body := p.Status(http.MethodPost, pathMCP, wiretest.ModernCall("1", "echo"), append(wiretest.ModernHeaders("tools/call", "echo"), ann...)...); status != http.StatusServiceUnavailable {
		t.Errorf("ann beyond her share: %d %s", status, body)
	}
	if status, body := p.Status(http.MethodPost, pathMCP, wiretest.ModernCall("1", "echo"), append(wiretest.ModernHeaders("tools/call", "echo"), bob...)...); status != http.StatusOK {
		t.Errorf("bob: %d %s", status, body)
	}
}

// The messages of a caller count over all its streams and its other requests.
func TestCallsCountOverAllStreams(t *testing.T) {
	t.Parallel()
	s := whoServer(t)
	held, release := make(chan struct{}), make(chan struct{})
	wiretest.AddTool(s, "hold", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		held <- struct{}{}
		select {
		case <-release:
		case <-ctx.Done():
		}
		return mcp.NewToolResultText("done"), nil
	})
	h := New(s, Options{Auth: byName{}})
	p := wiretest.Open(t, h.Serve)
	defer close(release)
	const streams = 3
	for range streams {
		e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "", ann...))
		path := e.Endpoint()
		if status, body := p.Status(http.MethodPost, path, wiretest.CallLine("1", "hold"), ann...); status != http.StatusAccepted {
			t.Fatalf("%d %s", status, body)
		}
		<-held
	}
	free := 0
	for place := h.load.Enter("ann"); place != nil; place = h.load.Enter("ann") {
		free++
		defer place.Leave()
	}
	if want := int(wire.Share(maxRequests)) - streams; free != want {
		t.Errorf("%d places are free beside %d calls on streams, want %d", free, streams, want)
	}
}

func TestAClientThatDoesNotReadLosesItsStream(t *testing.T) {
	t.Parallel()
	s := whoServer(t)
	wiretest.AddTool(s, "large", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(strings.Repeat("x", 1<<20)), nil
	})
	h := New(s, Options{Auth: byName{}, WriteTimeout: time.Second}) // a busy machine may take a while to write what is read
	p := wiretest.Open(t, h.Serve)
	e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "", ann...)) // read as far as the endpoint
	endpoint := e.Endpoint()
	for i := range 40 { // more than the sockets hold
		call := wiretest.CallLine(strconv.Itoa(i), "large")
		if status, body := p.Status(http.MethodPost, endpoint, call, ann...); status != http.StatusAccepted {
			if status != http.StatusNotFound { // the stream has ended already
				t.Fatalf("%d %s", status, body)
			}
			break
		}
	}
	for !h.load.streams.Take("", defaultMaxStreams) {
		time.Sleep(time.Millisecond)
	}
}

// A body that is announced and does not come keeps no other from coming.
func TestAnnouncedBodiesTakeNoRoom(t *testing.T) {
	t.Parallel()
	s := whoServer(t)
	p := wiretest.Open(t, New(s, Options{Auth: byName{}, ReadTimeout: time.Hour}).Serve)
	for range 8 {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := io.WriteString(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Who: ann\r\nContent-Type: application/json\r\nContent-Length: 4194304\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	large := strings.Replace(wiretest.ModernCall("1", "echo"), `"name"`, `"arguments":{"text":"`+strings.Repeat("x", 3<<20)+`"},"name"`, 1)
	for _, who := range [][]string{ann, bob} {
		if status, body := p.Status(http.MethodPost, pathMCP, large, append(wiretest.ModernHeaders("tools/call", "echo"), who...)...); status != http.StatusOK {
			t.Errorf("%v: %d %.200s", who, status, body)
		}
	}
}

func TestALargeInitializeIsRefused(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{}).Serve)
	large := strings.Replace(wiretest.Initialize, `"name":"test"`, `"name":"`+strings.Repeat("x", 64<<10)+`"`, 1)
	status, body := p.Status(http.MethodPost, pathMCP, large)
	if status != http.StatusBadRequest || !strings.Contains(body, "initialize is larger than 65536 bytes") || !strings.Contains(body, `"id":"init"`) {
		t.Errorf("%d %.300s", status, body)
	}
	stream := p.OpenStream(t.Context())
	stream.Send(large)
	if m := stream.Next(); m.Error == nil || m.Error.Code != mcp.INVALID_REQUEST {
		t.Errorf("SSE: %.300s", m.Line)
	}
}

func TestCallersThatNobodyHasProvedShareTheirAddress(t *testing.T) {
	t.Parallel()
	h := New(whoServer(t), Options{Auth: byName{}, Proved: func(principal string) bool { return principal == "bob" }})
	t.Cleanup(func() { _ = h.streamable.Shutdown(context.WithoutCancel(t.Context())) })
	for _, test := range []struct{ principal, remote, want string }{
		{"ann", "192.0.2.1:1234", "at 192.0.2.1"},
		{"eve", "192.0.2.1:99", "at 192.0.2.1"},
		{"ann", "[::ffff:192.0.2.1]:1", "at 192.0.2.1"},
		{"ann", "[2001:db8:1:2:3:4:5:6]:1", "at 2001:db8:1:2::/64"},
		{"ann", "[fe80::1%eth0]:1", "at fe80::/64"},
		{"ann", "pipe", "at pipe"},
		{"bob", "192.0.2.1:1234", "bob"},
		{"", "192.0.2.1:1234", ""},
	} {
		r := &http.Request{RemoteAddr: test.remote}
		if got := h.tenantOf(r, caller.Caller{Principal: test.principal}); got != test.want {
			t.Errorf("%s at %s counts as %q, want %q", test.principal, test.remote, got, test.want)
		}
	}
}

func TestRefusedRequestsWriteLittleIntoTheLog(t *testing.T) {
	t.Parallel()
	log := &wiretest.Log{}
	p := wiretest.Open(t, New(whoServer(t), Options{Logger: log.Logger()}).Serve)
	for range 200 {
		p.Status(http.MethodGet, pathMCP, "", "Origin", "https://"+strings.Repeat("x", 20_000)+".example")
		p.Status(http.MethodGet, pathMCP, "", "Host", strings.Repeat("x", 20_000)+".example")
	}
	if size := len(log.String()); size == 0 || size > 32<<10 {
		t.Errorf("400 refused requests wrote %d bytes", size)
	}
}
