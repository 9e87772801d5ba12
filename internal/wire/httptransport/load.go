package httptransport

import (
	"context"
	"net/http"
	"net/netip"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

const (
	defaultMaxStreams  = 1024
	defaultMaxSessions = 2048

	maxRequests = 1024 // over all clients
)

// load bounds what a Transport keeps for all its clients together, and for each tenant.
type load struct {
	*wire.Admission
	streams *wire.Quota
}

func newLoad(options Options) load {
	streams := int64(options.MaxStreams)
	return load{wire.NewAdmission(maxRequests, options.MaxBody), wire.NewQuota(streams, wire.Share(streams))}
}

// tenantOf is whom quotas count for a request. Anybody can invent a key that looks like one of Featurebase. So callers
// whose credentials nobody has confirmed share the quotas of their address.
func (h *Transport) tenantOf(r *http.Request, who caller.Caller) string {
	if who.Principal == "" || h.options.Proved == nil || h.options.Proved(who.Principal) {
		return who.Principal
	}
	return "at " + site(r.RemoteAddr)
}

// site is the address of a peer without its port. Of IPv6 it is the network, because a host there has many addresses.
func site(remote string) string {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := peer.Addr().Unmap()
	if address.Is4() {
		return address.String()
	}
	const network = 64 // bits
	prefix, err := address.WithZone("").Prefix(network)
	if err != nil {
		return remote
	}
	return prefix.String()
}

const (
	busyLarge    = "The server is busy with other large requests. Retry, or send less at a time."
	busyRequests = "The server is busy with other requests. Retry when some of them have ended."
	busyStreams  = "As many streams are open as there may be, for all callers or for this one. Close one, or retry later."
)

// takeStream makes room for the stream of a request, or refuses it. The context that it returns ends when the client goes
// away, when the server stops, or when the credentials that opened the stream expire. done has to be called after it.
func (h *Transport) takeStream(request context.Context, w http.ResponseWriter) (ctx context.Context, done func(), ok bool) {
	tenant := caller.From(request).Tenant
	if !h.load.streams.Take(tenant, 1) {
		refuseBusy(w, busyStreams)
		return nil, nil, false
	}
	ctx, cancel := whileGood(request)
	detach := context.AfterFunc(h.stopping, cancel)
	return ctx, func() {
		detach()
		cancel()
		h.load.streams.Give(tenant, 1)
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
