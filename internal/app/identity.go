package app

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// What people read about the server in a host.
const (
	title       = "Featurebase"
	description = "Feedback, support and help center of your Featurebase organization."
	website     = "https://github.com/example-org/featurebase-mcp"
	icon        = "https://raw.githubusercontent.com/example-org/featurebase-mcp/main/packaging/icon/icon"
)

// keptFor is how long a client may keep a list that does not change while this process runs, in milliseconds: an hour. A client of HTTP does
// not notice a restart with other flags before it asks again; a tool that is gone by then is refused in words.
const keptFor = 60 * 60 * 1000

// lasting returns the options for such lists. What a caller may use depends on its credentials and headers, so nobody else gets a copy.
// Resources are left out: their list has names of the organization. Over HTTP a token that is refreshed may grant more, and a client that kept the list
// would not see what.
func lasting() []server.ServerOption {
	var options []server.ServerOption
	for _, method := range []mcp.MCPMethod{mcp.MethodToolsList, mcp.MethodPromptsList, mcp.MethodResourcesTemplatesList, mcp.MethodServerDiscover} {
		options = append(options, server.WithMethodCacheHints(method, keptFor, mcp.CacheScopePrivate))
	}
	return options
}

// introduce describes the server where a client meets it. The options of mcp-go would do so in each result of protocol 2026-07-28.
func introduce(hooks *server.Hooks, version string) {
	about := func(info *mcp.Implementation) {
		info.Description, info.WebsiteURL = description, website
		info.Icons = []mcp.Icon{
			{Src: icon + ".svg", MIMEType: "image/svg+xml", Sizes: []string{"any"}},
			{Src: icon + ".png", MIMEType: "image/png", Sizes: []string{"512x512"}},
		}
	}
	hooks.AddAfterInitialize(func(_ context.Context, _ any, _ *mcp.InitializeRequest, result *mcp.InitializeResult) {
		about(&result.ServerInfo)
	})
	hooks.AddAfterDiscover(func(_ context.Context, _ any, _ *mcp.DiscoverRequest, result *mcp.DiscoverResult) {
		if meta := result.EnsureResultMeta(); meta != nil {
			info := mcp.Implementation{Name: Name, Version: version, Title: title}
			about(&info)
			meta.SetServerInfo(info)
		}
	})
}
