package engine_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/mark3labs/mcp-go/mcp"
	"pgregory.net/rapid"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// pagedAPI is a Featurebase with one list: a null among the items is one that the live API has lost. It takes only cursors that it gave.
type pagedAPI struct {
	*httptest.Server
	items  []string // JSON
	prefix string   // of cursors

	limits map[string]string // by cursor: a page that is asked for again has to be the same page
	page   int               // items of the last page that are not null
}

func newPagedAPI(t *testing.T) *pagedAPI {
	t.Helper()
	a := &pagedAPI{}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// ServeHTTP answers one page.
func (a *pagedAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, start := 10, 0
	if s := q.Get("limit"); s != "" {
		limit, _ = strconv.Atoi(s)
	}
	if cursor := q.Get("cursor"); cursor != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(cursor, a.prefix))
		if err != nil || n >= len(a.items) {
			http.Error(w, `{"error":{"code":"invalid_cursor","message":"unknown cursor"}}`, http.StatusBadRequest)
			return
		}
		start = n
	}
	if before, again := a.limits[q.Get("cursor")]; again && before != q.Get("limit") {
		http.Error(w, `{"error":{"message":"the same page with another limit"}}`, http.StatusBadRequest)
		return
	}
	a.limits[q.Get("cursor")] = q.Get("limit")
	end := min(start+limit, len(a.items))
	next := "null"
	if end < len(a.items) {
		next = string(rawjson.Encode(a.prefix + strconv.Itoa(end)))
	}
	page := a.items[start:end]
	a.page = len(slices.DeleteFunc(slices.Clone(page), func(item string) bool { return item == "null" }))
	_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"nextCursor":%s,"totalCount":%d}`, strings.Join(page, ","), next, len(a.items))
}

// env returns surroundings with a client of this API.
func (a *pagedAPI) env(t *rapid.T, budget render.Budget) engine.Env {
	c, err := client.New(client.Config{BaseURL: a.URL, Key: "sk_test", Version: "2026-01-01.nova"})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: slog.New(slog.DiscardHandler), AnswerBudget: budget}, Account: engine.Account{Client: c}}
}

// listAnswer is what a model gets of a list.
type listAnswer struct {
	Data []struct {
		ID string `json:"id"`
	} `json:"data"`
	Shown      string `json:"shown"`
	Short      string `json:"short"`
	NextCursor string `json:"nextCursor"`
	TotalCount int    `json:"totalCount"`
}

// askFor calls a list tool and holds the answer to what every answer has to be.
func askFor(t *rapid.T, env engine.Env, tool string, args map[string]any) (answer listAnswer) {
	res, err := env.Handler(tools.Inventory().Lookup(tool))(t.Context(), enginetest.Request(tool, string(rawjson.Encode(args))))
	if err != nil {
		t.Fatal(err)
	}
	text := res.Content[0].(mcp.TextContent).Text
	if env.AnswerBudget > 0 && len(text) > int(env.AnswerBudget) {
		t.Fatalf("%d bytes with a budget of %d", len(text), env.AnswerBudget)
	}
	if !utf8.ValidString(text) {
		t.Fatal("not UTF-8")
	}
	if err := json.Unmarshal([]byte(text), &answer); res.IsError || err != nil {
		t.Fatalf("%v: %v\n%.300s", args, err, text)
	}
	return answer
}

// drawItems makes a list and the ids that a walk over it has to see.
func drawItems(t *rapid.T) (items, ids []string) {
	for i := range rapid.IntRange(0, 60).Draw(t, "items") {
		if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
			items = append(items, "null")
			continue
		}
		id := fmt.Sprintf("item-%d", i)
		ids = append(ids, id)
		items = append(items, string(rawjson.Encode(map[string]any{"id": id, "title": "t", "content": enginetest.DrawText(t), "extra": enginetest.DrawText(t)})))
	}
	return items, ids
}

func drawBudget(t *rapid.T) render.Budget {
	return render.Budget(rapid.OneOf(rapid.Just(0), rapid.IntRange(int(render.LeastBudget), 60_000)).Draw(t, "budget"))
}

// Whatever a list holds, whatever the limits and the budget: walking to its end yields each item once, in order, in answers that keep the
// budget and count right.
func TestWalkingAListYieldsEachItemOnce(t *testing.T) {
	t.Parallel()
	api := newPagedAPI(t)
	rapid.Check(t, func(t *rapid.T) {
		var want []string
		api.items, want = drawItems(t)
		api.prefix = rapid.SampledFrom([]string{"", "~", "page.", `"<`, "~AAAA."}).Draw(t, "cursors")
		api.limits = map[string]string{}
		env := api.env(t, drawBudget(t))
		args := map[string]any{"sortBy": "upvotes"}
		if rapid.Bool().Draw(t, "full") {
			args["detail"] = "full"
		}
		var got []string
		for answers := 0; ; answers++ {
			if answers > len(api.items)+1 {
				t.Fatal("the walk does not end")
			}
			delete(args, "limit")
			if limit := rapid.IntRange(0, 100).Draw(t, "limit"); limit > 0 {
				args["limit"] = limit
			}
			before := len(got)
			a := askFor(t, env, "list_posts", args)
			for _, item := range a.Data {
				got = append(got, item.ID)
			}
			checkCounts(t, a, len(got)-before, api.page)
			if limit, given := args["limit"].(int); given && len(a.Data) > limit {
				t.Fatalf("%d items with limit %d", len(a.Data), limit)
			}
			if env.AnswerBudget == 0 && (a.Short != "" || answers > 0 && a.Shown == "" && len(a.Data) < api.page) {
				t.Fatalf("cut without a budget: %+v", a)
			}
			if a.TotalCount != len(api.items) && len(api.items) > 0 {
				t.Fatalf("total %d of %d", a.TotalCount, len(api.items))
			}
			if a.NextCursor == "" {
				break
			}
			args["cursor"] = a.NextCursor
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// checkCounts holds what an answer says of itself to what it shows and to the page it is from.
func checkCounts(t *rapid.T, a listAnswer, items, page int) {
	if a.Shown == "" {
		if items != page {
			t.Fatalf("%d of %d items without a word", items, page)
		}
		return
	}
	var first, last, whole int
	said, _, _ := strings.Cut(a.Shown, ";")
	if items == 0 {
		if said != fmt.Sprintf("none of this page's %d", page) {
			t.Fatalf("nothing shown, said: %s", a.Shown)
		}
		return
	}
	if _, err := fmt.Sscanf(said, "%d-%d of this page's %d", &first, &last, &whole); err != nil || last-first+1 != items || whole != page {
		t.Fatalf("%d items of a page of %d, said: %s", items, page, a.Shown)
	}
	if goesOn := strings.Contains(a.Shown, "nextCursor goes on"); goesOn != (last < whole) || goesOn && a.NextCursor == "" {
		t.Fatalf("%s, next %q", a.Shown, a.NextCursor)
	}
}

// leastAnswer is the answer to a call when the API answers with this and the budget is the least.
func leastAnswer(t *testing.T, tool, arguments, response string) string {
	t.Helper()
	text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AnswerBudget: render.LeastBudget}, Account: engine.Account{Client: enginetest.NewAPI(t, http.StatusOK, response).Client(t)}}, tools.Inventory().Lookup(tool), arguments)
	if isError {
		t.Fatal(text)
	}
	if !render.LeastBudget.Holds(len(text)) {
		t.Errorf("%d bytes", len(text))
	}
	return text
}

func TestAnItemThatIsTooLongIsShownInShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 10_000)
	response := func(title, content string) string {
		return string(rawjson.Encode(map[string]any{"data": []any{map[string]any{"id": "p1", "title": title, "content": content}}}))
	}
	for _, tc := range []struct{ name, response, want string }{
		{"its row stands for it", response("t", long), `{"untrusted-text":"all","data":[{"id":"p1","title":"t","excerpt":"word `},
		{"its row is too long as well", response(long, "<p>text"), `{"untrusted-text":"all","data":[{"id":"p1","title":"word word `},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text := leastAnswer(t, "list_posts", `{"detail":"full"}`, tc.response)
			if !strings.HasPrefix(text, tc.want) || !strings.Contains(text, "get_post reads it") || !json.Valid([]byte(text)) {
				t.Error(text)
			}
		})
	}
	if text := leastAnswer(t, "list_posts", `{}`, response(long, "")); !strings.Contains(text, "more characters)") {
		t.Errorf("cut without a word: %s", text)
	}
}

// numbered is a list of small objects.
func numbered(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"id": fmt.Sprintf("x%d", i), "name": strings.Repeat("n", 90), "permissions": map[string]any{"some": true}}
	}
	return list
}

// A list without pages continues by offset until it is complete.
func TestAListWithoutPagesGoesOnByOffset(t *testing.T) {
	t.Parallel()
	response := string(rawjson.Encode(numbered(40)))
	var got []string
	arguments := `{}`
	for range 40 {
		var a listAnswer
		if err := json.Unmarshal([]byte(leastAnswer(t, "list_post_statuses", arguments, response)), &a); err != nil {
			t.Fatal(err)
		}
		for _, item := range a.Data {
			got = append(got, item.ID)
		}
		_, next, more := strings.Cut(a.Shown, "; offset ")
		if !more {
			break
		}
		arguments = `{"offset":` + strings.Fields(next)[0] + `}`
	}
	if len(got) != 40 || got[0] != "x0" || got[39] != "x39" || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(fmt.Sprintf("%4s", a), fmt.Sprintf("%4s", b)) }) {
		t.Error(got)
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, tool, arguments, response, want string }{
		{"boards in full", "list_boards", `{"detail":"full"}`, string(rawjson.Encode(numbered(40))), `of 40; detail concise shows more of them"`},
		{"boards", "list_boards", `{}`, string(rawjson.Encode(numbered(40))), `of 40; the rest does not fit an answer: narrow the call, or let the user raise --answer-budget"`},
		{"the rows of a report", "drill_into_report", drillArguments, string(rawjson.Encode(map[string]any{"rows": numbered(100), "page": 3, "pageSize": 100, "total": 1000})), ` bytes shown; a smaller pageSize shows whole pages ---`},
		{"what stands beside the items", "list_posts", `{}`, `{"data":[{"id":"p1"}],"definitions":["` + strings.Repeat(`x","`, 2000) + `y"]}`, ` more"]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text := leastAnswer(t, tc.tool, tc.arguments, tc.response)
			if !strings.Contains(text, tc.want) || strings.HasPrefix(text, "{") && !json.Valid([]byte(text)) {
				t.Error(text)
			}
		})
	}
}

const drillArguments = `{"metric":"m","granularity":"week","startDate":"2026-10-01","endDate":"2026-10-31","page":3,"pageSize":100}`

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
		{"an update", "update_post", `{"postId":"` + anID + `","title":"xx"}`, post, `{"untrusted-text":"title, author, tags","did":"updated","id":"` + anID + `","title":"long `, 200, false},
		{"a dry run", "create_post", `{"boardId":"` + anID + `","title":"xx","tags":["` + long + `"],"eta":"` + long + `"}`, post, `Dry run`, 200, true},
		{"an object with large fields", "get_survey", `{"surveyId":"` + anID + `"}`, survey, "\npages: [{", 200, false},
		{"an object without a view", "query_report", `{"metric":"m","aggregation":"count","granularity":"hour","startDate":"2026-01-01","endDate":"2026-12-31"}`, `{"timeSeries":` + string(rawjson.Encode(numbered(5000))) + `,"value":34}`, "\ntimeSeries: [[", 200, false},
		{"an error", "update_post", `{"postId":"` + anID + `","title":"xx"}`, failure, "call again", 400, false},
		{"wrong arguments", "get_post", `{"postId":"` + anID + `","` + long + `":1}`, "", "call again", 200, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, _ := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AnswerBudget: render.LeastBudget, DryRun: tc.dryRun}, Account: engine.Account{Client: enginetest.NewAPI(t, tc.status, tc.response).Client(t)}}, tools.Inventory().Lookup(tc.tool), tc.arguments)
			if len(text) > int(render.LeastBudget) || !strings.Contains(text, tc.want) || !strings.Contains(text, "…") && tc.status == http.StatusOK && !tc.dryRun {
				t.Errorf("%d bytes: %s", len(text), text)
			}
		})
	}
}
