//go:build blackbox

package hostile

import (
	"net/http"
	"strings"
	"testing"
)

const (
	parseError     = -32700
	invalidRequest = -32600
	invalidParams  = -32602
)

// frames are not what the protocol allows, each with the code of the refusal.
var frames = []struct {
	name, line string
	code       int
}{
	{"not JSON", "GET / HTTP/1.1", parseError},
	{"cut off", `{"jsonrpc":"2.0","id":1,"method":"ping"`, parseError},
	{"two documents", `{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}`, parseError},
	{"bytes", "\x00\x01\x02\x7f", parseError},
	{"not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", parseError},
	{"UTF-16", "\xff\xfe{\x00}\x00", parseError},
	{"nested without end", strings.Repeat("[", 200_000), parseError},
	{"nested to an end", strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000), parseError},
	{"a number out of bounds", `{"jsonrpc":"2.0","id":1,"method":1e999999}`, invalidRequest},
	{"null", "null", invalidRequest},
	{"a number", "17", invalidRequest},
	{"a string", `"ping"`, invalidRequest},
	{"an empty object", "{}", invalidRequest},
	{"a batch", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, invalidRequest},
	{"an empty batch", "[]", invalidRequest},
	{"another version", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, invalidRequest},
	{"no version", `{"id":1,"method":"ping"}`, invalidRequest},
	{"a method that is none", `{"jsonrpc":"2.0","id":1,"method":{"a":"b"}}`, invalidRequest},
	{"no id and no method", `{"jsonrpc":"2.0","method":7}`, invalidRequest},
	{"params that are none", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}`, invalidParams},
	{"a name that is none", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":[1]}}`, invalidParams},
	{"a tool that is none", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"../../etc/passwd"}}`, invalidParams},
	{"a tool of great length", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + strings.Repeat("list_boards", 50_000) + `"}}`, invalidParams},
}

// ids of every type, and whether they are ids.
var ids = []struct {
	raw string
	ok  bool
}{
	{`"a"`, true},
	{`""`, true},
	{`"\u00e9\n\"</script>"`, true},
	{`"` + strings.Repeat("x", 10_000) + `"`, true},
	{`0`, true},
	{`-1`, true},
	{`1.5`, true},
	{`1e3`, true},
	{`9007199254740993`, true},
	{`-0`, true},
	{`123456789012345678901234567890`, true},
	{`null`, false},
	{`true`, false},
	{`false`, false},
	{`{}`, false},
	{`[]`, false},
	{`[1]`, false},
	{`{"id":1}`, false},
}

func TestFramesOnStdio(t *testing.T) {
	t.Parallel()
	h := startStdio(t, sandboxed...)
	for _, frame := range frames {
		h.send(frame.line)
		if got := h.next(); got.code() != frame.code {
			t.Errorf("%s: %.300s, want error %d", frame.name, got.line, frame.code)
		}
		h.silent()
	}
	for _, line := range []string{"", " \t\r", `{"jsonrpc":"2.0","method":"no/such/notification"}`, `{"jsonrpc":"2.0","id":99,"result":{}}`} {
		h.send(line)
		h.silent()
	}
	for _, id := range ids {
		h.send(`{"jsonrpc":"2.0","id":` + id.raw + `,"method":"ping"}`)
		if got := h.next(); id.ok && (got.code() != 0 || string(got.ID) != id.raw) || !id.ok && got.code() != invalidRequest {
			t.Errorf("id %.60s: %.300s", id.raw, got.line)
		}
		h.silent()
	}
	h.end()
}

func TestFramesOverHTTP(t *testing.T) {
	t.Parallel()
	s := startHTTP(t, sandboxed...)
	session := []string{sessionHeader, s.session()}
	for _, frame := range frames {
		status, body := s.ask(http.MethodPost, "/mcp", frame.line, session...)
		if got := parse(t, body); got.code() != frame.code || status >= http.StatusInternalServerError {
			t.Errorf("%s: %d %.300s, want error %d", frame.name, status, body, frame.code)
		}
	}
	for _, id := range ids {
		_, body := s.ask(http.MethodPost, "/mcp", `{"jsonrpc":"2.0","id":`+id.raw+`,"method":"ping"}`, session...)
		got := parse(t, body)
		if id.ok && (got.code() != 0 || string(got.ID) != id.raw) || !id.ok && got.code() != invalidRequest {
			t.Errorf("id %.60s: %.300s", id.raw, body)
		}
	}
	s.end()
}
