package workflow_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

var handedOver = regexp.MustCompile(`(?m)^plan: .*: plan_changes (\{.*\})$`)

// A plan that a job hands over is right as it stands: no row is refused, and all of them are applied once. Where a write of it is switched off, there
// is none.
func TestPlansThatAreHandedOverWork(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool, arguments, write, missing string
		rows                            int
	}{
		{"find_similar_posts", `{"postId":"6adba99f8c2fe90da8000107"}`, "update_post", `"update_post"`, 3},
		{"draft_changelog", `{}`, "create_comment", "plan: ", 5},
		{"triage_queue", `{"only":"moderation"}`, "update_post", "plan: ", 1},
	} {
		box := enginetest.Box(t, sandbox.Options{Control: true})
		post(t, box, `{"boardId":"`+factsOf(t, sandbox.Options{}).posts[0].BoardID+`","title":"Zebra printing from the quay","content":"<p>Harbour masters print zebras.</p>","inReview":true}`)
		server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport())})
		answer, isError := enginetest.Ask(t, server, tc.tool, tc.arguments)
		plan := handedOver.FindStringSubmatch(answer)
		if isError || plan == nil {
			t.Errorf("%s hands over no plan: %s", tc.tool, answer)
			continue
		}
		planned, isError := enginetest.Ask(t, server, "plan_changes", plan[1])
		if isError || strings.Contains(planned, "refused") {
			t.Errorf("%s: %s\n%s", tc.tool, plan[1], planned)
		}
		without := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Exclude: []string{tc.write}}})
		if answer, _ := enginetest.Ask(t, without, tc.tool, tc.arguments); strings.Contains(answer, tc.missing) {
			t.Errorf("%s without %s: %s", tc.tool, tc.write, answer)
		}
		before := writesTo(t, box)
		applied, isError := enginetest.Ask(t, server, "apply_plan", `{"planId":"`+planID.FindString(planned)+`"}`)
		if writes := writesTo(t, box) - before; isError || writes != tc.rows {
			t.Errorf("%s: %d writes, %d are meant: %s", tc.tool, writes, tc.rows, applied)
		}
	}
}

// writesTo counts the writes that the sandbox has applied.
func writesTo(t *testing.T, box *sandbox.Sandbox) int {
	t.Helper()
	w := httptest.NewRecorder()
	box.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_sandbox/journal", http.NoBody))
	var journal struct {
		Data []any `json:"data"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &journal); err != nil {
		t.Fatal(err)
	}
	return len(journal.Data)
}
