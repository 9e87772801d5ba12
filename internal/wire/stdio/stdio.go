package stdio

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

const (
	// DefaultGrace is how long calls may go on running at the end.
	DefaultGrace = 10 * time.Second

	defaultMaxMessage = wire.MaxLarge
	defaultMaxCalls   = 1024

	// Settle is how long calls that were cancelled at the end of the grace may take to return.
	Settle = time.Second
)

// Options are the limits of a [Transport]. The zero value of each field means its default.
type Options struct {
	// Logger receives panics, dropped messages and the number of calls that were cut at the end. The default discards
	// everything.
	Logger *slog.Logger
	// MaxMessage is the size of the largest message served, in bytes, its line end included. The default is 16 MiB.
	MaxMessage int
	// Grace is how long calls may go on running after the input ended or the context was cancelled. The default is 10 s.
	Grace time.Duration
	// MaxCalls is the number of requests served at once. The default is 1024. Further requests are refused, not
	// queued: the reader must stay free for the cancellations and answers that let the running ones end.
	MaxCalls int

	// Admission bounds what connections that share it keep at once, in place of MaxCalls. By default a connection has its
	// own.
	Admission *wire.Admission
}

// Transport serves MCP over a pair of streams, one JSON-RPC message a line, to clients of every protocol version that
// mcp-go knows.
//
// Each request runs in a goroutine of its own. An initialize is answered before anything after it is started, and
// notifications are handled in the order they arrive, on the reading goroutine: their handlers must not block.
type Transport struct {
	server  *server.MCPServer
	options Options
}

// New returns a transport for the server. The server should have been built with [wire.Guard].
func New(s *server.MCPServer, options Options) *Transport {
	return &Transport{server: s, options: options.orDefaults()}
}

func (o Options) orDefaults() Options {
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	o.MaxMessage = cmp.Or(o.MaxMessage, defaultMaxMessage)
	o.Grace = cmp.Or(o.Grace, DefaultGrace)
	o.MaxCalls = cmp.Or(o.MaxCalls, defaultMaxCalls)
	if o.Admission == nil {
		o.Admission = wire.NewAdmission(o.MaxCalls, o.MaxMessage)
	}
	return o
}

// Serve reads messages from in and writes answers to out until in ends, ctx is cancelled or a write fails. In the first
// two cases it reads no more, ends open subscriptions, gives running calls the grace to finish, writes their answers
// and returns nil; calls still running then are cancelled. It returns an error when a read or a write failed.
//
// When Serve stops before in has ended it closes in, if that is an [io.Closer], so that the goroutine reading it can
// end. It leaves [os.Stdin] open: that read ends with the process. Serve writes nothing to out after it has returned.
func (t *Transport) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	c, err := Open(context.WithoutCancel(ctx), t.server, out, t.options) // calls that end within the grace are answered
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.read(ctx, in) }()

	select {
	case err = <-ended:
	case <-ctx.Done():
		unblock(in)
	case <-c.Failed():
		unblock(in)
	}
	if failure := c.End(ctx, t.options.Grace); failure != nil {
		return fmt.Errorf("write message: %w", failure)
	}
	return err
}

// unblock ends a pending read. Closing os.Stdin would not: its descriptor is a blocking one.
func unblock(in io.Reader) {
	if closer, ok := in.(io.Closer); ok && in != io.Reader(os.Stdin) {
		_ = closer.Close()
	}
}
