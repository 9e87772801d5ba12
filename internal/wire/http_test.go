package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func TestEveryProtocolVersionIsServedOverHTTP(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{})
	speak := func(t *testing.T, version string, connection transport.Interface) {
		c := client.NewClient(connection, client.WithProtocolVersion(version))
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		request := mcp.InitializeRequest{}
		request.Params.ProtocolVersion = version
		request.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
		result, err := c.Initialize(t.Context(), request)
		if err != nil || result.ProtocolVersion != version {
			t.Fatalf("negotiated %+v, %v", result, err)
		}
		call := mcp.CallToolRequest{}
		call.Params.Name = "echo"
		call.Params.Arguments = map[string]any{"text": "<hello>"}
		answer, err := c.CallTool(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := answer.Content[0].(mcp.TextContent); !ok || text.Text != "<hello>" {
			t.Errorf("got %+v", answer)
		}
	}
	for _, version := range mcp.ValidProtocolVersions {
		t.Run("Streamable HTTP "+version, func(t *testing.T) {
			connection, err := transport.NewStreamableHTTP(p.url+pathMCP, transport.WithHTTPBasicClient(p.client))
			if err != nil {
				t.Fatal(err)
			}
			speak(t, version, connection)
		})
		if mcp.IsModernProtocol(version) {
			continue
		}
		t.Run("SSE "+version, func(t *testing.T) {
			connection, err := transport.NewSSE(p.url+pathSSE, transport.WithHTTPClient(p.client))
			if err != nil {
				t.Fatal(err)
			}
			speak(t, version, connection)
		})
	}
}

func TestDiscoverIsAnsweredWithoutASession(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{})
	response := p.do(t.Context(), http.MethodPost, pathMCP,
		`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{`+modernMeta+`}}`, modernHeaders("server/discover", "")...)
	m := eventsOf(t, response).next()
	if !bytes.Contains(m.Result, []byte(mcp.ProtocolVersion20260728)) || response.Header.Get(server.HeaderKeySessionID) != "" {
		t.Errorf("%s, headers %v", m.line, response.Header)
	}
}

func TestRequestsAreCheckedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{
		MaxBody: 2000, AllowedOrigins: []string{"https://app.example"}, AllowedHosts: []string{"mcp.example"},
	})
	padded := func(size int) string { return initialize + strings.Repeat(" ", size-len(initialize)) }
	for _, tc := range []struct {
		name               string
		method, path, body string
		headers            []string
		status             int
		says               string
	}{
		{"a page from elsewhere", "POST", "/mcp", initialize, []string{"Origin", "http://evil.example"}, 403, "--allowed-origins"},
		{"a page without an origin of its own", "POST", "/mcp", initialize, []string{"Origin", "null"}, 403, "origin"},
		{"a page that only looks local", "POST", "/mcp", initialize, []string{"Origin", "http://localhost.evil.example"}, 403, "origin"},
		{"a page from elsewhere asking for a stream", "GET", "/sse", "", []string{"Origin", "http://evil.example"}, 403, "origin"},
		{"a page from elsewhere asking what is there", "GET", "/nothing", "", []string{"Origin", "http://evil.example"}, 403, "origin"},
		{"a name pointed at loopback", "POST", "/mcp", initialize, []string{"Host", "evil.example"}, 403, "--allowed-hosts"},
		{"a name pointed at loopback, with a port", "GET", "/sse", "", []string{"Host", "evil.example:80"}, 403, "host name"},
		{"a local page", "POST", "/mcp", initialize, []string{"Origin", "http://localhost:6274"}, 200, `"result"`},
		{"an allowed page", "POST", "/mcp", initialize, []string{"Origin", "https://app.example"}, 200, `"result"`},
		{"an allowed name", "POST", "/mcp", initialize, []string{"Host", "mcp.example:443"}, 200, `"result"`},
		{"localhost by IPv6", "POST", "/mcp", initialize, []string{"Host", "[::1]:80"}, 200, `"result"`},
		{"a body as large as allowed", "POST", "/mcp", padded(2000), nil, 200, `"result"`},
		{"a body over the cap", "POST", "/mcp", padded(2001), nil, 413, "larger than 2000 bytes"},
		{"no body", "POST", "/mcp", "", nil, 400, "the body is empty"},
		{"a body that is no JSON", "POST", "/mcp", "{", nil, 400, "-32700"},
		{"a batch", "POST", "/mcp", "[" + initialize + "]", nil, 400, "batches are not supported"},
		{"an unknown path", "GET", "/mcp/more", "", nil, 404, `{"error":"There is nothing`},
		{"a method that is not there", "PUT", "/mcp", "", nil, 405, "DELETE, GET, POST"},
		{"a POST for a stream", "POST", "/sse", "", nil, 405, "GET"},
		{"the probe of life", "GET", "/healthz", "", nil, 200, "ok"},
		{"the probe of readiness", "GET", "/readyz", "", nil, 200, "ok"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := p.status(tc.method, tc.path, tc.body, tc.headers...)
			if status != tc.status || !strings.Contains(body, tc.says) {
				t.Errorf("got %d %s\nwant %d with %q", status, body, tc.status, tc.says)
			}
		})
	}
	response := p.do(t.Context(), http.MethodGet, "/healthz", "")
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestABodyOverTheCapIsRefusedOnSSE(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{MaxBody: 2000})
	s := p.openStream(t.Context())
	if status, body := p.status(http.MethodPost, s.path, strings.Repeat(" ", 2001)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, body)
	}
	if status, body := p.status(http.MethodPost, s.path, initialize, "Content-Type", "text/plain"); status != http.StatusUnsupportedMediaType {
		t.Errorf("%d %s", status, body)
	}
}

