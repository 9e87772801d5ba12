package wire

import (
	"context"
	"errors"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// ErrNotHeard is returned when the client's answer can no longer arrive.
var ErrNotHeard = errors.New("the connection to the client is closing, or the client has closed its side")

// CanElicit reports whether the client of the request in ctx declared that its user can be asked to fill in a form: in
// the request itself, or in the handshake when the protocol has one. mcp-go does not check and would ask anyway.
func CanElicit(ctx context.Context) bool {
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		return info.ClientCapabilities != nil && Elicits(*info.ClientCapabilities)
	}
	known, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
	return ok && Elicits(known.GetClientCapabilities())
}

// RequestSession is the session that mcp-go sees while one request is served. Its own id may be that of the request.
type RequestSession interface {
	// Within returns the id of the client's session, or "" where the protocol has none.
	Within() string
}

// Caller returns the id of the session that the request in ctx belongs to, or "". Over HTTP, requests of protocol
// 2026-07-28 belong to no session.
func Caller(ctx context.Context) string {
	switch s := server.ClientSessionFromContext(ctx).(type) {
	case nil:
		return ""
	case RequestSession:
		return s.Within()
	default:
		return s.SessionID()
	}
}

// Elicits reports whether forms are among the modes of elicitation. An empty declaration, the only one before
// 2025-11-25, means forms.
func Elicits(capabilities mcp.ClientCapabilities) bool {
	modes := capabilities.Elicitation
	return modes != nil && (modes.Form != nil || modes.URL == nil)
}

// maxClientName is how many bytes of each thing that a client says about itself are kept.
const maxClientName = 128

// Brief is what a session keeps of a client's description of itself. The rest can be megabytes and is used nowhere.
func Brief(info mcp.Implementation) mcp.Implementation {
	return mcp.Implementation{Name: cut(info.Name), Version: cut(info.Version)}
}

// cut returns a copy, because a part of a string keeps all of it in memory.
func cut(text string) string {
	if len(text) > maxClientName {
		text = strings.ToValidUTF8(text[:maxClientName], "")
	}
	return strings.Clone(text)
}

// Flags is what a session keeps of a client's capabilities: those that are flags. The others hold whatever the client likes.
func Flags(capabilities mcp.ClientCapabilities) mcp.ClientCapabilities {
	return mcp.ClientCapabilities{Roots: capabilities.Roots, Sampling: capabilities.Sampling, Elicitation: capabilities.Elicitation}
}
