package sandbox

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
)

// served are the toolsets of the contract that the sandbox serves.
var served = []string{
	"boards", "posts", "comments", "contacts", "conversations", "tickets", "companies", "organization", "webhooks", "audit-logs", "reports", "changelogs", "help-center", "surveys", "training-data",
	"help-center-api", "outbound",
}

func TestEveryOperationOfTheServedToolsetsAnswersAsTheContractSays(t *testing.T) {
	t.Parallel()
	a := start(t, Options{StateFile: filepath.Join(t.TempDir(), "state.json")}) // so that each change is read back from there, too
	board := text(a.the("board", named("Bugs")), "id")
	person := a.the("contact", customer)
	contact, userID := text(person, "id"), text(person, "userId")
	changelog := text(a.the("changelog", named("Recurring tasks are here")), "id")
	field := text(a.the("custom_field", func(object) bool { return true }), "id")
	status := text(a.the("post_status", named("Planned")), "id")

	a.do("GET", "/v2/boards", nil).rows()
	a.do("GET", "/v2/boards/"+board, nil).ok()
	a.do("GET", "/v2/post_statuses", nil).rows()
	a.do("GET", "/v2/post_statuses/"+status, nil).ok()
	a.do("GET", "/v2/custom_fields", nil).rows()
	a.do("GET", "/v2/custom_fields/"+field, nil).ok()

	a.do("GET", "/v2/posts", nil).rows()
	a.do("POST", "/v2/posts/search", object{}).rows()
	post := text(a.do("POST", "/v2/posts", object{"boardId": board, "title": "A post"}).ok(), "id")
	a.do("GET", "/v2/posts/"+post, nil).ok()
	a.do("PATCH", "/v2/posts/"+post, object{"title": "A better post"}).ok()
	a.do("POST", "/v2/posts/"+post+"/voters", object{"id": contact}).ok()
	a.do("GET", "/v2/posts/"+post+"/voters", nil).rows()
	a.do("DELETE", "/v2/posts/"+post+"/voters", object{"id": contact}).ok()

	comment := func() string {
		return text(a.do("POST", "/v2/comments", object{"content": "<p>x</p>", "changelogId": changelog}).ok(), "id")
	}
	first := comment()
	a.do("GET", "/v2/comments", nil).rows()
	a.do("POST", "/v2/comments/search", object{"search": "spreadsheet"}).rows()
	a.do("GET", "/v2/comments/"+first, nil).ok()
	a.do("PATCH", "/v2/comments/"+first, object{"content": "<p>y</p>"}).ok()
	a.do("DELETE", "/v2/comments/"+first, nil).ok()
	a.do("DELETE", "/v2/comment", object{"id": comment()}).ok()
	a.do("DELETE", "/v2/posts/"+post, nil).ok()

	a.do("GET", "/v2/contacts?contactType=all", nil).rows()
	a.do("POST", "/v2/contacts/search", object{}).rows()
	a.do("GET", "/v2/contacts/"+contact, nil).ok()
	a.do("GET", "/v2/contacts/by-user-id/"+userID, nil).ok()
	preferences := object{"preferences": object{"all": "unsubscribed"}}
	for _, path := range []string{"/v2/contacts/" + contact, "/v2/contacts/by-user-id/" + userID} {
		a.do("GET", path+"/email-preferences", nil).ok()
		a.do("PATCH", path+"/email-preferences", preferences).ok()
	}
	a.do("POST", "/v2/contacts/"+contact+"/block", nil).ok()
	a.do("POST", "/v2/contacts/"+contact+"/unblock", nil).ok()
	a.do("DELETE", "/v2/contacts/by-user-id/"+userID, nil).ok()
	fresh := text(a.do("POST", "/v2/contacts", object{"email": "new@brightwater-studio.example"}).ok(), "id")
	a.do("DELETE", "/v2/contacts/"+fresh, nil).ok()
	a.everyConversationOperation()
	a.everyTicketOperation()

	a.everyCompanyOperation()
	a.everyOrganizationOperation()
	a.everyWebhookOperation()
	a.everyReportOperation()

	a.everyChangelogOperation()
	a.everyHelpCenterOperation()
	a.everySurveyOperation()
	a.everyTrainingOperation()
	a.everyPreview()

	for _, op := range contract.Load().Operations() {
		if slices.Contains(served, op.Toolset) && !a.served[op.ID] {
			t.Errorf("%s was never answered", op.ID)
		}
	}
}

func TestBoardsAndStatusesAreBareArraysAndCustomFieldsAnEnvelope(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for path, bare := range map[string]bool{"/v2/boards": true, "/v2/post_statuses": true, "/v2/custom_fields": false} {
		if got := a.do("GET", path, nil); strings.HasPrefix(string(got.body), "[") != bare || len(got.rows()) < 4 {
			t.Errorf("%s: %.80s", path, got.body)
		}
	}
}

