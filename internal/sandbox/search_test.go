package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) found(path string, clauses ...object) []object {
	a.t.Helper()
	op := contract.Load().Operations()[slices.IndexFunc(contract.Load().Operations(), func(o *contract.Operation) bool {
		return o.Method == "POST" && o.Path == path
	})]
	members := make([]any, len(clauses))
	for i, c := range clauses {
		members[i] = c
	}
	return a.all(op, path, object{"query": object{"operator": "AND", "value": members}}, 100)
}

func where(field, operator string, value any) object {
	return object{"field": field, "operator": operator, "value": value}
}

// For each operator of each field, what the search found fits a predicate, and what it left out does not.
func TestEveryOperatorOfEveryFieldFinds(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	board := a.the("board", named("Bugs"))["id"]
	planned, shipped := a.the("post_status", named("Planned"))["id"], a.the("post_status", named("Shipped"))["id"]
	tag := a.the("post_tag", named("Mobile"))["id"]
	admin := a.the("admin", func(object) bool { return true })["id"]
	popular := a.the("post", func(o object) bool { return len(list(o, "_voters")) > 40 })
	author, voter := popular["_authorId"], list(popular, "_voters")[3]
	commented := a.the("comment", func(o object) bool { return o["parentCommentId"] != nil })
	person := a.the("contact", customer)
	company := list(person, "_companyIds")[0]
	const spring = 1775000000.0 // 2026-03-31

	after := func(field string) func(object) bool {
		return func(o object) bool { at, ok := store.Seconds(text(o, field)); return ok && at > spring }
	}
	is := func(field string, value any) func(object) bool {
		return func(o object) bool { return o[field] == value }
	}
	not := func(fits func(object) bool) func(object) bool { return func(o object) bool { return !fits(o) } }
	more := func(field string, than float64) func(object) bool {
		return func(o object) bool { n, ok := o[field].(float64); return ok && n > than }
	}
	inside := func(field, key string, value any) func(object) bool {
		return func(o object) bool { inner, _ := o[field].(object); return inner[key] == value }
	}
	tagged := func(o object) bool {
		return slices.ContainsFunc(list(o, "tags"), func(v any) bool { return v.(object)["id"] == tag })
	}
	employed := func(o object) bool {
		return slices.ContainsFunc(list(o, "companies"), func(v any) bool { return v.(object)["id"] == company })
	}
	stored := func(fits func(object) bool) func(object) bool { // for what an answer does not show
		return func(o object) bool { return fits(a.sandbox.store.Kind(text(o, "object")).Get(text(o, "id"))) }
	}
	everything := map[string][]object{}
	for _, id := range []string{"searchPosts", "searchComments", "searchContacts"} {
		op := contract.Load().Operation(id)
		everything[op.Path] = a.all(op, op.Path, object{}, 100)
	}
	anything := where("isPinned", "=", false) // makes a negation narrow enough, and keeps most posts
	unpinned := is("isPinned", false)
	for _, c := range []struct {
		path    string
		clauses []object
		fits    func(object) bool
	}{
		{"/v2/posts/search", []object{where("boardId", "=", board)}, is("boardId", board)},
		{"/v2/posts/search", []object{where("board_id", "=", board)}, is("boardId", board)},
		{"/v2/posts/search", []object{where("boardId", "=", strings.ToUpper(board.(string)))}, is("boardId", board)},
		{"/v2/posts/search", []object{where("boardId", "!=", board), anything}, func(o object) bool { return o["boardId"] != board && unpinned(o) }},
		{"/v2/posts/search", []object{where("statusId", "IN", []any{planned, shipped})}, func(o object) bool {
			return inside("status", "id", planned)(o) || inside("status", "id", shipped)(o)
		}},
		{"/v2/posts/search", []object{where("statusId", "NIN", []any{planned, shipped}), anything}, func(o object) bool {
			return !inside("status", "id", planned)(o) && !inside("status", "id", shipped)(o) && unpinned(o)
		}},
		{"/v2/posts/search", []object{where("tagId", "=", tag)}, tagged},
		{"/v2/posts/search", []object{where("tagId", "NIN", []any{tag}), anything}, func(o object) bool { return !tagged(o) && unpinned(o) }},
		{"/v2/posts/search", []object{where("authorId", "=", author)}, inside("author", "id", author)},
		{"/v2/posts/search", []object{where("voterId", "=", voter)}, stored(func(o object) bool { return slices.Contains(list(o, "_voters"), voter) })},
		{"/v2/posts/search", []object{where("voterId", "IN", []any{voter})}, stored(func(o object) bool { return slices.Contains(list(o, "_voters"), voter) })},
		{"/v2/posts/search", []object{where("assigneeId", "=", admin)}, is("assigneeId", admin)},
		{"/v2/posts/search", []object{where("assigneeId", "=", nil)}, is("assigneeId", nil)},
		{"/v2/posts/search", []object{where("assigneeId", "!=", nil), anything}, func(o object) bool { return o["assigneeId"] != nil && unpinned(o) }},
		{"/v2/posts/search", []object{where("createdAt", ">", spring)}, after("createdAt")},
		{"/v2/posts/search", []object{where("created_at", "<=", spring)}, not(after("createdAt"))},
		{"/v2/posts/search", []object{where("updatedAt", ">=", spring+1)}, after("updatedAt")},
		{"/v2/posts/search", []object{where("eta", ">", 0.0)}, not(is("eta", nil))},
		{"/v2/posts/search", []object{where("upvotes", ">", 30.0)}, more("upvotes", 30)},
		{"/v2/posts/search", []object{where("upvotes", ">=", 31.0)}, more("upvotes", 30)},
		{"/v2/posts/search", []object{where("upvotes", "<", 31.0)}, not(more("upvotes", 30))},
		{"/v2/posts/search", []object{where("upvotes", "<=", 30.0)}, not(more("upvotes", 30))},
		{"/v2/posts/search", []object{where("upvotes", "=", number(popular, "upvotes"))}, is("upvotes", popular["upvotes"])},
		{"/v2/posts/search", []object{where("commentCount", ">", 3.0)}, more("commentCount", 3)},
		{"/v2/posts/search", []object{where("opportunityAmount", ">", 5000.0)}, more("opportunityAmount", 5000)},
		{"/v2/posts/search", []object{where("inReview", "=", true)}, is("inReview", true)},
		{"/v2/posts/search", []object{where("inReview", "!=", true)}, is("inReview", false)},
		{"/v2/posts/search", []object{where("isPinned", "=", true)}, is("isPinned", true)},
		{"/v2/posts/search", []object{where("boardId", "=", board), where("upvotes", ">", 20.0)}, func(o object) bool {
			return o["boardId"] == board && more("upvotes", 20)(o)
		}},
		{"/v2/comments/search", []object{where("postId", "=", commented["postId"])}, is("postId", commented["postId"])},
		{"/v2/comments/search", []object{where("postId", "=", nil)}, is("postId", nil)},
		{"/v2/comments/search", []object{where("changelogId", "=", nil)}, is("changelogId", nil)},
		{"/v2/comments/search", []object{where("parentCommentId", "=", commented["parentCommentId"])}, is("parentCommentId", commented["parentCommentId"])},
		{"/v2/comments/search", []object{where("parentCommentId", "=", nil)}, is("parentCommentId", nil)},
		{"/v2/comments/search", []object{where("authorId", "=", admin)}, inside("author", "id", admin)},
		{"/v2/comments/search", []object{where("isPrivate", "=", true)}, is("isPrivate", true)},
		{"/v2/comments/search", []object{where("isPrivate", "!=", true)}, is("isPrivate", false)},
		{"/v2/comments/search", []object{where("inReview", "=", true)}, is("inReview", true)},
		{"/v2/comments/search", []object{where("score", ">", 5.0)}, more("score", 5)},
		{"/v2/comments/search", []object{where("confidenceScore", ">", 0.5)}, stored(func(o object) bool { return confidence(o) > 0.5 })},
		{"/v2/comments/search", []object{where("createdAt", ">", spring)}, after("createdAt")},
		{"/v2/contacts/search", []object{where("externalId", "=", person["userId"])}, is("userId", person["userId"])},
		{"/v2/contacts/search", []object{where("external_id", "IN", []any{person["userId"], "nobody"})}, is("userId", person["userId"])},
		{"/v2/contacts/search", []object{where("email", "=", person["email"])}, is("email", person["email"])},
		{"/v2/contacts/search", []object{where("name", "~", strings.ToUpper(text(person, "name")[:4]))}, func(o object) bool {
			return containsWord(text(o, "name"), text(person, "name")[:4])
		}},
		{"/v2/contacts/search", []object{where("type", "=", "lead")}, is("type", "lead")},
		{"/v2/contacts/search", []object{where("type", "!=", "lead")}, is("type", "customer")},
		{"/v2/contacts/search", []object{where("type", "NIN", []any{"customer"})}, is("type", "lead")},
		{"/v2/contacts/search", []object{where("companyIds", "=", company)}, employed},
		{"/v2/contacts/search", []object{where("company_ids", "NIN", []any{company}), where("type", "=", "customer")}, func(o object) bool {
			return !employed(o) && o["type"] == "customer"
		}},
		{"/v2/contacts/search", []object{where("postsCreated", ">", 1.0)}, more("postsCreated", 1)},
		{"/v2/contacts/search", []object{where("commentsCreated", "<", 3.0)}, not(more("commentsCreated", 2))},
		{"/v2/contacts/search", []object{where("lastActivity", ">", spring)}, after("lastActivity")},
		{"/v2/contacts/search", []object{where("createdAt", "<", spring)}, stored(func(o object) bool { at, _ := store.Seconds(text(o, "createdAt")); return at < spring })},
	} {
		t.Run(c.path+stringOf(c.clauses), func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			got := a.found(c.path, c.clauses...)
			if len(got) == 0 {
				t.Fatal("nothing found")
			}
			for _, o := range got {
				if !c.fits(o) {
					t.Errorf("does not fit: %v", o)
				}
			}
			rest := 0
			for _, o := range everything[c.path] {
				if c.fits(o) {
					rest++
				}
			}
			if rest != len(got) {
				t.Errorf("found %d, but %d fit", len(got), rest)
			}
		})
	}
}

