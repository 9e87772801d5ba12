package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/internal/contract"
)

func TestPagingVisitsEverythingExactlyOnce(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	popular := a.the("post", func(o object) bool { return len(list(o, "_voters")) > 40 })
	size := func(kindName string, fits func(object) bool) (n int) {
		for _, o := range a.sandbox.store.Kind(kindName).All() {
			if fits(o) {
				n++
			}
		}
		return n
	}
	every := func(object) bool { return true }
	approved := func(o object) bool { return !flag(o, "inReview") }
	for _, c := range []struct {
		operation, path string
		body            object
		want            int
	}{
		{"listPosts", "/v2/posts", nil, size("post", approved)},
		{"listPosts", "/v2/posts?inReview=true", nil, size("post", every)},
		{"listPosts", "/v2/posts?sortBy=upvotes", nil, size("post", approved)},
		{"listPosts", "/v2/posts?sortBy=trending&sortOrder=asc", nil, size("post", approved)},
		{"listPosts", "/v2/posts?sortBy=recent", nil, size("post", approved)},
		{"listPostVoters", "/v2/posts/" + text(popular, "id") + "/voters", nil, len(list(popular, "_voters"))},
		{"listComments", "/v2/comments", nil, size("comment", every)},
		{"listComments", "/v2/comments?sortBy=top", nil, size("comment", every)},
		{"listComments", "/v2/comments?sortBy=old&privacy=public", nil, size("comment", func(o object) bool { return !flag(o, "isPrivate") })},
		{"listContacts", "/v2/contacts", nil, size("contact", func(o object) bool { return o["type"] == "customer" })},
		{"listContacts", "/v2/contacts?contactType=all", nil, size("contact", every)},
		{"searchPosts", "/v2/posts/search", object{}, size("post", every)},
		{"searchPosts", "/v2/posts/search", object{"sort": "eta:asc"}, size("post", every)}, // most have none: nulls at the end
		{"searchPosts", "/v2/posts/search", object{"sort": "opportunity_amount:desc"}, size("post", every)},
		{"searchComments", "/v2/comments/search", object{"sort": "score:desc"}, size("comment", every)},
		{"searchContacts", "/v2/contacts/search", object{"sort": "postsCreated:desc"}, size("contact", every)},
	} {
		t.Run(c.operation+" "+c.path+stringOf(c.body), func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			got := ids(a.all(contract.Load().Operation(c.operation), c.path, c.body, 23))
			distinct := slices.Compact(slices.Sorted(slices.Values(got)))
			if len(got) != c.want || len(distinct) != c.want {
				t.Errorf("%d items, %d of them distinct, want %d", len(got), len(distinct), c.want)
			}
		})
	}
}

func TestPagesOfARelevanceSearchAreThoseOfOneLargePage(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	op := contract.Load().Operation("searchPosts")
	want := ids(a.do("POST", "/v2/posts/search", object{"search": "export invoices", "limit": 100}).rows())
	if got := ids(a.all(op, "/v2/posts/search", object{"search": "export invoices"}, 7)); len(got) < 10 || !slices.Equal(got[:min(len(got), 100)], want) {
		t.Errorf("pages %v\nwant %v", got, want)
	}
}

func TestTheDefaultLimitIsTen(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	if n := len(a.do("GET", "/v2/posts", nil).rows()); n != 10 {
		t.Errorf("listPosts: %d", n)
	}
	if n := len(a.do("POST", "/v2/posts/search", nil).rows()); n != 10 {
		t.Errorf("searchPosts: %d", n)
	}
}

