package wire

import (
	"encoding/json"
	"maps"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// Subscribed keeps which changes the client of a subscription asked for. It always applies: changes that the client did
// not ask for are not sent.
type Subscribed struct {
	mu     sync.Mutex
	filter mcp.SubscriptionFilter
}

// SetSubscriptionFilter keeps which changes the client asked for.
func (s *Subscribed) SetSubscriptionFilter(filter mcp.SubscriptionFilter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filter = filter
}

// SubscriptionFilter returns which changes the client asked for.
func (s *Subscribed) SubscriptionFilter() (mcp.SubscriptionFilter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filter, true
}

// Tagged returns a copy of the notification that names the subscription. The notification itself is shared by all
// receivers of a broadcast and must not change.
func Tagged(n mcp.JSONRPCNotification, id json.RawMessage) mcp.JSONRPCNotification {
	meta := maps.Clone(n.Params.Meta)
	if meta == nil {
		meta = map[string]any{}
	}
	meta[mcp.MetaKeySubscriptionID] = id
	n.Params.Meta = meta
	return n
}

// EndOf returns the result of a subscription with the id as the client wrote it. mcp-go has turned a number into a float64.
func EndOf(result any, id json.RawMessage) any {
	var end mcp.SubscriptionsListenResult
	raw, err := json.Marshal(result)
	if err != nil || json.Unmarshal(raw, &end) != nil {
		return result
	}
	end.EnsureResultMeta().SetSubscriptionID(id)
	return end
}