func TestRoutesPreferFixedSegmentsAndTellEveryOperationApart(t *testing.T) {
	t.Parallel()
	r := newRoutes(contract.Load(), newKindTable())
	for _, op := range contract.Load().Operations() {
		if !slices.Contains(served, op.Toolset) {
			continue
		}
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(op.Path, "a%2Fb%20c")
		end, held := r.match(op.Method, path)
		if end == nil || end.op != op {
			t.Errorf("%s %s leads to %v", op.Method, path, end)
			continue
		}
		for name, value := range held {
			if value != "a/b c" {
				t.Errorf("%s: %s holds %q", op.ID, name, value)
			}
		}
	}
	for _, path := range []string{"/v2/posts/", "/v2", "/v2/posts/x/y", "/v2/contacts/by-user-id/", "/v2/posts//voters", "/v2/posts/%zz"} {
		if end, _ := r.match("GET", path); end != nil {
			t.Errorf("%s leads to %s", path, end.op.ID)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options Options
		header  string
		status  int
	}{
		"any key will do":               {Options{}, "Bearer sk_anything", http.StatusOK},
		"but there must be one":         {Options{}, "", http.StatusForbidden},
		"an empty one is none":          {Options{}, "Bearer ", http.StatusForbidden},
		"another scheme is none":        {Options{}, "Basic sk_right", http.StatusForbidden},
		"the right key":                 {Options{Key: "sk_right"}, "Bearer sk_right", http.StatusOK},
		"a wrong key":                   {Options{Key: "sk_right"}, "Bearer sk_wrong", http.StatusForbidden},
		"no key where none is wanted":   {Options{NoAuth: true}, "", http.StatusOK},
		"some key where none is wanted": {Options{NoAuth: true}, "Bearer sk_anything", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, c.options)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"/v2/boards", nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			got := a.send(r)
			if got.status != c.status {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if got.status == http.StatusForbidden && string(got.body) != `{"message":"Invalid API Key","success":false}` {
				t.Errorf("body %s", got.body)
			}
		})
	}
	if _, err := New(Options{Key: "sk_right", NoAuth: true}); err == nil {
		t.Error("a key and no authentication at once are accepted")
	}
}

func TestUnknownRoutesAnswerHTML(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for _, c := range [][2]string{{"GET", "/v2/nothing"}, {"PUT", "/v2/boards"}, {"GET", "/"}, {"GET", "/_sandbox/journal"}, {"GET", "/v2/%3Cscript%3E"}} {
		got := a.do(c[0], c[1], nil)
		if got.status != http.StatusNotFound || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") ||
			!strings.Contains(string(got.body), "Cannot "+c[0]) || strings.Contains(string(got.body), "<script>") {
			t.Errorf("%v: %d %s", c, got.status, got.body)
		}
	}
}

func TestOtherVersionsAreRefused(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for version, status := range map[string]int{"2026-01-01.nova": 200, "2025-12-12.clover": 400, "2026-08-19.orbit": 200, "2026-09-03.pulsar": 200, "2027-01-01.next": 400} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"/v2/boards", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer sk_test")
		r.Header.Set("Featurebase-Version", version)
		if got := a.send(r); got.status != status {
			t.Errorf("%s: %d %s", version, got.status, got.body)
		}
	}
}

