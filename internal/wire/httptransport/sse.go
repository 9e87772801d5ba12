package httptransport

import (
	"context"
	"crypto/rand"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/stdio"
)

// sse is the transport of protocol 2024-11-05: a stream of events from the server, and a path to POST messages to. Each
// eventStream is a connection of package stdio that writes events in place of lines.
type sse struct {
	h *Transport

	mu      sync.Mutex
	streams map[string]*eventStream
}

// eventStream is a connection and who has opened it.
type eventStream struct {
	*stdio.Connection
	base   context.Context // of its calls, which outlive the request that opened it by the grace
	opener caller.Caller

	handling atomic.Int32 // how many messages are being taken in
}

// maxHandling is how many messages a stream takes in at once. More come to it only if they wait for a client that does not
// read what they are answered.
const maxHandling = 128

func newSSE(h *Transport) *sse { return &sse{h: h, streams: map[string]*eventStream{}} }

// open serves a stream until the client goes away, which cancels its calls, or until the server stops or the client's
// credentials expire, which gives calls the grace to end.
func (s *sse) open(w http.ResponseWriter, r *http.Request) {
	lasts, done, ok := s.h.takeStream(r.Context(), w)
	if !ok {
		return
	}
	defer done()
	out := &eventWriter{w: w}
	c, err := stdio.Open(r.Context(), s.h.server, out, stdio.Options{
		Logger: s.h.log, MaxMessage: s.h.options.MaxBody, Admission: s.h.load.Admission,
	})
	if err != nil {
		s.h.log.ErrorContext(r.Context(), "open an SSE stream", "error", err)
		refuse(w, http.StatusInternalServerError, "The server could not start a session. Retry.")
		return
	}
	id := rand.Text()
	s.add(id, &eventStream{Connection: c, base: context.WithoutCancel(r.Context()), opener: caller.From(r.Context())})

	w.Header().Set("Content-Type", typeEvents)
	w.WriteHeader(http.StatusOK)
	out.endpoint(strings.TrimPrefix(pathMessage, "/") + "?sessionId=" + id) // relative, so that it is right behind a path prefix of a proxy
	stop := keepAlive(s.h.options.KeepAlive, out.beat)
	defer stop()
	select {
	case <-lasts.Done():
	case <-c.Failed():
	}
	grace := s.h.options.Grace
	if r.Context().Err() != nil {
		grace = 0
	}
	s.remove(id)
	_ = c.End(r.Context(), grace) // the client that would read the error is gone
	out.end()
}

// message takes a message from the client of a stream. The answer goes to the stream. The limits that the caller set when
// it opened the stream hold for the message, too, because not every client sends the same headers with both.
func (s *sse) message(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c := s.streams[r.URL.Query().Get("sessionId")]
	s.mu.Unlock()
	who := caller.From(r.Context())
	if c == nil || c.opener.Principal != who.Principal {
		refuse(w, http.StatusNotFound, s.noStream())
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != typeJSON {
		refuse(w, http.StatusUnsupportedMediaType, "The Content-Type has to be "+typeJSON+".")
		return
	}
	if c.handling.Add(1) > maxHandling {
		c.handling.Add(-1)
		refuseBusy(w, "The client of this stream reads too slowly. Read what has come, and retry.")
		return
	}
	defer c.handling.Add(-1)
	room := s.h.load.Room(who.Tenant)
	body, ok := s.h.readBody(w, r, room)
	room.Free() // the connection makes room for it again
	if !ok {
		return
	}
	who.Limits = slices.Concat(c.opener.Limits, who.Limits)
	if _, busy := c.Handle(caller.With(c.base, who), body); busy != nil { //nolint:contextcheck // the call belongs to the stream, not to this request
		refuseBusy(w, busy.Message)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// noStream says that a stream is not here. Its messages cannot come from another replica, because the client reads the stream of one.
func (s *sse) noStream() string {
	if s.h.options.Replicas != nil {
		return "There is no such session at this replica of the server. SSE needs a balancer that sends a client to one replica; " + pathMCP + " does not."
	}
	return "There is no such session. Open one with GET " + pathSSE + "."
}

func (s *sse) add(id string, c *eventStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams[id] = c
}

func (s *sse) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, id)
}

// eventWriter makes an event of each line.
type eventWriter struct {
	mu sync.Mutex
	w  http.ResponseWriter // nil when the response has ended
}

var errStreamEnded = errors.New("the stream has ended")

// Write sends one message.
func (e *eventWriter) Write(line []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.w == nil {
		return 0, errStreamEnded
	}
	if err := writeEvent(e.w, wire.Trim(line)); err != nil {
		return 0, err
	}
	return len(line), http.NewResponseController(e.w).Flush()
}

// endpoint tells the client where to POST.
func (e *eventWriter) endpoint(path string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.w.Write([]byte("event: endpoint\ndata: " + path + eventEnd)) // a client that is gone shows in the context
	flush(e.w)
}

// beat sends a comment.
func (e *eventWriter) beat() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.w != nil {
		_, _ = e.w.Write([]byte(comment))
		flush(e.w)
	}
}

// end lets nothing more through: net/http takes the response back.
func (e *eventWriter) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.w = nil
}
