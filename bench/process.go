package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// program is one of the two that are compared.
type program struct {
	path string
	// arguments returns the command line that serves transport with the upstream at apiURL. addr is for transports that listen.
	arguments func(transport, apiURL, addr string) []string
	env       []string
}

// with is the program with more flags.
func (p program) with(flags ...string) program {
	arguments := p.arguments
	p.arguments = func(transport, apiURL, addr string) []string {
		return append(arguments(transport, apiURL, addr), flags...)
	}
	return p
}

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	stderr *os.File // a file, as a pipe would need somebody to empty it
}

// start starts the program. It is killed when ctx is done.
func (p program) start(ctx context.Context, transport, apiURL, addr string) (*process, error) {
	cmd := exec.CommandContext(ctx, p.path, p.arguments(transport, apiURL, addr)...) //nolint:gosec // built here, or named by the user
	cmd.Env = p.env
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := os.CreateTemp("", "bench-stderr-*")
	if err != nil {
		return nil, err
	}
	cmd.Stderr = stderr
	s := &process{cmd: cmd, stdin: stdin, stdout: stdout, stderr: stderr}
	if err := cmd.Start(); err != nil {
		s.forget()
		return nil, fmt.Errorf("start %s: %w", p.path, err)
	}
	return s, nil
}

// stop ends the process, by the end of its input or else by force, and returns the processor time it has used.
func (s *process) stop() time.Duration {
	_ = s.stdin.Close()
	force := time.AfterFunc(2*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer force.Stop()
	_, _ = io.Copy(io.Discard, s.stdout)
	_ = s.cmd.Wait()
	s.forget()
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

// kill ends a process that does not read its input.
func (s *process) kill() {
	_ = s.cmd.Process.Kill()
	s.stop()
}

func (s *process) forget() {
	_ = s.stderr.Close()
	_ = os.Remove(s.stderr.Name())
}

// explain adds the last words of the process to an error.
func (s *process) explain(err error) error {
	if err == nil {
		return nil
	}
	words, _ := os.ReadFile(s.stderr.Name())
	words = words[max(0, len(words)-2000):]
	return fmt.Errorf("%s: %w\n%s", strings.Join(s.cmd.Args, " "), err, bytes.TrimSpace(words))
}

// memory returns the resident memory now and at its peak, in bytes.
func (s *process) memory() (now, peak float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			now = kib * 1024
		case name == "VmHWM":
			peak = kib * 1024
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, errors.New("the kernel tells no VmRSS and VmHWM")
	}
	return now, peak, nil
}

// cpu returns the processor time used so far, in steps of 10 ms.
func (s *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The second field, the name in parentheses, may hold anything; the 14th and 15th are user and system time.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("unexpected form of /proc/PID/stat: %q", stat)
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}
