package stdio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire/wiretest"
)

// TestLines sends bytes and compares all that comes back, in order.
func TestLines(t *testing.T) {
	t.Parallel()
	const (
		ping   = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
		pong   = `{"jsonrpc":"2.0","id":1,"result":{}}`
		refuse = `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%q}}`
	)
	large := strings.Repeat("x", 1000)
	tooLarge := "Invalid request: the message is larger than 500 bytes; send less at a time."
	noDocument := "Parse error: the line is not one JSON document. Send each message on a line of its own."
	badID := "Invalid request: id has to be a string or a number."
	noMethod := "Invalid request: a method, a result or an error is missing."
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"a line is answered", ping + "\n", []string{pong}},
		{"the last line needs no newline", ping, []string{pong}},
		{"blank lines are ignored", "\n  \n\t\r\n" + ping + "\n\n", []string{pong}},
		{"Windows line ends are fine", ping + "\r\n", []string{pong}},
		{"a byte order mark is skipped", "\ufeff" + ping + "\n", []string{pong}},
		{"nothing in, nothing out", "", nil},
		{
			"an id keeps its digits", strings.Replace(ping, "1,", "12345678901234567890,", 1) + "\n",
			[]string{strings.Replace(pong, "1,", "12345678901234567890,", 1)},
		},
		{
			"a string id keeps its escapes", strings.Replace(ping, "1,", `"\u00e9<",`, 1) + "\n",
			[]string{strings.Replace(pong, "1,", `"\u00e9<",`, 1)},
		},
		{
			"broken JSON, then the stream goes on", "{\"id\":1,\n" + ping + "\n",
			[]string{fmt.Sprintf(refuse, "null", -32700, noDocument), pong},
		},
		{"two documents on a line", ping + ping + "\n", []string{fmt.Sprintf(refuse, "null", -32700, noDocument)}},
		{
			"not UTF-8", "{\"id\":\"\xff\"}\n",
			[]string{fmt.Sprintf(refuse, "null", -32700, "Parse error: the message is not UTF-8.")},
		},
		{"nesting without end", strings.Repeat("[", 400) + "\n", []string{fmt.Sprintf(refuse, "null", -32700, noDocument)}},
		{"a batch", "[" + ping + "," + ping + "]\n", []string{fmt.Sprintf(refuse, "null", -32600,
			"Invalid request: batches are not supported; send each message on a line of its own.")}},
		{"a null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, []string{fmt.Sprintf(refuse, "null", -32600, badID)}},
		{"an object as id", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, []string{fmt.Sprintf(refuse, "null", -32600, badID)}},
		{"a boolean as id", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, []string{fmt.Sprintf(refuse, "null", -32600, badID)}},
		{"no method", `{"jsonrpc":"2.0","id":7}`, []string{fmt.Sprintf(refuse, "7", -32600, noMethod)}},
		{"a scalar", `null`, []string{fmt.Sprintf(refuse, "null", -32600, noMethod)}},
		{
			"a method that is no string", `{"jsonrpc":"2.0","id":7,"method":1}`,
			[]string{fmt.Sprintf(refuse, "7", -32600, "Invalid request: jsonrpc and method have to be strings.")},
		},
		{
			"another JSON-RPC", `{"jsonrpc":"1.0","id":7,"method":"ping"}`,
			[]string{fmt.Sprintf(refuse, "7", -32600, `Invalid request: jsonrpc has to be "2.0".`)},
		},
		{"a notification is never answered", `{"jsonrpc":"1.0","method":"x"}` + "\n" + `{"jsonrpc":"2.0","method":"x"}`, nil},
		{
			"a response nobody waits for is ignored",
			`{"jsonrpc":"2.0","id":5,"result":{}}` + "\n" + `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}`, nil,
		},
		{
			"an unknown method", `{"jsonrpc":"2.0","id":7,"method":"nope"}`,
			[]string{fmt.Sprintf(refuse, "7", -32601, "Method nope not found")},
		},
		{
			"too large, with the id in front", `{"jsonrpc":"2.0","id":3,"method":"x","params":{"id":4,"a":"` + large + `"}}` + "\n" + ping,
			[]string{fmt.Sprintf(refuse, "3", -32600, tooLarge), pong},
		},
		{
			"too large, with the id at the end", `{"method":"x","params":{"a":["` + large + `",{"id":4}]}, "id" : "e,\"}" }` + "\r\n" + ping,
			[]string{fmt.Sprintf(refuse, `"e,\"}"`, -32600, tooLarge), pong},
		},
		{"too large, without an id", large + "\n" + ping, []string{fmt.Sprintf(refuse, "null", -32600, tooLarge), pong}},
		{"too large, with an id that is too large", `{"id":"` + large + `"}`, []string{fmt.Sprintf(refuse, "null", -32600, tooLarge)}},
		{"too large, at the end of input", `{"id":9,"a":"` + large + `"}`, []string{fmt.Sprintf(refuse, "9", -32600, tooLarge)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := New(wiretest.NewServer(t, wiretest.Quiet()), Options{MaxMessage: 500}).
				Serve(t.Context(), strings.NewReader(test.in), &out)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Join(test.want, "\n")
			if got := strings.TrimSuffix(out.String(), "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestMessageAsLargeAsTheLimitIsServed(t *testing.T) {
	t.Parallel()
	const frame = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":""}}}`
	const limit = 300_000 // several read buffers
	text := strings.Repeat("y", limit-len(frame)-len("\n"))
	line := strings.Replace(frame, `""`, `"`+text+`"`, 1) + "\n"
	for _, test := range []struct {
		limit int
		code  int
	}{{limit, 0}, {limit - 1, -32600}} {
		var out bytes.Buffer
		if err := New(wiretest.NewServer(t, wiretest.Quiet()), Options{MaxMessage: test.limit}).
			Serve(t.Context(), strings.NewReader(line), &out); err != nil {
			t.Fatal(err)
		}
		var m wiretest.Message
		if err := json.Unmarshal(out.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		if test.code != 0 {
			if m.Error == nil || m.Error.Code != test.code {
				t.Errorf("one byte over the limit: %.200s", out.String())
			}
		} else if m.Tool(t).Content[0].Text != text {
			t.Errorf("the text came back changed")
		}
	}
}

func TestPipedSessionIsAnsweredWholeAndInitializeFirst(t *testing.T) {
	t.Parallel()
	lines := []string{wiretest.Initialize, `{"jsonrpc":"2.0","method":"notifications/initialized"}`}
	for i := range 20 {
		lines = append(lines, wiretest.CallLine(strconv.Itoa(i), "echo"))
	}
	p := wiretest.Connect(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve)
	if _, err := p.In.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		t.Fatal(err)
	}
	messages, err := p.End()
	if err != nil || len(messages) != 21 {
		t.Fatalf("got %d answers, %v; want 21", len(messages), err)
	}
	if string(messages[0].ID) != `"init"` {
		t.Errorf("the first answer is to %s", messages[0].ID)
	}
}

func TestAnswersAreWrittenWithoutHTMLEscapesOneWriteEach(t *testing.T) {
	t.Parallel()
	const text = `a < b && c > d, é`
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "html", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(text), nil
	})
	var out countingWriter
	if err := New(s, Options{}).Serve(t.Context(), strings.NewReader(wiretest.CallLine("1", "html")), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"` + text + `"}]}}` + "\n"
	if got := out.String(); got != want || out.writes != 1 {
		t.Errorf("got %d writes of %s\nwant one of %s", out.writes, got, want)
	}
}

type countingWriter struct {
	bytes.Buffer
	writes int
}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.writes++
	return w.Buffer.Write(b)
}

func TestIDFinderKeepsLittleOfALargeMessage(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 100_000)
	for _, message := range []string{`{"` + large + `":1}`, `{"id":"` + large, `{"a":"` + large + `"}`, large} {
		var f idFinder
		f.scan([]byte(message))
		if cap(f.token) > 4*maxFoundID || f.id() != nil {
			t.Errorf("%.20s: kept %d bytes, found id %.20s", message, cap(f.token), f.id())
		}
	}
}
