package stdio

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

// The states of a call. A call leaves the state running once.
const (
	running int32 = iota
	answered
	abandoned
)

// call is one request in flight. It is also the session that mcp-go sees while serving it: its notifications have an
// order of their own, and what a modern request declares about the client holds for that request alone.
type call struct {
	*session // of the connection

	conn   *Connection
	id     json.RawMessage // as the client wrote it
	key    string
	method string
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	state  atomic.Int32
	notes  *wire.Outbox
	place  *wire.Place // set when the request is admitted

	modern atomic.Pointer[declared] // set when the request declared its client itself

	wire.Subscribed // for a subscription
}

func newCall(ctx context.Context, conn *Connection, id json.RawMessage, method string) *call {
	ctx, cancel := context.WithCancel(ctx)
	c := &call{
		session: conn.session,
		conn:    conn,
		id:      id,
		key:     wire.IDKey(id),
		method:  method,
		ctx:     ctx,
		cancel:  cancel,
		done:    make(chan struct{}),
	}
	c.notes = wire.NewOutbox(func(n mcp.JSONRPCNotification) { conn.out.notify(c.tag(n), c.isRunning) })
	return c
}

func (c *call) isRunning() bool { return c.state.Load() == running }
func (c *call) listens() bool   { return c.method == string(mcp.MethodSubscriptionsListen) }

// serve runs the request and writes its answer.
func (c *call) serve(line []byte) {
	defer close(c.done)
	defer c.conn.remove(c)
	defer c.cancel()
	if !c.isRunning() {
		return // cancelled before it began
	}
	if c.listens() {
		if err := c.conn.server.RegisterSession(c.ctx, c); err != nil {
			c.conn.log.WarnContext(c.ctx, "subscription gets no notifications", "error", err)
		}
		defer c.conn.server.UnregisterSession(c.ctx, c.SessionID())
	}
	response := c.respond(line)
	c.notes.Close()
	// The id has to be free before the client can see the answer, and a cancellation that came first wins.
	c.conn.out.answer(c.id, response, func() bool {
		if !c.state.CompareAndSwap(running, answered) {
			return false
		}
		c.conn.remove(c)
		return true
	})
}

// respond has mcp-go serve the request. A panic outside of the handlers, in a hook or a filter, ends here.
func (c *call) respond(line []byte) (response mcp.JSONRPCMessage) {
	defer func() {
		if v := recover(); v != nil {
			response = wire.Panicked(c.ctx, c.conn.log, c.method, v).Response()
		}
	}()
	ctx, slot := wire.WithErrorSlot(c.conn.server.WithContext(c.ctx, c), line)
	response = slot.Repair(c.conn.server, c.method, c.conn.server.HandleMessage(ctx, line))
	if end, ok := response.(mcp.JSONRPCResponse); ok && c.listens() {
		end.Result = wire.EndOf(end.Result, c.id)
		return end
	}
	return response
}

// abandon cancels the request. Nothing about it is written afterwards.
func (c *call) abandon() {
	c.state.CompareAndSwap(running, abandoned)
	c.cancel()
}

// tag names the subscription that a notification belongs to.
func (c *call) tag(n mcp.JSONRPCNotification) mcp.JSONRPCNotification {
	if c.listens() {
		return wire.Tagged(n, c.id)
	}
	return n
}

// SessionID is the id of the connection. A subscription has an id of its own, because mcp-go keeps one filter a session.
func (c *call) SessionID() string {
	if c.listens() {
		return c.session.SessionID() + "/" + c.key
	}
	return c.session.SessionID()
}

// NotificationChannel takes the notifications of this request.
func (c *call) NotificationChannel() chan<- mcp.JSONRPCNotification { return c.notes.Channel() }

// Initialize notes that the client may be notified: for good after a handshake, else while this request runs.
func (c *call) Initialize() {
	if c.method == string(mcp.MethodInitialize) {
		c.session.Initialize()
		return
	}
	c.declare(func(*declared) {})
}

// Initialized reports whether the client may be notified.
func (c *call) Initialized() bool { return c.modern.Load() != nil || c.session.Initialized() }

// declare changes what this request says about its client.
func (c *call) declare(change func(*declared)) {
	var facts declared
	if known := c.modern.Load(); known != nil {
		facts = *known
	}
	change(&facts)
	c.modern.Store(&facts)
}

// GetClientInfo returns what the request, or else the handshake, says about the client.
func (c *call) GetClientInfo() mcp.Implementation {
	if known := c.modern.Load(); known != nil {
		return known.info
	}
	return c.session.GetClientInfo()
}

// SetClientInfo keeps what the request or the handshake says about the client.
func (c *call) SetClientInfo(info mcp.Implementation) {
	if c.method == string(mcp.MethodInitialize) {
		c.session.SetClientInfo(info)
		return
	}
	c.declare(func(facts *declared) { facts.info = info })
}

// GetClientCapabilities returns what the request, or else the handshake, says the client can do.
func (c *call) GetClientCapabilities() mcp.ClientCapabilities {
	if known := c.modern.Load(); known != nil {
		return known.capabilities
	}
	return c.session.GetClientCapabilities()
}

// SetClientCapabilities keeps what the request or the handshake says the client can do.
func (c *call) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	if c.method == string(mcp.MethodInitialize) {
		c.session.SetClientCapabilities(capabilities)
		return
	}
	c.declare(func(facts *declared) { facts.capabilities = capabilities })
}

// RequestElicitation asks the client's user. The notifications that this request has sent so far come first.
func (c *call) RequestElicitation(
	ctx context.Context, request mcp.ElicitationRequest,
) (*mcp.ElicitationResult, error) {
	if !wire.Elicits(c.GetClientCapabilities()) {
		return nil, server.ErrElicitationNotSupported
	}
	answered, err := c.place.Ask()
	if err != nil {
		return nil, err
	}
	defer answered()
	c.notes.Flush()
	return c.elicit(ctx, request.Params, c.isRunning)
}

var (
	_ server.SessionWithClientInfo         = (*call)(nil)
	_ server.SessionWithElicitation        = (*call)(nil)
	_ server.SessionWithProtocolVersion    = (*call)(nil)
	_ server.SessionWithSubscriptionFilter = (*call)(nil)
)
