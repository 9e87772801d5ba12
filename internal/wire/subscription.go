package wire

import (
	"encoding/json"
	"maps"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// Subscribed is what the client of a subscription wants to hear of. It is always in force: what was not asked for is not sent.
type Subscribed struct {
	mu     sync.Mutex
	filter mcp.SubscriptionFilter
}

// SetSubscriptionFilter keeps what the client wants to hear of on this subscription.
func (s *Subscribed) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filter = filter
}

// SubscriptionFilter returns what the client wants to hear of.
func (s *Subscribed) SubscriptionFilter() (mcp.SubscriptionFilter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filter, true
}

// Tagged returns a notification that names the subscription it belongs to. What a broadcast shares is not changed.
func Tagged(n mcp.JSONRPCNotification, id json.RawMessage) mcp.JSONRPCNotification {
	meta := maps.Clone(n.Params.Meta)
	if meta == nil {
		meta = map[string]any{}
	}
	meta[mcp.MetaKeySubscriptionID] = id
	n.Params.Meta = meta
	return n
}

// EndOf returns the result of a subscription with its id as it was written: mcp-go has made a float64 of a number.
func EndOf(result any, id json.RawMessage) any {
	var end mcp.SubscriptionsListenResult
	raw, err := json.Marshal(result)
	if err != nil || json.Unmarshal(raw, &end) != nil {
		return result
	}
	end.EnsureResultMeta().SetSubscriptionID(id)
	return end
}
