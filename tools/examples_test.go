package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/tools"
)

// Every tool's example is called as a host would call it, on a sandbox in its first state. What a model reads is kept under
// testdata/examples, for the eyes.
func TestExamplesAreAnswered(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		t.Run(e.op.Name, func(t *testing.T) {
			t.Parallel()
			text := e.answer(t, app.Sandbox{})
			const most = 4000 // characters of a golden file; the answers go on
			if long := []rune(text); len(long) > most {
				text = string(long[:most])
			}
			tools.Golden(t, "examples/"+e.op.Name+".txt", []byte(text+"\n"))
		})
	}
}

// The live API has items that are null and objects that lost their name. No tool stumbles over them or shows them.
func TestExamplesAreAnsweredOddly(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		t.Run(e.op.Name, func(t *testing.T) {
			t.Parallel()
			if text := e.answer(t, app.Sandbox{Quirks: true}); strings.Contains(text, "null") {
				t.Errorf("%s\n%s", e.arguments, text)
			}
		})
	}
}

// example is a call that works on a sandbox in its first state.
type example struct {
	op        *tools.Operation
	arguments string // as JSON, with ids in place of the names in angle brackets
	admin     string // whom to act as, where the operation demands it and the arguments do not say it
	customer  bool   // it speaks in a customer's name
}

// actingAdmin is an admin of the sandbox, and not the first, who has no address in odd answers.
const actingAdmin = "tomasz@plumline.example"

// examples returns the example of every operation.
func examples(t *testing.T) []example {
	t.Helper()
	f := finder{t: t, server: start(t, app.Config{Sandbox: &app.Sandbox{}}), found: map[string]json.RawMessage{}}
	var list []example
	for _, op := range tools.All() {
		e := example{op: op, arguments: f.fill(op)}
		admin, customer := op.ExampleNeeds()
		if admin {
			e.admin = actingAdmin
		}
		e.customer = customer
		list = append(list, e)
	}
	return list
}

// answer calls the tool with no more allowed than the example needs, and returns what a model reads.
func (e example) answer(t *testing.T, sandbox app.Sandbox) string {
	t.Helper()
	server := start(t, app.Config{Sandbox: &sandbox, ActingAdmin: e.admin, AllowImpersonation: e.customer})
	text, isError := ask(t, server, e.op.Name, e.arguments)
	if isError || strings.TrimSpace(text) == "" {
		t.Fatalf("%s\n%s", e.arguments, text)
	}
	return text
}

// start returns a client of a server with every tool.
func start(t *testing.T, cfg app.Config, options ...mcpclient.ClientOption) *mcpclient.Client {
	t.Helper()
	cfg.Version, cfg.Selection = "test", tools.Selection{Toolsets: []string{tools.AllTools}}
	cfg.Client.Version = "2026-01-01.nova"
	a, err := app.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	host, err := mcpclient.NewInProcessClientWithOptions(a.MCP, options...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	running, connected := a, host // a finished subtest is kept until its parent ends, with what its clean-up refers to
	t.Cleanup(func() {
		_ = connected.Close()
		if err := running.Close(ctx); err != nil {
			t.Error(err)
		}
		running, connected = nil, nil
	})
	if err := host.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION}}); err != nil {
		t.Fatal(err)
	}
	return host
}

func ask(t *testing.T, host *mcpclient.Client, tool, arguments string) (text string, isError bool) {
	t.Helper()
	res, err := host.CallTool(context.WithoutCancel(t.Context()), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	var b bytes.Buffer
	for _, content := range res.Content {
		b.WriteString(content.(mcp.TextContent).Text)
	}
	return b.String(), res.IsError
}
