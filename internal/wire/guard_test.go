package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/internal/wire/wiretest"
)

const secret = "words for the log alone"

// bomb panics when it is marshalled.
type bomb struct{}

func (bomb) MarshalJSON() ([]byte, error) { panic(secret) }

// brittleServer fails in every place where code of ours runs.
func brittleServer(t *testing.T, log *wiretest.Log) *server.MCPServer {
	t.Helper()
	hooks := &server.Hooks{}
	hooks.AddBeforePing(func(context.Context, any, *mcp.PingRequest) { panic(secret) })
	wire.ExplainMissing(hooks, func(_ context.Context, tool string) *wire.CodedError {
		if tool == "hidden" {
			return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: "not on weekdays"}
		}
		return nil
	})
	s := wiretest.NewServer(t, log.Logger(), server.WithHooks(hooks), server.WithCompletions(),
		server.WithPromptCompletionProvider(wire.GuardPromptCompletion(log.Logger(), brittleCompletion{})),
		server.WithPromptFilter(func(_ context.Context, list []mcp.Prompt) []mcp.Prompt {
			return slices.DeleteFunc(list, func(p mcp.Prompt) bool { return p.Name == "hidden" })
		}))
	s.AddNotificationHandler("notifications/bomb", func(context.Context, mcp.JSONRPCNotification) { panic(secret) })
	wiretest.AddTool(s, "panics", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic(secret) })
	wiretest.AddTool(s, "fails", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, errors.New(secret)
	})
	wiretest.AddTool(s, "unmarshalable", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_ = wire.Notify(ctx, "notifications/bomb", map[string]any{"bomb": bomb{}})
		return mcp.NewToolResultStructured(bomb{}, ""), nil
	})
	wiretest.AddTool(s, "codes", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, fmt.Errorf("%s: %w", secret, &wire.CodedError{
			Code: mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, Message: "needs forms",
			Data: map[string]any{"requiredCapabilities": map[string]any{"elicitation": map[string]any{}}},
		})
	})
	s.AddResource(mcp.NewResource("test://panics", "panics"),
		func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) { panic(secret) })
	s.AddResource(mcp.NewResource("test://fails", "fails"),
		func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return nil, errors.New(secret)
		})
	s.AddResourceTemplate(mcp.NewResourceTemplate("test://missing/{id}", "missing"),
		func(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return nil, wire.ResourceNotFound(ctx, request.Params.URI)
		})
	s.AddPrompt(mcp.NewPrompt("panics"),
		func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) { panic(secret) })
	s.AddPrompt(mcp.NewPrompt("codes"),
		func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return nil, &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: "topic is required"}
		})
	works := func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return mcp.NewGetPromptResult("", nil), nil
	}
	s.AddPrompt(mcp.NewPrompt("works"), works)
	s.AddPrompt(mcp.NewPrompt("hidden"), works)
	return s
}

// completion asks to complete argument a of a prompt.
const completion = `{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":%q},"argument":{"name":"a","value":"x"}}}`

// brittleCompletion does what the prompt's name says.
type brittleCompletion struct{}

func (brittleCompletion) CompletePromptArgument(
	_ context.Context, prompt string, argument mcp.CompleteArgument, _ mcp.CompleteContext,
) (*mcp.Completion, error) {
	switch prompt {
	case "panics":
		panic(secret)
	case "fails":
		return nil, errors.New(secret)
	case "codes":
		return nil, fmt.Errorf("%s: %w", secret, &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf("no argument %q", argument.Name)})
	case "hundred":
		return &mcp.Completion{Values: make([]string, 100)}, nil
	case "more":
		return &mcp.Completion{Values: make([]string, 250)}, nil
	}
	return &mcp.Completion{}, nil
}

