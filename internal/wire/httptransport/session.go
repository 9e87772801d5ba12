package httptransport

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

// errNoSession means that the session has ended, or that the id was never given out.
var errNoSession = errors.New("no such session")

// sessions keeps the sessions of Streamable HTTP that are alive, with their owners. The manager of mcp-go keeps the ids of
// ended sessions for good.
type sessions struct {
	most    int             // how many are alive at once
	forget  func(id string) // makes mcp-go forget a session that has ended
	serving context.Context // sessions end with it

	replicas *Replicas // may be nil

	mu    sync.Mutex
	uses  uint64 // counts the uses of all sessions
	alive map[string]*openSession
	held  map[string]int // how many sessions each tenant holds
}

// openSession is a session of one caller.
type openSession struct {
	owner string
	// tenant is who counts as its holder: see [caller.Caller].
	tenant string
	ctx    context.Context // done when the session has ended
	leave  context.CancelFunc
	end    context.CancelFunc // ends the stream of the session, if it has one
	used   uint64             // the number of its last use
}

func newSessions(serving context.Context, most int, forget func(id string)) *sessions {
	return &sessions{most: most, forget: forget, serving: serving, alive: map[string]*openSession{}, held: map[string]int{}}
}

// ResolveSessionIdManager returns the sessions of the caller of a request. mcp-go passes no request when it ends an idle
// session.
func (s *sessions) ResolveSessionIdManager(r *http.Request) server.SessionIdManager { //nolint:revive // the name is mcp-go's
	if r == nil {
		return ownSessions{sessions: s}
	}
	ctx := r.Context()
	who := caller.From(ctx)
	taken, _ := ctx.Value(taking{}).(string)
	var handshake []byte
	if p := postFrom(ctx); p != nil {
		handshake = p.handshake
	}
	return ownSessions{s, who.Principal, who.Tenant, taken, handshake}
}

// belongs reports whether a session is alive and has this owner.
func (s *sessions) belongs(id, owner string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.alive[id]
	return session != nil && session.owner == owner
}

// listen keeps the function that ends the stream of a session. A session has one stream, so one that was open before ends.
func (s *sessions) listen(id, owner string, end context.CancelFunc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.alive[id]
	if session == nil || session.owner != owner {
		return errNoSession
	}
	session.end()
	session.end = end
	return nil
}

// ownSessions are the sessions of one caller.
type ownSessions struct {
	*sessions
	owner, tenant string
	taken         string // the id of a session that another replica has begun
	handshake     []byte // the message that begins a session, where the id has to hold it
}

// Generate starts a session. If there are too many then, it ends another one, so that a flood of handshakes does not lock
// out new clients: of the tenant that holds most sessions, the one that was not used for longest. So a flood ends its own
// sessions. A client whose session has ended starts another.
func (s ownSessions) Generate() string {
	id := rand.Text()
	switch {
	case s.taken != "":
		id = s.taken
	case s.replicas != nil:
		id = s.replicas.newID(s.owner, s.handshake)
	}
	if least := s.start(id, s.owner, s.tenant); least != "" {
		s.forget(least)
	}
	return id
}

// start adds a session and returns the id of the session that it has ended to make room, or "".
func (s *sessions) start(id, owner, tenant string) (least string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.alive) >= s.most {
		for other, session := range s.alive {
			if least == "" || session.yields(s.alive[least], s.held) {
				least = other
			}
		}
		s.drop(least)
	}
	s.uses++
	ctx, leave := context.WithCancel(s.serving)
	s.held[tenant]++
	s.alive[id] = &openSession{owner: owner, tenant: tenant, ctx: ctx, leave: leave, end: func() {}, used: s.uses}
	return least
}

// yields reports whether a session has to make room rather than another one.
func (o *openSession) yields(other *openSession, held map[string]int) bool {
	if own, others := held[o.tenant], held[other.tenant]; own != others {
		return own > others
	}
	return o.used < other.used
}

// drop ends a session, if it is alive, with its stream and its open questions. It is called with the lock held.
func (s *sessions) drop(id string) {
	if session := s.alive[id]; session != nil {
		session.leave()
		session.end()
		delete(s.alive, id)
		if s.held[session.tenant]--; s.held[session.tenant] == 0 {
			delete(s.held, session.tenant)
		}
	}
}

