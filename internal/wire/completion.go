package wire

import (
	"context"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxCompletions is the most values that the protocol allows in an answer; some clients refuse one with more.
const maxCompletions = 100

// Completion is values that fit what was typed. Where others may fit, their number is not known, and so there is no total.
func Completion(values []string, more bool) *mcp.Completion {
	c := &mcp.Completion{Values: values, HasMore: more}
	if !more {
		c.Total = len(values)
	}
	return c
}

// GuardPromptCompletion goes around a provider as [Guard] goes around handlers, and keeps its answers within the protocol: a provider
// returns all values that fit.
func GuardPromptCompletion(logger *slog.Logger, provider server.PromptCompletionProvider) server.PromptCompletionProvider {
	return promptCompletion{logger, provider}
}

type promptCompletion struct {
	log  *slog.Logger
	next server.PromptCompletionProvider
}

// CompletePromptArgument completes an argument of a prompt.
func (c promptCompletion) CompletePromptArgument(
	ctx context.Context, prompt string, argument mcp.CompleteArgument, given mcp.CompleteContext,
) (*mcp.Completion, error) {
	return complete(ctx, c.log, "The completion of prompt "+prompt, func(ctx context.Context) (*mcp.Completion, error) {
		return c.next.CompletePromptArgument(ctx, prompt, argument, given)
	})
}

// complete protects a provider and cuts what is too much.
func complete(ctx context.Context, log *slog.Logger, what string, provide func(context.Context) (*mcp.Completion, error)) (*mcp.Completion, error) {
	found, fault := protect(ctx, log, what, nil, provide)
	if fault != nil {
		return nil, fault.CodedError
	}
	if found == nil || len(found.Values) <= maxCompletions {
		return found, nil
	}
	return &mcp.Completion{Values: found.Values[:maxCompletions], Total: len(found.Values), HasMore: true}, nil
}

// GuardResourceCompletion is the same around a provider for resources.
func GuardResourceCompletion(logger *slog.Logger, provider server.ResourceCompletionProvider) server.ResourceCompletionProvider {
	return resourceCompletion{logger, provider}
}

type resourceCompletion struct {
	log  *slog.Logger
	next server.ResourceCompletionProvider
}

// CompleteResourceArgument completes a value in the address of a resource.
func (c resourceCompletion) CompleteResourceArgument(
	ctx context.Context, uri string, argument mcp.CompleteArgument, given mcp.CompleteContext,
) (*mcp.Completion, error) {
	return complete(ctx, c.log, "The completion of resource "+uri, func(ctx context.Context) (*mcp.Completion, error) {
		return c.next.CompleteResourceArgument(ctx, uri, argument, given)
	})
}