func TestMoneyFollowsTheVoters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	board := text(a.the("board", named("Bugs")), "id")
	post := text(a.do("POST", "/v2/posts", object{"boardId": board, "title": "Worth a lot"}).ok(), "id")
	rich := where("monthlySpend", ">", 1000.0)
	for i, spend := range []float64{900, 700} {
		a.do("POST", "/v2/contacts", object{"email": stringOf(i) + "@rich.example", "companies": []any{
			object{"id": "rich-" + stringOf(i), "name": "Rich", "monthlySpend": spend},
		}}).ok()
		a.do("POST", "/v2/posts/"+post+"/voters", object{"email": stringOf(i) + "@rich.example"}).ok()
		if found := slices.Contains(ids(a.found("/v2/posts/search", rich)), post); found != (i == 1) {
			t.Errorf("after %d votes: found %v", i+1, found)
		}
	}
	if got := ids(a.found("/v2/posts/search", where("companyId", "=", "rich-0"))); !slices.Equal(got, []string{post}) {
		t.Errorf("by company: %v", got)
	}
}

func TestSearchRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	const someone = "64b0c2f19d3e5a7788990011"
	sixteen := make([]any, 16)
	for i := range sixteen {
		sixteen[i] = where("isPinned", "=", true)
	}
	for name, c := range map[string]struct {
		path  string
		query any
		code  string
	}{
		"OR":                             {"/v2/posts/search", object{"operator": "OR", "value": []any{where("isPinned", "=", true)}}, "invalid_request"},
		"a group in a group":             {"/v2/posts/search", object{"operator": "AND", "value": []any{object{"operator": "AND", "value": []any{}}}}, "invalid_request"},
		"sixteen clauses":                {"/v2/posts/search", object{"operator": "AND", "value": sixteen}, "invalid_request"},
		"an empty group":                 {"/v2/posts/search", object{"operator": "AND", "value": []any{}}, "invalid_request"},
		"an unknown field":               {"/v2/posts/search", where("colour", "=", "red"), "invalid_request"},
		"an unknown operator":            {"/v2/posts/search", where("upvotes", "LIKE", 1), "invalid_request"},
		"an operator of another field":   {"/v2/posts/search", where("boardId", ">", someone), "invalid_request"},
		"~ outside names":                {"/v2/posts/search", where("boardId", "~", someone), "invalid_request"},
		"^ anywhere":                     {"/v2/contacts/search", where("name", "^", "Ada"), "invalid_request"},
		"a list for =":                   {"/v2/posts/search", where("boardId", "=", []any{someone}), "invalid_request"},
		"one value for IN":               {"/v2/posts/search", where("boardId", "IN", someone), "invalid_request"},
		"an empty IN":                    {"/v2/posts/search", where("boardId", "IN", []any{}), "invalid_request"},
		"a name where an id goes":        {"/v2/posts/search", where("boardId", "=", "Bugs"), "invalid_request"},
		"a date as text":                 {"/v2/posts/search", where("createdAt", ">", "2026-01-01"), "invalid_request"},
		"a number as text":               {"/v2/posts/search", where("upvotes", ">", "5"), "invalid_request"},
		"a boolean as text":              {"/v2/posts/search", where("isPinned", "=", "true"), "invalid_request"},
		"null where there is always one": {"/v2/posts/search", where("boardId", "=", nil), "invalid_request"},
		"a type nobody has":              {"/v2/contacts/search", where("type", "=", "robot"), "invalid_request"},
		"snake case on comments":         {"/v2/comments/search", where("post_id", "=", someone), "invalid_request"},
		"only negations":                 {"/v2/posts/search", where("boardId", "!=", someone), "query_too_broad"},
		"only negations in a group":      {"/v2/posts/search", object{"operator": "AND", "value": []any{where("boardId", "!=", someone), where("tagId", "NIN", []any{someone})}}, "query_too_broad"},
		"a negated e-mail":               {"/v2/contacts/search", where("email", "!=", "a@b.example"), "query_too_broad"},
		"a negated author of comments":   {"/v2/comments/search", where("authorId", "!=", someone), "query_too_broad"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			a.do("POST", c.path, object{"query": c.query}).fails(http.StatusBadRequest, c.code)
		})
	}
	a.do("POST", "/v2/posts/search", object{"query": where("boardId", "!=", someone), "search": "timer"}).ok()
	a.do("POST", "/v2/contacts/search", object{"search": "x"}).fails(http.StatusBadRequest, "invalid_request") // has no full text
	a.do("POST", "/v2/posts/search", object{"search": ""}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", "/v2/posts/search", object{"search": strings.Repeat("x", 501)}).fails(http.StatusBadRequest, "invalid_request")
}

