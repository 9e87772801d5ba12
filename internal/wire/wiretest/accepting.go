package wiretest

import (
	"context"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

// Accepting is a user who accepts everything.
type Accepting struct{}

// Elicit accepts.
func (Accepting) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{
		Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"sure": true},
	}}, nil
}

// Accepts has a client whose user accepts everything call the tool that asks.
func Accepts(t testing.TB, c *client.Client, version string) {
	t.Helper()
	request := mcp.InitializeRequest{}
	request.Params.ProtocolVersion = version
	if _, err := c.Initialize(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	call := mcp.CallToolRequest{}
	call.Params.Name = "ask"
	answer, err := c.CallTool(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := answer.Content[0].(mcp.TextContent); !ok || text.Text != "accept" {
		t.Errorf("%s: got %+v", version, answer)
	}
}
