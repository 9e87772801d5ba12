package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/render"
)

// A walk over what the sandbox has sees each item once and in order, whatever the budget.
func TestWalksOverTheSandboxSeeEverythingOnce(t *testing.T) {
	t.Parallel()
	servers := map[render.Budget]*mcpclient.Client{0: nil, render.LeastBudget: nil, 5000: nil, 24_000: nil}
	for budget := range servers {
		servers[budget] = enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Budget: budget})
	}
	for _, tc := range []struct {
		tool      string
		arguments map[string]any
	}{
		{"list_posts", map[string]any{"sortBy": "upvotes", "limit": 40}},
		{"list_posts", map[string]any{"detail": "full"}},
		{"search_conversations", map[string]any{"limit": 25, "query": []any{map[string]any{"field": "state", "operator": "IN", "value": []string{"open", "closed"}}}}},
		{"list_comments", map[string]any{"limit": 100, "detail": "full"}},
	} {
		want, _ := walk(t, servers[0], 0, tc.tool, tc.arguments)
		for budget, server := range servers {
			if budget == 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", tc.tool, budget), func(t *testing.T) {
				t.Parallel()
				got, cuts := walk(t, server, budget, tc.tool, tc.arguments)
				if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
					t.Error(diff)
				}
				if cuts == 0 && budget == render.LeastBudget {
					t.Error("no answer was cut, so this proves nothing")
				}
			})
		}
	}
}

// walk follows nextCursor to the end, and counts the answers that a budget cut.
func walk(t *testing.T, server *mcpclient.Client, budget render.Budget, tool string, arguments map[string]any) (ids []string, cuts int) {
	t.Helper()
	arguments = maps.Clone(arguments)
	for {
		encoded, err := json.Marshal(arguments)
		if err != nil {
			t.Fatal(err)
		}
		text, isError := enginetest.Ask(t, server, tool, string(encoded))
		if isError || budget > 0 && len(text) > int(budget) {
			t.Fatalf("%d bytes: %s", len(text), text)
		}
		var page struct {
			Data []struct {
				ID string `json:"id"`
			} `json:"data"`
			Shown      string `json:"shown"`
			NextCursor string `json:"nextCursor"`
		}
		if err := json.Unmarshal([]byte(text), &page); err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Data {
			if slices.Contains(ids, item.ID) {
				t.Fatalf("%s twice", item.ID)
			}
			ids = append(ids, item.ID)
		}
		if strings.Contains(page.Shown, "goes on") {
			cuts++
		}
		if page.NextCursor == "" {
			return ids, cuts
		}
		arguments["cursor"] = page.NextCursor
	}
}
