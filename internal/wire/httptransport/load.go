package httptransport

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/semaphore"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

const (
	defaultMaxStreams  = 1024
	defaultMaxSessions = 2048

	maxRequests = 1024 // of Streamable HTTP, over all clients
)

// load bounds what a Transport keeps for all its clients together.
type load struct {
	large    *wire.LargeMessages
	requests *semaphore.Weighted
	streams  *semaphore.Weighted
}

func newLoad(options Options) *load {
	return &load{
		large:    wire.NewLargeMessages(options.MaxBody),
		requests: semaphore.NewWeighted(maxRequests),
		streams:  semaphore.NewWeighted(int64(options.MaxStreams)),
	}
}

// takeBody makes room for the body of a request before it is read. A body without a length counts as one of the limit.
func (h *Transport) takeBody(w http.ResponseWriter, r *http.Request) (give func(), ok bool) {
	size := r.ContentLength
	if size < 0 || size > int64(h.options.MaxBody) {
		size = int64(h.options.MaxBody)
	}
	if give = h.load.large.Take(size); give == nil {
		refuseBusy(w, "The server is busy with other large requests. Retry, or send less at a time.")
	}
	return give, give != nil
}

// takeRequest makes room for a request, or refuses it.
func (h *Transport) takeRequest(w http.ResponseWriter) bool {
	if h.load.requests.TryAcquire(1) {
		return true
	}
	refuseBusy(w, "The server is busy with other requests. Retry when some of them have ended.")
	return false
}

// takeStream makes room for the stream of a request, or refuses it. The context that it returns ends when the client goes
// away, when the server stops, or when the credentials that opened the stream expire. done has to be called after it.
func (h *Transport) takeStream(request context.Context, w http.ResponseWriter) (ctx context.Context, done func(), ok bool) {
	if !h.load.streams.TryAcquire(1) {
		refuseBusy(w, fmt.Sprintf("%d streams are open, which is as many as there may be. Close one, or retry later.", h.options.MaxStreams))
		return nil, nil, false
	}
	ctx, cancel := whileGood(request)
	detach := context.AfterFunc(h.stopping, cancel)
	return ctx, func() {
		detach()
		cancel()
		h.load.streams.Release(1)
	}, true
}

// whileGood returns a context that ends when the credentials of its caller expire.
func whileGood(ctx context.Context) (context.Context, context.CancelFunc) {
	if until := caller.From(ctx).Until; !until.IsZero() {
		return context.WithDeadline(ctx, until)
	}
	return context.WithCancel(ctx)
}

func refuseBusy(w http.ResponseWriter, sentence string) {
	w.Header().Set("Retry-After", "1")
	refuse(w, http.StatusServiceUnavailable, sentence)
}
