//go:build blackbox

package hostile

import (
	"io"
	"strconv"
	"strings"
	"testing"
)

func TestLargeMessagesOnStdio(t *testing.T) {
	skipRaced(t)
	t.Parallel()
	h := startStdio(t, sandboxed...)
	for range 3 {
		h.send(largeLine(`"large"`, tooLarge))
		if got := h.next(); got.code() != invalidRequest || string(got.ID) != `"large"` {
			t.Errorf("%.300s", got.line)
		}
	}
	h.silent()

	// As large as they may be, and all at once: some are served, others are refused.
	const calls, size = 4, 15_000_000
	for i := range calls {
		h.send(largeLine(strconv.Itoa(i), size))
	}
	for range calls {
		if got := h.next(); got.code() != 0 && got.code() != busy {
			t.Errorf("%.300s", got.line)
		}
	}
	h.silent()

	// Two bytes a value, of which a decoder makes hundreds.
	h.send(`{"jsonrpc":"2.0","id":"many","method":"tools/call","params":{"name":"list_boards","arguments":{"x":[{}` + strings.Repeat(",{}", size/3) + `]}}}`)
	if got := h.next(); got.code() != invalidRequest || string(got.ID) != `"many"` {
		t.Errorf("%.300s", got.line)
	}
	h.silent()
	if _, err := io.WriteString(h.in, strings.Repeat("x", tooLarge)); err != nil { // and then nothing
		t.Error(err)
	}
	h.end()
}

// busy is the code of a refusal because of other requests.
const busy = -32000

func TestTenThousandPipelinedCallsOnStdio(t *testing.T) {
	t.Parallel()
	calls := many(10_000)
	h := startStdio(t, sandboxed...)
	lines := make([]string, calls)
	for i := range lines {
		lines[i] = callLine(strconv.Itoa(i))
	}
	h.send(lines...)
	seen := map[string]bool{}
	for range calls {
		m := h.next()
		if m.code() != busy {
			answered(t, m)
		}
		seen[string(m.ID)] = true
	}
	if len(seen) != calls {
		t.Errorf("%d of %d were answered", len(seen), calls)
	}
	h.silent()
	h.end()
}

func TestCancellationsOnStdio(t *testing.T) {
	t.Parallel()
	api := holdAPI(t)
	h := startStdio(t, api.args()...)
	cancel := func(id string) string {
		return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
	}
	for _, id := range []string{`null`, `{}`, `[1]`, `"nobody"`, `1e999`, `7`} { // 7 comes later
		h.send(cancel(id))
	}
	h.send(`{"jsonrpc":"2.0","method":"notifications/cancelled"}`, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}`)
	h.send(callLine("7"))
	await(t, api.arrived, "a call that was cancelled before it was made")
	h.send(callLine("7"))
	if got := h.next(); got.code() != invalidRequest || string(got.ID) != "7" {
		t.Errorf("the same id, while it is in use: %s", got.line)
	}
	h.send(cancel("7"), cancel("7"))
	await(t, api.left, "a request that was cancelled")
	h.send(callLine("8"))
	await(t, api.arrived, "a call after a cancelled one")
	api.release()
	if got := h.next(); string(got.ID) != "8" {
		t.Errorf("%s", got.line)
	} else {
		answered(t, got)
	}
	for i := range 100 { // whether such a call is answered depends on which is faster
		id := strconv.Itoa(i)
		h.send(callLine(id), cancel(id))
	}
	h.call()
	h.end()
}

// Who closes the input in the middle of a message, or of many calls, gets the answers to what was whole.
func TestClosedInput(t *testing.T) {
	t.Parallel()
	const calls = 500
	h := startStdio(t, sandboxed...)
	h.silent()
	var lines []string
	for i := range calls {
		lines = append(lines, callLine(strconv.Itoa(i)))
	}
	h.send(lines...)
	if _, err := io.WriteString(h.in, `{"jsonrpc":"2.0","id":`); err != nil {
		t.Fatal(err)
	}
	withinMemory(t, h.cmd)
	_ = h.in.Close()
	whole, cut := 0, 0
	for line := range h.lines {
		switch m := parse(t, line); m.code() {
		case 0:
			answered(t, m)
			whole++
		case parseError:
			cut++
		default:
			t.Errorf("%s", line)
		}
	}
	if whole != calls || cut != 1 {
		t.Errorf("%d answers to %d calls, %d to half a message", whole, calls, cut)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// Who closes the output is served no more: the program ends, and says that it failed.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	h := startStdio(t, sandboxed...)
	h.silent()
	withinMemory(t, h.cmd)
	_ = h.out.Close()
	for i := range 500 {
		if _, err := io.WriteString(h.in, callLine(strconv.Itoa(i))+"\n"); err != nil {
			break // the program is gone
		}
	}
	if err := h.cmd.Wait(); h.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, want exit code 1", err)
	}
}
