package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/nearest"
)

// CodeBusy is the JSON-RPC error code of a request refused because too many are running.
const CodeBusy = -32000

// CodedError is a JSON-RPC error with a code of its own. When a handler behind [Guard] returns it, wrapped or not, the
// client receives this code, message and data. mcp-go alone would send -32603 and the text of the Go error.
type CodedError struct {
	// Code is the JSON-RPC error code.
	Code int
	// Message is sent to the client.
	Message string
	// Data is sent to the client as JSON, unless nil.
	Data any
	// Status is the status of an HTTP answer that consists of the error; 0 leaves the choice to the protocol.
	Status int
	// Scopes are the scopes that the caller lacks. With [http.StatusForbidden] the answer asks for them.
	Scopes string
}

// Error returns the message.
func (e *CodedError) Error() string { return e.Message }

// Details is the error as JSON-RPC has it.
func (e *CodedError) Details() mcp.JSONRPCErrorDetails {
	return mcp.NewJSONRPCErrorDetails(e.Code, e.Message, e.Data)
}

// Response is the error as the answer of mcp-go to a request.
func (e *CodedError) Response() mcp.JSONRPCError {
	return mcp.JSONRPCError{JSONRPC: mcp.JSONRPC_VERSION, Error: e.Details()}
}

// ResourceNotFound returns the error for a resource that does not exist: -32602 since protocol 2026-07-28, -32002
// before, with the URI as data.
func ResourceNotFound(ctx context.Context, uri string) *CodedError {
	code := mcp.RESOURCE_NOT_FOUND
	if server.IsModernRequest(ctx) {
		code = mcp.INVALID_PARAMS
	}
	return resourceNotFound(code, uri)
}

func resourceNotFound(code int, uri string) *CodedError {
	return &CodedError{
		Code:    code,
		Message: "Resource not found: " + uri,
		Data:    map[string]any{"uri": uri},
	}
}

// ErrorSlot carries two things past mcp-go, which would change them: the bytes of the message to a handler, and a
// CodedError from the handler to the transport.
type ErrorSlot struct {
	message []byte
	err     atomic.Pointer[CodedError]
}

type errorSlotKey struct{}

// WithErrorSlot returns the context to handle one request in, and the slot to repair its answer with.
func WithErrorSlot(ctx context.Context, message []byte) (context.Context, *ErrorSlot) {
	slot := &ErrorSlot{message: message}
	return context.WithValue(ctx, errorSlotKey{}, slot), slot
}

// Coded returns the CodedError of the handler, or nil.
func (s *ErrorSlot) Coded() *CodedError { return s.err.Load() }

// carry stores the CodedError in err, if there is one, and returns it.
func carry(ctx context.Context, err error) (*CodedError, bool) {
	coded, ok := errors.AsType[*CodedError](err)
	if !ok || coded == nil {
		return nil, false
	}
	if slot, ok := ctx.Value(errorSlotKey{}).(*ErrorSlot); ok {
		slot.err.Store(coded)
	}
	return coded, true
}

// ExplainMissing answers calls of tools that the server does not offer to this caller. The function why returns the error
// for a name that it knows, for instance that the tool is switched off. For other names the answer is the nearest tool.
// Pass the hooks to the server.
func ExplainMissing(hooks *server.Hooks, why func(ctx context.Context, tool string) *CodedError) {
	hooks.AddOnError(func(ctx context.Context, _ any, _ mcp.MCPMethod, message any, err error) {
		call, ok := message.(*mcp.CallToolRequest)
		if !ok || !strings.HasSuffix(err.Error(), server.ErrToolNotFound.Error()) {
			return
		}
		if missing := why(ctx, call.Params.Name); missing != nil {
			_, _ = carry(ctx, missing)
		}
	})
}

// unknownTool names the tool that was probably meant. It cuts long names, so that the answer stays small.
func unknownTool(s *server.MCPServer, name string) mcp.JSONRPCErrorDetails {
	text := fmt.Sprintf("Unknown tool %.100q; tools/list has the ones there are.", name)
	if near := nearest.Name(name, slices.Sorted(maps.Keys(s.ListTools()))); near != "" {
		text = fmt.Sprintf("Unknown tool %.100q; did you mean %q?", name, near)
	}
	return mcp.NewJSONRPCErrorDetails(mcp.INVALID_PARAMS, text, nil)
}

// unknownPrompt names the prompt that was probably meant. A prompt that is registered and was not found was filtered out.
func unknownPrompt(s *server.MCPServer, name string) mcp.JSONRPCErrorDetails {
	prompts := s.ListPrompts()
	text := fmt.Sprintf("Unknown prompt %q; prompts/list has the ones there are.", name)
	if prompts[name] != nil {
		text = fmt.Sprintf("Prompt %q is switched off: this server is configured without the tools that it needs.", name)
	} else if near := nearest.Name(name, slices.Sorted(maps.Keys(prompts))); near != "" {
		text = fmt.Sprintf("Unknown prompt %q; did you mean %q?", name, near)
	}
	return mcp.NewJSONRPCErrorDetails(mcp.INVALID_PARAMS, text, nil)
}

func isToolNotFound(failure mcp.JSONRPCError) bool {
	return failure.Error.Code == mcp.INVALID_PARAMS && strings.HasSuffix(failure.Error.Message, server.ErrToolNotFound.Error())
}

// Repair returns the answer to send in place of mcp-go's.
func (s *ErrorSlot) Repair(from *server.MCPServer, method string, response mcp.JSONRPCMessage) mcp.JSONRPCMessage {
	failure, ok := response.(mcp.JSONRPCError)
	if !ok {
		return response
	}
	switch text := failure.Error.Message; {
	case s.Coded() != nil && (failure.Error.Code == mcp.INTERNAL_ERROR || isToolNotFound(failure)):
		failure.Error = s.Coded().Details()
	case failure.Error.Code == mcp.INVALID_REQUEST && strings.HasPrefix(text, "unparsable "):
		// mcp-go sends the text of encoding/json, which names its Go types.
		failure.Error = mcp.NewJSONRPCErrorDetails(mcp.INVALID_PARAMS,
			"Invalid params: a member of the params of "+method+" has the wrong JSON type.", nil)
	case isToolNotFound(failure), failure.Error.Code == mcp.INVALID_PARAMS && strings.HasSuffix(text, server.ErrPromptNotFound.Error()):
		var call struct {
			Params struct {
				Name string `json:"name"`
			} `json:"params"`
		}
		if json.Unmarshal(s.message, &call) != nil {
			break
		}
		if isToolNotFound(failure) {
			failure.Error = unknownTool(from, call.Params.Name)
		} else {
			failure.Error = unknownPrompt(from, call.Params.Name)
		}
	case failure.Error.Data == nil && strings.HasSuffix(text, server.ErrResourceNotFound.Error()):
		var read struct {
			Params struct {
				URI string `json:"uri"`
			} `json:"params"`
		}
		if json.Unmarshal(s.message, &read) == nil {
			failure.Error = resourceNotFound(failure.Error.Code, read.Params.URI).Details()
		}
	}
	return failure
}
