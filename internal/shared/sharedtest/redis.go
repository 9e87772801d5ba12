//go:build unix

package sharedtest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
)

// Server is a real redis-server.
type Server struct {
	Address string

	t       testing.TB
	options []string
	process *exec.Cmd
	exited  chan struct{}
}

// NewServer starts a redis-server on a free port. Where there is none, the test is skipped, but not in CI, which has one.
func NewServer(t testing.TB, options ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("STORE_TESTS") == "required" { // .ci/run says so
			t.Fatal("there is no redis-server, which .ci/run installs")
		}
		t.Skip("there is no redis-server on this machine: apt-get install redis-server")
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: l.Addr().String(), t: t, options: options}
	_ = l.Close()
	s.options = append([]string{"--dir", t.TempDir(), "--save", "", "--bind", "127.0.0.1", "--port", strconv.Itoa(l.Addr().(*net.TCPAddr).Port), "--loglevel", "warning"}, options...)
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// Start starts the server (again), and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	s.process = exec.Command("redis-server", s.options...) //nolint:noctx,gosec // Kill ends it; the options are those of a test
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	process, exited := s.process, make(chan struct{})
	s.exited = exited
	go func() {
		defer close(exited)
		_ = process.Wait()
	}()
	for {
		if _, err := s.Do("PING"); err == nil {
			return
		}
		select {
		case <-exited:
			s.t.Fatal("redis-server has ended: ", filepath.Base(s.process.Path), s.options)
		case <-time.After(10 * time.Millisecond): // there is no event of a port that begins to listen
		}
	}
}

// Kill kills the server as a crash does.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGCONT)
	_ = s.process.Process.Kill()
	<-s.exited
	s.process = nil
}

// Pid is the id of the process.
func (s *Server) Pid() int { return s.process.Process.Pid }

// Pause stops the server without ending it: connections are taken and nothing is answered.
func (s *Server) Pause() { _ = s.process.Process.Signal(syscall.SIGSTOP) }

// Resume ends a pause.
func (s *Server) Resume() { _ = s.process.Process.Signal(syscall.SIGCONT) }

// Do runs a command on the server.
func (s *Server) Do(name string, arguments ...any) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := redis.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // nothing follows
	return redis.DoContext(c, ctx, name, arguments...)
}

// Dump returns everything that a server holds, names of keys included.
func Dump(t testing.TB, s *Server) []byte {
	t.Helper()
	names, err := redis.Strings(s.Do("KEYS", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range names {
		all = append(append(all, name...), 0)
		kind, err := redis.String(s.Do("TYPE", name))
		if err != nil {
			t.Fatal(err)
		}
		read := map[string][]any{"string": {"GET", name}, "hash": {"HGETALL", name}, "zset": {"ZRANGE", name, 0, -1}}[kind]
		if read == nil {
			t.Fatalf("%s is a %s", name, kind)
		}
		values, err := s.Do(read[0].(string), read[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		list, ok := values.([]any)
		if !ok {
			list = []any{values}
		}
		for _, v := range list {
			all = append(append(all, v.([]byte)...), 0)
		}
	}
	return all
}