// Validate fails unless the session is alive.
func (s ownSessions) Validate(id string) (isTerminated bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.alive[id]
	if session == nil || session.owner != s.owner {
		return false, errNoSession
	}
	s.uses++
	session.used = s.uses
	return false, nil
}

// Terminate ends a session and its stream. To end a session twice is no error. [Transport.leave] has checked the owner,
// because mcp-go forgets the session whatever Terminate returns.
func (s ownSessions) Terminate(id string) (isNotAllowed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
	return false, nil
}

// of returns a context that is done when the session has ended, or the server.
func (s *sessions) of(id string) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.alive[id]; session != nil {
		return session.ctx
	}
	ended, cancel := context.WithCancel(s.serving)
	cancel()
	return ended
}

const (
	noSession    = "There is no such session. Start one with initialize."
	whichSession = "The header " + server.HeaderKeySessionID + " is missing. Start a session with initialize, and send its id with each request."
)

// refuseSession refuses a request for want of a session of the caller's.
func refuseSession(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(server.HeaderKeySessionID) == "" {
		refuse(w, http.StatusBadRequest, whichSession)
		return
	}
	refuse(w, http.StatusNotFound, noSession)
}

// leave ends a session if it belongs to the caller.
func (h *Transport) leave(w http.ResponseWriter, r *http.Request) {
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	id := r.Header.Get(server.HeaderKeySessionID)
	h.take(r, id)
	if !modern && !h.sessions.belongs(id, caller.From(r.Context()).Principal) {
		refuseSession(w, r)
		return
	}
	if !modern {
		h.options.Replicas.end(r.Context(), id)
	}
	h.streamable.ServeHTTP(w, r)
}

// listen opens the stream of a session, for notifications that belong to no request. It is for clients before 2026-07-28.
// mcp-go would open one for any id, and leave it open when the session has ended.
func (h *Transport) listen(w http.ResponseWriter, r *http.Request) {
	ctx, done, ok := h.takeStream(r.Context(), w)
	if !ok {
		return
	}
	defer done()
	if modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)); !modern {
		h.take(r, r.Header.Get(server.HeaderKeySessionID))
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		if err := h.sessions.listen(r.Header.Get(server.HeaderKeySessionID), caller.From(r.Context()).Principal, cancel); err != nil {
			refuseSession(w, r)
			return
		}
	}
	lively := &livelyWriter{w: w}
	defer lively.end()
	defer keepAlive(h.options.KeepAlive, lively.beat)()
	h.streamable.ServeHTTP(lively, r.WithContext(ctx))
}

// forget makes mcp-go drop a session. mcp-go does so only for a DELETE request.
func (h *Transport) forget(id string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, pathMCP, http.NoBody)
	if err != nil {
		return // the path is one
	}
	r.Header.Set(server.HeaderKeySessionID, id)
	h.streamable.ServeHTTP(unheard{}, r)
}

// forgetUnlessAlive is called for a session that has just begun. It may have been ended to make room for others before
// mcp-go had registered it.
func (h *Transport) forgetUnlessAlive(id string) {
	if id != "" && h.sessions.of(id).Err() != nil {
		h.forget(id)
	}
}

// unheard takes the answer to a request that no client has made.
type unheard struct{}

// Header returns headers that nobody reads.
func (unheard) Header() http.Header { return http.Header{} }

// WriteHeader does nothing.
func (unheard) WriteHeader(int) {}

// Write takes it all.
func (unheard) Write(b []byte) (int, error) { return len(b), nil }

// upstreamSession has the abilities of mcp-go's session of Streamable HTTP, except to turn the answer into a stream at a
// notification, because post does that.
type upstreamSession interface {
	server.SessionWithClientInfo
	server.SessionWithElicitation
	server.SessionWithSampling
	server.SessionWithLogging
	server.SessionWithTools
	server.SessionWithResources
	server.SessionWithResourceTemplates
	server.SessionWithSubscriptionFilter
}

// postSession is the session that mcp-go sees while it serves one POST: its notifications go to that POST alone, in
// order.
type postSession struct {
	upstreamSession
	post *post
}

// SessionID is the id of the session. A modern request has no session and gets an id of its own, so that no caller can
// cancel the request of another.
func (s *postSession) SessionID() string {
	if id := s.upstreamSession.SessionID(); id != "" {
		return id
	}
	return s.post.key
}

