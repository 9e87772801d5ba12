package httptransport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/loglimit"
	"featurebase-mcp/internal/wire/stdio"
)

// The paths of the HTTP transports.
const (
	pathMCP     = "/mcp"
	pathSSE     = "/sse"
	pathMessage = "/message"
	pathHealth  = "/healthz"
	pathReady   = "/readyz"

	pathMetadata = server.WellKnownProtectedResourcePath // the path of a transport may follow
)

const (
	defaultMaxBody      = 4 << 20
	defaultSessionIdle  = 30 * time.Minute
	defaultReadTimeout  = 10 * time.Second
	defaultWriteTimeout = 30 * time.Second
	defaultKeepAlive    = 15 * time.Second

	idleTimeout    = 2 * time.Minute // of a connection between two requests
	maxHeaderBytes = 64 << 10
)

// Options are the limits of a [Transport]. The zero value of each field means its default.
type Options struct {
	// Logger receives panics, refused requests and that requests were cut at the end. The default discards everything.
	Logger *slog.Logger
	// MaxBody is the size of the largest request body read, in bytes. The default is 4 MiB.
	MaxBody int
	// Grace is how long calls may go on running after the context of Serve was cancelled. The default is 10 s.
	Grace time.Duration
	// WriteTimeout is how long a client may take to read what is written at once. A stream whose client takes longer ends.
	// The default is 30 s.
	WriteTimeout time.Duration
	// KeepAlive is the time between two comments on a stream of events, which keep proxies from ending it. The default is 15 s.
	KeepAlive time.Duration
	// ReadTimeout is how long a client may take to send the headers of a request, and then its body. The default is 10 s.
	ReadTimeout time.Duration
	// SessionIdle is how long a session of Streamable HTTP lives after the last message of its client. The default is
	// 30 minutes.
	SessionIdle time.Duration
	// MaxStreams is how many streams may be open at once: of sessions, of subscriptions, and of SSE. The default is 1024.
	MaxStreams int
	// MaxSessions is how many sessions of Streamable HTTP are kept. One more ends the session that was not used for
	// longest. The default is 2048.
	MaxSessions int
	// NoSSE leaves the deprecated SSE transport out.
	NoSSE bool
	// AllowedOrigins are the web origins, such as https://app.example, whose pages may call, besides loopback ones.
	AllowedOrigins []string
	// AllowedHosts are the names, with or without a port, that clients may call the server by, besides loopback ones.
	AllowedHosts []string
	// Auth finds out who calls. Without it everybody who reaches the port is the same caller, so the server should listen
	// on loopback.
	Auth Authenticator
	// Proved reports whether the credentials of a principal are known to be good. A caller whose are not shares its quotas
	// with others at its address. By default, Auth knows.
	Proved func(principal string) bool
	// Limits reads from the headers of a request which tools it gives up. Its errors are shown to the caller. The default
	// reads none.
	Limits func(http.Header) ([]caller.Limit, error)
	// Replicas are the other processes that serve the same clients. The default is none.
	Replicas *Replicas
	// TLS makes the server speak TLS, and HTTP/2 to clients that can.
	TLS *tls.Config
}

// Authenticator finds out who calls.
type Authenticator interface {
	// Authenticate returns who makes the request, or why it is refused.
	Authenticate(r *http.Request) (caller.Caller, *caller.Refusal)
	// Challenge returns the WWW-Authenticate header for a caller who lacks scopes.
	Challenge(r *http.Request, scopes string) string
	// Prefix is the path that a proxy puts before those of the server, or "".
	Prefix() string
	// Metadata serves the protected resource metadata (RFC 9728) of the transport at path. It is nil without an issuer.
	Metadata(path string) http.HandlerFunc
}

