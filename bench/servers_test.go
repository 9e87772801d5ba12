package bench

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is one way to start one of the two programs.
type program struct {
	name  string
	build func() (string, error)
	flags []string // besides the transport and the address of the API
}

// The limits of the product are there to hold calls back, so that they are off where it is compared.
var (
	limit     = program{name: "limit", build: builds("limit", "./limit")}
	byDefault = program{name: "default", build: product}
	allTools  = byDefault.with("all-tools", "--toolsets=all")
	unlimited = byDefault.with("product", "--rate=0", "--concurrency=0", "--tools=list_posts")
	measured  = byDefault.with("with-metrics", "--rate=0", "--concurrency=0", "--tools=list_posts", "--metrics-addr=127.0.0.1:0")
)

func (p program) with(name string, flags ...string) program {
	p.name, p.flags = name, flags
	return p
}

// binaries is the folder of what was built.
var binaries string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if binaries, err = os.MkdirTemp("", "bench-*"); err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(binaries) }()
	return m.Run()
}

var (
	given = flag.String("product", "", "measure this `binary` instead of building one")
	ours  = builds("featurebase-mcp", "..")
)

// product is the binary that is measured.
func product() (string, error) {
	if *given != "" {
		return *given, nil
	}
	return ours()
}

// builds returns what builds a package as it is released, once, and returns the path of the binary.
func builds(name, pkg string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		path := filepath.Join(binaries, name)
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("build %s: %w\n%s", pkg, err, out)
		}
		return path, err
	})
}

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// start starts the program with the API of up. The process ends with the benchmark, if it was not stopped before.
func (p program) start(tb testing.TB, transport string, up *upstream) *process {
	tb.Helper()
	path, err := p.build()
	if err != nil {
		tb.Fatal(err)
	}
	args := append([]string{transport, "--api-url=" + up.url}, p.flags...)
	if transport == "http" {
		args = append(args, "--addr=127.0.0.1:0")
	}
	cmd := exec.Command(path, args...)
	cmd.Env = []string{"FEATUREBASE_API_KEY=sk_benchmark"}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	s := &process{cmd: cmd, stdin: stdin, stdout: bufio.NewReaderSize(stdout, 1<<20)}
	tb.Cleanup(s.stop)
	return s
}

// stop ends the process, in order if it reads its input.
func (s *process) stop() {
	if s.cmd.ProcessState != nil {
		return
	}
	_ = s.stdin.Close()
	force := time.AfterFunc(2*time.Second, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait()
	force.Stop()
}

// status reads a line of /proc/PID/status: VmRSS is the resident memory, VmHWM its peak. The value is in MB.
func (s *process) status(tb testing.TB, name string) float64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), name+":")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest + " ?")[0], 64)
	if err != nil {
		tb.Fatalf("no %s in %s", name, text)
	}
	return kilobytes * 1024 / 1e6
}

// cpu returns the processor time that was used so far, in steps of 10 ms.
func (s *process) cpu(tb testing.TB) time.Duration {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name in parentheses may hold anything
	var ticks int
	for _, field := range strings.Fields(rest)[11:13] { // of the user, and of the system
		n, err := strconv.Atoi(field)
		if err != nil {
			tb.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
