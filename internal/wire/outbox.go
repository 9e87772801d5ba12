package wire

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// outboxSize is how many notifications can wait in an outbox. Half of them is room for goroutines that send at the same
// moment.
const outboxSize = 64

// Outbox carries notifications from mcp-go's non-blocking sends to the writer, one at a time and in order. It costs
// nothing until the first notification.
type Outbox struct {
	write func(mcp.JSONRPCNotification)

	mu      sync.Mutex
	ended   bool
	notes   chan mcp.JSONRPCNotification // nil until the first notification
	flushes chan chan<- struct{}
	closed  chan struct{}
}

// NewOutbox returns an outbox that hands each notification to write.
func NewOutbox(write func(mcp.JSONRPCNotification)) *Outbox {
	return &Outbox{write: write}
}

// Channel returns the channel to send on. mcp-go asks for it immediately before each send and drops what does not fit. So
// a sender that is faster than the writer waits here until there is room. After Close nothing is delivered.
func (o *Outbox) Channel() chan<- mcp.JSONRPCNotification {
	o.mu.Lock()
	if o.notes == nil && !o.ended {
		o.notes = make(chan mcp.JSONRPCNotification, outboxSize)
		o.flushes = make(chan chan<- struct{})
		o.closed = make(chan struct{})
		go o.run()
	}
	o.mu.Unlock()
	if len(o.notes) >= outboxSize/2 {
		o.Flush()
	}
	return o.notes
}

// run is the only receiver, so order holds.
func (o *Outbox) run() {
	for {
		select {
		case n := <-o.notes:
			o.write(n)
		case done := <-o.flushes:
			for len(o.notes) > 0 {
				o.write(<-o.notes)
			}
			close(done)
		case <-o.closed:
			return
		}
	}
}

// Flush returns when everything sent before it has been written.
func (o *Outbox) Flush() {
	o.mu.Lock()
	started := o.notes != nil
	o.mu.Unlock()
	if !started {
		return
	}
	done := make(chan struct{})
	select {
	case o.flushes <- done:
		<-done
	case <-o.closed:
	}
}

// Close flushes and ends the goroutine of the outbox. It is called once.
func (o *Outbox) Close() {
	o.Flush()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	if o.closed != nil {
		close(o.closed)
	}
}
