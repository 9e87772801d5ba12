// Package client speaks HTTP to the Featurebase API and knows nothing of MCP.
//
// It carries bytes: a [Request] names a path, a query and a JSON body, a [Response] holds the JSON the
// API answered, and every failure is an [*Error] with a [Kind]. What the bytes mean is the caller's.
//
// The map, from the outside in:
//
//   - client.go: [Client], [Client.Do] and chain, the one place where the layers are stacked;
//   - config.go: [Config] and what is refused about it;
//   - request.go: [Request] and its [Safety], which decides what may be repeated, and [Response];
//   - retry.go, pause.go: what is tried again, and how long it waits first;
//   - detach.go: how a write that was sent survives the caller going away;
//   - limit.go, slots.go, pace.go, turns.go: requests in flight and per second, slowed by what the API tells;
//   - memory.go, work.go: what answers take, whoever asked for them, and who waits for room;
//   - auth.go, log.go: the key, and one line per attempt;
//   - exchange.go, wire.go, body.go, transport.go: one request on the wire, and what is known of its way;
//   - answer.go, errorbody.go, errors.go, text.go: from an answer to an error a person can act on;
//   - pages.go: [Pages], the pages of a list or a search.
package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Client calls the Featurebase API with one key. It is safe for concurrent use; all calls share its
// limits.
type Client struct {
	base     *url.URL
	header   http.Header // of every request, without the key
	hasKey   bool
	maxWait  time.Duration
	scrubber scrubber
	flights  *flights
	caller   *caller
	send     handler
	idle     func()
}

// handler is one layer of the chain: it sends the attempt req of the call c and answers with whatever
// status the API gave. Only an attempt without a usable answer is an error.
type handler func(c *call, req *http.Request) (*answer, error)

// call is what the layers share about one call of [Client.Do].
type call struct {
	op        Request
	work      *work
	reading   *reading      // of the attempt under way
	wire      *wire         // of the attempt under way
	attempts  int           // requests handed to the transport so far
	patience  time.Duration // what is left of Config.MaxWait
	deadline  time.Time     // of the caller; zero for none
	ambiguous bool          // an earlier attempt may have been applied
}

// chain stacks the layers. Their order matters:
//
//   - retry is outermost, so that every attempt passes through all the others;
//   - detach is above limit, so that a write which outlives its caller keeps its slot until it ends;
//   - limit is above auth and log, so that an attempt has its time-out and its log line for itself and
//     not for the wait before it;
//   - auth is next to the wire: nothing above it ever holds the key;
//   - exchange reads the body to its end, so that all layers above see an attempt as over when it is.
func chain(cfg *Config, transport http.RoundTripper, base *url.URL, flights *flights, scrub scrubber) handler {
	h := exchange(transport, cfg.Timeout, scrub)
	h = logged(h, cfg.Logger, cfg.Observer, scrub)
	h = authenticated(h, cfg, base)
	h = limited(h, cfg)
	h = detached(h, flights)
	return retried(h, cfg.Retries, cfg.Logger, scrub)
}

// Do makes one call: an attempt and, where [Safety] allows, further ones. Every error is an [*Error].
//
// A done ctx ends a Read at the socket. A Write or Delete that was not sent yet is not sent; one that may
// have been is left to finish for up to 10 seconds. After a cancellation Do waits for it, so that its
// outcome can be told; by the deadline of ctx, if it has one, Do returns in any case, with KindTimeout and
// MaybeApplied, while the request finishes in the background (see [Client.Drain]).
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	state := &call{op: r, work: c.caller.workOf(ctx), patience: c.maxWait}
	state.work.asks()
	defer state.work.answered(ctx)
	state.deadline, _ = ctx.Deadline()
	ans, err := c.do(ctx, state)
	if err != nil {
		return nil, c.finish(err, state)
	}
	res := &Response{Status: ans.status, RequestID: ans.requestID, OperationID: operationID(ans.header), Date: date(ans.header), Attempts: state.attempts}
	if ans.status == http.StatusNotFound {
		res.AlreadyGone = true
		return res, nil
	}
	res.Body = ans.body
	return res, nil
}

func (c *Client) do(ctx context.Context, state *call) (*answer, error) {
	req, err := c.newRequest(ctx, state.op)
	if err != nil {
		return nil, err
	}
	if !c.hasKey {
		return nil, &Error{Kind: KindNoKey, Message: "no Featurebase API key is configured; nothing was sent"}
	}
	if ctx.Err() != nil {
		return nil, contextError(ctx)
	}
	return c.send(state, req)
}

// finish fills in what only the whole call knows.
func (c *Client) finish(err error, state *call) error {
	e := asError(err)
	e.Operation = state.op.Operation
	e.Attempts = state.attempts
	e.MaybeApplied = state.op.Safety != Read && (state.ambiguous || e.MaybeApplied)
	e.Message = c.scrubber.text(e.Message, maxMessage)
	e.Err = c.scrubber.cause(e.Err)
	return e
}

// Drain waits until no Write or Delete is on the wire, or until ctx is done. Call it before the process
// ends: a write whose caller went away still has up to 10 seconds to finish.
func (c *Client) Drain(ctx context.Context) { c.flights.wait(ctx) }

// Writing reports whether a Write or Delete is on the wire, with its caller or without.
func (c *Client) Writing() bool { return c.flights.any() }

// CloseIdleConnections closes the connections that no request uses. With a Transport of the caller's it
// does what that transport offers, if anything.
func (c *Client) CloseIdleConnections() { c.idle() }
