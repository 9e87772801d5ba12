package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"runtime/debug"

	"github.com/mark3labs/mcp-go/mcp"
)

// The messages of JSON-RPC that a server writes.
type (
	resultMessage struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result"`
	}
	errorMessage struct {
		JSONRPC string                  `json:"jsonrpc"`
		ID      json.RawMessage         `json:"id"`
		Error   mcp.JSONRPCErrorDetails `json:"error"`
	}
	requestMessage struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id,omitempty"`
		Method  string          `json:"method"`
		Params  any             `json:"params,omitempty"`
	}
)

// Result is the answer to the request with this id.
func Result(id json.RawMessage, result any) any {
	return resultMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Result: result}
}

// Failure is the answer to a request that could not be served. A nil id is written as null.
func Failure(id json.RawMessage, details mcp.JSONRPCErrorDetails) any {
	return errorMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: details}
}

// Request is a request of the server to the client.
func Request(id json.RawMessage, method string, params any) any {
	return requestMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Method: method, Params: params}
}

// Notification is a notification of the server to the client.
func Notification(n mcp.JSONRPCNotification) any {
	params := n.Params.AdditionalFields
	if len(n.Params.Meta) > 0 {
		params = maps.Clone(params)
		if params == nil {
			params = map[string]any{}
		}
		params["_meta"] = n.Params.Meta
	}
	if len(params) == 0 {
		return Request(nil, n.Method, nil)
	}
	return Request(nil, n.Method, params)
}

// ToolResult writes what [mcp.CallToolResult] writes. That type marshals itself, with HTML escapes, and the encoder then
// reads the bytes again. For a large result this is most of the work.
type ToolResult struct {
	Meta              any               `json:"_meta,omitempty"`
	ResultType        mcp.ResultType    `json:"resultType,omitempty"`
	Content           []mcp.Content     `json:"content"`
	StructuredContent any               `json:"structuredContent,omitempty"`
	IsError           bool              `json:"isError,omitempty"`
	InputRequests     mcp.InputRequests `json:"inputRequests,omitempty"`
	RequestState      string            `json:"requestState,omitempty"`
}

// NewToolResult returns what is written for a result.
func NewToolResult(r *mcp.CallToolResult) ToolResult {
	result := ToolResult{
		ResultType:        r.ResultType,
		Content:           r.Content,
		StructuredContent: r.StructuredContent,
		IsError:           r.IsError,
		InputRequests:     r.InputRequests,
		RequestState:      r.RequestState,
	}
	if r.Meta != nil {
		result.Meta = r.Meta
	}
	if result.Content == nil {
		result.Content = []mcp.Content{}
	}
	if len(r.RawStructuredContent) > 0 {
		result.StructuredContent = r.RawStructuredContent
	}
	return result
}

// Encode appends a message and a newline. A panic in a value's own MarshalJSON becomes an error.
func Encode(buffer *bytes.Buffer, message any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("encode message: panic: %v\n%s", v, debug.Stack())
		}
	}()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return nil
}
