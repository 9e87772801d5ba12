package wire

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// ErrNotHeard is returned when the client's answer can no longer arrive.
var ErrNotHeard = errors.New("the connection to the client is closing, or the client has closed its side")

// CanElicit reports whether the client of the request in ctx declared that its user can be asked to fill in a form: in
// the request itself, or in the handshake when the protocol has one. mcp-go does not check and would ask anyway.
func CanElicit(ctx context.Context) bool { return declared(ctx, Elicits) }

// CanShowApps reports whether the client of the request in ctx declared that it shows views of MCP Apps beside an answer.
func CanShowApps(ctx context.Context) bool { return declared(ctx, ShowsApps) }

func declared(ctx context.Context, has func(mcp.ClientCapabilities) bool) bool {
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		return info.ClientCapabilities != nil && has(*info.ClientCapabilities)
	}
	known, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
	return ok && has(known.GetClientCapabilities())
}

// ClientName returns the name by which the client of the request in ctx goes, or "". It is what the client says of itself.
func ClientName(ctx context.Context) string {
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientInfo == nil {
			return ""
		}
		return info.ClientInfo.Name
	}
	if known, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		return known.GetClientInfo().Name
	}
	return ""
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

// The extension of MCP Apps, and the type of the views that this server has.
const (
	AppsExtension = "io.modelcontextprotocol/ui"
	AppsMIME      = "text/html;profile=mcp-app"
)

// ShowsApps reports whether views of [AppsMIME] are among those that a client shows. The specification wants a list of types; where a
// client sends none at all, the extension itself is the declaration.
func ShowsApps(capabilities mcp.ClientCapabilities) bool {
	settings, declared := capabilities.Extensions[AppsExtension]
	if !declared {
		return false
	}
	fields, _ := settings.(map[string]any)
	types, given := fields["mimeTypes"]
	if !given {
		return true
	}
	list, _ := types.([]any)
	return slices.Contains(list, any(AppsMIME))
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
	flags := mcp.ClientCapabilities{Roots: capabilities.Roots, Sampling: capabilities.Sampling, Elicitation: capabilities.Elicitation}
	if ShowsApps(capabilities) {
		flags.Extensions = map[string]any{AppsExtension: map[string]any{}}
	}
	return flags
}
