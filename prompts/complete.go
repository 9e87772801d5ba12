package prompts

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// Kind says what the values of an argument are names of.
type Kind string

// The kinds that arguments are completed by.
const (
	Boards Kind = "board" // by name
	Posts  Kind = "post"  // by title
)

// Completer returns the values of a kind that fit what was typed, best first.
type Completer func(ctx context.Context, kind Kind, typed string) ([]string, error)

// CompletePromptArgument answers completion/complete for a prompt.
func (s *Set) CompletePromptArgument(ctx context.Context, prompt string, typed mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	p := files()[prompt]
	if p == nil || !s.offers(p) {
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
	values, err := s.complete(ctx, a.Complete, typed.Value)
	if err != nil {
		return nil, err
	}
	return &mcp.Completion{Values: values}, nil
}