func TestPagesStayRightWhileThingsAreWritten(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	board := text(a.the("board", named("Bugs")), "id")
	first := a.do("GET", "/v2/posts?limit=20", nil)
	want := ids(a.do("GET", "/v2/posts?limit=40", nil).rows())
	a.do("POST", "/v2/posts", object{"boardId": board, "title": "Newer than all"}).ok()
	a.do("DELETE", "/v2/posts/"+want[0], nil).ok()
	second := a.do("GET", "/v2/posts?limit=20&cursor="+text(first.ok(), "nextCursor"), nil)
	if got := append(ids(first.rows()), ids(second.rows())...); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestCursorsAreBoundToTheirQuestion(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	cursor := text(a.do("POST", "/v2/posts/search", object{"search": "timer", "sort": "upvotes:desc", "limit": 2}).ok(), "nextCursor")
	listed := text(a.do("GET", "/v2/posts?limit=2&sortBy=upvotes", nil).ok(), "nextCursor")
	if cursor == "" || listed == "" {
		t.Fatal("no cursor")
	}
	clause := object{"field": "isPinned", "operator": "=", "value": false}
	for name, body := range map[string]object{
		"another sort":      {"search": "timer", "sort": "upvotes:asc"},
		"no sort":           {"search": "timer"},
		"another mode":      {"sort": "upvotes:desc"},
		"another text":      {"search": "timers", "sort": "upvotes:desc"},
		"another query":     {"search": "timer", "sort": "upvotes:desc", "query": clause},
		"not a cursor":      {"search": "timer", "sort": "upvotes:desc", "cursor": "nonsense"},
		"another list's":    {"search": "timer", "sort": "upvotes:desc", "cursor": listed},
		"a cursor cut off":  {"search": "timer", "sort": "upvotes:desc", "cursor": cursor[:len(cursor)-5]},
		"base64 of nothing": {"search": "timer", "sort": "upvotes:desc", "cursor": "e30"},
	} {
		if body["cursor"] == nil {
			body["cursor"] = cursor
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			a.do("POST", "/v2/posts/search", body).fails(http.StatusBadRequest, "invalid_cursor")
		})
	}
	a.do("POST", "/v2/posts/search", object{"search": "timer", "sort": "upvotes:desc", "limit": 50, "cursor": cursor}).ok()
	for _, query := range []string{"sortBy=createdAt", "sortBy=upvotes&sortOrder=asc", "sortBy=upvotes&q=timer", "sortBy=upvotes&inReview=true"} {
		a.do("GET", "/v2/posts?"+query+"&cursor="+listed, nil).fails(http.StatusBadRequest, "invalid_cursor")
	}
	a.do("GET", "/v2/posts?limit=5&sortBy=upvotes&cursor="+listed, nil).ok()
}

func TestListsAreSortedAsAsked(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	numbers := func(field string) func(a, b object) int {
		return func(a, b object) int { return cmp.Compare(number(a, field), number(b, field)) }
	}
	texts := func(field string) func(a, b object) int {
		return func(a, b object) int { return cmp.Compare(text(a, field), text(b, field)) }
	}
	for _, c := range []struct {
		method, path string
		body         any
		compare      func(a, b object) int
		desc         bool
	}{
		{"GET", "/v2/posts?limit=100", nil, texts("createdAt"), true},
		{"GET", "/v2/posts?limit=100&sortOrder=asc", nil, texts("createdAt"), false},
		{"GET", "/v2/posts?limit=100&sortBy=upvotes", nil, numbers("upvotes"), true},
		{"GET", "/v2/posts?limit=100&sortBy=recent", nil, texts("updatedAt"), true},
		{"GET", "/v2/comments?limit=100&sortBy=new", nil, texts("createdAt"), true},
		{"GET", "/v2/comments?limit=100&sortBy=old", nil, texts("createdAt"), false},
		{"GET", "/v2/comments?limit=100&sortBy=top", nil, numbers("score"), true},
		{"POST", "/v2/posts/search", object{"limit": 100}, texts("createdAt"), true},
		{"POST", "/v2/posts/search", object{"limit": 100, "sort": "commentCount:asc"}, numbers("commentCount"), false},
		{"POST", "/v2/posts/search", object{"limit": 100, "sort": "comment_count:desc"}, numbers("commentCount"), true},
		{"POST", "/v2/posts/search", object{"limit": 100, "sort": "upvotes:desc", "search": "mobile app"}, numbers("upvotes"), true},
		{"POST", "/v2/comments/search", object{"limit": 100, "sort": "createdAt:asc"}, texts("createdAt"), false},
		{"POST", "/v2/contacts/search", object{"limit": 100}, texts("lastActivity"), true},
		{"POST", "/v2/contacts/search", object{"limit": 100, "sort": "commentsCreated:desc"}, numbers("commentsCreated"), true},
	} {
		t.Run(c.path+stringOf(c.body), func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			rows := a.do(c.method, c.path, c.body).rows()
			if c.desc {
				slices.Reverse(rows)
			}
			if len(rows) < 10 || !slices.IsSortedFunc(rows, c.compare) || c.compare(rows[0], rows[len(rows)-1]) == 0 {
				t.Errorf("%d rows are not in order", len(rows))
			}
		})
	}
}
