package stdio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

// Connection is one client on one pair of streams. SSE stands on it, too.
type Connection struct {
	server  *server.MCPServer
	log     *slog.Logger
	options Options
	out     *writer
	session *session

	running  sync.WaitGroup
	stopping chan struct{} // closed when the connection reads no more

	mu      sync.Mutex
	stopped bool
	calls   map[string]*call
}

// Open returns a connection that writes its messages to out, one Write each, and is registered with the server. When ctx
// ends, the client is gone and nothing is written any more. End has to be called.
func Open(ctx context.Context, s *server.MCPServer, out io.Writer, options Options) (*Connection, error) {
	c := newConnection(ctx, s, out, options.orDefaults())
	if err := s.RegisterSession(ctx, c.session); err != nil {
		return nil, fmt.Errorf("register session: %w", err)
	}
	return c, nil
}

func newConnection(ctx context.Context, s *server.MCPServer, out io.Writer, options Options) *Connection {
	c := &Connection{
		server:   s,
		log:      options.Logger,
		options:  options,
		out:      newWriter(ctx, out, options),
		stopping: make(chan struct{}),
		calls:    map[string]*call{},
	}
	c.session = newSession(c.out, c.stopping)
	return c
}

// Failed is closed when a message could not be written.
func (c *Connection) Failed() <-chan struct{} { return c.out.failed }

// End starts nothing more, gives running calls the grace to finish and to be answered, and cancels those that are left.
// It returns why a message could not be written, if one could not. Nothing is written afterwards.
func (c *Connection) End(ctx context.Context, grace time.Duration) error {
	defer c.server.UnregisterSession(context.WithoutCancel(ctx), c.session.SessionID())
	c.stop()
	c.finish(grace)
	return c.out.close()
}

// read serves lines until the input ends, which is no error, or the connection is stopped. The calls outlive the
// cancellation of ctx by the grace.
func (c *Connection) read(ctx context.Context, in io.Reader) error {
	ctx = context.WithoutCancel(ctx)
	lines := newLineReader(in, c.options.MaxMessage)
	for {
		line, err := lines.next()
		if tooLarge, ok := errors.AsType[*oversizeError](err); ok {
			c.out.refuse(tooLarge.id, wire.Invalid(fmt.Sprintf(
				"the message is larger than %d bytes; send less at a time.", c.options.MaxMessage)))
			continue
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read message: %w", err)
		}
		if id, busy := c.Handle(ctx, line); busy != nil {
			c.out.refuse(id, busy)
		}
		select {
		case <-c.stopping:
			return nil
		default:
		}
	}
}

// Handle serves one message. ctx is that of its calls, with the caller who has sent the message. If there is no place for a
// request, Handle returns its id and the reason, and the request has no answer: to write one can take long.
func (c *Connection) Handle(ctx context.Context, line []byte) (id json.RawMessage, busy *wire.CodedError) {
	line = wire.Trim(line)
	if len(line) == 0 {
		return nil, nil
	}
	message, refusal := wire.Parse(line)
	switch {
	case refusal != nil && (message.IsNotification() || message.IsResponse()):
		c.log.Warn("dropped a malformed message that must not be answered", "reason", refusal.Message)
	case refusal != nil:
		c.out.refuse(message.ID, refusal)
	case message.IsResponse():
		c.session.resolve(message.ID, line)
	case message.IsNotification():
		c.notified(ctx, *message.Method, line)
	default:
		return message.ID, c.start(ctx, message.ID, *message.Method, line)
	}
	return nil, nil
}

// notified handles a notification from the client.
func (c *Connection) notified(ctx context.Context, method string, line []byte) {
	if method == string(mcp.MethodNotificationCancelled) {
		var cancelled struct {
			Params struct {
				ID json.RawMessage `json:"requestId"`
			} `json:"params"`
		}
		if json.Unmarshal(line, &cancelled) == nil {
			c.cancel(wire.IDKey(cancelled.Params.ID))
		}
		return
	}
	defer func() {
		if v := recover(); v != nil {
			_ = wire.Panicked(ctx, c.log, "notification "+method, v) // a notification has no answer
		}
	}()
	c.server.HandleMessage(c.server.WithContext(ctx, c.session), line)
}

// start begins to serve a request, unless its id is in use, which is the answer, or there is no place for it.
func (c *Connection) start(ctx context.Context, id json.RawMessage, method string, line []byte) (busy *wire.CodedError) {
	request := newCall(ctx, c, id, method)
	if refusal := c.admit(request, line); refusal != nil { //nolint:contextcheck // the request has a context of its own, from this one
		request.cancel()
		if refusal.Code == wire.CodeBusy {
			return refusal
		}
		c.out.refuse(id, refusal)
		return nil
	}
	if method == string(mcp.MethodInitialize) {
		// The requests that follow may depend on the capabilities that the client declares here.
		select {
		case <-request.done:
		case <-c.stopping:
		}
	}
	return nil
}

func (c *Connection) admit(request *call, line []byte) *wire.CodedError {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.calls[request.key] != nil:
		return wire.Invalid("a request with this id is still running; use an id once.")
	case c.stopped:
		return &wire.CodedError{Code: wire.CodeBusy, Message: "The connection is ending and starts no more requests."}
	}
	tenant := caller.From(request.ctx).Tenant
	room := c.options.Admission.Room(tenant)
	if !room.Grow(len(line)) {
		return &wire.CodedError{Code: wire.CodeBusy, Message: "Busy with other large requests. Retry when one of them has ended, or send less at a time."}
	}
	if request.place = c.options.Admission.Enter(tenant); request.place == nil {
		room.Free()
		return &wire.CodedError{Code: wire.CodeBusy, Message: "Busy with other requests. Retry when one of them has ended."}
	}
	c.calls[request.key] = request
	c.running.Go(func() {
		defer room.Free()
		defer request.place.Leave()
		request.serve(line)
	})
	return nil
}

// cancel ends a request on behalf of the client, which gets no answer to it. If the id is unknown, the answer is already
// on its way.
func (c *Connection) cancel(key string) {
	c.mu.Lock()
	request := c.calls[key]
	c.mu.Unlock()
	if request != nil {
		request.abandon()
	}
}

// remove forgets a request. Its id may be used again.
func (c *Connection) remove(request *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[request.key] == request {
		delete(c.calls, request.key)
	}
}

// stop starts no more requests and ends those that would never end by themselves: subscriptions, and questions to a
// client that is no longer heard.
func (c *Connection) stop() {
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

// cancelAll cancels all running calls and returns their number. They may still answer.
func (c *Connection) cancelAll() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, request := range c.calls {
		request.cancel()
	}
	return len(c.calls)
}

// finish waits until no call is running. It cancels the calls that are left when the grace is over, or when a write failed.
func (c *Connection) finish(grace time.Duration) {
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		c.running.Wait()
		c.session.outbox.Close()
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-idle:
		return
	case <-timer.C:
	case <-c.out.failed:
	}
	if cut := c.cancelAll(); cut > 0 {
		c.log.Warn("calls were still running at the end and have been cancelled", "calls", cut)
	}
	timer.Reset(Settle)
	select {
	case <-idle:
	case <-timer.C:
		c.log.Warn("calls did not return after they were cancelled")
	}
}
