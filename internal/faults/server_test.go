//go:build blackbox

package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// theKey is what must come out nowhere.
const theKey = "sk_live_0123456789abcdefghijklmnop"

// build builds the program that is shipped, as a process of its own: the memory of a test binary is not its. With the race detector on, so it is
// in the program.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "featurebase-mcp")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-race="+strconv.FormatBool(raced), "-o", path, "../..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// server is the program in a process of its own, with a real client on its standard streams.
type server struct {
	*client.Client
	cmd    *exec.Cmd
	stdin  io.Closer
	log    string // of --log-file
	stderr *output
}

// output is what a process wrote.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve starts the program against an API. It logs everything, twice over if one counts what net/http says on standard error.
func serve(t *testing.T, binary, apiURL string, args ...string) *server {
	t.Helper()
	s := &server{log: filepath.Join(t.TempDir(), "log"), stderr: &output{}}
	args = append([]string{"--api-url", apiURL, "--toolsets", "all", "--rate", "0", "--log-level", "debug", "--log-file", s.log}, args...)
	s.cmd = exec.CommandContext(t.Context(), binary, args...)
	s.cmd.Env, s.cmd.Stderr = []string{"FEATUREBASE_API_KEY=" + theKey, "GORACE=halt_on_error=1"}, s.stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The client is given the streams alone: one that has the process gives it two seconds to end.
	s.stdin, s.Client = stdin, client.NewClient(transport.NewIO(stdout, stdin, http.NoBody))
	if err := s.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Initialize(t.Context(), mcp.InitializeRequest{Params: mcp.InitializeParams{ClientInfo: mcp.Implementation{Name: "faults", Version: "1"}}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// leave closes the server's input, which ends it.
func (s *server) leave(t *testing.T) {
	t.Helper()
	_ = s.stdin.Close()
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server did not end in order: %v", err)
	}
	_ = s.Close()
}

// call returns what a model reads.
func (s *server) call(ctx context.Context, tool string, arguments map[string]any) (text string, isError bool, err error) {
	res, err := s.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: arguments}})
	if err != nil {
		return "", false, err
	}
	if len(res.Content) != 1 {
		return "", false, fmt.Errorf("%d contents", len(res.Content))
	}
	content, ok := res.Content[0].(mcp.TextContent)
	if !ok {
		return "", false, fmt.Errorf("content of type %T", res.Content[0])
	}
	return content.Text, res.IsError, nil
}

// peak is the most memory that the process ever had, in MB (VmHWM).
func (s *server) peak(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Skipf("memory is read from /proc: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return kib / 1000
		}
	}
	t.Fatal("the kernel tells no VmHWM")
	return 0
}

// end ends the server and looks for the key in all that it left behind.
func (s *server) end(t *testing.T) {
	t.Helper()
	s.leave(t)
	log, err := os.ReadFile(s.log)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"the log": string(log), "standard error": s.stderr.String()} {
		if at := strings.Index(text, theKey); at >= 0 {
			t.Errorf("%s holds the key: …%s", name, text[max(0, at-300):min(len(text), at+len(theKey)+100)])
		}
	}
	if !strings.Contains(string(log), "api attempt") {
		t.Error("nothing was logged, so that the key is not there proves nothing")
	}
	if text := s.stderr.String(); text != "" {
		t.Errorf("with a log file, standard error is for nothing: %.1000s", text)
	}
}
