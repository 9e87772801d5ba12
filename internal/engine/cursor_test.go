package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

func TestPlacesSurviveTheWayThroughAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := input.Place{
			Skip: rapid.IntRange(0, 1000).Draw(t, "skip"), Limit: rapid.IntRange(0, 100).Draw(t, "limit"),
			Cursor: rapid.String().Draw(t, "cursor"), Call: rapid.Uint32().Draw(t, "call"),
		}
		text := p.String()
		if got, ok := input.ParsePlace(text); !ok || got != p {
			t.Fatalf("%+v became %+v, %t", p, got, ok)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "damage at")
		damaged := text[:at] + rapid.SampledFrom([]string{"", "A", "~", ".", "zz"}).Draw(t, "damage") + text[at+1:]
		if got, ok := input.ParsePlace(damaged); ok && damaged != text {
			t.Fatalf("%q was %q and is taken for %+v", damaged, text, got)
		}
	})
}

func FuzzParsePlace(f *testing.F) {
	f.Add("~")
	f.Add(input.Place{Skip: 3, Limit: 10, Cursor: "abc", Call: 7}.String())
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := input.ParsePlace(text); ok && (p.String() != text || p.Skip < 0 || p.Limit < 0) {
			t.Errorf("%q is taken for %+v", text, p)
		}
	})
}

// A cursor that does not belong to the call is refused in words, and nothing is sent.
func TestCursorsThatDoNotBelongAreRefused(t *testing.T) {
	t.Parallel()
	response := fmt.Sprintf(`{"data":[%s{"id":"last"}],"nextCursor":"abc"}`, strings.Repeat(`{"id":"p","title":"`+strings.Repeat("t", 400)+`"},`, 20))
	api := newAPI(t, http.StatusOK, response)
	ask := func(tool, arguments string) (text string, isError bool) {
		return callIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AnswerBudget: render.LeastBudget}, Account: engine.Account{Client: api.client(t)}}, tools.Inventory().Lookup(tool), arguments)
	}
	text, _ := ask("list_posts", `{"sortBy":"upvotes","limit":50}`)
	_, cursor, cut := strings.Cut(text, `"nextCursor":"`)
	cursor, _, _ = strings.Cut(cursor, `"`)
	if !cut || !strings.HasPrefix(cursor, input.OursBegin) {
		t.Fatal(text)
	}
	api.arrived()
	for _, tc := range []struct{ name, tool, arguments, want string }{
		{"another order", "list_posts", `{"sortBy":"trending","limit":50,"cursor":"` + cursor + `"}`, "other arguments"},
		{"no order", "list_posts", `{"cursor":"` + cursor + `"}`, "other arguments"},
		{"another tool", "list_contacts", `{"cursor":"` + cursor + `"}`, "other arguments"},
		{"damaged", "list_posts", `{"sortBy":"upvotes","cursor":"` + strings.ToLower(cursor) + `x"}`, "damaged"},
		{"made up", "list_posts", `{"sortBy":"upvotes","cursor":"~3"}`, "damaged"},
	} {
		text, isError := ask(tc.tool, tc.arguments)
		if !isError || !strings.Contains(text, tc.want) || !strings.Contains(text, "sent nothing") || len(api.arrived()) > 0 {
			t.Errorf("%s: %s", tc.name, text)
		}
	}
	text, isError := ask("list_posts", `{"sortBy":"upvotes","limit":2,"detail":"full","cursor":"`+cursor+`"}`)
	requests := api.arrived()
	if isError || len(requests) != 1 || requests[0].query["limit"] != "50" || requests[0].query["cursor"] != "" || !strings.Contains(text, `"shown":"`) {
		t.Errorf("%v\n%s", requests, text)
	}
	if got := strings.Count(text, `"id":`); got != 2 {
		t.Errorf("%d items with limit 2: %s", got, text)
	}
	if ask("list_posts", `{"cursor":"theirs","limit":7}`); api.arrived()[0].query["cursor"] != "theirs" {
		t.Error("a cursor of the API did not pass unchanged")
	}
}
