package stdio

import (
	"context"
	"io"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/wiretest"
)

// upstream connects the client of mcp-go.
func upstream(t *testing.T, s *server.MCPServer, options ...client.ClientOption) *client.Client {
	t.Helper()
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- New(s, Options{}).Serve(context.WithoutCancel(t.Context()), inReader, outWriter)
		_ = outWriter.Close()
	}()
	c := client.NewClient(transport.NewIO(outReader, inWriter, io.NopCloser(nil)), options...)
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestEveryProtocolVersionIsServed(t *testing.T) {
	t.Parallel()
	for _, version := range mcp.ValidProtocolVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c := upstream(t, wiretest.NewServer(t, wiretest.Quiet()), client.WithProtocolVersion(version))
			request := mcp.InitializeRequest{}
			request.Params.ProtocolVersion = version
			request.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
			result, err := c.Initialize(t.Context(), request)
			if err != nil || result.ProtocolVersion != version {
				t.Fatalf("negotiated %+v, %v", result, err)
			}
			tools, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
			if err != nil || len(tools.Tools) != 1 {
				t.Errorf("listed %+v, %v", tools, err)
			}
			call := mcp.CallToolRequest{}
			call.Params.Name = "echo"
			call.Params.Arguments = map[string]any{"text": "<hello>"}
			answer, err := c.CallTool(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := answer.Content[0].(mcp.TextContent); !ok || text.Text != "<hello>" {
				t.Errorf("got %+v", answer)
			}
		})
	}
}

// TestInputRequiredReachesClientsOfBothEras has a tool ask the 2026 way; mcp-go turns that into a request of the
// server for older clients.
func TestInputRequiredReachesClientsOfBothEras(t *testing.T) {
	t.Parallel()
	for _, version := range []string{mcp.ProtocolVersion20260728, "2025-06-18"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(t, wiretest.Quiet())
			wiretest.AddTool(s, "ask", func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				if answer := server.ElicitationResponse(request.Params.InputResponses, "sure"); answer != nil {
					return mcp.NewToolResultText(string(answer.Action)), nil
				}
				return server.NewInputRequestBuilder("state").Elicit("sure", mcp.ElicitationParams{
					Message: "sure?", RequestedSchema: map[string]any{"type": "object"},
				}).ToolResult(), nil
			})
			c := upstream(t, s, client.WithProtocolVersion(version), client.WithElicitationHandler(wiretest.Accepting{}))
			wiretest.Accepts(t, c, version)
		})
	}
}
