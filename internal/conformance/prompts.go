//go:build conformance

package conformance

import (
	"context"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func addPrompts(s *server.MCPServer) {
	s.AddPrompt(mcp.NewPrompt("test_simple_prompt", mcp.WithPromptDescription("Is text.")),
		says(mcp.NewTextContent("This is a simple prompt for testing.")))
	s.AddPrompt(mcp.NewPrompt("test_prompt_with_image", mcp.WithPromptDescription("Is a picture and text.")),
		says(mcp.NewImageContent(picture, typePNG), mcp.NewTextContent("Please analyze the image above.")))
	s.AddPrompt(mcp.NewPrompt("test_prompt_with_arguments", mcp.WithPromptDescription("Repeats its arguments."),
		mcp.WithArgument("arg1", mcp.ArgumentDescription("The first one"), mcp.RequiredArgument()),
		mcp.WithArgument("arg2", mcp.ArgumentDescription("The second one"), mcp.RequiredArgument())),
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text := fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", r.Params.Arguments["arg1"], r.Params.Arguments["arg2"])
			return says(mcp.NewTextContent(text))(ctx, r)
		})
	s.AddPrompt(mcp.NewPrompt("test_prompt_with_embedded_resource", mcp.WithPromptDescription("Embeds a resource."),
		mcp.WithArgument("resourceUri", mcp.ArgumentDescription("The resource"), mcp.RequiredArgument())),
		func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			embedded := mcp.NewEmbeddedResource(mcp.TextResourceContents{
				URI: r.Params.Arguments["resourceUri"], MIMEType: typeText, Text: "Embedded resource content for testing.",
			})
			return says(embedded, mcp.NewTextContent("Please process the embedded resource above."))(ctx, r)
		})
	s.AddPrompt(mcp.NewPrompt("test_input_required_result_prompt", mcp.WithPromptDescription("Asks the user first.")), asks)
}

// says returns a handler whose prompt has these contents, each in a message.
func says(contents ...mcp.Content) server.PromptHandlerFunc {
	return func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		result := &mcp.GetPromptResult{}
		for _, content := range contents {
			result.Messages = append(result.Messages, mcp.NewPromptMessage(mcp.RoleUser, content))
		}
		return result, nil
	}
}

// asks is a prompt that depends on what the user says.
func asks(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	q := elicit("user_context", "What context should the prompt use?", schemaContext)
	if !declares(ctx, q.capability) {
		return nil, missingCapability(q.capability)
	}
	if text, ok := q.answer(r.Params.InputResponses); ok {
		return says(mcp.NewTextContent("Use this context: "+text))(ctx, r)
	}
	builder := server.NewInputRequestBuilder("")
	q.ask(builder)
	return builder.PromptResult(), nil
}