func TestStrictness(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	post := text(a.the("post", func(object) bool { return true }), "id")
	board := text(a.the("board", func(object) bool { return true }), "id")
	const nobody = "000000000000000000000000"
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code, path2  string // the error's code and the path of its first detail; "-" for no details
	}{
		"an unknown query key":          {"GET", "/v2/posts?zzz=1", nil, 400, "invalid_request", ""},
		"a query key without a meaning": {"GET", "/v2/boards?limit=1", nil, 400, "invalid_request", ""},
		"limit 0":                       {"GET", "/v2/posts?limit=0", nil, 400, "invalid_request", "limit"},
		"limit 101":                     {"GET", "/v2/posts?limit=101", nil, 400, "invalid_request", "limit"},
		"limit ten":                     {"GET", "/v2/posts?limit=ten", nil, 400, "invalid_request", "limit"},
		"a bad enum in the query":       {"GET", "/v2/comments?privacy=secret", nil, 400, "invalid_request", "privacy"},
		"a bad id in the query":         {"GET", "/v2/posts?boardId=" + board + ",nope", nil, 400, "invalid_id", "-"},
		"a bad id in the path":          {"GET", "/v2/posts/nope", nil, 400, "invalid_id", "-"},
		"a cut id":                      {"GET", "/v2/posts/" + post[:23], nil, 400, "invalid_id", "-"},
		"a bad id before a sub-path":    {"GET", "/v2/posts/nope/voters", nil, 400, "invalid_id", "-"},
		"an unknown id":                 {"GET", "/v2/posts/" + nobody, nil, 404, "resource_not_found", "-"},
		"an unknown id on a write":      {"PATCH", "/v2/posts/" + nobody, object{"title": "Hello"}, 404, "resource_not_found", "-"},
		"an unknown user id":            {"GET", "/v2/contacts/by-user-id/nobody", nil, 404, "resource_not_found", "-"},
		"an unknown body key":           {"PATCH", "/v2/posts/" + post, object{"titel": "x"}, 400, "invalid_request", ""},
		"an unknown key further in":     {"POST", "/v2/posts", object{"boardId": board, "title": "Hello", "author": object{"mail": "x"}}, 400, "invalid_request", "author"},
		"a wrong type":                  {"PATCH", "/v2/posts/" + post, object{"title": 5}, 400, "invalid_request", "title"},
		"too short":                     {"PATCH", "/v2/posts/" + post, object{"title": "x"}, 400, "invalid_request", "title"},
		"a missing field":               {"POST", "/v2/posts", object{"boardId": board}, 400, "invalid_request", "title"},
		"no body at all":                {"POST", "/v2/posts", nil, 400, "invalid_request", "boardId"},
		"trailing JSON":                 {"PATCH", "/v2/posts/" + post, `{"title":"Hello"}{}`, 400, "invalid_request", "-"},
		"broken JSON":                   {"PATCH", "/v2/posts/" + post, `{"title":`, 400, "invalid_request", "-"},
		"a list for an object":          {"PATCH", "/v2/posts/" + post, `[]`, 400, "invalid_request", ""},
		"a body where none goes":        {"DELETE", "/v2/posts/" + post, object{"id": post}, 400, "invalid_request", ""},
		"a date that is none":           {"PATCH", "/v2/posts/" + post, object{"eta": "soon"}, 400, "invalid_request", "eta"},
		"an e-mail that is none":        {"POST", "/v2/posts/" + post + "/voters", object{"email": "nobody"}, 400, "invalid_request", "email"},
		"a contact without identity":    {"POST", "/v2/contacts", object{"name": "Ada"}, 400, "invalid_request", ""},
		"preferences without any":       {"PATCH", "/v2/contacts/" + nobody + "/email-preferences", object{"preferences": object{}}, 400, "invalid_request", "preferences"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			failed := a.do(c.method, c.path, c.body).fails(c.status, c.code)
			if failed["type"] != "invalid_request_error" {
				t.Errorf("type %v", failed["type"])
			}
			details := list(failed, "details")
			if c.path2 == "-" {
				if details != nil {
					t.Errorf("details %v", details)
				}
				return
			}
			if len(details) == 0 {
				t.Fatal("no details")
			}
			if first := details[0].(object); first["path"] != c.path2 || text(first, "message") == "" {
				t.Errorf("details %v, want path %q", details, c.path2)
			}
		})
	}
}

func TestRefusedWritesChangeNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	post := a.the("post", func(o object) bool { return number(o, "commentCount") > 0 })
	path := "/v2/posts/" + text(post, "id")
	before := string(a.do("GET", path, nil).body)
	contacts := len(a.all(contract.Load().Operation("listContacts"), "/v2/contacts?contactType=all", nil, 100))
	for _, body := range []object{
		{"title": "New title", "tags": []any{"Brand new tag", " "}},
		{"author": object{"email": "fresh@nowhere.example"}, "boardId": "000000000000000000000000"},
		{"author": object{"email": "fresh@nowhere.example"}, "statusId": "000000000000000000000000"},
		{"title": "New title", "assigneeId": "000000000000000000000000"},
		{"title": "New title", "customFields": object{"000000000000000000000000": "x"}},
	} {
		if got := a.do("PATCH", path, body); got.status != http.StatusBadRequest {
			t.Errorf("%v: %d %s", body, got.status, got.body)
		}
	}
	if after := string(a.do("GET", path, nil).body); after != before {
		t.Errorf("the post changed:\n%s\n%s", before, after)
	}
	if after := len(a.all(contract.Load().Operation("listContacts"), "/v2/contacts?contactType=all", nil, 100)); after != contacts {
		t.Errorf("%d contacts, before %d", after, contacts)
	}
	if journal := a.do("GET", "/_sandbox/journal", nil).rows(); len(journal) != 0 {
		t.Errorf("journal %v", journal)
	}
}
