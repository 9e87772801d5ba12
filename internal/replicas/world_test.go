//go:build blackbox && unix

package replicas

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"featurebase-mcp/internal/shared/sharedtest"
)

// patience is how long a test waits for what must happen; it is no measure of speed.
const patience = time.Minute

var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "featurebase-mcp-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	binary = filepath.Join(folder, "featurebase-mcp")
	build := exec.Command("go", "build", "-o", binary, "../..")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		return 1
	}
	return m.Run()
}

// world is some replicas with all that is around them.
type world struct {
	t        testing.TB
	store    *sharedtest.Server
	api      *recorder
	replicas []*replica
	next     atomic.Int64
	url      string // of the balancer
}

func newWorld(t testing.TB, args ...string) *world {
	t.Helper()
	return worldOf(t, 3, true, args...)
}

// worldOf is a world of some replicas, which share a store or do not know of each other.
func worldOf(t testing.TB, count int, share bool, args ...string) *world {
	t.Helper()
	w := &world{t: t, store: sharedtest.NewServer(t), api: newRecorder(t), replicas: make([]*replica, count)}
	folder := t.TempDir()
	key, tokens := filepath.Join(folder, "key"), filepath.Join(folder, "tokens")
	for name, content := range map[string]string{key: strings.Repeat("5a", 32), tokens: "token-of-ann-0123456789\ntoken-of-bob-0123456789\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range w.replicas {
		line := newLine(t, w.store.Address)
		w.replicas[i] = &replica{t: t, line: line, args: append([]string{
			"http", "--api-url", w.api.url, "--toolsets=all", "--auth=token", "--auth-tokens", tokens, "--log-level=error", "--no-sse",
		}, args...)}
		if share {
			w.replicas[i].args = append(w.replicas[i].args, "--store", "redis://"+line.address, "--state-key-file", key)
		}
		w.replicas[i].start()
	}
	balancer := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.Host = "localhost" },
		Transport:     w,
		FlushInterval: -1,
		ErrorHandler:  func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) },
	}
	front := httptest.NewServer(balancer)
	t.Cleanup(front.Close)
	w.url = front.URL
	return w
}

// RoundTrip sends each request to the next replica. One that takes no connection is passed over, as balancers do: nothing was sent to it.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	var err error
	for range len(w.replicas) {
		one := w.replicas[int(w.next.Add(1))%len(w.replicas)]
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = "http", one.address()
		if !one.listens() {
			err = fmt.Errorf("%s takes no connections", one.address())
			continue
		}
		return one.transport.RoundTrip(out)
	}
	return nil, err
}

// replica is one process.
type replica struct {
	t         testing.TB
	line      *line
	args      []string
	transport *http.Transport

	mu     sync.Mutex
	cmd    *exec.Cmd
	addr   string
	exited chan struct{}
}

func (r *replica) address() string { r.mu.Lock(); defer r.mu.Unlock(); return r.addr }

func (r *replica) url() string { return "http://" + r.address() }

func (r *replica) listens() bool {
	c, err := net.DialTimeout("tcp", r.address(), time.Second)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// start starts the process, at the address that it had before.
func (r *replica) start() {
	r.t.Helper()
	address := r.addr
	if address == "" {
		address = "127.0.0.1:0"
	}
	cmd := exec.Command(binary, append(r.args, "--addr", address)...)
	cmd.Env, cmd.Stderr = []string{"FEATUREBASE_API_KEY=sk_test"}, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	_, rest, ok := strings.Cut(strings.TrimSpace(said), "http://")
	if err != nil || !ok {
		r.t.Fatalf("the program said %q: %v", said, err)
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cmd, r.addr, r.exited = cmd, strings.TrimSuffix(rest, "/mcp"), exited
	r.transport = &http.Transport{DisableKeepAlives: true} // a connection that is kept ends with the process, in the middle of a request
	r.t.Cleanup(r.kill)
}

func (r *replica) signal(s os.Signal) {
	r.mu.Lock()
	cmd, exited := r.cmd, r.exited
	r.mu.Unlock()
	_ = cmd.Process.Signal(s)
	<-exited
}

func (r *replica) kill() { r.signal(syscall.SIGKILL) }

// recorder stands before the sandbox of all replicas and notes what they send.
type recorder struct {
	url string

	mu    sync.Mutex
	calls []recorded
	delay time.Duration
	meets func(w http.ResponseWriter, body string) bool // answers in the place of the sandbox
}

type recorded struct {
	at           time.Time
	method, path string
	body         string
}

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "sandbox", "--addr", "127.0.0.1:0", "--log-level=error")
	cmd.Env, cmd.Stderr = []string{}, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	_, rest, _ := strings.Cut(said, "http://")
	host, _, _ := strings.Cut(rest, ";")
	if err != nil || host == "" {
		t.Fatalf("the sandbox said %q: %v", said, err)
	}
	r := &recorder{}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: host})
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of requests that a killed replica has left
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		r.mu.Lock()
		r.calls = append(r.calls, recorded{time.Now(), req.Method, req.URL.Path, string(body)})
		delay, meets := r.delay, r.meets
		r.mu.Unlock()
		time.Sleep(delay)
		if meets == nil || !meets(w, string(body)) {
			proxy.ServeHTTP(w, req)
		}
	}))
	t.Cleanup(func() {
		front.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	r.url = front.URL
	return r
}

// set has each request wait, and from now on answers by meets, if that is not nil.
func (r *recorder) set(delay time.Duration, meets func(w http.ResponseWriter, body string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay, r.meets = delay, meets
}

func (r *recorder) all() []recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]recorded{}, r.calls...)
}

// writes counts the writes whose path or body has a text.
func (r *recorder) writes(text string) int {
	n := 0
	for _, c := range r.all() {
		if c.method != http.MethodGet && !strings.HasSuffix(c.path, "/search") && strings.Contains(c.path+" "+c.body, text) {
			n++
		}
	}
	return n
}

// line is the way of one replica to the store.
type line struct {
	address string
	to      string

	mu    sync.Mutex
	cut   bool
	delay time.Duration
	open  map[net.Conn]bool
}

func newLine(t testing.TB, to string) *line {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own := &line{address: l.Addr().String(), to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close(); own.set(true, 0) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go own.carry(c)
		}
	}()
	return own
}

// set cuts the line, or has everything on it arrive late.
func (l *line) set(cut bool, delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.delay = cut, delay
	if cut {
		for c := range l.open {
			_ = c.Close()
		}
		clear(l.open)
	}
}

func (l *line) carry(client net.Conn) {
	defer client.Close() //nolint:errcheck // nothing follows
	l.mu.Lock()
	cut := l.cut
	l.open[client] = true
	l.mu.Unlock()
	if cut {
		return
	}
	store, err := net.DialTimeout("tcp", l.to, time.Second)
	if err != nil {
		return
	}
	defer store.Close() //nolint:errcheck // nothing follows
	go func() {
		_, _ = io.Copy(client, store)
		_ = client.Close()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		delay := l.delay
		l.mu.Unlock()
		time.Sleep(delay)
		if _, err := store.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// eventually waits until something holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", within, what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