// SetClientInfo keeps what the client says of itself in the handshake.
func (s *postSession) SetClientInfo(info mcp.Implementation) {
	s.upstreamSession.SetClientInfo(wire.Brief(info))
}

// SetClientCapabilities keeps what the client can do.
func (s *postSession) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	s.upstreamSession.SetClientCapabilities(wire.Flags(capabilities))
}

// Within is the session of the client. Requests of protocol 2026-07-28 have none.
func (s *postSession) Within() string { return s.upstreamSession.SessionID() }

// Park takes out of a tool's result what mcp-go must not encode.
func (s *postSession) Park(result *mcp.CallToolResult) *mcp.CallToolResult {
	return s.post.park(result)
}

// NotificationChannel takes the notifications of this request.
func (s *postSession) NotificationChannel() chan<- mcp.JSONRPCNotification {
	return s.post.notes.Channel()
}

// RequestElicitation asks the client's user. The notifications that this request has sent so far come first. mcp-go would
// also ask clients that did not declare elicitation, and wait.
func (s *postSession) RequestElicitation(
	ctx context.Context, request mcp.ElicitationRequest,
) (*mcp.ElicitationResult, error) {
	if !wire.Elicits(s.GetClientCapabilities()) {
		return nil, server.ErrElicitationNotSupported
	}
	answered, err := s.post.place.Ask()
	if err != nil {
		return nil, err
	}
	defer answered()
	s.post.notes.Flush()
	return whileAlive(ctx, s, func(ctx context.Context) (*mcp.ElicitationResult, error) {
		return s.upstreamSession.RequestElicitation(ctx, request)
	})
}

// whileAlive asks the client and waits until its session or the server ends. The answer is a request of its own, which
// cannot arrive afterwards.
func whileAlive[R any](ctx context.Context, s *postSession, ask func(context.Context) (R, error)) (R, error) {
	session := s.post.h.sessions.of(s.SessionID())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(session, cancel)() //nolint:contextcheck // the end of the session, not of a request
	result, err := ask(ctx)
	if err != nil && session.Err() != nil {
		return result, wire.ErrNotHeard
	}
	return result, err
}

// errSamplingNotSupported means that the model of the client cannot be asked.
var errSamplingNotSupported = errors.New("the client does not support sampling")

// RequestSampling asks the client's model. mcp-go asks on the stream of the session (GET) only, and waits as long as the
// call may last if the client did not open it. No tool of the product samples; the conformance suite does.
func (s *postSession) RequestSampling(
	ctx context.Context, request mcp.CreateMessageRequest,
) (*mcp.CreateMessageResult, error) {
	if s.GetClientCapabilities().Sampling == nil {
		return nil, errSamplingNotSupported
	}
	answered, err := s.post.place.Ask()
	if err != nil {
		return nil, err
	}
	defer answered()
	s.post.notes.Flush()
	return whileAlive(ctx, s, func(ctx context.Context) (*mcp.CreateMessageResult, error) {
		return s.upstreamSession.RequestSampling(ctx, request)
	})
}

// joinPost puts the session of a POST in place of mcp-go's. The session of a subscription is registered, so that it gets
// notifications to all clients.
func (h *Transport) joinPost(ctx context.Context, _ *http.Request) context.Context {
	p := postFrom(ctx)
	upstream, ok := server.ClientSessionFromContext(ctx).(upstreamSession)
	if p == nil || !ok {
		return ctx
	}
	session := &postSession{upstreamSession: upstream, post: p}
	if !p.listens() {
		return h.server.WithContext(ctx, session)
	}
	subscription := &postSubscription{postSession: session}
	if err := h.server.RegisterSession(ctx, subscription); err != nil {
		h.log.WarnContext(ctx, "subscription gets no notifications", "error", err)
	}
	return h.server.WithContext(ctx, subscription)
}

// postSubscription is the session that mcp-go sees while it serves a subscription over HTTP. It has a filter of its own.
// So mcp-go sends nothing to its own session, whose notifications can come after the answer and are lost then.
type postSubscription struct {
	*postSession
	wire.Subscribed
}

// SessionID is that of the request, also if the client names a session. So the subscription is registered beside that
// session, and ends without it.
func (s *postSubscription) SessionID() string { return s.post.key }

var (
	_ server.SessionWithSubscriptionFilter = (*postSubscription)(nil)
	_ wire.RequestSession                  = (*postSession)(nil)
	_ wire.Parker                          = (*postSession)(nil)
)
