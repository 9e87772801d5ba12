//go:build conformance

// Package conformance holds what the MCP conformance suite calls in a server under test: tools, resources and prompts of fixed names
// with fixed answers. The build tag conformance adds them to the product, in internal/app, and nothing else does: what the suite
// examines is the product's own constructor, middleware and transports, started by the product's own command.
//
//	conformance.go    Options: capabilities beyond the product's, and completions
//	content.go        tools that answer with each kind of content
//	input.go          tools and a prompt that ask the client before they answer, in either era of the protocol
//	state.go          what such a tool gives the client to keep between two rounds
//	notifications.go  tools that notify before they answer
//	resources.go      resources and a template
//	prompts.go        prompts
package conformance

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Options returns the options that make the product's server the one under test. They belong behind the product's own.
func Options() []server.ServerOption {
	return []server.ServerOption{
		server.WithToolCapabilities(true),
		server.WithResourceCapabilities(true, true),
		server.WithPromptCapabilities(true),
		server.WithLogging(),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completions{}),
		addContent,
		addDialogues,
		addNotifying,
		addResources,
		addPrompts,
	}
}

// completions are those of test_prompt_with_arguments, whatever was typed.
type completions struct{}

// CompletePromptArgument returns three values.
func (completions) CompletePromptArgument(
	context.Context, string, mcp.CompleteArgument, mcp.CompleteContext,
) (*mcp.Completion, error) {
	return &mcp.Completion{Values: []string{"paris", "park", "party"}, Total: 3}, nil
}
