package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

const (
	testKey     = "sk_test_0123456789abcdef"
	testVersion = "2026-01-01.nova"
)

var (
	getPost    = Request{Operation: "get_post", Method: http.MethodGet, Path: "/v2/posts/1", Safety: Read}
	search     = Request{Operation: "search_posts", Method: http.MethodPost, Path: "/v2/posts/search", Body: []byte(`{"limit":1}`), Safety: Read}
	createPost = Request{Operation: "create_post", Method: http.MethodPost, Path: "/v2/posts", Body: []byte(`{"title":"T"}`), Safety: Write}
	deletePost = Request{Operation: "delete_post", Method: http.MethodDelete, Path: "/v2/posts/1", Safety: Delete}
)

// script answers the nth request with its nth step; the last one repeats. It records what arrives.
type script struct {
	mu      sync.Mutex
	steps   []http.HandlerFunc
	arrived []arrival
}

type arrival struct {
	at     time.Time
	method string
	uri    string
	header http.Header
	body   string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.arrived = append(s.arrived, arrival{time.Now(), r.Method, r.RequestURI, r.Header.Clone(), string(body)})
	step := s.steps[min(len(s.arrived), len(s.steps))-1]
	s.mu.Unlock()
	step(w, r)
}

func (s *script) requests() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]arrival(nil), s.arrived...)
}

func (s *script) wantRequests(t *testing.T, want int) {
	t.Helper()
	if got := len(s.requests()); got != want {
		t.Errorf("%d requests arrived, want %d", got, want)
	}
}

// reply answers with status, body and headers given as name, value pairs.
func reply(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// ok is the answer of an API that works.
func ok() http.HandlerFunc { return reply(http.StatusOK, `{"id":"1"}`) }

// raw writes bytes of its own to the connection and closes it.
func raw(bytes string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, bytes)
		_ = conn.Close()
	}
}

// reset closes the connection without an answer, after the request was read.
func reset() http.HandlerFunc { return raw("") }

// stall answers after d.
func stall(d time.Duration, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(d)
		then(w, r)
	}
}

func config(url string) Config {
	return Config{BaseURL: url, Key: testKey, Version: testVersion, Retries: 3, Timeout: 30 * time.Second, MaxWait: 20 * time.Second}
}

func mustNew(t testing.TB, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// onSocket runs a client against a server on a real socket.
func onSocket(t *testing.T, change func(*Config), steps ...http.HandlerFunc) (*Client, *script) {
	t.Helper()
	s := &script{steps: steps}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg := config(server.URL)
	if change != nil {
		change(&cfg)
	}
	return mustNew(t, cfg), s
}

// inBubble runs a client against an HTTP server over pipes, for use inside a synctest bubble: the HTTP is
// real and the clock is not.
func inBubble(t *testing.T, change func(*Config), steps ...http.HandlerFunc) (*Client, *script) {
	t.Helper()
	s := &script{steps: steps}
	cfg := config("http://localhost")
	cfg.Transport = pipeTransport(t, s)
	if change != nil {
		change(&cfg)
	}
	return mustNew(t, cfg), s
}

func pipeTransport(t *testing.T, h http.Handler) *http.Transport {
	t.Helper()
	listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: h}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		wg.Wait()
	})
	transport := NewTransport(0)
	transport.Proxy = nil
	transport.DialContext = listener.dial
	return transport
}

type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// transportFunc is a transport that is not net/http's.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// wantError is the *Error of a call that has to fail, of the given kind.
func wantError(t *testing.T, err error, want Kind) *Error {
	t.Helper()
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v (%T), want an *Error of kind %v", err, err, want)
	}
	if failed.Kind != want {
		t.Errorf("kind %v, want %v: %v", failed.Kind, want, failed)
	}
	if failed.Message == "" {
		t.Errorf("an error without a message: %+v", failed)
	}
	return failed
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func envelope(kind, code, message string) string {
	return fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":%q}}`, kind, code, message)
}
