//go:build blackbox

package hostile

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dial opens a connection for what no HTTP client would send.
func (s *site) dial() *net.TCPConn {
	s.t.Helper()
	c, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.address())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetReadDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

// head begins a POST of a call by a client of 2026-07-28.
func head(framing string) string {
	return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n" +
		"Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: list_boards\r\n" + framing + "\r\n\r\n"
}

// response reads a response and returns its status and body. The status is 0 if there is none.
func response(r *bufio.Reader) (int, string) {
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body) // a body that was cut shows in what the test looks for
	return response.StatusCode, string(body)
}

func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s := startHTTP(t, sandboxed...)
	for _, framing := range []string{fmt.Sprintf("Content-Length: %d", tooLarge), "Transfer-Encoding: chunked"} {
		parallel(8, 8, func(int) {
			body := strings.Repeat("x", tooLarge)
			if strings.HasPrefix(framing, "Transfer") {
				body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", tooLarge, body)
			}
			var status int
			var answer string
			for range 5 { // who goes on sending to a program that hung up can lose the answer on the way: TCP throws it away
				c := s.dial()
				go func() { _, _ = io.WriteString(c, head(framing)+body) }() // fails when the program hangs up
				if status, answer = response(bufio.NewReader(c)); strings.Contains(answer, `"error"`) {
					break
				}
			}
			if status != http.StatusRequestEntityTooLarge && status != http.StatusServiceUnavailable || !strings.Contains(answer, `"error"`) {
				t.Errorf("%s: %d %.300s", framing, status, answer)
			}
		})
	}
	// As large as they may be, and all at once: some are served, others are refused.
	large := largeLine("1", 4_000_000)
	parallel(24, 24, func(int) {
		status, body := s.ask(http.MethodPost, "/mcp", large, modern...)
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Errorf("%d %.300s", status, body)
		}
	})
	s.end()
}

func TestTenThousandPipelinedCallsOverHTTP(t *testing.T) {
	t.Parallel()
	const connections = 10
	each := many(1000)
	s := startHTTP(t, sandboxed...)
	request := head(fmt.Sprintf("Content-Length: %d", len(callLine("1")))) + callLine("1")
	parallel(connections, connections, func(int) {
		c := s.dial()
		go func() { _, _ = io.WriteString(c, strings.Repeat(request, each)) }() // what is not sent is not answered
		reader := bufio.NewReader(c)
		for i := range each {
			status, body := response(reader)
			if status != http.StatusOK || !strings.Contains(body, "Feature requests") {
				t.Errorf("response %d: %d %.300s", i, status, body)
				return
			}
		}
	})
	s.end()
}

func TestWhatIsNoHTTP(t *testing.T) {
	t.Parallel()
	s := startHTTP(t, sandboxed...)
	for name, request := range map[string]string{
		"a message":             callLine("1") + "\r\n\r\n",
		"TLS":                   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"a header without end":  "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"two lengths":           head("Content-Length: 5\r\nContent-Length: 6") + "12345",
		"a length and chunks":   head("Content-Length: 5\r\nTransfer-Encoding: chunked") + "zz\r\n",
		"a negative length":     head("Content-Length: -1"),
		"a chunk without end":   head("Transfer-Encoding: chunked") + "ffffffffffffffff\r\n",
		"a host that is no one": "POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n",
		"another method":        "BREW /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"another path":          "GET /mcp/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		c := s.dial()
		go func() { _, _ = io.WriteString(c, request) }()
		if status, body := response(bufio.NewReader(c)); status < 300 || status >= http.StatusInternalServerError || body == "" {
			t.Errorf("%s: %d %.300s", name, status, body)
		}
	}
	for range 200 { // in the middle of a body
		c := s.dial()
		_, _ = io.WriteString(c, head("Content-Length: 1000")+"{")
		_ = c.SetLinger(0)
		_ = c.Close()
	}
	for range 50 { // who says nothing more may still listen
		c := s.dial()
		_, _ = io.WriteString(c, head(fmt.Sprintf("Content-Length: %d", len(callLine("1"))))+callLine("1"))
		_ = c.CloseWrite()
		if status, body := response(bufio.NewReader(c)); status == 0 {
			t.Errorf("a client that closed its side: %s", body)
		}
	}
	s.end()
}

