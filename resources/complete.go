package resources

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

// CompleteResourceArgument answers completion/complete for the URI of a template with values that match what was typed, by title or name.
// It implements mcp-go's provider of completions.
func (s *Set) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	r := lookup(uri)
	if r == nil || !s.isOn(ctx, r) {
		return nil, invalid("Unknown resource %.100q; resources/templates/list has those with values to complete.", uri)
	}
	switch holes := r.holes(); {
	case len(holes) == 0:
		return nil, invalid("Resource %s has nothing to complete.", uri)
	case !slices.Contains(holes, argument.Name):
		return nil, invalid("Resource %s has no value %.100q; it has %s.", uri, argument.Name, strings.Join(holes, ", "))
	}
	values, more := s.Complete(ctx, kindOf(argument.Name), argument.Value)
	return wire.Completion(values, more), nil
}

// Complete returns the values of a kind ("board", "post") that match what was typed, best first. more reports that others may match. A
// value of a board is its name. A kind with many objects has the id after the title: "Dark mode (64b0c2f19d3e5a7788990011)". Arguments and
// URIs accept both. If the values are not available, it returns none and no error.
func (s *Set) Complete(ctx context.Context, kind, typed string) (values []string, more bool) {
	if !s.reads(ctx, s.inventory.Lister(kind)) {
		return nil, false
	}
	env, err := s.env(ctx)
	if err != nil {
		return nil, false
	}
	return env.Complete(ctx, kind, typed)
}

func invalid(format string, args ...any) error {
	return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf(format, args...)}
}
