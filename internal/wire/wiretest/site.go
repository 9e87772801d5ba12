package wiretest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Site is a server of HTTP on a socket of its own.
type Site struct {
	T      testing.TB
	URL    string
	Client *http.Client
	Stop   context.CancelFunc
	served chan error
}

// ServeHTTP serves a listener.
type ServeHTTP func(ctx context.Context, listener net.Listener) error

// Open serves on a socket of its own.
func Open(t testing.TB, serve ServeHTTP) *Site {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return open(t, serve, listener, &http.Transport{})
}

// open is Open for a listener and clients that reach it.
func open(t testing.TB, serve ServeHTTP, listener net.Listener, transport *http.Transport) *Site {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &Site{
		T: t, URL: "http://" + listener.Addr().String(), Client: &http.Client{Transport: transport},
		Stop: stop, served: make(chan error, 1),
	}
	go func() { p.served <- serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		transport.CloseIdleConnections()
		if err := <-p.served; err != nil {
			t.Error(err)
		}
	})
	return p
}

// OpenPiped is Open without sockets, whose clock is that of a bubble of synctest.
func OpenPiped(t testing.TB, serve ServeHTTP) *Site {
	t.Helper()
	closed, end := context.WithCancel(t.Context())
	pipes := pipes{offered: make(chan net.Conn), closed: closed, end: end}
	return open(t, serve, pipes, &http.Transport{DialContext: pipes.dial})
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

// Ended waits for Serve and returns its error.
func (p *Site) Ended() error {
	err := <-p.served
	p.served <- nil // for the cleanup
	return err
}

// Do sends a request. Headers are pairs of name and value; Host is taken as one.
func (p *Site) Do(ctx context.Context, method, path, body string, headers ...string) *http.Response {
	p.T.Helper()
	response, err := p.Try(ctx, method, path, body, headers...)
	if err != nil {
		p.T.Fatal(err)
	}
	return response
}

// Try is Do with the error.
func (p *Site) Try(ctx context.Context, method, path, body string, headers ...string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.Client.Do(request)
	if err == nil {
		p.T.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

// Status sends a request and returns the status and the body of its answer.
func (p *Site) Status(method, path, body string, headers ...string) (int, string) {
	p.T.Helper()
	response := p.Do(p.T.Context(), method, path, body, headers...)
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		p.T.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// Handshake starts a session and returns its header.
func (p *Site) Handshake() []string {
	p.T.Helper()
	response := p.Do(p.T.Context(), http.MethodPost, "/mcp", Initialize)
	id := response.Header.Get(server.HeaderKeySessionID)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || id == "" {
		p.T.Fatalf("initialize answered %d, session %q", response.StatusCode, id)
	}
	return []string{server.HeaderKeySessionID, id}
}

// ModernHeaders are what a client of 2026-07-28 says beside the body.
func ModernHeaders(method, name string) []string {
	headers := []string{mcp.HeaderProtocolVersion, mcp.ProtocolVersion20260728, "Mcp-Method", method}
	if name != "" {
		headers = append(headers, "Mcp-Name", name)
	}
	return headers
}

// ModernCall is a request to call a tool in protocol 2026-07-28.
func ModernCall(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `",` + ModernMeta + `}}`
}

// Events reads the messages of a response, be it a stream or one document.
type Events struct {
	t     testing.TB
	body  *bufio.Reader
	whole bool // one document
}

// EventsOf reads a response.
func EventsOf(t testing.TB, response *http.Response) *Events {
	t.Helper()
	return &Events{t: t, body: bufio.NewReader(response.Body), whole: response.Header.Get("Content-Type") != "text/event-stream"}
}

// Data returns the data of the next event, or io.EOF.
func (e *Events) Data() ([]byte, error) {
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

// Next returns the next message.
func (e *Events) Next() Message {
	e.t.Helper()
	data, err := e.Data()
	if err != nil {
		e.t.Fatal(err)
	}
	var m Message
	if err := json.Unmarshal(data, &m); err != nil || m.JSONRPC != "2.0" {
		e.t.Fatalf("not a message: %q: %v", data, err)
	}
	m.Line = data
	return m
}

// Stream is a client of SSE.
type Stream struct {
	*Events
	site *Site
	Path string
}

// OpenStream opens a stream of SSE and reads where to send messages.
func (p *Site) OpenStream(ctx context.Context) *Stream {
	p.T.Helper()
	response := p.Do(ctx, http.MethodGet, "/sse", "")
	s := &Stream{Events: EventsOf(p.T, response), site: p}
	s.Path = s.Endpoint()
	return s
}

// Endpoint reads where the client of a stream sends to, and returns the path. The server says it in relation to that of the
// stream.
func (e *Events) Endpoint() string {
	e.t.Helper()
	data, err := e.Data()
	if err != nil {
		e.t.Fatal(err)
	}
	stream := url.URL{Path: "/sse"}
	to, err := stream.Parse(string(data))
	if err != nil {
		e.t.Fatal(err)
	}
	return to.String()
}

// Send sends a message.
func (s *Stream) Send(line string) {
	s.site.T.Helper()
	if status, body := s.site.Status(http.MethodPost, s.Path, line); status != http.StatusAccepted {
		s.site.T.Fatalf("%d %s", status, body)
	}
}

// Subscribe opens a subscription over HTTP, and expects it to be acknowledged first.
func (p *Site) Subscribe(id, wants string) *Events {
	p.T.Helper()
	e := EventsOf(p.T, p.Do(p.T.Context(), http.MethodPost, "/mcp", Listen(id, wants), ModernHeaders("subscriptions/listen", "")...))
	if m := e.Next(); m.Method != "notifications/subscriptions/acknowledged" || m.Subscription() != id {
		p.T.Fatalf("%s was acknowledged with %s", id, m.Line)
	}
	return e
}
