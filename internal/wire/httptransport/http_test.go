package httptransport

import (
	"bytes"
	"context"
	"errors"
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

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

func TestEveryProtocolVersionIsServedOverHTTP(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve)
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
			connection, err := transport.NewStreamableHTTP(p.URL+pathMCP, transport.WithHTTPBasicClient(p.Client))
			if err != nil {
				t.Fatal(err)
			}
			speak(t, version, connection)
		})
		if mcp.IsModernProtocol(version) {
			continue
		}
		t.Run("SSE "+version, func(t *testing.T) {
			connection, err := transport.NewSSE(p.URL+pathSSE, transport.WithHTTPClient(p.Client))
			if err != nil {
				t.Fatal(err)
			}
			speak(t, version, connection)
		})
	}
}

func TestDiscoverIsAnsweredWithoutASession(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve)
	response := p.Do(t.Context(), http.MethodPost, pathMCP,
		`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{`+wiretest.ModernMeta+`}}`, wiretest.ModernHeaders("server/discover", "")...)
	m := wiretest.EventsOf(t, response).Next()
	if !bytes.Contains(m.Result, []byte(mcp.ProtocolVersion20260728)) || response.Header.Get(server.HeaderKeySessionID) != "" {
		t.Errorf("%s, headers %v", m.Line, response.Header)
	}
}

func TestRequestsAreCheckedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{
		MaxBody: 2000, AllowedOrigins: []string{"https://app.example"}, AllowedHosts: []string{"mcp.example"},
	}).Serve)
	padded := func(size int) string { return wiretest.Initialize + strings.Repeat(" ", size-len(wiretest.Initialize)) }
	for _, tc := range []struct {
		name               string
		method, path, body string
		headers            []string
		status             int
		says               string
	}{
		{"a page from elsewhere", "POST", "/mcp", wiretest.Initialize, []string{"Origin", "http://evil.example"}, 403, "--allowed-origins"},
		{"a page without an origin of its own", "POST", "/mcp", wiretest.Initialize, []string{"Origin", "null"}, 403, "origin"},
		{"a page that only looks local", "POST", "/mcp", wiretest.Initialize, []string{"Origin", "http://localhost.evil.example"}, 403, "origin"},
		{"a page from elsewhere asking for a stream", "GET", "/sse", "", []string{"Origin", "http://evil.example"}, 403, "origin"},
		{"a page from elsewhere asking what is there", "GET", "/nothing", "", []string{"Origin", "http://evil.example"}, 403, "origin"},
		{"a name pointed at loopback", "POST", "/mcp", wiretest.Initialize, []string{"Host", "evil.example"}, 403, "--allowed-hosts"},
		{"a name pointed at loopback, with a port", "GET", "/sse", "", []string{"Host", "evil.example:80"}, 403, "host name"},
		{"a local page", "POST", "/mcp", wiretest.Initialize, []string{"Origin", "http://localhost:6274"}, 200, `"result"`},
		{"an allowed page", "POST", "/mcp", wiretest.Initialize, []string{"Origin", "https://app.example"}, 200, `"result"`},
		{"an allowed name", "POST", "/mcp", wiretest.Initialize, []string{"Host", "mcp.example:443"}, 200, `"result"`},
		{"localhost by IPv6", "POST", "/mcp", wiretest.Initialize, []string{"Host", "[::1]:80"}, 200, `"result"`},
		{"a body as large as allowed", "POST", "/mcp", padded(2000), nil, 200, `"result"`},
		{"a body over the cap", "POST", "/mcp", padded(2001), nil, 413, "larger than 2000 bytes"},
		{"no body", "POST", "/mcp", "", nil, 400, "the body is empty"},
		{"a body that is no JSON", "POST", "/mcp", "{", nil, 400, "-32700"},
		{"a batch", "POST", "/mcp", "[" + wiretest.Initialize + "]", nil, 400, "batches are not supported"},
		{"an unknown path", "GET", "/mcp/more", "", nil, 404, `{"error":"There is nothing`},
		{"a method that is not there", "PUT", "/mcp", "", nil, 405, "DELETE, GET, POST"},
		{"a POST for a stream", "POST", "/sse", "", nil, 405, "GET"},
		{"the probe of life", "GET", "/healthz", "", nil, 200, "ok"},
		{"the probe of readiness", "GET", "/readyz", "", nil, 200, "ok"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := p.Status(tc.method, tc.path, tc.body, tc.headers...)
			if status != tc.status || !strings.Contains(body, tc.says) {
				t.Errorf("got %d %s\nwant %d with %q", status, body, tc.status, tc.says)
			}
		})
	}
	response := p.Do(t.Context(), http.MethodGet, "/healthz", "")
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestABodyOverTheCapIsRefusedOnSSE(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{MaxBody: 2000}).Serve)
	s := p.OpenStream(t.Context())
	if status, body := p.Status(http.MethodPost, s.Path, strings.Repeat(" ", 2001)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, body)
	}
	if status, body := p.Status(http.MethodPost, s.Path, wiretest.Initialize, "Content-Type", "text/plain"); status != http.StatusUnsupportedMediaType {
		t.Errorf("%d %s", status, body)
	}
}

