package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

func TestBudgetsThatNoAnswerCouldKeepAreRefused(t *testing.T) {
	t.Parallel()
	for budget, ok := range map[render.Budget]bool{0: true, render.LeastBudget: true, 24_000: true, render.LeastBudget - 1: false, 1: false, -1: false} {
		if err := budget.Check(); (err == nil) != ok {
			t.Errorf("%d: %v", budget, err)
		}
	}
}

func TestWhateverIsSaidIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		budget := render.Budget(rapid.IntRange(int(render.LeastBudget), 10_000).Draw(t, "budget"))
		text := drawText(t) + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		got := budget.Bound(text)
		if len(got) > int(budget) || !utf8.ValidString(got) {
			t.Fatalf("%d bytes with a budget of %d", len(got), budget)
		}
		if valid := strings.ToValidUTF8(text, "\ufffd"); len(valid) <= int(budget) && got != valid {
			t.Fatalf("%q became %q", valid, got)
		}
	})
}

// Answers that are no list and no text keep the budget as well, and stay what they are: JSON, or words that end with what to do.
func TestOtherAnswersKeepTheBudget(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 10_000)
	post := string(rawjson.Encode(map[string]any{"id": anID, "title": long, "tags": numbered(500)}))
	survey := string(rawjson.Encode(map[string]any{"id": anID, "title": "A survey", "pages": numbered(5000), "description": long}))
	failure := string(rawjson.Encode(map[string]any{"error": map[string]any{"message": long}}))
	for _, tc := range []struct {
		name, tool, arguments, response, want string
		status                                int
		dryRun                                bool
	}{
		{"an update", "update_post", `{"postId":"` + anID + `","title":"xx"}`, post, `{"untrusted-text":"title, tags","id":"` + anID + `","title":"long `, 200, false},
		{"a dry run", "create_post", `{"boardId":"` + anID + `","title":"xx","tags":["` + long + `"],"eta":"` + long + `"}`, post, `Dry run`, 200, true},
		{"an object with large fields", "get_survey", `{"surveyId":"` + anID + `"}`, survey, "\npages: [{", 200, false},
		{"an object without a view", "query_report", `{"metric":"m","aggregation":"count","granularity":"hour","startDate":"2026-01-01","endDate":"2026-12-31"}`, `{"timeSeries":` + string(rawjson.Encode(numbered(5000))) + `,"value":34}`, "\ntimeSeries: [[", 200, false},
		{"an error", "update_post", `{"postId":"` + anID + `","title":"xx"}`, failure, "call again", 400, false},
		{"wrong arguments", "get_post", `{"postId":"` + anID + `","` + long + `":1}`, "", "call again", 200, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, _ := callIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AnswerBudget: render.LeastBudget, DryRun: tc.dryRun}, Account: engine.Account{Client: newAPI(t, tc.status, tc.response).client(t)}}, tools.Inventory().Lookup(tc.tool), tc.arguments)
			if len(text) > int(render.LeastBudget) || !strings.Contains(text, tc.want) || !strings.Contains(text, "…") && tc.status == http.StatusOK && !tc.dryRun {
				t.Errorf("%d bytes: %s", len(text), text)
			}
		})
	}
}
