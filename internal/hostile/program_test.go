//go:build blackbox

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// memoryBound is what the program may take at its peak, in bytes.
	memoryBound = 200 << 20
	// patience is how long a test waits for what must happen; it is no measure of speed.
	patience = 5 * time.Minute

	tooLarge = 60_000_000 // bytes
)

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
	build := exec.Command("go", "build", "-race="+strconv.FormatBool(raced), "-o", binary, "../..")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		return 1
	}
	return m.Run()
}

// sandboxed starts the program without a limit on the rate of calls, which would make floods slow instead of many.
var sandboxed = []string{"--sandbox", "--rate=0", "--concurrency=0", "--log-level=error"}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = []string{"GORACE=halt_on_error=1"}
	if !slices.Contains(args, "--auth=key") { // callers bring theirs
		cmd.Env = append(cmd.Env, "FEATUREBASE_API_KEY=sk_test")
	}
	return cmd
}

// skipRaced skips a test of large messages, which the race detector reads byte by byte: what happens to them at the same time is seen with small ones.
func skipRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("it takes minutes with the race detector")
	}
}

// many is a number of calls, or a tenth of them with the race detector.
func many(calls int) int {
	if raced {
		return calls / 10
	}
	return calls
}

// withinMemory fails the test if the program, which is still running, has ever taken more than the bound.
func withinMemory(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Log("the peak of the memory can be read on Linux alone")
		return
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest + " ?")[0])
	if err != nil {
		t.Fatalf("no peak in %s", status)
	}
	t.Logf("peak: %d MB", kilobytes>>10)
	if kilobytes<<10 > memoryBound && !raced {
		t.Errorf("the program took %d MB, more than %d", kilobytes>>10, memoryBound>>20)
	}
}

// message is any JSON-RPC message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	line string
}

func parse(t *testing.T, line string) message {
	t.Helper()
	m := message{line: line}
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("not a message: %.300q: %v", line, err)
	}
	if m.Error != nil && m.Error.Message == "" {
		t.Errorf("refused without a word: %s", line)
	}
	return m
}

// code is that of the error, or 0.
func (m message) code() int {
	if m.Error == nil {
		return 0
	}
	return m.Error.Code
}

// host is a client on stdio.
type host struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	lines  chan string
	honest int // calls made
}

func startStdio(t *testing.T, args ...string) *host {
	t.Helper()
	cmd := program(t, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, cmd: cmd, in: in, out: out, lines: make(chan string, 1<<15)}
	go func() {
		defer close(h.lines)
		for reader := bufio.NewReader(out); ; {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			h.lines <- line
		}
	}()
	return h
}

// send writes lines in one piece.
func (h *host) send(lines ...string) {
	h.t.Helper()
	if _, err := io.WriteString(h.in, strings.Join(lines, "\n")+"\n"); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) next() message {
	h.t.Helper()
	select {
	case line, ok := <-h.lines:
		if !ok {
			h.t.Fatal("the program has ended")
		}
		return parse(h.t, line)
	case <-time.After(patience):
		h.t.Fatal("no message")
	}
	return message{}
}

// call makes an honest call and returns what came before its answer.
func (h *host) call() (before []message) {
	h.t.Helper()
	h.honest++
	id := fmt.Sprintf(`"honest %d"`, h.honest)
	h.send(callLine(id))
	for {
		m := h.next()
		if string(m.ID) == id {
			answered(h.t, m)
			return before
		}
		before = append(before, m)
	}
}

// silent makes an honest call, and wants nothing but its answer.
func (h *host) silent() {
	h.t.Helper()
	for _, m := range h.call() {
		h.t.Errorf("unasked: %.300s", m.line)
	}
}

// end closes the input and waits for the program to end in order.
func (h *host) end() {
	h.t.Helper()
	withinMemory(h.t, h.cmd)
	_ = h.in.Close()
	for line := range h.lines {
		parse(h.t, line)
	}
	if err := h.cmd.Wait(); err != nil {
		h.t.Error(err)
	}
}

