package wire

import (
	"context"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxCompletions is how many values the protocol allows in an answer. Some clients refuse an answer with more.
const maxCompletions = 100

// Completion returns the values that fit what was typed. If others may fit, it has no total, because their number is unknown.
func Completion(values []string, more bool) *mcp.Completion {
	c := &mcp.Completion{Values: values, HasMore: more}
	if !more {
		c.Total = len(values)
	}
	return c
}

// GuardPromptCompletion protects a provider as [Guard] protects handlers. It also cuts answers to the number of values
// that the protocol allows, because a provider returns all values that fit.
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

// complete protects a provider and cuts its answer.
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

// GuardResourceCompletion does the same for a provider of resources.
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
