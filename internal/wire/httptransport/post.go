package httptransport

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

const (
	typeJSON   = "application/json"
	typeEvents = "text/event-stream"

	longestVersion = 40 // bytes of a protocol version that is repeated

	eventStart = "event: message\ndata: "
	eventEnd   = "\n\n"
)

// post is one message POSTed to Streamable HTTP. It stands between mcp-go and the client as the response writer: it
// turns the answer into a stream at the first notification, keeps the answer behind the notifications, and repairs it.
type post struct {
	h       *Transport
	request *http.Request
	id      json.RawMessage // as the client wrote it; nil unless a request
	key     string          // stands for the id of a session where there is none
	method  string
	modern  bool
	slot    *wire.ErrorSlot
	place   *wire.Place // nil unless it is a request other than a subscription
	notes   *wire.Outbox
	result  atomic.Pointer[mcp.CallToolResult] // what park took out

	handshake []byte          // the message itself, if it begins a session that replicas share
	ends      context.Context //nolint:containedctx // done when the request has been served
	expecting sync.WaitGroup  // of questions whose answers may reach other replicas

	mu        sync.Mutex
	w         http.ResponseWriter // nil at the end
	header    http.Header         // as mcp-go sets it
	status    int                 // as mcp-go sets it; 0 before
	streaming bool                // the response is a stream of events
	answered  bool                // one of the events was the answer
	held      bytes.Buffer
}

type postKey struct{}

// postFrom returns the post being served in ctx, or nil.
func postFrom(ctx context.Context) *post {
	p, _ := ctx.Value(postKey{}).(*post)
	return p
}

