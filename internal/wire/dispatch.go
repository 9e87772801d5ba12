package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// CodeBusy is the JSON-RPC error code of a request refused because too many are running.
const CodeBusy = -32000

// connection is one client on one pair of streams.
type connection struct {
	server  *server.MCPServer
	log     *slog.Logger
	options StdioOptions
	out     *writer
	session *session
	base    context.Context // carries the caller's values; outlives its cancellation by the grace

	running  sync.WaitGroup
	stopping chan struct{} // closed when nothing is read any more

	mu      sync.Mutex
	stopped bool
	calls   map[string]*call
}

func newConnection(ctx context.Context, s *server.MCPServer, out io.Writer, options StdioOptions) *connection {
	c := &connection{
		server:   s,
		log:      options.Logger,
		options:  options,
		out:      newWriter(out, options.Logger),
		base:     context.WithoutCancel(ctx),
		stopping: make(chan struct{}),
		calls:    map[string]*call{},
	}
	c.session = newSession(c.out, c.stopping)
	return c
}

// read serves lines until the input ends, which is no error, or the connection is stopped.
func (c *connection) read(in io.Reader) error {
	lines := newLineReader(in, c.options.MaxMessage)
	for {
		line, err := lines.next()
		if tooLarge, ok := errors.AsType[*oversizeError](err); ok {
			c.out.refuse(tooLarge.id, invalid(fmt.Sprintf(
				"the message is larger than %d bytes; send less at a time.", c.options.MaxMessage)))
			continue
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read message: %w", err)
		}
		c.handle(c.base, line)
		select {
		case <-c.stopping:
			return nil
		default:
		}
	}
}

// handle serves one line. ctx is that of the connection, with the caller who has sent the line.
func (c *connection) handle(ctx context.Context, line []byte) {
	line = trim(line)
	if len(line) == 0 {
		return
	}
	message, refusal := parse(line)
	switch {
	case refusal != nil && (message.isNotification() || message.isResponse()):
		c.log.Warn("dropped a malformed message that must not be answered", "reason", refusal.Message)
	case refusal != nil:
		c.out.refuse(message.ID, refusal)
	case message.isResponse():
		c.session.resolve(message.ID, line)
	case message.isNotification():
		c.notified(ctx, *message.Method, line)
	default:
		c.start(ctx, message.ID, *message.Method, line)
	}
}

// notified handles a notification from the client.
func (c *connection) notified(ctx context.Context, method string, line []byte) {
	if method == string(mcp.MethodNotificationCancelled) {
		var cancelled struct {
			Params struct {
				ID json.RawMessage `json:"requestId"`
			} `json:"params"`
		}
		if json.Unmarshal(line, &cancelled) == nil {
			c.cancel(idKey(cancelled.Params.ID))
		}
		return
	}
	defer func() {
		if v := recover(); v != nil {
			logPanic(ctx, c.log, "notification "+method, newReference(), v)
		}
	}()
	c.server.HandleMessage(c.server.WithContext(ctx, c.session), line)
}

// start begins to serve a request, unless its id or the connection is busy.
func (c *connection) start(ctx context.Context, id json.RawMessage, method string, line []byte) {
	request := newCall(ctx, c, id, method)
	if refusal := c.admit(request, line); refusal != nil { //nolint:contextcheck // the request has a context of its own, from this one
		request.cancel()
		c.out.refuse(id, refusal)
		return
	}
	if method == string(mcp.MethodInitialize) {
		// What follows may depend on what the client declares here.
		select {
		case <-request.done:
		case <-c.stopping:
		}
	}
}

func (c *connection) admit(request *call, line []byte) *CodedError {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.calls[request.key] != nil:
		return invalid("a request with this id is still running; use an id once.")
	case len(c.calls) >= c.options.MaxCalls:
		return &CodedError{
			Code:    CodeBusy,
			Message: fmt.Sprintf("Busy: %d requests are running. Retry when one of them has ended.", len(c.calls)),
		}
	case c.stopped:
		return &CodedError{Code: CodeBusy, Message: "The connection is ending and starts no more requests."}
	}
	give := c.options.large.take(int64(len(line)))
	if give == nil {
		return &CodedError{Code: CodeBusy, Message: "Busy with other large requests. Retry when one of them has ended, or send less at a time."}
	}
	c.calls[request.key] = request
	c.running.Go(func() {
		defer give()
		request.serve(line)
	})
	return nil
}

// cancel ends a request on behalf of the client, which gets no answer to it. An unknown id is one whose answer is
// already on its way.
func (c *connection) cancel(key string) {
	c.mu.Lock()
	request := c.calls[key]
	c.mu.Unlock()
	if request != nil {
		request.abandon()
	}
}

// remove forgets a request. Its id may be used again.
func (c *connection) remove(request *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[request.key] == request {
		delete(c.calls, request.key)
	}
}

// stop starts nothing more and ends what would never end by itself: subscriptions, and questions to a client that is
// no longer heard.
func (c *connection) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	close(c.stopping)
	for _, request := range c.calls {
		if request.listens() {
			request.cancel()
		}
	}
}

// cancelAll cancels what is running and returns how many calls that were. They may still answer.
func (c *connection) cancelAll() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, request := range c.calls {
		request.cancel()
	}
	return len(c.calls)
}

// logPanic writes what the client must not see. It has to be called by the deferred function that recovered.
func logPanic(ctx context.Context, log *slog.Logger, where, reference string, value any) {
	log.ErrorContext(ctx, "panic", "in", where, "reference", reference,
		"panic", fmt.Sprint(value), "stack", string(debug.Stack()))
}