func TestSSECanBeLeftOut(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{NoSSE: true}).Serve)
	for _, path := range []string{pathSSE, pathMessage} {
		if status, _ := p.Status(http.MethodGet, path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestASlowHeaderIsCut(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{ReadTimeout: time.Millisecond}).Serve)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
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
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{ReadTimeout: 500 * time.Millisecond}).Serve)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
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
	p := wiretest.Open(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve)
	session := p.Handshake()
	forged := []string{server.HeaderKeySessionID, "AAAAAAAAAAAAAAAAAAAAAAAAAA"}
	list := `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	expect := func(what string, want int, method, path, body string, headers ...string) {
		t.Helper()
		if status, answer := p.Status(method, path, body, headers...); status != want {
			t.Errorf("%s: %d %s", what, status, answer)
		}
	}
	expect("a call in the session", 200, http.MethodPost, pathMCP, list, session...)
	expect("a call in a forged session", 404, http.MethodPost, pathMCP, list, forged...)
	expect("a call without a session", 400, http.MethodPost, pathMCP, list)
	expect("a stream of a forged session", 404, http.MethodGet, pathMCP, "", forged...)
	expect("a stream without a session", 400, http.MethodGet, pathMCP, "")
	expect("the end of no session", 400, http.MethodDelete, pathMCP, "")
	expect("a message to a forged stream", 404, http.MethodPost, pathMessage+"?sessionId="+forged[1], list)

	listening := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", session...))
	expect("the end of the session", 200, http.MethodDelete, pathMCP, "", session...)
	if _, err := listening.Data(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream of an ended session goes on: %v", err)
	}
	expect("a call after the end", 404, http.MethodPost, pathMCP, list, session...)
	expect("a stream after the end", 404, http.MethodGet, pathMCP, "", session...)
}

func TestIdleSessionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(wiretest.NewServer(t, wiretest.Quiet()), Options{})
		defer func() { _ = h.streamable.Shutdown(t.Context()) }()
		post := func(body, session string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
			r.Header.Set("Content-Type", typeJSON)
			r.Header.Set(server.HeaderKeySessionID, session)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		session := post(wiretest.Initialize, "").Header().Get(server.HeaderKeySessionID)
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
	wiretest.AddTool(s, "wait", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
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
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "ask", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.ElicitationResponse(request.Params.InputResponses, "sure"); answer != nil {
			return mcp.NewToolResultText(string(answer.Action)), nil
		}
		if err := wire.Notify(ctx, "notifications/asking", nil); err != nil {
			return nil, err
		}
		return server.NewInputRequestBuilder("state").Elicit("sure", mcp.ElicitationParams{
			Message: "sure?", RequestedSchema: map[string]any{"type": "object"},
		}).ToolResult(), nil
	})
	p := wiretest.Open(t, New(s, Options{}).Serve)
	for _, version := range []string{mcp.ProtocolVersion20260728, "2025-06-18"} {
		connection, err := transport.NewStreamableHTTP(p.URL+pathMCP, transport.WithHTTPBasicClient(p.Client))
		if err != nil {
			t.Fatal(err)
		}
		c := client.NewClient(connection, client.WithProtocolVersion(version), client.WithElicitationHandler(wiretest.Accepting{}))
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		wiretest.Accepts(t, c, version)
	}
	e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("1", "ask"), p.Handshake()...))
	if m := e.Next(); m.Method != "notifications/asking" {
		t.Errorf("%s", m.Line)
	}
	if m := e.Next(); string(m.ID) != "1" || m.Method != "" {
		t.Errorf("a client that cannot ask got %s", m.Line)
	}
}

// The model of a client before 2026-07-28 is asked on the stream of its session. A client that has none is not asked.
func TestAToolAsksTheModelOverHTTP(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "ask", func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if answer := server.SamplingResponse(request.Params.InputResponses, "reply"); answer != nil {
			return mcp.NewToolResultText(answer.Model), nil
		}
		return server.NewInputRequestBuilder("").Sample("reply", mcp.CreateMessageParams{MaxTokens: 1}).ToolResult(), nil
	})
	p := wiretest.Open(t, New(s, Options{}).Serve)
	if _, body := p.Status(http.MethodPost, pathMCP, wiretest.CallLine("1", "ask"), p.Handshake()...); !strings.Contains(body, `"error"`) {
		t.Errorf("a client without a model got %s", body)
	}

	response := p.Do(t.Context(), http.MethodPost, pathMCP, strings.Replace(wiretest.Initialize, `"capabilities":{}`, `"capabilities":{"sampling":{}}`, 1))
	session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
	stream := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", session...))
	called := make(chan string, 1)
	go func() {
		response, err := p.Try(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("2", "ask"), session...)
		if err != nil {
			called <- err.Error()
			return
		}
		body, _ := io.ReadAll(response.Body)
		called <- string(body)
	}()
	question := stream.Next()
	if question.Method != string(mcp.MethodSamplingCreateMessage) {
		t.Fatalf("%s", question.Line)
	}
	p.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+string(question.ID)+
		`,"result":{"role":"assistant","model":"its model","content":{"type":"text","text":"x"}}}`, session...)
	if body := <-called; !strings.Contains(body, "its model") {
		t.Errorf("%s", body)
	}
}

const cancelSeven = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`

