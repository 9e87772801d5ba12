package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// ActingAdmin is an admin of the sandbox, and not the first, who has no address in odd answers.
const ActingAdmin = "tomasz@plumline.example"

// Patience is how long answers of tests wait for names: until they come, however busy the machine is.
const Patience = time.Minute

// Names are the names that a client can see, waited for until they come.
func Names(c *client.Client) *names.Cache {
	names := names.NewCache(c, tools.Inventory())
	names.Patience = Patience
	return names
}

// Start returns a client of a server with every tool.
func Start(t testing.TB, cfg app.Config, options ...mcpclient.ClientOption) *mcpclient.Client {
	t.Helper()
	a, host := start(t, cfg, options...)
	ctx := context.WithoutCancel(t.Context())
	running, connected := a, host // a finished subtest is kept until its parent ends, with what its clean-up refers to
	t.Cleanup(func() {
		_ = connected.Close()
		running.Close(ctx)
		running, connected = nil, nil
	})
	return host
}

func start(t testing.TB, cfg app.Config, options ...mcpclient.ClientOption) (*app.App, *mcpclient.Client) {
	t.Helper()
	a := New(t, cfg)
	host, err := mcpclient.NewInProcessClientWithOptions(a.MCP, options...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	if err := host.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION}}); err != nil {
		t.Fatal(err)
	}
	return a, host
}

// everything are the toolsets with which each operation is exposed: all, and those of the previews, which it leaves out.
func everything() []string {
	sets := []string{tools.AllTools}
	for _, set := range tools.Inventory().Toolsets() {
		if set.Operations[0].Preview != "" {
			sets = append(sets, set.Name)
		}
	}
	return sets
}

// New returns a server with every tool that the configuration does not exclude, and no client.
func New(t testing.TB, cfg app.Config) *app.App {
	t.Helper()
	cfg.Version, cfg.Selection.Toolsets = "test", everything()
	cfg.Client.Version, cfg.NamesWait = "2026-01-01.nova", Patience
	a, err := app.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Ask calls a tool as a host does, and returns what a model reads.
func Ask(t testing.TB, host *mcpclient.Client, tool, arguments string) (text string, isError bool) {
	t.Helper()
	arguments = planned(t, host, arguments)
	res, err := host.CallTool(context.WithoutCancel(t.Context()), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return Text(*res), res.IsError
}

// Text is what a model reads of a result.
func Text(res mcp.CallToolResult) string {
	var b bytes.Buffer
	for _, content := range res.Content {
		b.WriteString(content.(mcp.TextContent).Text)
	}
	return b.String()
}

// Box returns a sandbox in its first state, which needs no key.
func Box(t testing.TB, options sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	options.NoAuth = true
	box, err := sandbox.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// Behind is the client's side of a server whose Featurebase is a transport.
func Behind(transport http.RoundTripper) client.Config {
	return client.Config{BaseURL: "http://127.0.0.1", NoAuth: true, Transport: transport}
}
