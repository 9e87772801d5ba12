//go:build conformance

package conformance

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

func addResources(s *server.MCPServer) {
	for _, contents := range []mcp.ResourceContents{
		mcp.TextResourceContents{
			URI: "test://static-text", MIMEType: typeText, Text: "This is the content of the static text resource.",
		},
		mcp.TextResourceContents{URI: "test://watched-resource", MIMEType: typeText, Text: "This resource can be watched."},
		mcp.BlobResourceContents{URI: "test://static-binary", MIMEType: typePNG, Blob: picture},
	} {
		uri, media := kindOf(contents)
		s.AddResource(mcp.NewResource(uri, uri, mcp.WithResourceDescription("Is always the same."), mcp.WithMIMEType(media)),
			func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
				return []mcp.ResourceContents{contents}, nil
			})
	}
	s.AddResourceTemplate(
		mcp.NewResourceTemplate("test://template/{id}/data", "test_template",
			mcp.WithTemplateDescription("Repeats the id."), mcp.WithTemplateMIMEType(typeJSON)),
		func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			ids, _ := r.Params.Arguments["id"].([]string)
			if len(ids) != 1 {
				return nil, wire.ResourceNotFound(ctx, r.Params.URI)
			}
			text, err := json.Marshal(map[string]any{"id": ids[0], "templateTest": true, "data": "Data for ID: " + ids[0]})
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: typeJSON, Text: string(text)}}, err
		})
}

func kindOf(contents mcp.ResourceContents) (uri, media string) {
	switch c := contents.(type) {
	case mcp.TextResourceContents:
		return c.URI, c.MIMEType
	case mcp.BlobResourceContents:
		return c.URI, c.MIMEType
	}
	return "", ""
}
