package wire_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/internal/wire/wiretest"
)

func TestCanElicitIsWhatTheClientDeclared(t *testing.T) {
	t.Parallel()
	const version = `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":`
	for _, test := range []struct {
		name, handshake, request string
		want                     bool
	}{
		{"legacy, nothing", `{}`, "", false},
		{"legacy, empty means forms", `{"elicitation":{}}`, "", true},
		{"legacy, forms", `{"elicitation":{"form":{}}}`, "", true},
		{"legacy, URLs alone", `{"elicitation":{"url":{}}}`, "", false},
		{"legacy, both", `{"elicitation":{"form":{},"url":{}}}`, "", true},
		{"modern, nothing", "", `{}`, false},
		{"modern, declared", "", `{"elicitation":{}}`, true},
		{"modern, the handshake does not count", `{"elicitation":{}}`, `{}`, false},
		{"no handshake at all", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(t, wiretest.Quiet())
			wiretest.AddTool(s, "can", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText(strconv.FormatBool(wire.CanElicit(ctx))), nil
			})
			p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
			if test.handshake != "" {
				p.Handshake(strings.Replace(wiretest.Initialize, `"capabilities":{}`, `"capabilities":`+test.handshake, 1))
			}
			meta := ""
			if test.request != "" {
				meta = `"_meta":{` + version + test.request + `},`
			}
			p.Send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + meta + `"name":"can"}}`)
			if got := p.Next().Tool(t).Content[0].Text; got != strconv.FormatBool(test.want) {
				t.Errorf("got %s", got)
			}
		})
	}
	if wire.CanElicit(t.Context()) {
		t.Error("outside of a request nobody can be asked")
	}
}

func TestTheCallerIsTheSession(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "who", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(wire.Caller(ctx)), nil
	})
	lines := map[string]bool{}
	for range 2 {
		p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
		p.Handshake(wiretest.Initialize)
		p.Send(wiretest.CallLine("1", "who"))
		first := p.Next().Tool(t).Content[0].Text
		p.Send(wiretest.CallLine("2", "who"))
		if second := p.Next().Tool(t).Content[0].Text; second != first || first == "" {
			t.Errorf("on one connection: %q, then %q", first, second)
		}
		lines[first] = true
	}
	if len(lines) != 2 {
		t.Errorf("two connections are the same caller: %v", lines)
	}
	p := wiretest.Open(t, httptransport.New(s, httptransport.Options{}).Serve)
	session := p.Handshake()
	for range 2 {
		got := wiretest.EventsOf(t, p.Do(t.Context(), "POST", "/mcp", wiretest.CallLine("1", "who"), session...)).Next().Tool(t).Content[0].Text
		if got != session[1] {
			t.Errorf("in a session: %q, want %q", got, session[1])
		}
		if got := wiretest.EventsOf(t, p.Do(t.Context(), "POST", "/mcp", wiretest.ModernCall("1", "who"), wiretest.ModernHeaders("tools/call", "who")...)).Next().Tool(t).Content[0].Text; got != "" {
			t.Errorf("without a session: %q", got)
		}
	}
	if got := wire.Caller(t.Context()); got != "" {
		t.Errorf("outside of a request: %q", got)
	}
}
