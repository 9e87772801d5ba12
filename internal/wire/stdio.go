package wire

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	defaultMaxMessage = 16 << 20
	defaultGrace      = 10 * time.Second
	defaultMaxCalls   = 1024

	// settle is how long calls that were cancelled at the end of the grace may take to return.
	settle = time.Second
)

// StdioOptions are the limits of a [Stdio]. The zero value of each field means its default.
type StdioOptions struct {
	// Logger receives panics, dropped messages and what was cut at the end. The default discards everything.
	Logger *slog.Logger
	// MaxMessage is the size of the largest message served, in bytes, its line end included. The default is 16 MiB.
	MaxMessage int
	// Grace is how long calls may go on running after the input ended or the context was cancelled. The default is 10 s.
	Grace time.Duration
	// MaxCalls is the number of requests served at once. The default is 1024. Further requests are refused, not
	// queued: the reader must stay free for the cancellations and answers that let the running ones end.
	MaxCalls int

	large *largeMessages // what the connection may share with others
}

// Stdio serves MCP over a pair of streams, one JSON-RPC message a line, to clients of every protocol version that
// mcp-go knows.
//
// Each request runs in a goroutine of its own. An initialize is answered before anything after it is started, and
// notifications are handled in the order they arrive, on the reading goroutine: their handlers must not block.
type Stdio struct {
	server  *server.MCPServer
	options StdioOptions
}

// NewStdio returns a transport for the server. The server should have been built with [Guard].
func NewStdio(s *server.MCPServer, options StdioOptions) *Stdio {
	options.Logger = cmp.Or(options.Logger, slog.New(slog.DiscardHandler))
	options.MaxMessage = cmp.Or(options.MaxMessage, defaultMaxMessage)
	options.Grace = cmp.Or(options.Grace, defaultGrace)
	options.MaxCalls = cmp.Or(options.MaxCalls, defaultMaxCalls)
	options.large = newLargeMessages(options.MaxMessage)
	return &Stdio{server: s, options: options}
}

// Serve reads messages from in and writes answers to out until in ends, ctx is cancelled or a write fails. In the first
// two cases it reads no more, ends open subscriptions, gives running calls the grace to finish, writes their answers
// and returns nil; calls still running then are cancelled. It returns an error when a read or a write failed.
//
// When Serve stops before in has ended it closes in, if that is an [io.Closer], so that the goroutine reading it can
// end. It leaves [os.Stdin] open: that read ends with the process. Serve writes nothing to out after it has returned.
func (s *Stdio) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	c := newConnection(ctx, s.server, out, s.options)
	if err := s.server.RegisterSession(ctx, c.session); err != nil {
		return fmt.Errorf("register stdio session: %w", err)
	}
	defer s.server.UnregisterSession(context.WithoutCancel(ctx), c.session.SessionID())

	ended := make(chan error, 1)
	go func() { ended <- c.read(in) }()

	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		unblock(in)
	case <-c.out.failed:
		unblock(in)
	}
	c.stop()
	c.finish(s.options.Grace)
	if failure := c.out.close(); failure != nil {
		return fmt.Errorf("write message: %w", failure)
	}
	return err
}

// finish waits until no call is running, cancelling what is left when the grace is over or nobody can be answered.
func (c *connection) finish(grace time.Duration) {
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		c.running.Wait()
		c.session.outbox.close()
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
	timer.Reset(settle)
	select {
	case <-idle:
	case <-timer.C:
		c.log.Warn("calls did not return after they were cancelled")
	}
}

// unblock ends a pending read. Closing os.Stdin would not: its descriptor is a blocking one.
func unblock(in io.Reader) {
	if closer, ok := in.(io.Closer); ok && in != io.Reader(os.Stdin) {
		_ = closer.Close()
	}
}
