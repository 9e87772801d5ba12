package httptransport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/wire"
)

// Replicas are the other processes that serve the same clients behind a balancer, which sends each request to any of them.
//
// A session of Streamable HTTP is kept in its id, sealed under the key of the deployment. So a replica that does not know a session takes it from
// the id that the client sends, and nothing is kept for those that no client uses. The store knows which sessions have ended, and carries answers and
// cancellations to the replica that waits for them.
type Replicas struct {
	Store shared.Store
	Keys  *shared.Keys
}

const (
	sessionLife = 12 * time.Hour // of the id of a session; its client starts another one after that
	endedFor    = time.Hour      // how long the other replicas know of the end of a session, which its owner alone could use any longer

	sessionPurpose = "session"
)

// portable is a session as its id holds it.
type portable struct {
	Owner        string                 `json:"owner,omitempty"` // the principal
	Version      string                 `json:"version,omitempty"`
	Client       mcp.Implementation     `json:"client"`
	Capabilities mcp.ClientCapabilities `json:"capabilities"`
	Until        int64                  `json:"until"` // in seconds since 1970
}

// newID returns the id of the session that a handshake begins.
func (p *Replicas) newID(owner string, handshake []byte) string {
	var request struct {
		Params struct {
			ProtocolVersion string                 `json:"protocolVersion"`
			ClientInfo      mcp.Implementation     `json:"clientInfo"`
			Capabilities    mcp.ClientCapabilities `json:"capabilities"`
		} `json:"params"`
	}
	_ = json.Unmarshal(handshake, &request) // what mcp-go cannot read, it refuses
	version := request.Params.ProtocolVersion
	text, err := json.Marshal(portable{
		Owner: owner, Version: version[:min(len(version), longestVersion)], Client: wire.Brief(request.Params.ClientInfo), Capabilities: wire.Flags(request.Params.Capabilities),
		Until: time.Now().Add(sessionLife).Unix(),
	})
	if err != nil {
		text = []byte("{}") // it has strings and flags alone
	}
	return base64.RawURLEncoding.EncodeToString(p.Keys.Seal(sessionPurpose, text))
}

// read returns the session of an id, if it is one of the caller's that has not expired.
func (p *Replicas) read(id, owner string) (portable, bool) {
	var session portable
	sealed, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return session, false
	}
	text, err := p.Keys.Open(sessionPurpose, sealed)
	if err != nil || json.Unmarshal(text, &session) != nil {
		return session, false
	}
	return session, session.Owner == owner && time.Now().Unix() < session.Until
}

// brief stands for an id in the store.
func brief(id string) string {
	hash := sha256.Sum256([]byte(id))
	return hex.EncodeToString(hash[:16])
}

func endedKey(id string) string { return "ended session " + brief(id) }

// taking marks the handshake by which mcp-go is told of a session that another replica has begun.
type taking struct{}

// take makes a session known here that another replica has begun, and forgets one that has ended at another replica. What cannot be taken is left to
// the checks that follow, which refuse a session that is not known. While the store is away, sessions go on: an end that is not heard of lets the
// session be used by its owner alone.
func (h *Transport) take(r *http.Request, id string) {
	replicas := h.options.Replicas
	if replicas == nil || id == "" || mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)) {
		return
	}
	who := caller.From(r.Context())
	session, ok := replicas.read(id, who.Principal)
	if !ok {
		return
	}
	if ended, err := replicas.Store.Marked(r.Context(), endedKey(id)); err == nil && ended {
		h.forget(id) //nolint:contextcheck // as the end of any session
		return
	}
	if h.sessions.belongs(id, who.Principal) {
		return
	}
	h.adopting.Lock()
	defer h.adopting.Unlock()
	if h.sessions.belongs(id, who.Principal) {
		return
	}
	handshake, err := json.Marshal(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION, "id": 0, "method": mcp.MethodInitialize,
		"params": map[string]any{"protocolVersion": session.Version, "clientInfo": session.Client, "capabilities": session.Capabilities},
	})
	if err != nil {
		return // strings and flags can be written
	}
	h.inside(context.WithValue(context.WithoutCancel(r.Context()), taking{}, id), "", handshake)
}

// inside has mcp-go take a message that came to it another way than by a request of a client.
func (h *Transport) inside(ctx context.Context, session string, message []byte) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, pathMCP, bytes.NewReader(message))
	if err != nil {
		return // the path is one
	}
	r.Header.Set("Content-Type", typeJSON)
	if session != "" {
		r.Header.Set(server.HeaderKeySessionID, session)
	}
	h.streamable.ServeHTTP(unheard{}, r)
}

// end tells the other replicas that a session has ended.
func (p *Replicas) end(ctx context.Context, id string) {
	if p != nil {
		_, _ = p.Store.Mark(ctx, endedKey(id), endedFor) // without the store, its owner can go on with it
	}
}
