package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// A cursor that does not belong to the call is refused in words, and nothing is sent.
func TestCursorsThatDoNotBelongAreRefused(t *testing.T) {
	t.Parallel()
	response := fmt.Sprintf(`{"data":[%s{"id":"last"}],"nextCursor":"abc"}`, strings.Repeat(`{"id":"p","title":"`+strings.Repeat("t", 400)+`"},`, 20))
	api := enginetest.NewAPI(t, http.StatusOK, response)
	ask := func(tool, arguments string) (text string, isError bool) {
		return enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AnswerBudget: render.LeastBudget}, Account: engine.Account{Client: api.Client(t)}}, tools.Inventory().Lookup(tool), arguments)
	}
	text, _ := ask("list_posts", `{"sortBy":"upvotes","limit":50}`)
	_, cursor, cut := strings.Cut(text, `"nextCursor":"`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	if !cut || !strings.HasPrefix(cursor, input.OursBegin) {
		t.Fatal(text)
	}
	api.Arrived()
	for _, tc := range []struct{ name, tool, arguments, want string }{
		{"another order", "list_posts", `{"sortBy":"trending","limit":50,"cursor":"` + cursor + `"}`, "other arguments"},
		{"no order", "list_posts", `{"cursor":"` + cursor + `"}`, "other arguments"},
		{"another tool", "list_contacts", `{"cursor":"` + cursor + `"}`, "other arguments"},
		{"damaged", "list_posts", `{"sortBy":"upvotes","cursor":"` + strings.ToLower(cursor) + `x"}`, "damaged"},
		{"made up", "list_posts", `{"sortBy":"upvotes","cursor":"~3"}`, "damaged"},
	} {
		text, isError := ask(tc.tool, tc.arguments)
		if !isError || !strings.Contains(text, tc.want) || !strings.Contains(text, "sent nothing") || len(api.Arrived()) > 0 {
			t.Errorf("%s: %s", tc.name, text)
		}
	}
	text, isError := ask("list_posts", `{"sortBy":"upvotes","limit":2,"detail":"full","cursor":"`+cursor+`"}`)
	requests := api.Arrived()
	if isError || len(requests) != 1 || requests[0].Query["limit"] != "50" || requests[0].Query["cursor"] != "" || !strings.Contains(text, `"shown":"`) {
		t.Errorf("%v\n%s", requests, text)
	}
	if got := strings.Count(text, `"id":`); got != 2 {
		t.Errorf("%d items with limit 2: %s", got, text)
	}
	if ask("list_posts", `{"cursor":"theirs","limit":7}`); api.Arrived()[0].Query["cursor"] != "theirs" {
		t.Error("a cursor of the API did not pass unchanged")
	}
}
