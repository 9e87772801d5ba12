package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// site is an HTTP on a socket of its own.
type site struct {
	t      testing.TB
	url    string
	client *http.Client
	stop   context.CancelFunc
	served chan error
}

func openSite(t testing.TB, s *server.MCPServer, options HTTPOptions) *site {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveSite(t, s, options, listener, &http.Transport{})
}

// serveSite is openSite for a listener and clients that reach it.
func serveSite(t testing.TB, s *server.MCPServer, options HTTPOptions, listener net.Listener, transport *http.Transport) *site {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &site{
		t: t, url: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport},
		stop: stop, served: make(chan error, 1),
	}
	go func() { p.served <- NewHTTP(s, options).Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		transport.CloseIdleConnections()
		if err := <-p.served; err != nil {
			t.Error(err)
		}
	})
	return p
}

// openPipedSite is a site without sockets, whose clock is that of a bubble of synctest.
func openPipedSite(t testing.TB, s *server.MCPServer, options HTTPOptions) *site {
	t.Helper()
	closed, end := context.WithCancel(t.Context())
	pipes := pipes{offered: make(chan net.Conn), closed: closed, end: end}
	return serveSite(t, s, options, pipes, &http.Transport{DialContext: pipes.dial})
}

// pipes are a listener whose connections are in memory.
type pipes struct {
	offered chan net.Conn
	closed  context.Context
	end     context.CancelFunc
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.offered <- far:
		return near, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.offered:
		return c, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	p.end()
	return nil
}

func (pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// ended waits for Serve and returns its error.
func (p *site) ended() error {
	err := <-p.served
	p.served <- nil // for the cleanup
	return err
}

// do sends a request. Headers are pairs of name and value; Host is taken as one.
func (p *site) do(ctx context.Context, method, path, body string, headers ...string) *http.Response {
	p.t.Helper()
	response, err := p.try(ctx, method, path, body, headers...)
	if err != nil {
		p.t.Fatal(err)
	}
	return response
}

func (p *site) try(ctx context.Context, method, path, body string, headers ...string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", typeJSON)
	request.Header.Set("Accept", typeJSON+", "+typeEvents)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.client.Do(request)
	if err == nil {
		p.t.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

// status sends a request and returns the status and the body of its answer.
func (p *site) status(method, path, body string, headers ...string) (int, string) {
	p.t.Helper()
	response := p.do(p.t.Context(), method, path, body, headers...)
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// handshake starts a session and returns its header.
func (p *site) handshake() []string {
	p.t.Helper()
	response := p.do(p.t.Context(), http.MethodPost, pathMCP, initialize)
	id := response.Header.Get(server.HeaderKeySessionID)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || id == "" {
		p.t.Fatalf("initialize answered %d, session %q", response.StatusCode, id)
	}
	return []string{server.HeaderKeySessionID, id}
}

// modernHeaders are what a client of 2026-07-28 says beside the body.
func modernHeaders(method, name string) []string {
	headers := []string{mcp.HeaderProtocolVersion, mcp.ProtocolVersion20260728, "Mcp-Method", method}
	if name != "" {
		headers = append(headers, "Mcp-Name", name)
	}
	return headers
}

// modernCall is a request to call a tool in protocol 2026-07-28.
func modernCall(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `",` + modernMeta + `}}`
}

// events reads the messages of a response, be it a stream or one document.
type events struct {
	t     testing.TB
	body  *bufio.Reader
	whole bool // one document
}

func eventsOf(t testing.TB, response *http.Response) *events {
	t.Helper()
	return &events{t: t, body: bufio.NewReader(response.Body), whole: response.Header.Get("Content-Type") != typeEvents}
}

// data returns the data of the next event, or io.EOF.
func (e *events) data() ([]byte, error) {
	if e.whole {
		content, err := io.ReadAll(e.body)
		if err == nil && len(content) == 0 {
			err = io.EOF
		}
		return bytes.TrimSpace(content), err
	}
	for {
		line, err := e.body.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			return bytes.TrimSpace(data), nil
		}
	}
}

func (e *events) next() message {
	e.t.Helper()
	data, err := e.data()
	if err != nil {
		e.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil || m.JSONRPC != "2.0" {
		e.t.Fatalf("not a message: %q: %v", data, err)
	}
	m.line = data
	return m
}

// stream is a client of SSE.
type stream struct {
	*events
	site *site
	path string
}

func (p *site) openStream(ctx context.Context) *stream {
	p.t.Helper()
	response := p.do(ctx, http.MethodGet, pathSSE, "")
	s := &stream{events: eventsOf(p.t, response), site: p}
	path, err := s.data()
	if err != nil {
		p.t.Fatal(err)
	}
	s.path = string(path)
	return s
}

func (s *stream) send(line string) {
	s.site.t.Helper()
	if status, body := s.site.status(http.MethodPost, s.path, line); status != http.StatusAccepted {
		s.site.t.Fatalf("%d %s", status, body)
	}
}