func TestSSECanBeLeftOut(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{NoSSE: true})
	for _, path := range []string{pathSSE, pathMessage} {
		if status, _ := p.status(http.MethodGet, path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestASlowHeaderIsCut(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{ReadTimeout: time.Millisecond})
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "POST /mcp HTTP/1.1\r\nHost: 127"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(connection); bytes.Contains(answer, []byte(" 200 ")) {
		t.Errorf("%q %v", answer, err)
	}
}

func TestASlowBodyIsCut(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{ReadTimeout: 500 * time.Millisecond})
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	request := "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(connection); !bytes.Contains(answer, []byte("could not be read to its end")) {
		t.Errorf("%q %v", answer, err)
	}
}

func TestSessionsThatAreNotAliveAreNotFound(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{})
	session := p.handshake()
	forged := []string{server.HeaderKeySessionID, "AAAAAAAAAAAAAAAAAAAAAAAAAA"}
	list := `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	expect := func(what string, want int, method, path, body string, headers ...string) {
		t.Helper()
		if status, answer := p.status(method, path, body, headers...); status != want {
			t.Errorf("%s: %d %s", what, status, answer)
		}
	}
	expect("a call in the session", 200, http.MethodPost, pathMCP, list, session...)
	expect("a call in a forged session", 404, http.MethodPost, pathMCP, list, forged...)
	expect("a call without a session", 404, http.MethodPost, pathMCP, list)
	expect("a stream of a forged session", 404, http.MethodGet, pathMCP, "", forged...)
	expect("a stream without a session", 404, http.MethodGet, pathMCP, "")
	expect("a message to a forged stream", 404, http.MethodPost, pathMessage+"?sessionId="+forged[1], list)

	listening := eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", session...))
	expect("the end of the session", 200, http.MethodDelete, pathMCP, "", session...)
	if _, err := listening.data(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream of an ended session goes on: %v", err)
	}
	expect("a call after the end", 404, http.MethodPost, pathMCP, list, session...)
	expect("a stream after the end", 404, http.MethodGet, pathMCP, "", session...)
}

func TestIdleSessionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHTTP(newServer(t, quiet()), HTTPOptions{})
		defer func() { _ = h.streamable.Shutdown(t.Context()) }()
		post := func(body, session string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
			r.Header.Set("Content-Type", typeJSON)
			r.Header.Set(server.HeaderKeySessionID, session)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		session := post(initialize, "").Header().Get(server.HeaderKeySessionID)
		ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
		time.Sleep(20 * time.Minute)
		if w := post(ping, session); w.Code != http.StatusOK {
			t.Errorf("after 20 minutes: %d %s", w.Code, w.Body)
		}
		time.Sleep(50 * time.Minute)
		if w := post(ping, session); w.Code != http.StatusNotFound {
			t.Errorf("after 50 idle minutes: %d %s", w.Code, w.Body)
		}
		if len(h.sessions.alive) != 0 {
			t.Error("an ended session is remembered")
		}
	})
}

// waiting is a tool that runs until it is released or cancelled.
type waiting struct {
	started, cancelled chan struct{}
	release            chan struct{}
}

func addWaiting(s *server.MCPServer) waiting {
	w := waiting{started: make(chan struct{}, 8), cancelled: make(chan struct{}, 8), release: make(chan struct{})}
	addTool(s, "wait", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		w.started <- struct{}{}
		select {
		case <-w.release:
			return mcp.NewToolResultText("released"), nil
		case <-ctx.Done():
			w.cancelled <- struct{}{}
			return nil, ctx.Err()
		}
	})
	return w
}

// A tool asks the user in the way of 2026-07-28. Clients before that get a request of the server in the stream of their
// call, after its notifications, and one that cannot ask its user is not asked.
func TestAToolAsksTheUserOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "ask", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.ElicitationResponse(request.Params.InputResponses, "sure"); answer != nil {
			return mcp.NewToolResultText(string(answer.Action)), nil
		}
		if err := Notify(ctx, "notifications/asking", nil); err != nil {
			return nil, err
		}
		return server.NewInputRequestBuilder("state").Elicit("sure", mcp.ElicitationParams{
			Message: "sure?", RequestedSchema: map[string]any{"type": "object"},
		}).ToolResult(), nil
	})
	p := openSite(t, s, HTTPOptions{})
	for _, version := range []string{mcp.ProtocolVersion20260728, "2025-06-18"} {
		connection, err := transport.NewStreamableHTTP(p.url+pathMCP, transport.WithHTTPBasicClient(p.client))
		if err != nil {
			t.Fatal(err)
		}
		c := client.NewClient(connection, client.WithProtocolVersion(version), client.WithElicitationHandler(accepting{}))
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		accepts(t, c, version)
	}
	e := eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, callLine("1", "ask"), p.handshake()...))
	if m := e.next(); m.Method != "notifications/asking" {
		t.Errorf("%s", m.line)
	}
	if m := e.next(); string(m.ID) != "1" || m.Method != "" {
		t.Errorf("a client that cannot ask got %s", m.line)
	}
}

// The model of a client before 2026-07-28 is asked on the stream of its session. A client that has none is not asked.
func TestAToolAsksTheModelOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "ask", func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.SamplingResponse(request.Params.InputResponses, "reply"); answer != nil {
			return mcp.NewToolResultText(answer.Model), nil
		}
		return server.NewInputRequestBuilder("").Sample("reply", mcp.CreateMessageParams{MaxTokens: 1}).ToolResult(), nil
	})
	p := openSite(t, s, HTTPOptions{})
	if _, body := p.status(http.MethodPost, pathMCP, callLine("1", "ask"), p.handshake()...); !strings.Contains(body, `"error"`) {
		t.Errorf("a client without a model got %s", body)
	}

	response := p.do(t.Context(), http.MethodPost, pathMCP, strings.Replace(initialize, `"capabilities":{}`, `"capabilities":{"sampling":{}}`, 1))
	session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
	stream := eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", session...))
	called := make(chan string, 1)
	go func() {
		response, err := p.try(t.Context(), http.MethodPost, pathMCP, callLine("2", "ask"), session...)
		if err != nil {
			called <- err.Error()
			return
		}
		body, _ := io.ReadAll(response.Body)
		called <- string(body)
	}()
	question := stream.next()
	if question.Method != string(mcp.MethodSamplingCreateMessage) {
		t.Fatalf("%s", question.line)
	}
	p.status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+string(question.ID)+
		`,"result":{"role":"assistant","model":"its model","content":{"type":"text","text":"x"}}}`, session...)
	if body := <-called; !strings.Contains(body, "its model") {
		t.Errorf("%s", body)
	}
}

const cancelSeven = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`

