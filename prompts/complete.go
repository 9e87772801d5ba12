package prompts

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

// Completer returns the values of a kind that match what was typed, best first. kind is the complete of an argument in its file. more
// reports that others may match. Boards are completed by name, posts and conversations by title.
type Completer func(ctx context.Context, kind, typed string) (values []string, more bool)

// CompletePromptArgument answers completion/complete for a prompt.
func (s *Set) CompletePromptArgument(ctx context.Context, prompt string, typed mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	p := files()[prompt]
	if p == nil || !s.of(ctx).offers(p) {
		return nil, invalid("Unknown prompt %.100q; prompts/list has the ones there are.", prompt)
	}
	a := p.argument(typed.Name)
	switch {
	case a == nil:
		return nil, p.noArgument(typed.Name)
	case len(a.Choices) > 0:
		return &mcp.Completion{Values: slices.DeleteFunc(slices.Clone(a.Choices), func(choice string) bool {
			return !strings.HasPrefix(choice, strings.ToLower(typed.Value))
		})}, nil
	case a.Complete == "" || s.complete == nil:
		return &mcp.Completion{}, nil
	}
	values, more := s.complete(ctx, a.Complete, typed.Value)
	return wire.Completion(values, more), nil
}
