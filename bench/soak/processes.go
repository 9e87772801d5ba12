package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// processes are all that is under load.
type processes struct {
	sandbox   *sandbox
	overStdio *client.Client
	httpURL   string
	servers   []*process // stdio and HTTP
	all       []*process
}

// process is one of the three.
type process struct {
	name     string
	cmd      *exec.Cmd
	profiles *http.Client
	log      *os.File
}

func start(ctx context.Context, dir string) (*processes, error) {
	binary := filepath.Join(dir, "server")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "featurebase-mcp/bench/soak/server") //nolint:gosec // a directory of our own
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	p := &processes{}
	box, line, err := p.listening(ctx, dir, binary, "sandbox", "sandbox", "--addr", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	_, rest, _ := strings.Cut(line, " at ")
	url, _, _ := strings.Cut(rest, ";")
	p.sandbox = &sandbox{url: url}
	common := []string{"--api-url", url, "--toolsets", "all", "--log-level", "warn"}
	web, line, err := p.listening(ctx, dir, binary, "http", append([]string{"http", "--addr", "127.0.0.1:0"}, common...)...)
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	_, p.httpURL, _ = strings.Cut(strings.TrimSpace(line), " at ")
	piped, err := p.prepare(ctx, dir, binary, "stdio", append([]string{"stdio", "--rate", "0", "--concurrency", "32"}, common...)...)
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	p.overStdio, err = client.NewStdioMCPClientWithOptions(binary, nil, nil, transport.WithCommandStderrWriter(piped.log),
		transport.WithCommandFunc(func(context.Context, string, []string, []string) (*exec.Cmd, error) { return piped.cmd, nil }))
	if err == nil {
		err = initialize(ctx, p.overStdio, mcp.LATEST_PROTOCOL_VERSION)
	}
	p.servers = []*process{piped, web}
	p.all = []*process{web, box}
	if err != nil {
		err = errors.Join(err, p.stop())
	}
	return p, err
}

// prepare makes a process that is not started.
func (p *processes) prepare(ctx context.Context, dir, binary, name string, args ...string) (*process, error) {
	log, err := os.Create(filepath.Join(dir, name+".log")) //nolint:gosec // a directory of our own
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, name+".sock")
	cmd := exec.CommandContext(context.WithoutCancel(ctx), binary, args...) //nolint:gosec // built here
	cmd.Env = []string{"FEATUREBASE_API_KEY=sk_soak", "SOAK_PROFILES=" + socket, "PATH=" + os.Getenv("PATH")}
	return &process{name: name, cmd: cmd, log: log, profiles: &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}},
	}}, nil
}

// listening starts a process that says on its first line where it listens.
func (p *processes) listening(ctx context.Context, dir, binary, name string, args ...string) (*process, string, error) {
	started, err := p.prepare(ctx, dir, binary, name, args...)
	if err != nil {
		return nil, "", err
	}
	started.cmd.Stderr = started.log
	out, err := started.cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := started.cmd.Start(); err != nil {
		return nil, "", err
	}
	p.all = append(p.all, started)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("%s says nothing: %w", name, err)
	}
	return started, line, nil
}

// initialize opens a connection, in the era of a protocol version.
func initialize(ctx context.Context, c *client.Client, version string) error {
	_, err := c.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: version, ClientInfo: mcp.Implementation{Name: "soak", Version: "1"},
	}})
	return err
}

// stop ends what was started. A server that does not end in order is an error.
func (p *processes) stop() error {
	var err error
	if p.overStdio != nil {
		err = p.overStdio.Close()
	}
	for _, one := range p.all {
		force := time.AfterFunc(20*time.Second, func() { _ = one.cmd.Process.Kill() })
		_ = one.cmd.Process.Signal(syscall.SIGTERM)
		if ended := one.cmd.Wait(); ended != nil {
			err = errors.Join(err, fmt.Errorf("%s did not end in order: %w", one.name, ended))
		}
		force.Stop()
	}
	return err
}

// sample is what a server has at one moment.
type sample struct {
	goroutines, files, threads int
	heap, resident             int // bytes; the heap after a collection
}