const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`

// callLine is an honest call.
func callLine(id string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"list_boards","arguments":{},` + modernMeta + `}}`
}

// largeLine is a call of this size whose argument does not exist.
func largeLine(id string, size int) string {
	before := `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{` + modernMeta + `,"name":"list_boards","arguments":{"x":"`
	return before + strings.Repeat("x", size-len(before)-len(`"}}}`)) + `"}}}`
}

// answered fails the test unless an honest call has been answered.
func answered(t *testing.T, m message) {
	t.Helper()
	if m.Error != nil || strings.Contains(m.line, `"isError":true`) || !strings.Contains(m.line, "Feature requests") {
		t.Errorf("the honest call: %.600s", m.line)
	}
}

// site is the program serving HTTP.
type site struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	client *http.Client
}

func startHTTP(t *testing.T, args ...string) *site {
	t.Helper()
	cmd := program(t, append([]string{"http", "--addr=127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, found := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !found {
		t.Fatalf("%q %v", line, err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &site{t: t, cmd: cmd, url: strings.TrimSuffix(url, "/mcp"), client: &http.Client{Transport: transport}}
}

func (s *site) address() string { return strings.TrimPrefix(s.url, "http://") }

// do sends a request. Headers are pairs of name and value.
func (s *site) do(method, path, body string, headers ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.client.Do(r)
}

// ask sends a request and returns the status and the body of the response.
func (s *site) ask(method, path, body string, headers ...string) (int, string) {
	s.t.Helper()
	response, err := s.do(method, path, body, headers...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

const (
	sessionHeader = "Mcp-Session-Id"
	initialize    = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},` +
		`"clientInfo":{"name":"hostile","version":"1"}}}`
)

// session starts a session and returns its id.
func (s *site) session() string {
	s.t.Helper()
	response, err := s.do(http.MethodPost, "/mcp", initialize)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = response.Body.Close()
	id := response.Header.Get(sessionHeader)
	if response.StatusCode != http.StatusOK || id == "" {
		s.t.Fatalf("initialize: %d", response.StatusCode)
	}
	return id
}

// modern are the headers of a call in protocol 2026-07-28.
var modern = []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "list_boards"}

// call makes an honest call.
func (s *site) call() {
	s.t.Helper()
	_, body := s.ask(http.MethodPost, "/mcp", callLine(`"honest"`), modern...)
	answered(s.t, parse(s.t, body))
}

// end makes a last honest call and ends the program.
func (s *site) end() {
	s.t.Helper()
	s.call()
	withinMemory(s.t, s.cmd)
	s.client.CloseIdleConnections()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Error(err)
	}
}

// heldAPI is a Featurebase that answers when it is released.
type heldAPI struct {
	url     string
	arrived chan struct{}
	left    chan struct{} // by clients that did not wait
	release func()
}

// args start the program on it.
func (a *heldAPI) args() []string { return []string{"--api-url=" + a.url, "--log-level=error"} }

func holdAPI(t *testing.T) *heldAPI {
	t.Helper()
	released := make(chan struct{})
	a := &heldAPI{arrived: make(chan struct{}, 16), left: make(chan struct{}, 16), release: sync.OnceFunc(func() { close(released) })}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.arrived <- struct{}{}
		select {
		case <-released:
			_, _ = io.WriteString(w, `[{"id":"64b921c0d0013bb2e0000001","name":"Feature requests"}]`)
		case <-r.Context().Done():
			a.left <- struct{}{}
		}
	}))
	a.url = api.URL
	t.Cleanup(func() {
		a.release()
		api.Close()
	})
	return a
}

// await waits for what has to happen.
func await[V any](t *testing.T, c <-chan V, what string) (v V) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("waited in vain: " + what)
	}
	return v
}

// parallel calls a function n times, some at once.
func parallel(n, atOnce int, do func(i int)) {
	var workers sync.WaitGroup
	next := make(chan int)
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}