func TestFullTextFindsWhatPeopleMean(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for search, c := range map[string]struct {
		atLeast int
		first   string   // in the title of the first hit
		also    []string // titles among the first ten
	}{
		"dark mode":                           {5, "Dark mode", []string{"Dark theme for the whole app", "Night mode, please: my eyes hurt after ten in the evening"}},
		"DARK":                                {5, "ark", nil},
		"export":                              {5, "xport", []string{"Exporting filtered lists to Excel", "CSV export leaves out custom fields"}},
		"exports":                             {5, "xport", []string{"Scheduled exports by e-mail"}},
		"sso okta":                            {4, "SSO with Okta", []string{"SAML single sign-on"}},
		"how can I get invoices every month?": {3, "invoice", []string{"Send the same retainer invoice every month"}},
		"timer stops when laptop sleeps":      {2, "Timer loses minutes when the laptop sleeps", nil},
	} {
		t.Run(search, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			got := a.do("POST", "/v2/posts/search", object{"search": search})
			rows := got.rows()
			if len(rows) < c.atLeast {
				t.Fatalf("%d hits, want %d", len(rows), c.atLeast)
			}
			titles := make([]string, len(rows))
			for i, o := range rows {
				titles[i] = text(o, "title")
			}
			if !strings.Contains(titles[0], c.first) {
				t.Errorf("first hit %q, want %q in it", titles[0], c.first)
			}
			for _, want := range c.also {
				if !slices.Contains(titles, want) {
					t.Errorf("%q is not among %q", want, titles)
				}
			}
		})
	}
	if got := a.do("POST", "/v2/posts/search", object{"search": "xylophone"}); len(got.rows()) != 0 || got.ok()["totalCount"] != 0.0 {
		t.Errorf("a word nobody wrote finds %s", got.body)
	}
	if rows := a.do("POST", "/v2/comments/search", object{"search": "browser extension"}).rows(); len(rows) == 0 || !strings.Contains(text(rows[0], "content"), "browser extension") {
		t.Errorf("comments: %v", rows)
	}
}

func TestFullTextSeesAtMostTwoHundredAndCombinesWithAFilter(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	board := a.the("board", named("Feature requests"))["id"]
	for i := range 210 {
		a.do("POST", "/v2/posts", object{"boardId": board, "title": "Zeppelin number " + stringOf(i)}).ok()
	}
	got := a.do("POST", "/v2/posts/search", object{"search": "zeppelin"}).ok()
	if got["totalCount"] != 200.0 || got["totalCountCapped"] != true {
		t.Errorf("total %v, capped %v", got["totalCount"], got["totalCountCapped"])
	}
	got = a.do("POST", "/v2/posts/search", object{}).ok()
	if got["totalCount"] != float64(210+len(seed(0, store.Shipped).Kind("post").All())) || got["totalCountCapped"] != false {
		t.Errorf("total %v, capped %v", got["totalCount"], got["totalCountCapped"])
	}
	bugs := a.the("board", named("Bugs"))["id"]
	for _, o := range a.do("POST", "/v2/posts/search", object{"search": "export", "query": where("boardId", "=", bugs)}).rows() {
		if o["boardId"] != bugs {
			t.Errorf("%v is in another board", o["title"])
		}
	}
}
