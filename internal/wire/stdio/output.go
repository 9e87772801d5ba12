package stdio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

// buffers are for messages that are being written.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the size of the largest buffer kept for reuse, in bytes.
const maxPooled = 1 << 20

// errNoAnswer means that mcp-go answered a request with nothing, or with an unknown type.
var errNoAnswer = errors.New("no response from the server")

// writer is the only one that writes to the output: whole messages, one a line, one Write each.
type writer struct {
	ctx       context.Context // of the client
	log       *slog.Logger
	admission *wire.Admission
	failed    chan struct{} // closed at the first failed write, after err is set
	closed    atomic.Bool

	mu  sync.Mutex
	out io.Writer
	err error
}

func newWriter(ctx context.Context, out io.Writer, options Options) *writer {
	return &writer{ctx: ctx, log: options.Logger, admission: options.Admission, out: out, failed: make(chan struct{})}
}

// answer writes the response of mcp-go to the request with this id.
func (w *writer) answer(id json.RawMessage, response mcp.JSONRPCMessage, gate func() bool) {
	var message any
	switch r := response.(type) {
	case mcp.JSONRPCError:
		message = wire.Failure(id, r.Error)
	case mcp.JSONRPCResponse:
		result := r.Result
		switch tool := result.(type) {
		case mcp.CallToolResult:
			result = wire.NewToolResult(&tool)
		case *mcp.CallToolResult:
			result = wire.NewToolResult(tool)
		}
		message = wire.Result(id, result)
	}
	err := errNoAnswer
	if message != nil {
		err = w.send(message, gate)
	}
	if err != nil {
		w.refuseGated(id, wire.Unwritable(w.log, err), gate)
	}
}

// refuse answers with an error. A nil id is written as null.
func (w *writer) refuse(id json.RawMessage, refusal *wire.CodedError) {
	w.refuseGated(id, refusal, nil)
}

func (w *writer) refuseGated(id json.RawMessage, refusal *wire.CodedError, gate func() bool) {
	w.sendOrLog(wire.Failure(id, refusal.Details()), gate)
}

// request writes a request of the server.
func (w *writer) request(id json.RawMessage, method string, params any, gate func() bool) {
	w.sendOrLog(wire.Request(id, method, params), gate)
}

// notify writes a notification.
func (w *writer) notify(n mcp.JSONRPCNotification, gate func() bool) {
	w.sendOrLog(wire.Notification(n), gate)
}

// sendOrLog sends a message for which there is no substitute: if it cannot be encoded, it is logged.
func (w *writer) sendOrLog(message any, gate func() bool) {
	if err := w.send(message, gate); err != nil {
		w.log.Error("message dropped", "error", err)
	}
}

// send writes a message. The gate, if any, decides at the moment of writing whether it is still wanted, so that
// nothing written later can contradict it. The message is encoded when its turn has come: encoded messages that wait for a
// client that does not read would fill the memory. The error is that of encoding. An error of writing closes failed.
func (w *writer) send(message any, gate func() bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed.Load() || w.err != nil {
		return nil
	}
	buffer, _ := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer func() {
		if buffer.Cap() <= maxPooled {
			buffers.Put(buffer)
		}
	}()
	written, err := w.admission.Encode(w.ctx, caller.From(w.ctx).Tenant, buffer, message)
	switch {
	case err != nil && w.ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	defer written()
	if w.closed.Load() || gate != nil && !gate() {
		return nil
	}
	if _, err := w.out.Write(buffer.Bytes()); err != nil {
		w.err = err
		close(w.failed)
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
