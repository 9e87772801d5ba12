package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// errReplay ends an attempt that net/http would have sent a second time.
var errReplay = errors.New("the connection broke after the request was sent")

// wire is what is known of one attempt on its way. It is read while the attempt runs.
type wire struct {
	sent atomic.Bool // the request has a connection: from here on it may reach the API
	// written is set once the headers of the request went to an HTTP/2 connection.
	written atomic.Bool
	http2   atomic.Bool
}

// follow returns a context that keeps w up to date. With once, a request that was written to an HTTP/2
// connection is not written to another: net/http repeats requests of any method whose stream the peer
// reset with certain codes, and a proxy may use these after the request was applied. On HTTP/1 it repeats
// a write only when not a byte of it was sent.
func (w *wire) follow(ctx context.Context, once bool, cancel context.CancelCauseFunc) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if once && w.written.Load() {
				cancel(errReplay) // net/http looks at the context once more before it writes to the connection
				return
			}
			conn, ok := info.Conn.(*tls.Conn)
			w.http2.Store(ok && conn.ConnectionState().NegotiatedProtocol == "h2")
			w.sent.Store(true)
		},
		WroteHeaders: func() {
			if w.http2.Load() {
				w.written.Store(true)
			}
		},
	})
}

// neverConnected reports errors that only arise before there is a connection.
func neverConnected(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
