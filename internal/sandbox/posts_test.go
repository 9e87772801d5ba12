package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
)

// newPost creates a post on the board for bugs.
func (a *api) newPost(extra object) object {
	a.t.Helper()
	body := object{"boardId": a.the("board", named("Bugs"))["id"], "title": "The timer shows the wrong time"}
	maps.Copy(body, extra)
	return a.do("POST", "/v2/posts", body).ok()
}

func at(o object, path ...string) any {
	var v any = o
	for _, key := range path {
		inner, _ := v.(object)
		v = inner[key]
	}
	return v
}

func tagNames(o object) []string {
	var names []string
	for _, tag := range list(o, "tags") {
		names = append(names, text(tag.(object), "name"))
	}
	return names
}

func TestANewPostGetsDefaults(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	got := a.newPost(nil)
	admin := a.the("admin", func(object) bool { return true })
	for name, c := range map[string][2]any{
		"the default status":      {at(got, "status", "isDefault"), true},
		"the key's admin":         {at(got, "author", "id"), admin["id"]},
		"credited as one":         {at(got, "author", "type"), "admin"},
		"the author's vote":       {got["upvotes"], 1.0},
		"no comments":             {got["commentCount"], 0.0},
		"comments allowed":        {at(got, "features", "commentsEnabled"), true},
		"a slug from the title":   {got["slug"], "the-timer-shows-the-wrong-time"},
		"an address":              {got["postUrl"], siteURL + "/p/the-timer-shows-the-wrong-time"},
		"the time of the sandbox": {got["createdAt"], "2026-11-01T12:00:01.000Z"},
		"nothing due":             {got["eta"], nil},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	if voters := a.do("GET", "/v2/posts/"+text(got, "id")+"/voters", nil).rows(); len(voters) != 1 || voters[0]["id"] != admin["id"] || voters[0]["type"] != "admin" {
		t.Errorf("voters %v", voters)
	}
	if second := a.newPost(nil); second["slug"] == got["slug"] || second["id"] == got["id"] {
		t.Errorf("a second post is taken for the first: %v", second["slug"])
	}
}

func TestZeroUpvotesAreIgnoredOnCreateOnly(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for asked, want := range map[float64]float64{0: 1, 1: 1, 25: 25} {
		if got := a.newPost(object{"upvotes": asked}); got["upvotes"] != want {
			t.Errorf("asked for %v, got %v", asked, got["upvotes"])
		}
	}
	post := text(a.newPost(nil), "id")
	if got := a.do("PATCH", "/v2/posts/"+post, object{"upvotes": 0}).ok(); got["upvotes"] != 0.0 {
		t.Errorf("an update to 0 gives %v", got["upvotes"])
	}
}

func TestAuthorsAreFoundByIDThenUserIDThenEmailOrMade(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	first := a.the("contact", customer)
	second := a.the("contact", func(o object) bool { return customer(o) && o["id"] != first["id"] })
	admin := a.the("admin", named("Yuki Tanabe"))
	for name, c := range map[string]struct {
		author object
		want   any
	}{
		"by id":                         {object{"id": first["id"], "email": second["email"]}, first["id"]},
		"by userId":                     {object{"userId": first["userId"], "email": second["email"]}, first["id"]},
		"by e-mail, whatever its case":  {object{"email": strings.ToUpper(text(first, "email"))}, first["id"]},
		"past an id nobody has":         {object{"id": "000000000000000000000000", "email": first["email"]}, first["id"]},
		"an admin":                      {object{"email": admin["email"]}, admin["id"]},
		"nobody in particular":          {object{}, a.the("admin", func(object) bool { return true })["id"]},
		"a name alone identifies noone": {object{"name": "Ada"}, a.the("admin", func(object) bool { return true })["id"]},
	} {
		if got := a.newPost(object{"author": c.author}); at(got, "author", "id") != c.want {
			t.Errorf("%s: %v", name, got["author"])
		}
	}
	made := a.newPost(object{"author": object{"email": "ada@lovelace.example", "name": "Ada", "userId": "ada-1"}})
	if at(made, "author", "name") != "Ada" || at(made, "author", "type") != "customer" {
		t.Errorf("author %v", made["author"])
	}
	if contact := a.do("GET", "/v2/contacts/by-user-id/ada-1", nil).ok(); contact["postsCreated"] != 1.0 || contact["email"] != "ada@lovelace.example" {
		t.Errorf("contact %v", contact)
	}
	board := a.the("board", named("Bugs"))["id"]
	a.do("POST", "/v2/posts", object{"boardId": board, "title": "Hello", "author": object{"id": "ada"}}).fails(http.StatusBadRequest, "invalid_id")
	a.do("POST", "/v2/posts", object{"boardId": board, "title": "Hello", "author": object{"userId": "nobody"}}).fails(http.StatusBadRequest, "invalid_request")
}

func TestUpdatingAPost(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, status := a.the("admin", named("Ben Castellano")), a.the("post_status", named("Planned"))
	board := a.the("board", named("Integrations"))
	post := a.newPost(object{"tags": []any{"Mobile"}})
	path := "/v2/posts/" + text(post, "id")

	got := a.do("PATCH", path, object{
		"statusId": status["id"], "assigneeId": admin["id"], "boardId": board["id"], "eta": "2026-12-24",
		"tags": []any{"reporting", "Brand new", "REPORTING"}, "commentsEnabled": false,
	}).ok()
	if at(got, "status", "name") != "Planned" || at(got, "status", "type") != "unstarted" || got["assigneeId"] != admin["id"] ||
		got["boardId"] != board["id"] || got["eta"] != "2026-12-24T00:00:00.000Z" || at(got, "features", "commentsEnabled") != false {
		t.Errorf("updated: %v", got)
	}
	if names := tagNames(got); !slices.Equal(names, []string{"Reporting", "Brand new"}) {
		t.Errorf("tags %q: want the known one once as it is written, and a new one", names)
	}
	if got["title"] != post["title"] || got["updatedAt"] == post["updatedAt"] || got["createdAt"] != post["createdAt"] {
		t.Errorf("what was not asked for: %v", got)
	}
	if found := a.do("GET", "/v2/posts?tags=Brand+new", nil).rows(); len(found) != 1 {
		t.Errorf("%d posts have the new tag", len(found))
	}

	got = a.do("PATCH", path, object{"eta": nil, "assigneeId": nil, "commentsEnabled": nil, "tags": "Search"}).ok()
	if got["eta"] != nil || got["assigneeId"] != nil || at(got, "features", "commentsEnabled") != false || !slices.Equal(tagNames(got), []string{"Search"}) {
		t.Errorf("after clearing: %v", got)
	}
	if got = a.do("PATCH", path, object{"tags": []any{}}).ok(); len(list(got, "tags")) != 0 {
		t.Errorf("tags %v", got["tags"])
	}

	for field, bad := range map[string]string{"statusId": "000000000000000000000000", "boardId": "000000000000000000000000", "assigneeId": "000000000000000000000000"} {
		if failed := a.do("PATCH", path, object{field: bad}).fails(http.StatusBadRequest, "invalid_request"); failed["param"] != field {
			t.Errorf("%s: %v", field, failed)
		}
		a.do("PATCH", path, object{field: "Planned"}).fails(http.StatusBadRequest, "invalid_id")
	}
}

func TestCustomFieldsOfPostsAreCheckedAndMerged(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	field := func(label string) string {
		return text(a.the("custom_field", func(o object) bool { return o["label"] == label }), "id")
	}
	impact, seats, areas, support := field("Impact"), field("Seats affected"), field("Affected areas"), field("Reported by support")
	post := a.newPost(object{"customFields": object{impact: "Nice to have", seats: 12}})
	path := "/v2/posts/" + text(post, "id")
	got := a.do("PATCH", path, object{"customFields": object{seats: nil, areas: []any{"iOS"}, support: true}}).ok()
	if values, _ := got["customFields"].(object); values[impact] != "Nice to have" || values[support] != true || len(values) != 3 {
		t.Errorf("merged: %v", got["customFields"])
	}
	for id, bad := range map[string]any{impact: "Terrible", seats: "many", areas: []any{"Desktop"}, support: "yes"} {
		a.do("PATCH", path, object{"customFields": object{id: bad}}).fails(http.StatusBadRequest, "invalid_request")
	}
}

func TestVisibilityLimitsAccess(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	person := a.the("contact", customer)
	company := a.the("company", func(o object) bool { return o["id"] == list(person, "_companyIds")[0] })
	author := object{"id": person["id"]}
	if got := a.newPost(object{"author": author, "visibility": "authorOnly"}); stringOf(got["access"]) != stringOf(object{"companyExternalIds": []any{}, "userIds": []any{person["id"]}}) {
		t.Errorf("authorOnly: %v", got["access"])
	}
	if got := a.newPost(object{"author": author, "visibility": "companyOnly"}); stringOf(got["access"]) != stringOf(object{"companyExternalIds": []any{company["companyId"]}, "userIds": []any{}}) {
		t.Errorf("companyOnly: %v", got["access"])
	}
}

func TestDeletingAPostTakesItsCommentsAndVotesAlong(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	post := a.the("post", func(o object) bool { return number(o, "commentCount") > 2 })
	id := text(post, "id")
	comments := a.found("/v2/comments/search", where("postId", "=", id))
	if len(comments) == 0 {
		t.Fatal("no comments to delete")
	}
	if got := a.do("DELETE", "/v2/posts/"+id, nil).ok(); stringOf(got) != stringOf(object{"id": id, "object": "post", "deleted": true}) {
		t.Errorf("answer %v", got)
	}
	a.do("GET", "/v2/posts/"+id, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("DELETE", "/v2/posts/"+id, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", "/v2/posts/"+id+"/voters", nil).fails(http.StatusNotFound, "resource_not_found")
	for _, comment := range comments {
		a.do("GET", "/v2/comments/"+text(comment, "id"), nil).fails(http.StatusNotFound, "resource_not_found")
	}
}

func TestListPostsFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	bugs, ideas := a.the("board", named("Bugs"))["id"], a.the("board", named("Feature requests"))["id"]
	planned, shipped := a.the("post_status", named("Planned"))["id"], a.the("post_status", named("Shipped"))["id"]
	listed := func(query string) []object {
		return a.all(contract.Load().Operation("listPosts"), "/v2/posts?"+query, nil, 100)
	}
	boards := func(o object) any { return o["boardId"] }
	statuses := func(o object) any { return at(o, "status", "id") }
	for query, c := range map[string]struct {
		of   func(object) any
		want []any
	}{
		"boardId=" + bugs.(string):                                    {boards, []any{bugs}},
		"boardId=" + bugs.(string) + "," + ideas.(string):             {boards, []any{bugs, ideas}},
		"boardId=" + bugs.(string) + "&boardId=" + ideas.(string):     {boards, []any{bugs, ideas}},
		"statusId=" + planned.(string) + "%2C" + shipped.(string):     {statuses, []any{planned, shipped}},
		"statusId=" + planned.(string) + "&boardId=" + ideas.(string): {statuses, []any{planned}},
	} {
		seen := map[any]bool{}
		for _, o := range listed(query) {
			seen[c.of(o)] = true
			if !slices.Contains(c.want, c.of(o)) {
				t.Errorf("%s lists %v", query, c.of(o))
			}
		}
		if len(seen) != len(c.want) {
			t.Errorf("%s lists %d of %d", query, len(seen), len(c.want))
		}
	}
	if n := len(listed("boardId=000000000000000000000000")); n != 0 {
		t.Errorf("an unknown board has %d posts", n)
	}
	tagged := listed("tags=mobile,Search")
	for _, o := range tagged {
		if names := tagNames(o); !slices.Contains(names, "Mobile") && !slices.Contains(names, "Search") {
			t.Errorf("tags %q", names)
		}
	}
	if len(tagged) == 0 || len(listed("tags=nobody-uses-this")) != 0 {
		t.Errorf("%d posts by tag", len(tagged))
	}
	matching := listed("q=dark+theme")
	for _, o := range matching {
		if all := strings.ToLower(text(o, "title") + text(o, "content")); !strings.Contains(all, "dark") || !strings.Contains(all, "theme") {
			t.Errorf("q finds %q", o["title"])
		}
	}
	if len(matching) == 0 {
		t.Error("q finds nothing")
	}
	hidden := func(o object) bool { return flag(o, "inReview") }
	if slices.ContainsFunc(listed(""), hidden) || slices.ContainsFunc(listed("inReview=false"), hidden) || !slices.ContainsFunc(listed("inReview=true"), hidden) {
		t.Error("posts in review are to be listed only with inReview=true")
	}
}

func TestVotersComeAndGoOnce(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	person := a.the("contact", customer)
	post := a.newPost(object{"author": object{"id": person["id"]}})
	path := "/v2/posts/" + text(post, "id")
	count := func() (stored float64, listed int) {
		return number(a.do("GET", path, nil).ok(), "upvotes"), len(a.do("GET", path+"/voters?limit=100", nil).rows())
	}
	expect := func(when string, want int) {
		t.Helper()
		if stored, listed := count(); stored != float64(want) || listed != want {
			t.Errorf("%s: %v upvotes, %d voters, want %d", when, stored, listed, want)
		}
	}
	expect("at first, the author's", 1)
	added := a.do("POST", path+"/voters", object{"email": "grace@hopper.example", "name": "Grace"})
	if got := added.ok(); got["added"] != true || got["object"] != "voter" || got["postId"] != post["id"] {
		t.Errorf("answer %s", added.body)
	}
	expect("with a new person", 2)
	again := a.do("POST", path+"/voters", object{"email": "GRACE@hopper.example"})
	if again.ok()["id"] != added.ok()["id"] {
		t.Errorf("a second vote is by %v", again.ok()["id"])
	}
	expect("voting twice", 2)
	a.do("POST", path+"/voters", object{}).ok()
	expect("with the key's admin", 3)
	a.do("POST", path+"/voters", nil).ok()
	expect("with the admin twice, without a body", 3)
	a.do("POST", path+"/voters", object{"userId": person["userId"]}).ok()
	expect("with the author twice", 3)
	a.do("POST", path+"/voters", object{"userId": "nobody"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", path+"/voters", object{"id": "x"}).fails(http.StatusBadRequest, "invalid_id")

	if got := a.do("DELETE", path+"/voters", object{"email": "grace@hopper.example"}).ok(); got["removed"] != true || got["id"] != added.ok()["id"] {
		t.Errorf("answer %v", got)
	}
	expect("without Grace", 2)
	a.do("DELETE", path+"/voters", object{"email": "grace@hopper.example"}).ok()
	expect("without Grace twice", 2)
	a.do("DELETE", path+"/voters", object{}).ok()
	expect("without the admin", 1)
	a.do("DELETE", path+"/voters", object{"email": "nobody@nowhere.example"}).fails(http.StatusBadRequest, "invalid_request")
	expect("without somebody unknown", 1)
	a.do("GET", "/v2/contacts/by-user-id/"+text(person, "userId"), nil).ok()
}