// post serves a POST to Streamable HTTP.
func (h *Transport) post(w http.ResponseWriter, r *http.Request) {
	tenant := caller.From(r.Context()).Tenant
	room := h.load.Room(tenant)
	defer room.Free()
	body, ok := h.readBody(w, r, room)
	if !ok {
		return
	}
	body = wire.Trim(body)
	var message wire.Envelope
	refusal := wire.Invalid("the body is empty.")
	if len(body) > 0 {
		message, refusal = wire.Parse(body)
	}
	if refusal != nil {
		writeAnswer(w, http.StatusBadRequest, wire.Failure(message.ID, refusal.Details()))
		return
	}
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	if message.IsNotification() && *message.Method == string(mcp.MethodNotificationCancelled) &&
		(modern || r.Header.Get(server.HeaderKeySessionID) == "") {
		// The message does not say whose request it means. Clients of 2026-07-28 cancel by disconnecting, and some send
		// this besides.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); modern && !mcp.IsValidProtocolVersion(version) &&
		message.Method != nil && *message.Method == string(mcp.MethodInitialize) {
		unsupported := mcp.UnsupportedProtocolVersionError{Version: version[:min(len(version), longestVersion)], Supported: mcp.ValidProtocolVersions}
		writeAnswer(w, http.StatusBadRequest, wire.Failure(message.ID, unsupported.JSONRPCError().Error))
		return
	}
	if h.options.Replicas != nil && !modern {
		h.take(r, r.Header.Get(server.HeaderKeySessionID))
		if message.IsNotification() && *message.Method == string(mcp.MethodNotificationCancelled) {
			h.cancelled(r, body)
		}
	}
	if h.travels(&message, modern) {
		var done bool
		if body, done = h.answer(w, r, body); done {
			return
		}
	}
	p := &post{
		h: h, request: r, key: "post-" + rand.Text(), w: w, header: http.Header{},
		modern: modern,
	}
	if message.Method != nil {
		p.id, p.method = message.ID, *message.Method
	}
	p.notes = wire.NewOutbox(p.notify)
	if h.options.Replicas != nil && !modern && p.method != "" {
		var served context.CancelFunc
		p.ends, served = context.WithCancel(context.WithoutCancel(r.Context()))
		defer p.expecting.Wait()
		defer served()
		if p.method == string(mcp.MethodInitialize) {
			p.handshake = body
		} else if p.id != nil {
			defer p.heedCancel()() //nolint:contextcheck // the request is in p
		}
	}
	switch {
	case p.listens():
		ctx, done, ok := h.takeStream(r.Context(), w)
		if !ok {
			return
		}
		defer done()
		defer h.server.UnregisterSession(context.WithoutCancel(ctx), p.key) // joinPost has registered it
		r = r.WithContext(ctx)
	case p.id != nil: // answers and cancellations of a client need no room: the running requests may wait for them
		if p.place = h.load.Enter(tenant); p.place == nil {
			refuseBusy(w, busyRequests)
			return
		}
		defer p.place.Leave()
	}
	ctx := context.WithValue(r.Context(), postKey{}, p)
	ctx, p.slot = wire.WithErrorSlot(ctx, body)
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	defer p.end() //nolint:contextcheck // the request is in p
	if p.id != nil {
		defer keepAlive(h.options.KeepAlive, p.beat)()
	}
	defer func() {
		if v := recover(); v != nil {
			p.fail(wire.Panicked(ctx, h.log, p.method, v))
		}
	}()
	h.streamable.ServeHTTP(p, r)
	h.forgetUnlessAlive(p.header.Get(server.HeaderKeySessionID)) //nolint:contextcheck // as the end of any session
}

// park keeps the result for the answer and returns what mcp-go gets: all of a result that asks for input, and of any
// other one what is small.
func (p *post) park(result *mcp.CallToolResult) *mcp.CallToolResult {
	if len(result.InputRequests) > 0 || result.RequestState != "" {
		p.result.Store(nil)
		return result
	}
	p.result.Store(result)
	rest := *result
	rest.Content, rest.StructuredContent, rest.RawStructuredContent = nil, nil, nil
	return &rest
}

func (p *post) listens() bool { return p.method == string(mcp.MethodSubscriptionsListen) }

// Header returns the headers that mcp-go sets.
func (p *post) Header() http.Header { return p.header }

// WriteHeader is called by mcp-go. Headers of an answer wait with it.
func (p *post) WriteHeader(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status != 0 {
		return
	}
	p.status = status
	if p.header.Get("Content-Type") == typeEvents {
		p.stream()
	}
}

// Write is called by mcp-go: with a whole event, or with a part of an answer.
func (p *post) Write(b []byte) (int, error) {
	data, isEvent := bytes.CutPrefix(b, []byte(eventStart))
	if !isEvent {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.held.Write(b)
	}
	data = bytes.TrimSuffix(data, []byte(eventEnd))
	answer, _, written := p.repair(data)
	defer written()
	if answer != nil {
		p.notes.Flush()
		data = answer
	} else if p.ends != nil {
		if question, id := p.h.renumbered(data); question != nil {
			data = question
			p.asks(id)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return 0, errStreamEnded
	}
	p.answered = p.answered || answer != nil
	return len(b), writeEvent(p.w, data)
}

// Flush is called by mcp-go.
func (p *post) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streaming && p.w != nil {
		flush(p.w)
	}
}

// notify sends a notification, ahead of the answer.
func (p *post) notify(n mcp.JSONRPCNotification) {
	if p.listens() {
		n = wire.Tagged(n, p.id)
	}
	var line bytes.Buffer
	if err := wire.Encode(&line, wire.Notification(n)); err != nil {
		p.h.log.Error("message dropped", "error", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil {
		return // sent after the result
	}
	p.stream()
	_ = writeEvent(p.w, wire.Trim(line.Bytes())) // a client that went away has cancelled the request
	flush(p.w)
}

// stream makes the response one of events. It is called with the lock held.
func (p *post) stream() {
	if p.streaming {
		return
	}
	p.streaming = true
	p.w.Header().Set("Content-Type", typeEvents)
	p.w.WriteHeader(http.StatusOK)
}

// beat sends a comment. It makes a stream of a response that has not begun, if the client takes one.
func (p *post) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || !p.streaming && (p.status != 0 || !strings.Contains(p.request.Header.Get("Accept"), typeEvents)) {
		return
	}
	p.stream()
	_, _ = io.WriteString(p.w, comment)
	flush(p.w)
}

// fail answers with an error, unless there is an answer already.
func (p *post) fail(failure *wire.CodedError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answered || p.status != 0 && !p.streaming {
		return
	}
	p.status = http.StatusOK
	p.header.Set("Content-Type", typeJSON)
	p.held.Reset()
	_ = wire.Encode(&p.held, wire.Failure(p.id, failure.Details()))
}

// end sends the answer that was held back.
func (p *post) end() {
	p.notes.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	body, status := p.held.Bytes(), p.status
	if p.header.Get("Content-Type") == typeJSON {
		answer, code, written := p.repair(body)
		defer written()
		if answer != nil {
			body, p.held = answer, bytes.Buffer{}
			if p.modern && status == http.StatusOK && (code == mcp.INVALID_PARAMS || code == mcp.MISSING_REQUIRED_CLIENT_CAPABILITY) {
				status = http.StatusBadRequest
			}
			status = p.answersWith(status, code)
		}
	}
	switch {
	case p.streaming:
		if len(body) == 0 && p.id != nil && !p.answered {
			body = p.lastWord()
		}
		if len(body) > 0 {
			_ = writeEvent(p.w, wire.Trim(body))
		}
	case status == http.StatusNotFound && p.header.Get("Content-Type") != typeJSON: // of mcp-go, which knows no session
		refuseSession(p.w, p.request)
	case status != 0:
		maps.Copy(p.w.Header(), p.header)
		p.w.WriteHeader(status)
		_, _ = p.w.Write(body)
	default:
		refuse(p.w, http.StatusServiceUnavailable, cutOff)
	}
	p.w = nil // net/http takes the response back; goroutines that a handler left behind may still notify
}

// cutOff is the answer where mcp-go has none: the request was cancelled, and not by the client, which is still there.
const cutOff = "The server is shutting down. Check what the call has done before making it again."

// lastWord is the answer at the end of a stream that has none. For a subscription that is a success.
func (p *post) lastWord() []byte {
	failure := &wire.CodedError{Code: wire.CodeBusy, Message: cutOff}
	message := wire.Failure(p.id, failure.Details())
	if p.listens() {
		end := mcp.SubscriptionsListenResult{Result: mcp.Result{ResultType: mcp.ResultTypeComplete}}
		message = wire.Result(p.id, wire.EndOf(end, p.id))
	}
	var body bytes.Buffer
	_ = wire.Encode(&body, message) // both always encode
	return body.Bytes()
}

// answersWith returns the status of an answer that is an error: the status that a handler wants, or else that of mcp-go.
// It is called with the lock held.
func (p *post) answersWith(status, code int) int {
	failure := p.slot.Coded()
	if failure == nil || failure.Status == 0 || failure.Code != code {
		return status
	}
	if failure.Scopes != "" && p.h.options.Auth != nil {
		p.header.Set("WWW-Authenticate", p.h.options.Auth.Challenge(p.request, failure.Scopes))
	}
	return failure.Status
}

// repair returns the answer to send in place of mcp-go's and the code of its error, or nil if this is no answer to the
// request. The answer counts as unwritten until written is called.
func (p *post) repair(body []byte) (answer []byte, code int, written func()) {
	var m struct {
		Result json.RawMessage          `json:"result"`
		Error  *mcp.JSONRPCErrorDetails `json:"error"`
	}
	if p.id == nil || json.Unmarshal(body, &m) != nil || m.Result == nil && m.Error == nil {
		return nil, 0, func() {}
	}
	message := wire.Result(p.id, m.Result)
	parked := p.result.Load()
	switch {
	case m.Error != nil:
		details := *m.Error
		if failure, ok := p.slot.Repair(p.h.server, p.method, mcp.JSONRPCError{Error: details}).(mcp.JSONRPCError); ok {
			details = failure.Error
		}
		message, code = wire.Failure(p.id, details), details.Code
	case p.listens():
		message = wire.Result(p.id, wire.EndOf(m.Result, p.id))
	case parked != nil:
		var added struct { // by mcp-go
			Meta       json.RawMessage `json:"_meta"`
			ResultType mcp.ResultType  `json:"resultType"`
		}
		if err := json.Unmarshal(m.Result, &added); err != nil {
			return nil, 0, func() {}
		}
		result := wire.NewToolResult(parked)
		result.ResultType = added.ResultType
		if added.Meta != nil {
			result.Meta = added.Meta
		}
		message = wire.Result(p.id, result)
	}
	var buffer bytes.Buffer
	ctx := p.request.Context()
	written, err := p.h.load.Encode(ctx, caller.From(ctx).Tenant, &buffer, message)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, 0, func() {} // the client is gone
	case err != nil:
		buffer.Reset()
		failure := wire.Unwritable(p.h.log, err)
		code = failure.Code
		_ = wire.Encode(&buffer, wire.Failure(p.id, failure.Details()))
		written = func() {}
	}
	return wire.Trim(buffer.Bytes()), code, written
}

// writeAnswer answers without mcp-go.
func writeAnswer(w http.ResponseWriter, status int, message any) {
	var body bytes.Buffer
	_ = wire.Encode(&body, message) // an error always encodes
	w.Header().Set("Content-Type", typeJSON)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// writeEvent writes one message as an event. The message has no line ends.
func writeEvent(w io.Writer, message []byte) error {
	var event strings.Builder
	event.Grow(len(eventStart) + len(message) + len(eventEnd))
	event.WriteString(eventStart)
	event.Write(message)
	event.WriteString(eventEnd)
	_, err := io.WriteString(w, event.String())
	return err
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