func TestTheCancellationOfAnotherCallerHasNoEffect(t *testing.T) {
	t.Parallel()
	modernCancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,` + modernMeta + `}}`
	for name, modern := range map[string]bool{"2025-11-25": false, "2026-07-28": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, quiet())
			w := addWaiting(s)
			p := openSite(t, s, HTTPOptions{})
			body, headers := callLine("7", "wait"), p.handshake()
			victim := headers[1]
			if modern {
				body, headers = modernCall("7", "wait"), modernHeaders("tools/call", "wait")
			}
			answers := make(chan *http.Response, 1)
			go func() {
				response, err := p.try(t.Context(), http.MethodPost, pathMCP, body, headers...)
				if err != nil {
					t.Error(err)
				}
				answers <- response
			}()
			<-w.started
			p.status(http.MethodPost, pathMCP, cancelSeven, p.handshake()...)
			for _, headers := range [][]string{nil, modernHeaders("notifications/cancelled", "")} {
				if status, body := p.status(http.MethodPost, pathMCP, cancelSeven, headers...); status != http.StatusAccepted {
					t.Errorf("with %v: %d %s", headers, status, body)
				}
			}
			p.status(http.MethodPost, pathMCP, modernCancel, modernHeaders("notifications/cancelled", "")...)
			p.status(http.MethodPost, pathMCP, modernCancel,
				append(modernHeaders("notifications/cancelled", ""), server.HeaderKeySessionID, victim)...)
			p.openStream(t.Context()).send(cancelSeven)
			close(w.release)
			if m := eventsOf(t, <-answers).next(); m.Error != nil || m.tool(t).Content[0].Text != "released" {
				t.Errorf("%s", m.line)
			}
		})
	}
}

func TestACallerCancelsItsOwnCall(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	w := addWaiting(s)
	p := openSite(t, s, HTTPOptions{})
	session := p.handshake()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = p.try(t.Context(), http.MethodPost, pathMCP, callLine("7", "wait"), session...)
	}()
	<-w.started
	p.status(http.MethodPost, pathMCP, cancelSeven, session...)
	<-w.cancelled
	<-ended

	c := p.openStream(t.Context())
	c.send(initialize)
	c.next()
	c.send(callLine("7", "wait"))
	<-w.started
	c.send(cancelSeven)
	<-w.cancelled
}

func TestAClientThatGoesAwayCancelsItsCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	w := addWaiting(s)
	p := openSite(t, s, HTTPOptions{Grace: time.Hour})
	session := p.handshake()
	for name, call := range map[string]func(context.Context){
		"2025-11-25": func(ctx context.Context) {
			_, _ = p.try(ctx, http.MethodPost, pathMCP, callLine("1", "wait"), session...)
		},
		"2026-07-28": func(ctx context.Context) {
			_, _ = p.try(ctx, http.MethodPost, pathMCP, modernCall("1", "wait"), modernHeaders("tools/call", "wait")...)
		},
		"SSE": func(ctx context.Context) {
			_, _ = p.try(ctx, http.MethodPost, p.openStream(ctx).path, callLine("1", "wait"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			called := make(chan struct{})
			go func() {
				defer close(called)
				call(ctx)
			}()
			<-w.started
			leave()
			<-w.cancelled
			<-called
		})
	}
}

func TestProgressComesBeforeItsResultAndNoneIsLost(t *testing.T) {
	t.Parallel()
	const notes = 150 // more than mcp-go keeps for a session
	s := newServer(t, quiet())
	addTool(s, "report", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range notes {
			if err := Notify(ctx, "notifications/progress", map[string]any{"progressToken": request.Params.Meta.ProgressToken, "progress": i}); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("<done>"), nil
	})
	p := openSite(t, s, HTTPOptions{})
	session := p.handshake()
	eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", session...)) // a stream that could take them away
	withMeta := func(id, meta string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"report","_meta":{"progressToken":"t` + id + `"` + meta + `}}}`
	}
	check := func(e *events, id string) {
		for i := range notes {
			if m := e.next(); m.Method != "notifications/progress" || m.Params["progress"] != float64(i) || m.Params["progressToken"] != "t"+id {
				t.Errorf("note %d of call %s: %s", i, id, m.line)
				return
			}
		}
		if m := e.next(); string(m.ID) != id || m.tool(t).Content[0].Text != "<done>" {
			t.Errorf("the result of call %s: %s", id, m.line)
		}
	}
	modern := `,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`
	answers := make(chan func(), 8)
	for i := range 4 { // at the same time, in one session and without one
		id, headers, meta := strconv.Itoa(i), session, ""
		if i%2 == 1 {
			headers, meta = modernHeaders("tools/call", "report"), modern
		}
		go func() {
			response, err := p.try(t.Context(), http.MethodPost, pathMCP, withMeta(id, meta), headers...)
			answers <- func() {
				if err != nil {
					t.Error(err)
					return
				}
				check(eventsOf(t, response), id)
			}
		}()
	}
	for range 4 {
		(<-answers)()
	}
	c := p.openStream(t.Context())
	c.send(initialize)
	c.next()
	c.send(withMeta("9", ""))
	check(c.events, "9")
}

