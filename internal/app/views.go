package app

import (
	"context"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/apps"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
)

// panels serves the pages of the panels. They differ neither between callers nor in the life of a process.
func panels(s *server.MCPServer) {
	for _, v := range apps.Views() {
		page := mcp.NewResource(v.URI(), v.Name, mcp.WithResourceTitle(v.Title), mcp.WithResourceDescription(v.Description), mcp.WithMIMEType(wire.AppsMIME))
		page.Meta = pageMeta()
		s.AddResource(page, func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: v.URI(), MIMEType: wire.AppsMIME, Text: v.HTML(), Meta: pageMeta().AdditionalFields}}, nil
		})
	}
}

// listPanels leaves the pages out of the lists of clients that show none: people browse these lists.
func listPanels(hooks *server.Hooks) {
	hooks.AddAfterListResources(func(ctx context.Context, _ any, _ *mcp.ListResourcesRequest, result *mcp.ListResourcesResult) {
		if !wire.CanShowApps(ctx) {
			result.Resources = slices.DeleteFunc(result.Resources, func(r mcp.Resource) bool { return r.MIMEType == wire.AppsMIME })
		}
	})
}

// pageMeta tells a host that a page may reach nothing: no address for requests, none for files, none for frames.
func pageMeta() *mcp.Meta {
	none := []string{}
	return &mcp.Meta{AdditionalFields: map[string]any{"ui": map[string]any{
		"csp": map[string]any{"connectDomains": none, "resourceDomains": none, "frameDomains": none, "baseUriDomains": none}, "prefersBorder": true,
	}}}
}

// withPanel names the panel of an operation in its tool.
func withPanel(tool mcp.Tool, op *engine.Operation, mode engine.ConfirmMode) mcp.Tool {
	name := panelOf(op, mode)
	if name == "" {
		return tool
	}
	if tool.Meta == nil {
		tool.Meta = &mcp.Meta{}
	}
	if tool.Meta.AdditionalFields == nil {
		tool.Meta.AdditionalFields = map[string]any{}
	}
	tool.Meta.AdditionalFields["ui"] = map[string]any{"resourceUri": apps.URI(name)}
	return tool
}

// panelOf returns the panel of an operation: its own one, or the question where the user may have to agree to a call.
func panelOf(op *engine.Operation, mode engine.ConfirmMode) string {
	switch {
	case op.View != "":
		return op.View
	case op.MayAsk(mode):
		return "confirm"
	}
	return ""
}

// canShow returns what reports whether the client of a call shows panels and keeps their data from its model, which would read the answer twice
// otherwise. It is nil where the server has no panels.
func canShow(cfg Config) func(context.Context) bool {
	if cfg.NoApps {
		return nil
	}
	return func(ctx context.Context) bool { return asksThrough(ctx) == engine.PanelAsks }
}
