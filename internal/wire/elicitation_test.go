package wire

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// asker has a tool that notifies, asks, and tells what it was answered.
func asker(t *testing.T) *server.MCPServer {
	t.Helper()
	s := newServer(t, quiet())
	addTool(s, "ask", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_ = Notify(ctx, "notifications/asking", nil)
		answer, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message:         "sure?",
			RequestedSchema: map[string]any{"type": "object"},
		}})
		_ = Notify(ctx, "notifications/asked", nil)
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprint(answer.Action, " ", answer.Content)), nil
	})
	return s
}

// asked starts the tool and returns the question.
func asked(t *testing.T, p *peer) message {
	t.Helper()
	p.handshake(initializeElicit)
	p.send(callLine("1", "ask"))
	if m := p.next(); m.Method != "notifications/asking" {
		t.Fatalf("got %s before the question", m.line)
	}
	m := p.next()
	if m.Method != "elicitation/create" || m.Params["message"] != "sure?" {
		t.Fatalf("got %s, not the question", m.line)
	}
	return m
}

func TestElicitationAnswerFindsItsWay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, answer, want string }{
		{"accepted", `"result":{"action":"accept","content":{"a":1}}`, "accept map[a:1]"},
		{"declined", `"result":{"action":"decline"}`, "decline <nil>"},
		{
			"refused", `"error":{"code":-1,"message":"no screen"}`,
			"the client refused to ask its user: no screen (code -1)",
		},
		{"nonsense", `"result":[]`, "the client's answer to the elicitation is not an elicitation result"},
		{"nothing", `"result":null`, "the client's answer to the elicitation is not an elicitation result"},
		{"no error either", `"error":7`, "the client's answer to the elicitation is not an elicitation result"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := connect(t, asker(t), StdioOptions{})
			question := asked(t, p)
			p.send(`{"jsonrpc":"2.0","id":"other","result":{"action":"accept"}}`,
				`{"jsonrpc":"2.0","id":`+string(question.ID)+`,`+test.answer+`}`)
			if m := p.next(); m.Method != "notifications/asked" {
				t.Fatalf("got %s", m.line)
			}
			if got := p.next().tool(t).Content[0].Text; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestElicitationOfACancelledCallIsTakenBack(t *testing.T) {
	t.Parallel()
	p := connect(t, asker(t), StdioOptions{})
	question := asked(t, p)
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	m := p.next()
	if m.Method != "notifications/cancelled" || fmt.Sprint(m.Params["requestId"]) != string(question.ID) {
		t.Errorf("got %s", m.line)
	}
	if messages, err := p.end(); err != nil || len(messages) > 0 {
		t.Errorf("then came %+v, %v", messages, err)
	}
}

func TestElicitationEndsWithTheInput(t *testing.T) {
	t.Parallel()
	p := connect(t, asker(t), StdioOptions{})
	asked(t, p)
	messages, err := p.end()
	if err != nil || len(messages) != 2 || !strings.Contains(messages[1].tool(t).Content[0].Text, "closed its side") {
		t.Errorf("got %+v, %v", messages, err)
	}
}

// Over HTTP the answer would be a request of its own, which finds no session, or no server.
func TestElicitationOverHTTPEndsWithItsSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *site, session []string){
		"left":     func(p *site, session []string) { p.status(http.MethodDelete, pathMCP, "", session...) },
		"replaced": func(p *site, _ []string) { p.handshake() },
		"stopped":  func(p *site, _ []string) { p.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openSite(t, asker(t), HTTPOptions{Grace: time.Hour, MaxSessions: 1})
			response := p.do(t.Context(), http.MethodPost, pathMCP, initializeElicit)
			session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
			_ = response.Body.Close()
			e := eventsOf(t, p.do(t.Context(), http.MethodPost, pathMCP, callLine("1", "ask"), session...))
			for _, want := range []string{"notifications/asking", "elicitation/create"} {
				if m := e.next(); m.Method != want {
					t.Fatalf("got %s, not %s", m.line, want)
				}
			}
			end(p, session)
			if m := e.next(); m.Method != "notifications/asked" {
				t.Fatalf("got %s", m.line)
			}
			if got := e.next().tool(t).Content[0].Text; !strings.Contains(got, "is closing") {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestClientThatCannotElicitIsNotAsked(t *testing.T) {
	t.Parallel()
	p := connect(t, asker(t), StdioOptions{})
	p.handshake(initialize)
	p.send(callLine("1", "ask"))
	for {
		m := p.next()
		if m.Method == "elicitation/create" {
			t.Fatal("it was asked")
		}
		if m.Method == "" {
			if !m.tool(t).IsError {
				t.Errorf("got %s", m.line)
			}
			return
		}
	}
}

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
			s := newServer(t, quiet())
			addTool(s, "can", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText(strconv.FormatBool(CanElicit(ctx))), nil
			})
			p := connect(t, s, StdioOptions{})
			if test.handshake != "" {
				p.handshake(strings.Replace(initialize, `"capabilities":{}`, `"capabilities":`+test.handshake, 1))
			}
			meta := ""
			if test.request != "" {
				meta = `"_meta":{` + version + test.request + `},`
			}
			p.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + meta + `"name":"can"}}`)
			if got := p.next().tool(t).Content[0].Text; got != strconv.FormatBool(test.want) {
				t.Errorf("got %s", got)
			}
		})
	}
	if CanElicit(t.Context()) {
		t.Error("outside of a request nobody can be asked")
	}
}

func TestTheCallerIsTheSession(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "who", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(Caller(ctx)), nil
	})
	lines := map[string]bool{}
	for range 2 {
		p := connect(t, s, StdioOptions{})
		p.handshake(initialize)
		p.send(callLine("1", "who"))
		first := p.next().tool(t).Content[0].Text
		p.send(callLine("2", "who"))
		if second := p.next().tool(t).Content[0].Text; second != first || first == "" {
			t.Errorf("on one connection: %q, then %q", first, second)
		}
		lines[first] = true
	}
	if len(lines) != 2 {
		t.Errorf("two connections are the same caller: %v", lines)
	}
	p := openSite(t, s, HTTPOptions{})
	session := p.handshake()
	for range 2 {
		got := eventsOf(t, p.do(t.Context(), "POST", pathMCP, callLine("1", "who"), session...)).next().tool(t).Content[0].Text
		if got != session[1] {
			t.Errorf("in a session: %q, want %q", got, session[1])
		}
		if got := eventsOf(t, p.do(t.Context(), "POST", pathMCP, modernCall("1", "who"), modernHeaders("tools/call", "who")...)).next().tool(t).Content[0].Text; got != "" {
			t.Errorf("without a session: %q", got)
		}
	}
	if got := Caller(t.Context()); got != "" {
		t.Errorf("outside of a request: %q", got)
	}
}