// net/http has taken the response back by then, and writing to it would end the process.
func TestWhatIsWrittenAfterTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	p := &post{w: w, header: http.Header{}}
	p.notes = newOutbox(p.notify)
	p.notify(mcp.JSONRPCNotification{Notification: mcp.Notification{Method: "notifications/early"}})
	p.end()
	sent := w.Body.String()
	p.notify(mcp.JSONRPCNotification{Notification: mcp.Notification{Method: "notifications/late"}})
	_, err := p.Write([]byte(eventStart + "{}" + eventEnd))
	p.Flush()
	if got := w.Body.String(); got != sent || !strings.Contains(sent, "early") || !errors.Is(err, errStreamEnded) {
		t.Errorf("%q, then %q, %v", sent, got, err)
	}
}

func TestShutdownEndsStreamsAndLetsCallsFinish(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	w := addWaiting(s)
	p := openSite(t, s, HTTPOptions{})
	session := p.handshake()
	listen := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` + modernMeta + `}}`
	listening := eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, listen, modernHeaders("subscriptions/listen", "")...))
	if m := listening.next(); m.Method == "" {
		t.Fatalf("no acknowledgement: %s", m.line)
	}
	getting := eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", session...))
	c := p.openStream(t.Context())
	c.send(callLine("2", "wait"))
	<-w.started
	answer := make(chan *http.Response, 1)
	go func() {
		response, err := p.try(t.Context(), http.MethodPost, pathMCP, callLine("3", "wait"), session...)
		if err != nil {
			t.Error(err)
		}
		answer <- response
	}()
	<-w.started

	p.stop()
	if m := listening.next(); string(m.ID) != "1" || m.Error != nil {
		t.Errorf("a subscription ended with %s", m.line)
	}
	for _, e := range []*events{listening, getting} {
		if data, err := e.data(); !errors.Is(err, io.EOF) {
			t.Errorf("a stream goes on: %s %v", data, err)
		}
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://")); err == nil {
		t.Error("a connection is accepted")
	}
	close(w.release)
	if m := c.next(); string(m.ID) != "2" || m.tool(t).Content[0].Text != "released" {
		t.Errorf("%s", m.line)
	}
	if m := eventsOf(t, <-answer).next(); m.tool(t).Content[0].Text != "released" {
		t.Errorf("%s", m.line)
	}
	if err := p.ended(); err != nil {
		t.Error(err)
	}
}

// The grace is shorter than what net/http would wait for a connection that never sent a request.
func TestShutdownDoesNotWaitForUnusedConnections(t *testing.T) {
	t.Parallel()
	var log logged
	p := openSite(t, newServer(t, quiet()), HTTPOptions{Logger: log.logger(), Grace: 2 * time.Second})
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	p.status(http.MethodGet, "/healthz", "") // accepted after it
	p.stop()
	if err := p.ended(); err != nil || log.String() != "" {
		t.Errorf("%v %s", err, log.String())
	}
}

func TestReadinessEndsWithShutdown(t *testing.T) {
	t.Parallel()
	h := NewHTTP(newServer(t, quiet()), HTTPOptions{})
	defer func() { _ = h.streamable.Shutdown(t.Context()) }()
	h.stop()
	for path, want := range map[string]int{"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, http.NoBody))
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestCallsThatOutlastTheGraceAreCancelled(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	w := addWaiting(s)
	p := openSite(t, s, HTTPOptions{Grace: time.Millisecond})
	p.openStream(t.Context()).send(callLine("1", "wait"))
	status := make(chan int, 1)
	go func() {
		response, err := p.try(t.Context(), http.MethodPost, pathMCP, modernCall("2", "wait"), modernHeaders("tools/call", "wait")...)
		if err != nil {
			t.Error(err)
			response = &http.Response{}
		}
		status <- response.StatusCode
	}()
	<-w.started
	<-w.started
	p.stop()
	<-w.cancelled
	<-w.cancelled
	if got := <-status; got != http.StatusServiceUnavailable {
		t.Errorf("a call that was cut is answered with %d", got)
	}
	if err := p.ended(); err != nil {
		t.Error(err)
	}
}

// A client that has heard of progress is still there, and waits for an answer.
func TestACallThatIsCutAfterANotificationIsAnswered(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "note", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if err := Notify(ctx, "notifications/begun", nil); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return nil, ctx.Err()
	})
	p := openSite(t, s, HTTPOptions{Grace: time.Millisecond})
	e := eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, modernCall("9007199254740993", "note"), modernHeaders("tools/call", "note")...))
	e.next()
	p.stop()
	if m := e.next(); string(m.ID) != "9007199254740993" || m.Error == nil || m.Error.Code != CodeBusy || m.Error.Message != cutOff {
		t.Errorf("%s", m.line)
	}
	if data, err := e.data(); !errors.Is(err, io.EOF) {
		t.Errorf("more came: %s %v", data, err)
	}
}

// An answer that is a stream already ends with the fault, too.
func TestAPanicAfterAQuestionIsAnswered(t *testing.T) {
	t.Parallel()
	hooks := &server.Hooks{}
	s := newServer(t, quiet(), server.WithHooks(hooks))
	hooks.AddBeforeCallTool(func(ctx context.Context, _ any, _ *mcp.CallToolRequest) {
		_, _ = s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: "sure?", RequestedSchema: map[string]any{"type": "object"}}})
		panic("a hook")
	})
	p := openSite(t, s, HTTPOptions{})
	response := p.do(t.Context(), http.MethodPost, pathMCP, initializeElicit)
	session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
	_ = response.Body.Close()
	e := eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, callLine("1", "echo"), session...))
	question := e.next()
	p.status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+string(question.ID)+`,"result":{"action":"accept"}}`, session...)
	if m := e.next(); string(m.ID) != "1" || m.Error == nil || m.Error.Code != mcp.INTERNAL_ERROR || strings.Contains(m.Error.Message, "hook") {
		t.Errorf("%s", m.line)
	}
}

// Whole messages are compared, the id among them.
func TestAnswersAreTheSameOnEveryTransport(t *testing.T) {
	t.Parallel()
	hooks := &server.Hooks{}
	hooks.AddBeforePing(func(context.Context, any, *mcp.PingRequest) { panic("secret") })
	s := newServer(t, quiet(), server.WithHooks(hooks))
	addTool(s, "structured", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		result := mcp.NewToolResultStructured(map[string]any{"z": "<b> & more", "a": []int{1}}, "a < b")
		result.Meta = &mcp.Meta{AdditionalFields: map[string]any{"x": "<y>"}}
		return result, nil
	})
	addTool(s, "empty", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{}, nil
	})
	addTool(s, "refused", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("no <such> thing"), nil
	})
	addTool(s, "coded", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, &CodedError{Code: -32602, Message: "a < b", Data: map[string]any{"k": "<v>"}}
	})
	addTool(s, "unwritable", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"f": func() {}}, "text"), nil
	})
	addTool(s, "panics", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic("secret") })
	p := openSite(t, s, HTTPOptions{})
	lines := connect(t, s, StdioOptions{})
	lines.handshake(initialize)
	stream := p.openStream(t.Context())
	stream.send(initialize)
	stream.next()
	session := p.handshake()

	type request struct{ method, name, params string }
	requests := []request{
		{"tools/list", "", ""},
		{"resources/read", "x://<y>", `"uri":"x://<y>"`},
		{"no/such", "", ""},
		{"ping", "", ""},
		{"tools/call", "no_such", `"name":"no_such"`},
		{"tools/call", "echo", `"name":"echo","arguments":{"text":"<&>\u2028"}`},
		{"tools/call", "echo", `"name":"echo","arguments":"none"`},
	}
	for _, name := range []string{"structured", "empty", "refused", "coded", "unwritable", "panics"} {
		requests = append(requests, request{"tools/call", name, `"name":"` + name + `"`})
	}
	for i, r := range requests {
		for _, modern := range []bool{false, true} {
			id := fmt.Sprintf("123456789012345678%d%d", i+10, map[bool]int{true: 1}[modern]) // more digits than a float64 has
			params, headers := r.params, session
			if modern {
				params, headers = strings.TrimPrefix(params+","+modernMeta, ","), modernHeaders(r.method, r.name)
			}
			line := `{"jsonrpc":"2.0","id":` + id + `,"method":"` + r.method + `","params":{` + params + `}}`
			lines.send(line)
			want := sameReference(bytes.TrimSpace(lines.next().line))
			stream.send(line)
			if got := sameReference(stream.next().line); got != want {
				t.Errorf("SSE      %s\nstdio    %s", got, want)
			}
			got := sameReference(eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, line, headers...)).next().line)
			if got != want {
				t.Errorf("HTTP     %s\nstdio    %s", got, want)
			}
			if strings.Contains(got, "secret") {
				t.Errorf("the text of a panic is shown: %s", got)
			}
		}
	}
}

// sameReference takes the random reference out of a message.
func sameReference(line []byte) string {
	before, after, found := bytes.Cut(line, []byte("Report reference "))
	if !found {
		return string(line)
	}
	return string(before) + "Report reference" + string(after[10:])
}