// settled waits until the servers let go of what calls had, and returns what is left, in the order of servers.
func (p *processes) settled(ctx context.Context) ([]sample, error) {
	samples := make([]sample, len(p.servers))
	for i, one := range p.servers {
		for end := time.Now().Add(settling); ; {
			before, err := one.goroutines(ctx)
			if err != nil {
				return nil, err
			}
			time.Sleep(500 * time.Millisecond)
			if samples[i], err = one.sample(ctx); err != nil {
				return nil, err
			}
			if samples[i].goroutines == before || time.Now().After(end) {
				break
			}
		}
	}
	return samples, nil
}

func (p *process) sample(ctx context.Context) (sample, error) {
	var s sample
	heap, err := p.profile(ctx, "heap?gc=1&debug=1")
	if err != nil {
		return s, err
	}
	_, rest, found := bytes.Cut(heap, []byte("# HeapAlloc = "))
	if !found {
		return s, errors.New("the profile of the heap tells no HeapAlloc")
	}
	word, _, _ := bytes.Cut(rest, []byte("\n"))
	if s.heap, err = strconv.Atoi(string(word)); err != nil {
		return s, err
	}
	if s.goroutines, err = p.goroutines(ctx); err != nil {
		return s, err
	}
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	files, err := os.ReadDir(proc + "fd")
	if err != nil {
		return s, err
	}
	s.files = len(files)
	status, err := os.ReadFile(proc + "status") //nolint:gosec // of a process of ours
	if err != nil {
		return s, err
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		number, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			s.resident = number * 1024
		case "Threads":
			s.threads = number
		}
	}
	return s, nil
}

func (p *process) goroutines(ctx context.Context) (int, error) {
	profile, err := p.profile(ctx, "goroutine?debug=1")
	if err != nil {
		return 0, err
	}
	var n int
	_, err = fmt.Sscanf(string(profile), "goroutine profile: total %d", &n)
	return n, err
}

func (p *process) profile(ctx context.Context, name string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://soak/debug/pprof/"+name, http.NoBody)
	if err != nil {
		return nil, err
	}
	return fetch(p.profiles, req)
}

func fetch(c *http.Client, req *http.Request) ([]byte, error) {
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %.300s", req.URL, res.Status, body)
	}
	return body, err
}

// sandbox is the API, by its control routes.
type sandbox struct{ url string }

// fail has a share of the requests go wrong, in all the ways that the sandbox knows, before and after a write is made.
func (s *sandbox) fail(ctx context.Context, share float64) error {
	type fault map[string]any
	faults := []fault{
		{"kind": "status", "status": 500, "rate": share * 0.2},
		{"kind": "status", "status": 502, "rate": share * 0.15, "after": true},
		{"kind": "status", "status": 503, "rate": share * 0.15, "retryAfter": 1},
		{"kind": "status", "status": 429, "rate": share * 0.05, "retryAfter": 1},
		{"kind": "reset", "rate": share * 0.2},
		{"kind": "reset", "rate": share * 0.15, "after": true},
		{"kind": "latency", "latencyMs": 400, "rate": share * 0.1},
	}
	if share == 0 {
		faults = []fault{}
	}
	body, err := json.Marshal(map[string]any{"faults": faults})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/_sandbox/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	_, err = fetch(&http.Client{}, req)
	return err
}

// written is one entry of the journal.
type written struct {
	Operation string          `json:"operation"`
	Path      string          `json:"path"`
	Body      json.RawMessage `json:"body"`
}

// journal returns the writes that were made, and how many requests the sandbox got.
func (s *sandbox) journal(ctx context.Context) (made []written, requests int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/_sandbox/journal", http.NoBody)
	if err != nil {
		return nil, 0, err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := fmt.Sscanf(res.Header.Get("X-Request-Id"), "req_sandbox_%d", &requests); err != nil {
		return nil, 0, fmt.Errorf("the sandbox does not count: %w", err)
	}
	var journal struct {
		Data []written `json:"data"`
	}
	err = json.NewDecoder(res.Body).Decode(&journal)
	return journal.Data, requests, err
}
