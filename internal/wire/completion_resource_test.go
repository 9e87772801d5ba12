package wire_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// oddCompletion misbehaves as its argument says.
type oddCompletion struct{}

func (oddCompletion) CompleteResourceArgument(_ context.Context, _ string, argument mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	switch argument.Name {
	case "panics":
		panic(secret)
	case "fails":
		return nil, fmt.Errorf("go says %s", secret)
	case "refuses":
		return nil, &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: "no such value"}
	case "none":
		return nil, nil //nolint:nilnil // what is tested
	default:
		return &mcp.Completion{Values: make([]string, 150), HasMore: false}, nil
	}
}

// Completions of resources fail as handlers do, and never have more values than clients take.
func TestResourceCompletionIsGuarded(t *testing.T) {
	log := &wiretest.Log{}
	provider := wire.GuardResourceCompletion(log.Logger(), oddCompletion{})
	ask := func(name string) (*mcp.Completion, error) {
		return provider.CompleteResourceArgument(t.Context(), "x://{y}", mcp.CompleteArgument{Name: name}, mcp.CompleteContext{})
	}
	for name, want := range map[string]string{"panics": "fault inside this server", "fails": "fault inside this server", "refuses": "no such value"} {
		if _, err := ask(name); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := ask("none"); got != nil || err != nil {
		t.Errorf("%v %v", got, err)
	}
	if got, err := ask("many"); err != nil || len(got.Values) != 100 || got.Total != 150 || !got.HasMore {
		t.Errorf("%+v %v", got, err)
	}
}
