package enginetest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// AnID is an id of 24 hex digits.
const AnID = "64b0c2f19d3e5a7788990011"

// Request is a call as a transport hands it over.
func Request(tool, arguments string) mcp.CallToolRequest {
	return mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, RawArguments: json.RawMessage(arguments)}}
}

// Permissive is the surroundings of calls with everything allowed.
func Permissive(c *client.Client) engine.Env {
	admin, err := engine.NewActingAdmin(kind.Admin, AnID)
	if err != nil {
		panic(err) // the form of ids has changed
	}
	return engine.Env{
		Engine:  &engine.Engine{Inventory: tools.Inventory(), AllowImpersonation: true, ActingAdmin: admin},
		Account: engine.Account{Client: c},
	}
}

// Call calls a tool through its handler, with everything permitted, and returns the text for the model.
func Call(t testing.TB, c *client.Client, tool, arguments string) (text string, isError bool) {
	t.Helper()
	op := tools.Inventory().Lookup(tool)
	if op == nil {
		t.Fatalf("no tool %s", tool)
	}
	return CallIn(t, Permissive(c), op, arguments)
}

// CallIn calls an operation through its handler in the given surroundings.
func CallIn(t testing.TB, env engine.Env, op *engine.Operation, arguments string) (text string, isError bool) {
	t.Helper()
	own := *env.Engine // calls that are made at the same time share that of the test
	own.Logger = slog.New(slog.DiscardHandler)
	env.Engine = &own
	res, err := env.Handler(op)(context.WithoutCancel(t.Context()), Request(op.Name, arguments))
	if err != nil {
		t.Fatalf("%s returned a Go error: %v", op.Name, err)
	}
	return res.Content[0].(mcp.TextContent).Text, res.IsError
}

// Answer returns the text for the model if the API answers a call with a body.
func Answer(t testing.TB, op *engine.Operation, arguments string, body []byte) string {
	t.Helper()
	text, isError := CallIn(t, Permissive(Wire(func(*http.Request) (*http.Response, error) { return Response(http.StatusOK, string(body)), nil }).Client(t)), op, arguments)
	if isError {
		t.Fatalf("%s %s: %s", op.Name, arguments, text)
	}
	return text
}