func TestTheCancellationOfAnotherCallerHasNoEffect(t *testing.T) {
	t.Parallel()
	modernCancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,` + wiretest.ModernMeta + `}}`
	for name, modern := range map[string]bool{"2025-11-25": false, "2026-07-28": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(t, wiretest.Quiet())
			w := addWaiting(s)
			p := wiretest.Open(t, New(s, Options{}).Serve)
			body, headers := wiretest.CallLine("7", "wait"), p.Handshake()
			victim := headers[1]
			if modern {
				body, headers = wiretest.ModernCall("7", "wait"), wiretest.ModernHeaders("tools/call", "wait")
			}
			answers := make(chan *http.Response, 1)
			go func() {
				response, err := p.Try(t.Context(), http.MethodPost, pathMCP, body, headers...)
				if err != nil {
					t.Error(err)
				}
				answers <- response
			}()
			<-w.started
			p.Status(http.MethodPost, pathMCP, cancelSeven, p.Handshake()...)
			for _, headers := range [][]string{nil, wiretest.ModernHeaders("notifications/cancelled", "")} {
				if status, body := p.Status(http.MethodPost, pathMCP, cancelSeven, headers...); status != http.StatusAccepted {
					t.Errorf("with %v: %d %s", headers, status, body)
				}
			}
			p.Status(http.MethodPost, pathMCP, modernCancel, wiretest.ModernHeaders("notifications/cancelled", "")...)
			p.Status(http.MethodPost, pathMCP, modernCancel,
				append(wiretest.ModernHeaders("notifications/cancelled", ""), server.HeaderKeySessionID, victim)...)
			p.OpenStream(t.Context()).Send(cancelSeven)
			close(w.release)
			if m := wiretest.EventsOf(t, <-answers).Next(); m.Error != nil || m.Tool(t).Content[0].Text != "released" {
				t.Errorf("%s", m.Line)
			}
		})
	}
}

func TestACallerCancelsItsOwnCall(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	w := addWaiting(s)
	p := wiretest.Open(t, New(s, Options{}).Serve)
	session := p.Handshake()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = p.Try(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("7", "wait"), session...)
	}()
	<-w.started
	p.Status(http.MethodPost, pathMCP, cancelSeven, session...)
	<-w.cancelled
	<-ended

	c := p.OpenStream(t.Context())
	c.Send(wiretest.Initialize)
	c.Next()
	c.Send(wiretest.CallLine("7", "wait"))
	<-w.started
	c.Send(cancelSeven)
	<-w.cancelled
}

func TestAClientThatGoesAwayCancelsItsCalls(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	w := addWaiting(s)
	p := wiretest.Open(t, New(s, Options{Grace: time.Hour}).Serve)
	session := p.Handshake()
	for name, call := range map[string]func(context.Context){
		"2025-11-25": func(ctx context.Context) {
			_, _ = p.Try(ctx, http.MethodPost, pathMCP, wiretest.CallLine("1", "wait"), session...)
		},
		"2026-07-28": func(ctx context.Context) {
			_, _ = p.Try(ctx, http.MethodPost, pathMCP, wiretest.ModernCall("1", "wait"), wiretest.ModernHeaders("tools/call", "wait")...)
		},
		"SSE": func(ctx context.Context) {
			_, _ = p.Try(ctx, http.MethodPost, p.OpenStream(ctx).Path, wiretest.CallLine("1", "wait"))
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
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "report", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range notes {
			if err := wire.Notify(ctx, "notifications/progress", map[string]any{"progressToken": request.Params.Meta.ProgressToken, "progress": i}); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("<done>"), nil
	})
	p := wiretest.Open(t, New(s, Options{}).Serve)
	session := p.Handshake()
	wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", session...)) // a stream that could take them away
	withMeta := func(id, meta string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"report","_meta":{"progressToken":"t` + id + `"` + meta + `}}}`
	}
	check := func(e *wiretest.Events, id string) {
		for i := range notes {
			if m := e.Next(); m.Method != "notifications/progress" || m.Params["progress"] != float64(i) || m.Params["progressToken"] != "t"+id {
				t.Errorf("note %d of call %s: %s", i, id, m.Line)
				return
			}
		}
		if m := e.Next(); string(m.ID) != id || m.Tool(t).Content[0].Text != "<done>" {
			t.Errorf("the result of call %s: %s", id, m.Line)
		}
	}
	modern := `,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`
	answers := make(chan func(), 8)
	for i := range 4 { // at the same time, in one session and without one
		id, headers, meta := strconv.Itoa(i), session, ""
		if i%2 == 1 {
			headers, meta = wiretest.ModernHeaders("tools/call", "report"), modern
		}
		go func() {
			response, err := p.Try(t.Context(), http.MethodPost, pathMCP, withMeta(id, meta), headers...)
			answers <- func() {
				if err != nil {
					t.Error(err)
					return
				}
				check(wiretest.EventsOf(t, response), id)
			}
		}()
	}
	for range 4 {
		(<-answers)()
	}
	c := p.OpenStream(t.Context())
	c.Send(wiretest.Initialize)
	c.Next()
	c.Send(withMeta("9", ""))
	check(c.Events, "9")
}

