package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/internal/wire/wiretest"
)

// Whole messages are compared, the id among them.
func TestAnswersAreTheSameOnEveryTransport(t *testing.T) {
	t.Parallel()
	hooks := &server.Hooks{}
	hooks.AddBeforePing(func(context.Context, any, *mcp.PingRequest) { panic("secret") })
	s := wiretest.NewServer(t, wiretest.Quiet(), server.WithHooks(hooks))
	wiretest.AddTool(s, "structured", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		result := mcp.NewToolResultStructured(map[string]any{"z": "<b> & more", "a": []int{1}}, "a < b")
		result.Meta = &mcp.Meta{AdditionalFields: map[string]any{"x": "<y>"}}
		return result, nil
	})
	wiretest.AddTool(s, "empty", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{}, nil
	})
	wiretest.AddTool(s, "refused", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("no <such> thing"), nil
	})
	wiretest.AddTool(s, "coded", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, &wire.CodedError{Code: -32602, Message: "a < b", Data: map[string]any{"k": "<v>"}}
	})
	wiretest.AddTool(s, "unwritable", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"f": func() {}}, "text"), nil
	})
	wiretest.AddTool(s, "panics", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic("secret") })
	p := wiretest.Open(t, httptransport.New(s, httptransport.Options{}).Serve)
	lines := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	lines.Handshake(wiretest.Initialize)
	stream := p.OpenStream(t.Context())
	stream.Send(wiretest.Initialize)
	stream.Next()
	session := p.Handshake()

	type request struct{ method, name, params string }
	requests := []request{
		{"tools/list", "", ""},
		{"resources/read", "x://<y>", `"uri":"x://<y>"`},
		{"no/such", "", ""},
		{"ping", "", ""},
		{"tools/call", "no_such", `"name":"no_such"`},
		{"tools/call", "echo", `"name":"echo","arguments":{"text":"<&>\u2028"}`},
		{"tools/call", "echo", `"name":"echo","arguments":"none"`},
	}
	for _, name := range []string{"structured", "empty", "refused", "coded", "unwritable", "panics"} {
		requests = append(requests, request{"tools/call", name, `"name":"` + name + `"`})
	}
	for i, r := range requests {
		for _, modern := range []bool{false, true} {
			id := fmt.Sprintf("123456789012345678%d%d", i+10, map[bool]int{true: 1}[modern]) // more digits than a float64 has
			params, headers := r.params, session
			if modern {
				params, headers = strings.TrimPrefix(params+","+wiretest.ModernMeta, ","), wiretest.ModernHeaders(r.method, r.name)
			}
			line := `{"jsonrpc":"2.0","id":` + id + `,"method":"` + r.method + `","params":{` + params + `}}`
			lines.Send(line)
			want := sameReference(bytes.TrimSpace(lines.Next().Line))
			stream.Send(line)
			if got := sameReference(stream.Next().Line); got != want {
				t.Errorf("SSE      %s\nstdio    %s", got, want)
			}
			got := sameReference(wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, "/mcp", line, headers...)).Next().Line)
			if got != want {
				t.Errorf("HTTP     %s\nstdio    %s", got, want)
			}
			if strings.Contains(got, "secret") {
				t.Errorf("the text of a panic is shown: %s", got)
			}
		}
	}
}

// sameReference takes the random reference out of a message.
func sameReference(line []byte) string {
	before, after, found := bytes.Cut(line, []byte("Report reference "))
	if !found {
		return string(line)
	}
	return string(before) + "Report reference" + string(after[10:])
}