// The protocol allows 100 values, and some clients refuse more.
func TestCompletionsAreCut(t *testing.T) {
	t.Parallel()
	for prompt, want := range map[string]mcp.Completion{
		"none": {Values: []string{}}, "hundred": {Values: make([]string, 100)}, "more": {Values: make([]string, 100), Total: 250, HasMore: true},
	} {
		p := wiretest.Connect(t, stdio.New(brittleServer(t, &wiretest.Log{}), stdio.Options{}).Serve)
		p.Send(fmt.Sprintf(completion, prompt))
		var got mcp.CompleteResult
		if m := p.Next(); json.Unmarshal(m.Result, &got) != nil || !reflect.DeepEqual(got.Completion, want) {
			t.Errorf("%s: got %s", prompt, m.Line)
		}
	}
}

var reference = regexp.MustCompile(`reference ([a-z2-7]{10})`)

func TestFaultCostsOneCallAndKeepsItsTextInTheLog(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, request string }{
		{"a tool that panics", wiretest.CallLine("1", "panics")},
		{"a tool that returns an error", wiretest.CallLine("1", "fails")},
		{"a result that panics when written", wiretest.CallLine("1", "unmarshalable")},
		{"a resource that panics", `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://panics"}}`},
		{"a resource that returns an error", `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://fails"}}`},
		{"a prompt that panics", `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"panics"}}`},
		{"a completion that panics", fmt.Sprintf(completion, "panics")},
		{"a completion that returns an error", fmt.Sprintf(completion, "fails")},
		{"a hook that panics", `{"jsonrpc":"2.0","id":1,"method":"ping"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log wiretest.Log
			p := wiretest.Connect(t, stdio.New(brittleServer(t, &log), stdio.Options{Logger: log.Logger()}).Serve)
			p.Handshake(wiretest.Initialize)
			p.Send(`{"jsonrpc":"2.0","method":"notifications/bomb"}`, test.request)
			m := p.Next()
			if strings.Contains(string(m.Line), secret) {
				t.Errorf("the client was told %s", m.Line)
			}
			if isTool := strings.Contains(test.request, "tools/call") && m.Error == nil; isTool && !m.Tool(t).IsError {
				t.Errorf("no error: %s", m.Line)
			} else if !isTool && (m.Error == nil || m.Error.Code != mcp.INTERNAL_ERROR) {
				t.Errorf("got %s, want error -32603", m.Line)
			}
			if ref := reference.FindSubmatch(m.Line); ref == nil || !strings.Contains(log.String(), "reference="+string(ref[1])) {
				t.Errorf("no reference of the log in %s", m.Line)
			}
			p.Send(wiretest.CallLine("2", "echo"))
			if m := p.Next(); string(m.ID) != "2" || m.Error != nil {
				t.Errorf("afterwards a call got %s", m.Line)
			}
			if !strings.Contains(log.String(), secret) {
				t.Error("the log does not have the text")
			}
		})
	}
}

func TestErrorsHaveTheirOwnCodeAndData(t *testing.T) {
	t.Parallel()
	const read = `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{%s"uri":"test://%s"}}`
	modern := wiretest.ModernMeta + ","
	for _, test := range []struct{ name, request, want string }{
		{
			"a tool", wiretest.CallLine("1", "codes"),
			`{"code":-32021,"message":"needs forms","data":{"requiredCapabilities":{"elicitation":{}}}}`,
		},
		{
			"a prompt", `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"codes"}}`,
			`{"code":-32602,"message":"topic is required"}`,
		},
		{
			"a template that finds nothing, legacy", fmt.Sprintf(read, "", "missing/1"),
			`{"code":-32002,"message":"Resource not found: test://missing/1","data":{"uri":"test://missing/1"}}`,
		},
		{
			"a template that finds nothing, modern", fmt.Sprintf(read, modern, "missing/1"),
			`{"code":-32602,"message":"Resource not found: test://missing/1","data":{"uri":"test://missing/1"}}`,
		},
		{
			"no such resource, legacy", fmt.Sprintf(read, "", "nowhere"),
			`{"code":-32002,"message":"Resource not found: test://nowhere","data":{"uri":"test://nowhere"}}`,
		},
		{
			"no such resource, modern", fmt.Sprintf(read, modern, "nowhere"),
			`{"code":-32602,"message":"Resource not found: test://nowhere","data":{"uri":"test://nowhere"}}`,
		},
		{
			"params of the wrong shape", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}`,
			`{"code":-32602,"message":"Invalid params: a member of the params of tools/call has the wrong JSON type."}`,
		},
		{
			"a tool whose absence has a reason", wiretest.CallLine("1", "hidden"),
			`{"code":-32602,"message":"not on weekdays"}`,
		},
		{
			"a tool that nobody knows", wiretest.CallLine("1", "ecco"),
			`{"code":-32602,"message":"Unknown tool \"ecco\"; did you mean \"echo\"?"}`,
		},
		{
			"a prompt that nobody knows", `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"wroks"}}`,
			`{"code":-32602,"message":"Unknown prompt \"wroks\"; did you mean \"works\"?"}`,
		},
		{
			"a prompt like no other", `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"zzzzzzzz"}}`,
			`{"code":-32602,"message":"Unknown prompt \"zzzzzzzz\"; prompts/list has the ones there are."}`,
		},
		{
			"a prompt that is filtered out", `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"hidden"}}`,
			`{"code":-32602,"message":"Prompt \"hidden\" is switched off: this server is configured without the tools that it needs."}`,
		},
		{
			"a completion", fmt.Sprintf(completion, "codes"),
			`{"code":-32602,"message":"no argument \"a\""}`,
		},
		{
			"a version nobody speaks", `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{` +
				`"io.modelcontextprotocol/protocolVersion":"2099-01-01","io.modelcontextprotocol/clientCapabilities":{}}}}`,
			`{"code":-32022,"message":"unsupported protocol version: \"2099-01-01\" ` +
				`(supported: [2026-07-28 2025-11-25 2025-06-18 2025-03-26 2024-11-05])","data":{"requested":"2099-01-01",` +
				`"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := wiretest.Connect(t, stdio.New(brittleServer(t, &wiretest.Log{}), stdio.Options{}).Serve)
			p.Send(test.request)
			var got struct {
				Error json.RawMessage `json:"error"`
			}
			if m := p.Next(); json.Unmarshal(m.Line, &got) != nil || got.Error == nil {
				t.Fatalf("got %s", m.Line)
			}
			if a, b := canonical(t, got.Error), canonical(t, []byte(test.want)); a != b {
				t.Errorf("got %s\nwant %s", a, b)
			}
		})
	}
}

func TestPromptThatWorksIsLeftAlone(t *testing.T) {
	t.Parallel()
	p := wiretest.Connect(t, stdio.New(brittleServer(t, &wiretest.Log{}), stdio.Options{}).Serve)
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"works"}}`)
	if m := p.Next(); string(m.Result) != `{"messages":[]}` {
		t.Errorf("got %s", m.Line)
	}
}

func TestCodedErrorOnATransportOfMCPGoKeepsItsMessage(t *testing.T) {
	t.Parallel()
	s := brittleServer(t, &wiretest.Log{})
	response := s.HandleMessage(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"codes"}}`))
	failure, ok := response.(mcp.JSONRPCError)
	if !ok || failure.Error.Message != "topic is required" {
		t.Errorf("got %+v", response)
	}
}

func TestCancelledHandlerIsNoFault(t *testing.T) {
	t.Parallel()
	var log wiretest.Log
	s := wiretest.NewServer(t, log.Logger())
	wiretest.AddTool(s, "ends", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, context.Cause(ctx)
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	response, ok := s.HandleMessage(ctx, []byte(wiretest.CallLine("1", "ends"))).(mcp.JSONRPCResponse)
	if result, isTool := response.Result.(*mcp.CallToolResult); !ok || !isTool || !result.IsError {
		t.Errorf("got %+v", response)
	}
	if log.String() != "" {
		t.Errorf("wiretest.Log %s", log.String())
	}
}
