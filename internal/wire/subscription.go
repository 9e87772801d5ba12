package wire

import (
	"encoding/json"
	"maps"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// subscribed is what the client of a subscription wants to hear of. It is always in force: what was not asked for is not sent.
type subscribed struct {
	mu     sync.Mutex
	filter mcp.SubscriptionFilter
}

// SetSubscriptionFilter keeps what the client wants to hear of on this subscription.
func (s *subscribed) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filter = filter
}

// SubscriptionFilter returns what the client wants to hear of.
func (s *subscribed) SubscriptionFilter() (mcp.SubscriptionFilter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filter, true
}

// tagged returns a notification that names the subscription it belongs to. What a broadcast shares is not changed.
func tagged(n mcp.JSONRPCNotification, id json.RawMessage) mcp.JSONRPCNotification {
	meta := maps.Clone(n.Params.Meta)
	if meta == nil {
		meta = map[string]any{}
	}
	meta[mcp.MetaKeySubscriptionID] = id
	n.Params.Meta = meta
	return n
}

// endOf returns the result of a subscription with its id as it was written: mcp-go has made a float64 of a number.
func endOf(result any, id json.RawMessage) any {
	var end mcp.SubscriptionsListenResult
	raw, err := json.Marshal(result)
	if err != nil || json.Unmarshal(raw, &end) != nil {
		return result
	}
	end.EnsureResultMeta().SetSubscriptionID(id)
	return end
}

// postSubscription is the session that mcp-go sees while it serves a subscription over HTTP. The filter is its own, so that the session of
// mcp-go behind it hears of nothing: what that one is sent can come after the answer, and is lost then.
type postSubscription struct {
	*postSession
	subscribed
}

// SessionID is that of the request, also for a client that names a session, which is another one: so it is registered beside it, and let go.
func (s *postSubscription) SessionID() string { return s.post.key }

var _ server.SessionWithSubscriptionFilter = (*postSubscription)(nil)