// Transport serves MCP over HTTP: Streamable HTTP on /mcp to clients of every protocol version that mcp-go knows, SSE on
// /sse and /message, and the probes /healthz and /readyz.
//
// Every request is authenticated by itself and served for its caller alone. Sessions and streams belong to their opener.
type Transport struct {
	server     *server.MCPServer
	log        *slog.Logger
	refusals   *slog.Logger // of lines that anybody who reaches the port can cause
	options    Options
	access     access
	routes     *http.ServeMux
	sessions   *sessions
	load       load
	streamable *server.StreamableHTTPServer
	sse        *sse
	unused     unused
	adopting   sync.Mutex      // held while a session of another replica is made known here
	number     int64           // tells the questions of this replica from those of others
	stopping   context.Context // done when streams have to end
	stop       context.CancelFunc
}

// New returns the transport for a server, which should have been built with [wire.Guard]. Serve must be called, because
// it ends the goroutines that New starts.
func New(s *server.MCPServer, options Options) *Transport {
	options.Logger = cmp.Or(options.Logger, slog.New(slog.DiscardHandler))
	options.MaxBody = cmp.Or(options.MaxBody, defaultMaxBody)
	options.Grace = cmp.Or(options.Grace, stdio.DefaultGrace)
	options.ReadTimeout = cmp.Or(options.ReadTimeout, defaultReadTimeout)
	options.WriteTimeout = cmp.Or(options.WriteTimeout, defaultWriteTimeout)
	options.KeepAlive = cmp.Or(options.KeepAlive, defaultKeepAlive)
	options.SessionIdle = cmp.Or(options.SessionIdle, defaultSessionIdle)
	options.MaxStreams = cmp.Or(options.MaxStreams, defaultMaxStreams)
	options.MaxSessions = cmp.Or(options.MaxSessions, defaultMaxSessions)
	h := &Transport{
		server:   s,
		log:      options.Logger,
		refusals: loglimit.New(options.Logger),
		options:  options,
		access:   access{origins: options.AllowedOrigins, hosts: options.AllowedHosts},
		routes:   http.NewServeMux(),
		load:     newLoad(options),
		number:   newNumber(),
	}
	h.stopping, h.stop = context.WithCancel(context.Background())
	h.sessions = newSessions(h.stopping, options.MaxSessions, h.forget)
	h.sessions.replicas = options.Replicas
	h.streamable = server.NewStreamableHTTPServer(s,
		server.WithEndpointPath(pathMCP),
		server.WithSessionIdManagerResolver(h.sessions),
		server.WithSessionIdleTTL(options.SessionIdle),
		server.WithStreamableHTTPLogger(options.Logger),
		server.WithHTTPContextFunc(h.joinPost),
		server.WithDisableLocalhostProtection(true), // access checks more, and knows the allowed hosts
	)
	h.routes.Handle("/", methods{})
	h.transport(pathMCP, methods{
		http.MethodPost:   h.post,
		http.MethodGet:    h.listen,
		http.MethodDelete: h.leave,
	})
	h.routes.Handle(pathHealth, methods{http.MethodGet: healthy, http.MethodHead: healthy})
	h.routes.Handle(pathReady, methods{http.MethodGet: h.ready, http.MethodHead: h.ready})
	if !options.NoSSE {
		h.sse = newSSE(h)
		h.transport(pathSSE, methods{http.MethodGet: h.sse.open})
		h.transport(pathMessage, methods{http.MethodPost: h.sse.message})
	}
	h.metadata("", pathMCP)
	return h
}

// transport serves a path to authenticated callers.
func (h *Transport) transport(path string, m methods) {
	for method, serve := range m {
		m[method] = h.admitted(serve)
	}
	h.routes.Handle(path, m)
	h.metadata(path, path)
}

// metadata serves the metadata of the transport at path. Clients that look at the root mean Streamable HTTP.
func (h *Transport) metadata(suffix, path string) {
	if h.options.Auth == nil {
		return
	}
	serve := h.options.Auth.Metadata(path)
	if serve == nil {
		return
	}
	m := methods{http.MethodGet: serve, http.MethodHead: serve}
	h.routes.Handle(pathMetadata+suffix, m)
	if prefix := h.options.Auth.Prefix(); prefix != "" && suffix != "" {
		h.routes.Handle(pathMetadata+prefix+suffix, m) // where RFC 9728 has clients look that know the address alone
	}
}