// net/http has taken the response back by then, and writing to it would end the process.
func TestWhatIsWrittenAfterTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	p := &post{w: w, header: http.Header{}}
	p.notes = wire.NewOutbox(p.notify)
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
	s := wiretest.NewServer(t, wiretest.Quiet())
	w := addWaiting(s)
	p := wiretest.Open(t, New(s, Options{}).Serve)
	session := p.Handshake()
	listen := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` + wiretest.ModernMeta + `}}`
	listening := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, listen, wiretest.ModernHeaders("subscriptions/listen", "")...))
	if m := listening.Next(); m.Method == "" {
		t.Fatalf("no acknowledgement: %s", m.Line)
	}
	getting := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", session...))
	c := p.OpenStream(t.Context())
	c.Send(wiretest.CallLine("2", "wait"))
	<-w.started
	answer := make(chan *http.Response, 1)
	go func() {
		response, err := p.Try(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("3", "wait"), session...)
		if err != nil {
			t.Error(err)
		}
		answer <- response
	}()
	<-w.started

	p.Stop()
	if m := listening.Next(); string(m.ID) != "1" || m.Error != nil {
		t.Errorf("a subscription ended with %s", m.Line)
	}
	for _, e := range []*wiretest.Events{listening, getting} {
		if data, err := e.Data(); !errors.Is(err, io.EOF) {
			t.Errorf("a stream goes on: %s %v", data, err)
		}
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://")); err == nil {
		t.Error("a connection is accepted")
	}
	close(w.release)
	if m := c.Next(); string(m.ID) != "2" || m.Tool(t).Content[0].Text != "released" {
		t.Errorf("%s", m.Line)
	}
	if m := wiretest.EventsOf(t, <-answer).Next(); m.Tool(t).Content[0].Text != "released" {
		t.Errorf("%s", m.Line)
	}
	if err := p.Ended(); err != nil {
		t.Error(err)
	}
}

// The grace is shorter than what net/http would wait for a connection that never sent a request.
func TestShutdownDoesNotWaitForUnusedConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log wiretest.Log
		p := wiretest.OpenPiped(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{Logger: log.Logger(), Grace: 2 * time.Second}).Serve)
		connection, err := p.Client.Transport.(*http.Transport).DialContext(t.Context(), "tcp", "")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		p.Status(http.MethodGet, "/healthz", "") // accepted after it
		p.Stop()
		if err := p.Ended(); err != nil || log.String() != "" {
			t.Errorf("%v %s", err, log.String())
		}
	})
}

func TestReadinessEndsWithShutdown(t *testing.T) {
	t.Parallel()
	h := New(wiretest.NewServer(t, wiretest.Quiet()), Options{})
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
	s := wiretest.NewServer(t, wiretest.Quiet())
	w := addWaiting(s)
	p := wiretest.Open(t, New(s, Options{Grace: time.Millisecond}).Serve)
	p.OpenStream(t.Context()).Send(wiretest.CallLine("1", "wait"))
	status := make(chan int, 1)
	go func() {
		response, err := p.Try(t.Context(), http.MethodPost, pathMCP, wiretest.ModernCall("2", "wait"), wiretest.ModernHeaders("tools/call", "wait")...)
		if err != nil {
			t.Error(err)
			response = &http.Response{}
		}
		status <- response.StatusCode
	}()
	<-w.started
	<-w.started
	p.Stop()
	<-w.cancelled
	<-w.cancelled
	if got := <-status; got != http.StatusServiceUnavailable {
		t.Errorf("a call that was cut is answered with %d", got)
	}
	if err := p.Ended(); err != nil {
		t.Error(err)
	}
}

// A client that has heard of progress is still there, and waits for an answer.
func TestACallThatIsCutAfterANotificationIsAnswered(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "note", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if err := wire.Notify(ctx, "notifications/begun", nil); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return nil, ctx.Err()
	})
	p := wiretest.Open(t, New(s, Options{Grace: time.Millisecond}).Serve)
	e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.ModernCall("9007199254740993", "note"), wiretest.ModernHeaders("tools/call", "note")...))
	e.Next()
	p.Stop()
	if m := e.Next(); string(m.ID) != "9007199254740993" || m.Error == nil || m.Error.Code != wire.CodeBusy || m.Error.Message != cutOff {
		t.Errorf("%s", m.Line)
	}
	if data, err := e.Data(); !errors.Is(err, io.EOF) {
		t.Errorf("more came: %s %v", data, err)
	}
}

// An answer that is a stream already ends with the fault, too.
func TestAPanicAfterAQuestionIsAnswered(t *testing.T) {
	t.Parallel()
	hooks := &server.Hooks{}
	s := wiretest.NewServer(t, wiretest.Quiet(), server.WithHooks(hooks))
	hooks.AddBeforeCallTool(func(ctx context.Context, _ any, _ *mcp.CallToolRequest) {
		_, _ = s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{Message: "sure?", RequestedSchema: map[string]any{"type": "object"}}})
		panic("a hook")
	})
	p := wiretest.Open(t, New(s, Options{}).Serve)
	response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.InitializeElicit)
	session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
	_ = response.Body.Close()
	e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("1", "echo"), session...))
	question := e.Next()
	p.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+string(question.ID)+`,"result":{"action":"accept"}}`, session...)
	if m := e.Next(); string(m.ID) != "1" || m.Error == nil || m.Error.Code != mcp.INTERNAL_ERROR || strings.Contains(m.Error.Message, "hook") {
		t.Errorf("%s", m.Line)
	}
}
