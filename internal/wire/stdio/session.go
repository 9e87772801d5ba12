package stdio

import (
	"crypto/rand"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

// declared is what a client declares about itself.
type declared struct {
	info         mcp.Implementation
	capabilities mcp.ClientCapabilities
}

// session keeps what a client said in its handshake. It is registered with mcp-go for as long as the connection lasts and
// receives notifications to all clients. Without a handshake it stays uninitialized and receives none, because modern
// clients ask for each kind of notification.
type session struct {
	id       string
	out      *writer
	outbox   *wire.Outbox
	stopping <-chan struct{}

	mu          sync.Mutex
	initialized bool
	version     string
	client      declared
	asked       int64
	waiting     map[string]chan<- reply
}

func newSession(out *writer, stopping <-chan struct{}) *session {
	return &session{
		id:       "stdio-" + rand.Text(),
		out:      out,
		outbox:   wire.NewOutbox(func(n mcp.JSONRPCNotification) { out.notify(n, nil) }),
		stopping: stopping,
		waiting:  map[string]chan<- reply{},
	}
}

// SessionID is unique, so that several connections can share a server.
func (s *session) SessionID() string { return s.id }

// NotificationChannel takes notifications that belong to no request.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.outbox.Channel() }

// Initialize notes the handshake.
func (s *session) Initialize() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.initialized = true
}

// Initialized reports whether there was a handshake.
func (s *session) Initialized() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.initialized
}

// ProtocolVersion returns the version agreed in the handshake, or "".
func (s *session) ProtocolVersion() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// SetProtocolVersion keeps the version agreed in the handshake.
func (s *session) SetProtocolVersion(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = version
}

// GetClientInfo returns what the client said of itself in the handshake.
func (s *session) GetClientInfo() mcp.Implementation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.info
}

// SetClientInfo keeps what the client says of itself in the handshake.
func (s *session) SetClientInfo(info mcp.Implementation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.info = wire.Brief(info)
}

// GetClientCapabilities returns what the client can do, as declared in the handshake.
func (s *session) GetClientCapabilities() mcp.ClientCapabilities {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.capabilities
}

// SetClientCapabilities keeps what the client can do, as declared in the handshake.
func (s *session) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.capabilities = wire.Flags(capabilities)
}
