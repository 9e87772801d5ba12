//go:build conformance

package conformance

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// A picture of one pixel and a sound of one sample.
const (
	picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
	sound   = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA=="
)

// typesJSON and the others are the media types of what the fixtures give.
const (
	typePNG  = "image/png"
	typeWAV  = "audio/wav"
	typeJSON = "application/json"
	typeText = "text/plain"
)

// addContent adds the tools that answer at once.
func addContent(s *server.MCPServer) {
	answers := func(name, description string, content ...mcp.Content) {
		s.AddTool(mcp.NewTool(name, mcp.WithDescription(description)),
			func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return &mcp.CallToolResult{Content: content}, nil
			})
	}
	answers("test_simple_text", "Answers with text.", mcp.NewTextContent("This is a simple text response for testing."))
	answers("test_image_content", "Answers with a picture.", mcp.NewImageContent(picture, typePNG))
	answers("test_audio_content", "Answers with a sound.", mcp.NewAudioContent(sound, typeWAV))
	answers("test_embedded_resource", "Answers with a resource.", mcp.NewEmbeddedResource(mcp.TextResourceContents{
		URI: "test://embedded-resource", MIMEType: typeText, Text: "This is an embedded resource content.",
	}))
	answers("test_multiple_content_types", "Answers with text, a picture and a resource.",
		mcp.NewTextContent("Multiple content types test:"),
		mcp.NewImageContent(picture, typePNG),
		mcp.NewEmbeddedResource(mcp.TextResourceContents{
			URI: "test://mixed-content-resource", MIMEType: typeJSON, Text: `{"test":"data","value":123}`,
		}))
	s.AddTool(mcp.NewTool("test_error_handling", mcp.WithDescription("Fails.")),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
		})
	answersSchema := func(name, description, schema string) {
		s.AddTool(mcp.NewToolWithRawSchema(name, description, json.RawMessage(schema)),
			func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText("Accepted."), nil
			})
	}
	answersSchema("json_schema_2020_12_tool", "Has a schema with keywords of JSON Schema 2020-12.", schema202012)
	answersSchema("test_custom_header", "Has an argument that clients repeat in a header.", `{
		"type": "object",
		"properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
		"required": ["region"],
		"additionalProperties": false
	}`)
}

// schema202012 is prescribed by the suite, keyword by keyword.
const schema202012 = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"type": "object",
	"$defs": {
		"address": {
			"$anchor": "addressDef",
			"type": "object",
			"properties": {"street": {"type": "string"}, "city": {"type": "string"}}
		}
	},
	"properties": {
		"name": {"type": "string"},
		"address": {"$ref": "#/$defs/address"},
		"contactMethod": {"type": "string", "enum": ["phone", "email"]},
		"phone": {"type": "string"},
		"email": {"type": "string"}
	},
	"allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
	"if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
	"then": {"required": ["phone"]},
	"else": {"required": ["email"]},
	"additionalProperties": false
}`
