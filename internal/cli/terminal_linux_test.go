package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// pseudoTerminal returns both sides of a terminal: what a person holds, and what a program gets.
func pseudoTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	var unlocked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

// At the question nothing has been sent, and nothing will be.
func TestASignalAtTheQuestionSendsNothing(t *testing.T) {
	t.Parallel()
	person, terminal := pseudoTerminal(t)
	api := newSlowAPI(t)
	api.answer <- `{"id":"10083","title":"Invoice"}`
	call := runProgram(t, terminal, withKey, callOf(api, []string{"call", "delete_conversation", "conversationId=10083"})...)
	call.waitFor("[y/N] ")
	call.interrupt(syscall.SIGINT)
	call.waitFor("delete_conversation: nothing was sent\n")
	_, _ = io.WriteString(person, "y\n")
	if got := call.end(); got.code != exitInterrupted || got.out != "" {
		t.Errorf("%+v", got)
	}
	if asked := <-api.asked; asked != "GET /v2/conversations/10083" || len(api.asked) > 0 {
		t.Errorf("%s, and %d more", asked, len(api.asked))
	}
}

// A yes at the terminal makes the call.
func TestAYesAtTheTerminalMakesTheCall(t *testing.T) {
	t.Parallel()
	person, terminal := pseudoTerminal(t)
	call := runProgram(t, terminal, nil, "call", "--sandbox", "delete_conversation", "conversationId=10083")
	call.waitFor("[y/N] ")
	if _, err := io.WriteString(person, "yes\n"); err != nil {
		t.Fatal(err)
	}
	if got := call.end(); got.code != exitOK || got.out == "" {
		t.Errorf("%+v", got)
	}
}

// Arguments that never come do not hold up the end.
func TestASignalEndsTheWaitForArguments(t *testing.T) {
	t.Parallel()
	_, terminal := pseudoTerminal(t)
	call := runProgram(t, terminal, nil, "call", "--sandbox", "get_board", "-")
	call.waitFor("reading the arguments from standard input, one JSON object; Ctrl-D ends it\n")
	call.interrupt(syscall.SIGINT)
	if got := call.end(); got.code != exitInterrupted || !strings.HasSuffix(got.err, "featurebase-mcp: stopped\n") {
		t.Errorf("%+v", got)
	}
}

// Somebody who starts the program by hand learns what it waits for. Hosts do not.
func TestAServerAtATerminalSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	person, terminal := pseudoTerminal(t)
	server := runProgram(t, terminal, nil, "--sandbox")
	server.waitFor("serving MCP on standard input and output, as a host starts it; waiting for messages in JSON, one a line. Ctrl-C ends it.\n")
	server.waitFor("All commands: featurebase-mcp --help\n")
	if _, err := io.WriteString(person, `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := server.out.ReadString('\n'); err != nil || !strings.Contains(line, `"id":1`) {
		t.Errorf("%q %v", line, err)
	}
	server.interrupt(syscall.SIGINT)
	if got := server.end(); got.code != exitOK {
		t.Errorf("%+v", got)
	}
	if got := runProgram(t, nil, nil, "--sandbox").end(); got.code != exitOK || got.err != "" {
		t.Errorf("%+v", got)
	}
}
