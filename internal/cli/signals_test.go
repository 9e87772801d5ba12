package cli

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// slowAPI answers when it is told to, and says what it was asked.
type slowAPI struct {
	*httptest.Server
	asked  chan string
	answer chan string // JSON
}

func newSlowAPI(t *testing.T) *slowAPI {
	t.Helper()
	api := &slowAPI{asked: make(chan string, 10), answer: make(chan string, 10)}
	over := make(chan struct{})
	api.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.asked <- r.Method + " " + r.URL.Path
		select {
		case body := <-api.answer:
			_, _ = io.WriteString(w, body)
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(func() {
		close(over)
		api.Close()
	})
	return api
}

// running is the program in a process of its own, while its user looks on.
type running struct {
	*exec.Cmd
	t        *testing.T
	out, err *bufio.Reader
	said     strings.Builder // what came on standard error and was read so far
}

// runProgram starts the program. Without in it gets no input.
func runProgram(t *testing.T, in io.Reader, environ []string, args ...string) *running {
	t.Helper()
	cmd := program(t, args...)
	cmd.Env = append(cmd.Env, environ...)
	cmd.Stdin = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &running{Cmd: cmd, t: t, out: bufio.NewReader(out), err: bufio.NewReader(errs)}
}

// waitFor reads standard error until it has said some words.
func (r *running) waitFor(words string) {
	r.t.Helper()
	for !strings.Contains(r.said.String(), words) {
		b, err := r.err.ReadByte()
		if err != nil {
			r.t.Fatalf("it ended before it said %q: %s", words, r.said.String())
		}
		r.said.WriteByte(b)
	}
}

func (r *running) interrupt(s syscall.Signal) {
	r.t.Helper()
	if err := r.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// end waits for the end, and returns what was seen.
func (r *running) end() outcome {
	r.t.Helper()
	out, err := io.ReadAll(r.out)
	if err != nil {
		r.t.Error(err)
	}
	rest, err := io.ReadAll(r.err)
	if err != nil {
		r.t.Error(err)
	}
	_ = r.Wait()
	got := outcome{r.ProcessState.ExitCode(), string(out), r.said.String() + string(rest)}
	for line := range strings.Lines(got.err) {
		for _, inner := range []string{"context", "transport", "canceled", "deadline exceeded"} {
			if strings.Contains(line, inner) && line[0] != '{' { // logs are for operators
				r.t.Errorf("%q is no word for a user: %s", inner, line)
			}
		}
	}
	return got
}

const (
	exitInterrupted = 130 // as shells have it for SIGINT
	exitTerminated  = 143 // and for SIGTERM
)

var createPost = []string{"call", "create_post", "boardId=64b921c0d0013bb2e0000001", "title=hi"}

func callOf(api *slowAPI, args []string, more ...string) []string {
	return append(append([]string{args[0], "--api-url", api.URL}, args[1:]...), more...)
}

var withKey = []string{"FEATUREBASE_API_KEY=sk_test"}

// A write that was sent is not cut: the first signal waits for its answer, and says so.
func TestASignalWaitsForTheAnswerToAWrite(t *testing.T) {
	t.Parallel()
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated} {
		api := newSlowAPI(t)
		call := runProgram(t, nil, withKey, callOf(api, createPost)...)
		if asked := <-api.asked; asked != "POST /v2/posts" {
			t.Fatal(asked)
		}
		call.interrupt(signal)
		call.waitFor("finishing create_post, at most 10s; again leaves at once\n")
		api.answer <- `{"id":"64b0c2f19d3e5a7788990011","title":"hi"}`
		if got := call.end(); got.code != code || !strings.Contains(got.out, "64b0c2f19d3e5a7788990011") {
			t.Errorf("%+v", got)
		}
	}
}

// Whoever does not wait for the answer is told what may have been made, and what shows it.
func TestASecondSignalLeavesAWriteAtOnce(t *testing.T) {
	t.Parallel()
	api := newSlowAPI(t)
	call := runProgram(t, nil, withKey, callOf(api, createPost)...)
	<-api.asked
	call.interrupt(syscall.SIGINT)
	call.waitFor("again leaves at once\n")
	call.interrupt(syscall.SIGINT)
	got := call.end()
	if got.code != exitInterrupted || got.out != "" || !strings.Contains(got.err, "create_post may have been made: list_posts (boardId \"64b921c0d0013bb2e0000001\") shows whether it was\n") {
		t.Errorf("%+v", got)
	}
}

// A write that gets no answer in the time that it has is one that may have been made.
func TestTheTimeToFinishAWriteEnds(t *testing.T) {
	t.Parallel()
	api := newSlowAPI(t)
	call := runProgram(t, nil, withKey, callOf(api, createPost, "--drain-timeout=1ms")...)
	<-api.asked
	call.interrupt(syscall.SIGINT)
	got := call.end()
	if got.code != exitInterrupted || !strings.Contains(got.err, "at most 1ms") || !strings.Contains(got.err, "create_post may have been made: list_posts (boardId \"64b921c0d0013bb2e0000001\") shows whether it was\n") {
		t.Errorf("%+v", got)
	}
}

// A write that waits for its turn is not sent any more.
func TestASignalTakesBackAWriteThatWasNotSent(t *testing.T) {
	t.Parallel()
	refused := make(chan struct{}, 1)
	var writes atomic.Int32
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writes.Add(1)
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusTooManyRequests)
		refused <- struct{}{}
	}))
	defer api.Close()
	call := runProgram(t, nil, withKey, append(createPost, "--api-url", api.URL, "--log-level=debug")...)
	<-refused
	call.waitFor("api call is repeated")
	call.interrupt(syscall.SIGINT)
	got := call.end()
	if got.code != exitInterrupted || !strings.Contains(got.err, "Nothing was changed.") || writes.Load() != 1 {
		t.Errorf("%+v, %d writes", got, writes.Load())
	}
}

// Nothing is lost by a read that ends: it ends at once, whatever the API does.
func TestASignalEndsAReadAtOnce(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"call", "list_boards"}, {"doctor"}} {
		api := newSlowAPI(t)
		call := runProgram(t, nil, withKey, callOf(api, args)...)
		<-api.asked
		call.interrupt(syscall.SIGINT)
		if got := call.end(); got.code != exitInterrupted || got.out != "" || !strings.Contains(got.err, "stopped") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