func TestSlowClients(t *testing.T) {
	t.Parallel()
	const each = 300
	s := startHTTP(t, sandboxed...)
	var slow []*net.TCPConn
	for i := range each {
		for _, beginning := range []string{"", "POST /mc", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-", head("Content-Length: 4000000") + "{", head("Content-Length: 1000") + "{"} {
			c := s.dial()
			if _, err := io.WriteString(c, beginning); err != nil {
				t.Fatal(err)
			}
			if beginning != "" || i < 10 { // the rest of those that say nothing stay until the end
				slow = append(slow, c)
			}
		}
	}
	s.call()
	parallel(len(slow), len(slow), func(i int) {
		if _, err := io.Copy(io.Discard, slow[i]); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Error("a client that sends nothing more is waited for without end")
		}
	})
	s.end()
}

func TestForgedAndForeignSessions(t *testing.T) {
	t.Parallel()
	s := startHTTP(t, sandboxed...)
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	ended := s.session()
	if status, body := s.ask(http.MethodDelete, "/mcp", "", sessionHeader, ended); status != http.StatusOK {
		t.Errorf("leave: %d %s", status, body)
	}
	stream, err := s.do(http.MethodGet, "/sse", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	reader := bufio.NewReader(stream.Body)
	_, _ = reader.ReadString('\n')
	endpoint, _ := reader.ReadString('\n')
	_, ofSSE, _ := strings.Cut(strings.TrimSpace(endpoint), "sessionId=")
	session := s.session()
	for name, id := range map[string]string{
		"one that has ended": ended, "one of SSE": ofSSE, "invented": "AAAAAAAAAAAAAAAAAAAAAAAAAA", "a path": "../../etc/passwd",
		"of an earlier kind": "mcp-session-00000000-0000-4000-8000-000000000000", "long": strings.Repeat("x", 30_000), "part of one": session[:10],
		"one in small letters": strings.ToLower(session), "two": session + "," + session,
	} {
		for method, body := range map[string]string{http.MethodPost: ping, http.MethodGet: ""} {
			if status, body := s.ask(method, "/mcp", body, sessionHeader, id); status != http.StatusNotFound || body == "" {
				t.Errorf("%s, %s: %d %s", method, name, status, body)
			}
		}
		s.ask(http.MethodDelete, "/mcp", "", sessionHeader, id)
		if status, body := s.ask(http.MethodPost, "/message?sessionId="+strings.ReplaceAll(id, ofSSE, session), ping); status != http.StatusNotFound || body == "" {
			t.Errorf("SSE, %s: %d %s", name, status, body)
		}
	}
	if status, body := s.ask(http.MethodPost, "/mcp", ping, sessionHeader, session); status != http.StatusOK {
		t.Errorf("the session that was left alone: %d %s", status, body)
	}
	s.end()
}

func TestTheCancellationsOfOthers(t *testing.T) {
	t.Parallel()
	api := holdAPI(t)
	s := startHTTP(t, api.args()...)
	mine, other := s.session(), s.session()
	type outcome struct {
		status int
		body   string
	}
	called := make(chan outcome, 2)
	for _, headers := range [][]string{{sessionHeader, mine}, modern} {
		line := callLine("7")
		if headers[0] == sessionHeader {
			line = strings.Replace(line, ","+modernMeta, "", 1)
		}
		go func() {
			response, err := s.do(http.MethodPost, "/mcp", line, headers...)
			if err != nil {
				called <- outcome{body: err.Error()}
				return
			}
			body, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			called <- outcome{response.StatusCode, string(body)}
		}()
		await(t, api.arrived, "a call")
	}
	cancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`
	modernCancel := strings.Replace(cancel, `"requestId":7`, `"requestId":7,`+modernMeta, 1)
	s.ask(http.MethodPost, "/mcp", cancel, sessionHeader, other)
	s.ask(http.MethodPost, "/mcp", cancel)
	s.ask(http.MethodPost, "/mcp", modernCancel, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "notifications/cancelled")
	s.ask(http.MethodPost, "/mcp", modernCancel, "Mcp-Protocol-Version", "2026-07-28", sessionHeader, other)
	api.release()
	for range 2 {
		got := await(t, called, "the answer to a call")
		if got.status != http.StatusOK {
			t.Errorf("%d %s", got.status, got.body)
			continue
		}
		answered(t, parse(t, got.body))
	}
	if len(api.left) > 0 {
		t.Error("a request was cancelled")
	}
	s.end()
}
