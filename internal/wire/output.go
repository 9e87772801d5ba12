package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxPooled is the size of the largest buffer kept for reuse, in bytes.
const maxPooled = 1 << 20

// errNoAnswer says that mcp-go answered a request with nothing, or with something unknown.
var errNoAnswer = errors.New("no response from the server")

// writer is the only one that writes to the output: whole messages, one a line, one Write each.
type writer struct {
	log     *slog.Logger
	buffers sync.Pool
	failed  chan struct{} // closed at the first failed write, after err is set
	closed  atomic.Bool

	mu  sync.Mutex
	out io.Writer
	err error
}

func newWriter(out io.Writer, log *slog.Logger) *writer {
	return &writer{
		log:     log,
		out:     out,
		failed:  make(chan struct{}),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

// The messages of JSON-RPC. A nil ID is written as null.
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

// toolResult writes what mcp.CallToolResult writes. That type marshals itself into bytes that the encoder then has to
// read again, with HTML escapes, which for a large result is most of the work.
type toolResult struct {
	Meta              any               `json:"_meta,omitempty"`
	ResultType        mcp.ResultType    `json:"resultType,omitempty"`
	Content           []mcp.Content     `json:"content"`
	StructuredContent any               `json:"structuredContent,omitempty"`
	IsError           bool              `json:"isError,omitempty"`
	InputRequests     mcp.InputRequests `json:"inputRequests,omitempty"`
	RequestState      string            `json:"requestState,omitempty"`
}

func newToolResult(r *mcp.CallToolResult) toolResult {
	result := toolResult{
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

// answer writes the response of mcp-go to the request with this id.
func (w *writer) answer(id json.RawMessage, response mcp.JSONRPCMessage, gate func() bool) {
	var message any
	switch r := response.(type) {
	case mcp.JSONRPCError:
		message = errorMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: r.Error}
	case mcp.JSONRPCResponse:
		result := r.Result
		switch tool := result.(type) {
		case mcp.CallToolResult:
			result = newToolResult(&tool)
		case *mcp.CallToolResult:
			result = newToolResult(tool)
		}
		message = resultMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Result: result}
	}
	err := errNoAnswer
	if message != nil {
		err = w.send(message, gate)
	}
	if err != nil {
		reference := newReference()
		w.log.Error("request has no answer that can be written", "reference", reference, "error", err)
		w.refuseGated(id, internalError("The request", reference), gate)
	}
}

// refuse answers with an error. A nil id is written as null.
func (w *writer) refuse(id json.RawMessage, refusal *CodedError) { w.refuseGated(id, refusal, nil) }

func (w *writer) refuseGated(id json.RawMessage, refusal *CodedError, gate func() bool) {
	w.sendOrLog(errorMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: refusal.details()}, gate)
}

// request writes a request of the server.
func (w *writer) request(id json.RawMessage, method string, params any, gate func() bool) {
	w.sendOrLog(requestMessage{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Method: method, Params: params}, gate)
}

// notify writes a notification.
func (w *writer) notify(n mcp.JSONRPCNotification, gate func() bool) {
	w.sendOrLog(newNotification(n), gate)
}

func newNotification(n mcp.JSONRPCNotification) requestMessage {
	message := requestMessage{JSONRPC: mcp.JSONRPC_VERSION, Method: n.Method}
	params := n.Params.AdditionalFields
	if len(n.Params.Meta) > 0 {
		params = maps.Clone(params)
		if params == nil {
			params = map[string]any{}
		}
		params["_meta"] = n.Params.Meta
	}
	if len(params) > 0 {
		message.Params = params
	}
	return message
}

// sendOrLog is for messages that nothing can be sent in place of.
func (w *writer) sendOrLog(message any, gate func() bool) {
	if err := w.send(message, gate); err != nil {
		w.log.Error("message dropped", "error", err)
	}
}

// send writes a message. The gate, if any, decides at the moment of writing whether it is still wanted, so that
// nothing written later can contradict it. The error is one of encoding; one of writing shows in failed.
func (w *writer) send(message any, gate func() bool) error {
	buffer, _ := w.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer func() {
		if buffer.Cap() <= maxPooled {
			w.buffers.Put(buffer)
		}
	}()
	if err := encode(buffer, message); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed.Load() || w.err != nil || gate != nil && !gate() {
		return nil
	}
	if _, err := w.out.Write(buffer.Bytes()); err != nil {
		w.err = err
		close(w.failed)
	}
	return nil
}

// encode appends a message and a newline. A panic in a value's own MarshalJSON becomes an error.
func encode(buffer *bytes.Buffer, message any) (err error) {
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

// close lets nothing more through and returns the error of writing, if there was one. It does not wait for a write
// that hangs.
func (w *writer) close() error {
	w.closed.Store(true)
	select {
	case <-w.failed:
		return w.err
	default:
		return nil
	}
}