// Serve answers on the listener until ctx is cancelled, which is no error, or the listener fails. After ctx is cancelled
// it accepts no more connections, ends streams, gives running calls the grace to finish and to be answered, and
// cancels what is left. It closes the listener. A Transport serves once.
func (h *Transport) Serve(ctx context.Context, listener net.Listener) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer h.stop()
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: h.options.ReadTimeout,
		IdleTimeout:       idleTimeout, // there is no write timeout for a whole response: streams stay open
		MaxHeaderBytes:    maxHeaderBytes,
		TLSConfig:         h.options.TLS,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnState:         h.unused.track,
		ErrorLog:          slog.NewLogLogger(h.refusals.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() {
		if srv.TLSConfig == nil {
			ended <- srv.Serve(listener)
			return
		}
		ended <- srv.ServeTLS(listener, "", "")
	}()

	var err error
	select {
	case failure := <-ended:
		err = fmt.Errorf("serve HTTP: %w", failure)
	case <-ctx.Done():
		_ = listener.Close() // first, so that a client whose stream ends cannot connect again
		<-ended              //nolint:errcheck // that the listener is closed
	}
	h.stop()
	h.unused.close()
	if failure := shutdown(base, srv, h.options.Grace); failure != nil {
		h.log.WarnContext(base, "requests were still running at the end and have been cancelled")
		cut()
		if failure := shutdown(context.WithoutCancel(base), srv, stdio.Settle); failure != nil {
			_ = srv.Close()
		}
	}
	return errors.Join(err, h.streamable.Shutdown(context.WithoutCancel(base)))
}

// unused are the connections on which nothing has been received. Clients keep them in reserve, and [http.Server.Shutdown]
// waits some seconds for each.
type unused struct {
	mu          sync.Mutex
	connections map[net.Conn]struct{}
	closed      bool
}

// track follows a connection until its first request.
func (u *unused) track(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.connections, c)
	case u.closed:
		_ = c.Close()
	case u.connections == nil:
		u.connections = map[net.Conn]struct{}{c: {}}
	default:
		u.connections[c] = struct{}{}
	}
}

// close ends these connections, and those that follow.
func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	for c := range u.connections {
		_ = c.Close()
	}
}

// shutdown waits until no request is running, or fails when the time is over.
func shutdown(ctx context.Context, srv *http.Server, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return srv.Shutdown(ctx)
}

// ServeHTTP checks who calls, and routes.
func (h *Transport) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	timed := newTimedWriter(w, r, h.options.WriteTimeout)
	defer timed.finish()
	w = timed
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	if r.ContentLength != 0 {
		// net/http reads the rest of the body after the answer. A client that sends it slowly must not hold the connection.
		h.limitRead(w)
	}
	refusal := h.access.checkOrigin(r)
	if refusal == "" && r.URL.Path != pathHealth && r.URL.Path != pathReady { // probes come to the address of the machine
		refusal = h.access.checkHost(r)
	}
	if refusal != "" {
		h.refusals.WarnContext(r.Context(), "refused a request", "reason", refusal, "host", r.Host, "origin", r.Header.Get("Origin"))
		refuse(w, http.StatusForbidden, refusal)
		return
	}
	shareWith(header, r)
	if r.ContentLength > int64(h.options.MaxBody) {
		refuse(w, http.StatusRequestEntityTooLarge, h.tooLarge())
		return
	}
	if r.Method == http.MethodGet && r.ContentLength != 0 {
		// net/http does not notice that a client has left before its body was read, and a stream reads none.
		refuse(w, http.StatusBadRequest, "A GET request has no body here.")
		return
	}
	h.routes.ServeHTTP(w, r)
}

func healthy(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok") }

func (h *Transport) ready(w http.ResponseWriter, _ *http.Request) {
	if h.stopping.Err() != nil {
		writeText(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	writeText(w, http.StatusOK, "ok")
}
