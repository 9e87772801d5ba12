package wire

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// outboxSize is how many notifications can wait in an outbox. Half of it is room for goroutines that send at the same
// moment.
const outboxSize = 64

// outbox carries notifications from mcp-go's non-blocking sends to the writer, one at a time and in order. It costs
// nothing until the first notification.
type outbox struct {
	write func(mcp.JSONRPCNotification)

	mu      sync.Mutex
	ended   bool
	notes   chan mcp.JSONRPCNotification // nil until the first notification
	flushes chan chan<- struct{}
	closed  chan struct{}
}

func newOutbox(write func(mcp.JSONRPCNotification)) *outbox {
	return &outbox{write: write}
}

// channel returns where to send. mcp-go asks immediately before each send and drops what does not fit, so a sender
// that is faster than the writer waits here until there is room. After close nothing is delivered.
func (o *outbox) channel() chan<- mcp.JSONRPCNotification {
	o.mu.Lock()
	if o.notes == nil && !o.ended {
		o.notes = make(chan mcp.JSONRPCNotification, outboxSize)
		o.flushes = make(chan chan<- struct{})
		o.closed = make(chan struct{})
		go o.run()
	}
	o.mu.Unlock()
	if len(o.notes) >= outboxSize/2 {
		o.flush()
	}
	return o.notes
}

// run is the only receiver, so order holds.
func (o *outbox) run() {
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

// flush returns when everything sent before it has been written.
func (o *outbox) flush() {
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

// close flushes and lets go. It is called once.
func (o *outbox) close() {
	o.flush()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	if o.closed != nil {
		close(o.closed)
	}
}
