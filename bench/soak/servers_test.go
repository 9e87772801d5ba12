package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// server is the product with a window, in a process of its own.
type server struct {
	name     string
	cmd      *exec.Cmd
	profiles *http.Client
}

// build builds it.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "featurebase-mcp/bench/soak/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// prepare makes a server that is not started.
func prepare(t *testing.T, binary, name, apiURL string, args ...string) *server {
	t.Helper()
	socket := filepath.Join(filepath.Dir(binary), name+".sock")
	cmd := exec.Command(binary, append([]string{name, "--api-url", apiURL, "--toolsets", "all", "--log-level", "warn"}, args...)...)
	cmd.Env = []string{"FEATUREBASE_API_KEY=sk_soak", "SOAK_PROFILES=" + socket, "PATH=" + os.Getenv("PATH")}
	return &server{name: name, cmd: cmd, profiles: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
}

// start starts it, and has it end in order with the test.
func (s *server) start(t *testing.T) (io.WriteCloser, *bufio.Reader) {
	t.Helper()
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		if err := s.cmd.Wait(); err != nil {
			t.Errorf("%s did not end in order: %v", s.name, err)
		}
	})
	return in, bufio.NewReader(out)
}

// serveHTTP returns the address of a server on HTTP.
func (s *server) serveHTTP(t *testing.T) string {
	t.Helper()
	_, out := s.start(t)
	line, err := out.ReadString('\n')
	_, url, found := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !found {
		t.Fatalf("it says %q: %v", line, err)
	}
	return url
}

// serveStdio returns the client of a server on standard streams. It is given the streams alone: one that has the process gives it two seconds to end.
func (s *server) serveStdio(t *testing.T) *client.Client {
	t.Helper()
	in, out := s.start(t)
	c := client.NewClient(transport.NewIO(out, in, http.NoBody))
	if err := errors.Join(c.Start(context.WithoutCancel(t.Context())), initialize(t.Context(), c, mcp.LATEST_PROTOCOL_VERSION)); err != nil {
		t.Fatal(err)
	}
	return c
}

// initialize opens a connection, in the era of a protocol version.
func initialize(ctx context.Context, c *client.Client, version string) error {
	_, err := c.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: version, ClientInfo: mcp.Implementation{Name: "soak", Version: "1"},
	}})
	return err
}

// sample is what a server has at one moment.
type sample struct {
	goroutines, files int
	heap, resident    int // bytes; the heap after a collection
}

// settled waits until the server lets go of what calls had, and returns what is left.
func (s *server) settled(t *testing.T) sample {
	t.Helper()
	for end := time.Now().Add(settling); ; time.Sleep(500 * time.Millisecond) {
		before := s.sample(t)
		if after := s.sample(t); after.goroutines == before.goroutines || time.Now().After(end) {
			return after
		}
	}
}

func (s *server) sample(t *testing.T) sample {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	files, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	return sample{
		heap:       number(t, s.profile(t, "heap?gc=1&debug=1"), `# HeapAlloc = (\d+)`),
		goroutines: number(t, s.profile(t, "goroutine?debug=1"), `goroutine profile: total (\d+)`),
		files:      len(files),
		resident:   number(t, string(status), `VmRSS:\s+(\d+) kB`) * 1024,
	}
}

// number is the one that a pattern finds.
func number(t *testing.T, text, pattern string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no %s in %.1000s", pattern, text)
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *server) profile(t *testing.T, name string) string {
	t.Helper()
	response, err := s.profiles.Get("http://soak/debug/pprof/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", name, response.Status, err)
	}
	return string(body)
}
