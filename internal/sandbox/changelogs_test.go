package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) everyChangelogOperation() {
	a.t.Helper()
	a.do("GET", "/v2/changelogs", nil).rows()
	path := "/v2/changelogs/" + text(a.newChangelog(nil), "id")
	a.do("GET", path, nil).ok()
	a.do("PATCH", path, object{"title": "A better changelog"}).ok()
	a.do("POST", path+"/publish", object{}).ok()
	a.do("POST", path+"/unpublish", object{}).ok()
	a.do("DELETE", path, nil).ok()
	emails := object{"emails": []any{"ada@lovelace.example"}}
	a.do("POST", "/v2/changelogs/subscribers", emails).ok()
	a.do("DELETE", "/v2/changelogs/subscribers", emails).ok()
}

func (a *api) newChangelog(extra object) object {
	a.t.Helper()
	body := object{"title": "Timers that stop", "markdownContent": "They *stop* now."}
	maps.Copy(body, extra)
	return a.do("POST", "/v2/changelogs", body).ok()
}

// bilingual is a changelog of the seed in English and German.
func (a *api) bilingual() object {
	a.t.Helper()
	return a.the("changelog", named("Two-factor authentication for everyone"))
}

func (a *api) changelogs(query string) []object {
	a.t.Helper()
	return a.all(contract.Load().Operation("listChangelogs"), "/v2/changelogs?"+query, nil, 100)
}

func titles(objects []object) []string {
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = text(o, "title")
	}
	return out
}

func TestANewChangelogIsADraftEvenIfAskedToBeLive(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	got := a.newChangelog(object{"state": "live", "categories": []any{"fixed", "Mobile"}, "date": "2026-10-01", "featuredImage": "https://cdn.example/x.png"})
	for name, c := range map[string][2]any{
		"state":          {got["state"], "draft"},
		"published":      {got["isPublished"], false},
		"in no language": {len(list(got, "publishedLocales")), 0},
		"in English":     {got["locale"], "en"},
		"slug":           {got["slug"], "timers-that-stop"},
		"slugs":          {at(got, "slugs", "en"), "timers-that-stop"},
		"address":        {got["url"], siteURL + "/changelog/timers-that-stop"},
		"HTML":           {got["content"], "<p>They <em>stop</em> now.</p>"},
		"Markdown":       {got["markdownContent"], "They *stop* now."},
		"date":           {got["date"], "2026-10-01T00:00:00.000Z"},
		"image":          {got["featuredImage"], "https://cdn.example/x.png"},
		"comments":       {got["commentCount"], 0.0},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	var categories []any
	for _, category := range list(got, "categories") {
		categories = append(categories, category.(object)["name"])
	}
	if !slices.Equal(categories, []any{"Fixed", "Mobile"}) {
		t.Errorf("categories %v", categories)
	}
	if again := a.newChangelog(nil); again["slug"] == got["slug"] {
		t.Errorf("two changelogs have the slug %v", again["slug"])
	}
	if german := a.newChangelog(object{"locale": "de"}); german["locale"] != "de" || stringOf(german["availableLocales"]) != `["de"]` {
		t.Errorf("in German: %v, %v", german["locale"], german["availableLocales"])
	}
}

func TestChangelogTextsInHTMLAndMarkdown(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for name, c := range map[string]struct {
		body           object
		html, markdown string
	}{
		"Markdown": {object{"markdownContent": "# Big\n\n| a | b |\n| - | - |\n| 1 | 2 |"}, "<table>", "# Big\n\n| a | b |\n| - | - |\n| 1 | 2 |"},
		"HTML":     {object{"htmlContent": "<h2>Big</h2><p>One <strong>two</strong></p>"}, "<h2>Big</h2><p>One <strong>two</strong></p>", "## Big\n\nOne **two**"},
		"both":     {object{"htmlContent": "<p>one</p>", "markdownContent": "two"}, "<p>one</p>", "one"},
	} {
		body := object{"title": name}
		maps.Copy(body, c.body)
		made := a.do("POST", "/v2/changelogs", body).ok()
		if !strings.Contains(text(made, "content"), c.html) || made["markdownContent"] != c.markdown {
			t.Errorf("%s: %q, %q", name, made["content"], made["markdownContent"])
		}
	}
	a.do("POST", "/v2/changelogs", object{"title": "No text"}).fails(http.StatusBadRequest, "invalid_request")
}

func TestChangelogsAreFoundByIDOrSlug(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	made := a.newChangelog(nil)
	id, path := text(made, "id"), "/v2/changelogs/"+text(made, "slug")
	if got := a.do("GET", path, nil).ok(); got["id"] != id {
		t.Errorf("found %v", got["id"])
	}
	if got := a.do("PATCH", path, object{"title": "Renamed"}).ok(); got["id"] != id || got["slug"] != made["slug"] {
		t.Errorf("updated %v, %v", got["id"], got["slug"])
	}
	for _, named := range []string{id, text(made, "slug")} {
		if rows := a.changelogs("id=" + named); len(rows) != 1 || rows[0]["id"] != id {
			t.Errorf("%s lists %q: a draft asked for by name is to be listed", named, titles(rows))
		}
	}
	a.do("POST", path+"/publish", object{}).ok()
	a.do("POST", path+"/unpublish", object{}).ok()
	a.do("DELETE", path, nil).ok()
	a.do("GET", path, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("POST", path+"/publish", object{}).fails(http.StatusNotFound, "resource_not_found")
	a.do("POST", path+"/unpublish", object{}).fails(http.StatusBadRequest, "invalid_id") // which the contract says of this one
}

func TestPublishingIsASecondCallWithABody(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path := "/v2/changelogs/" + text(a.newChangelog(nil), "id")
	for _, call := range []string{"/publish", "/unpublish"} {
		a.do("POST", path+call, nil).fails(http.StatusBadRequest, "invalid_request")
	}
	for range 2 {
		if got := a.do("POST", path+"/publish", object{"locales": []any{}}).ok(); stringOf(got) != `{"state":"published","success":true}` {
			t.Errorf("answer %v", got)
		}
	}
	got := a.do("GET", path, nil).ok()
	if got["state"] != "live" || got["isPublished"] != true || stringOf(got["publishedLocales"]) != `["en"]` || got["emailSentToSubscribers"] != false {
		t.Errorf("published: %v", got)
	}
	if got := a.do("PATCH", path, object{"title": "Timers that always stop"}).ok(); got["isDraftDiffersFromLive"] != true || got["state"] != "live" {
		t.Errorf("edited: %v, %v", got["isDraftDiffersFromLive"], got["state"])
	}
	a.do("POST", path+"/publish", object{"locales": []any{"en"}}).ok()
	if got := a.do("GET", path, nil).ok(); got["isDraftDiffersFromLive"] != false {
		t.Error("published again, and the draft still differs")
	}
	if got := a.do("POST", path+"/unpublish", object{}).ok(); got["state"] != "unpublished" {
		t.Errorf("answer %v", got)
	}
	if got := a.do("GET", path, nil).ok(); got["state"] != "draft" || got["isPublished"] != false {
		t.Errorf("unpublished: %v", got["state"])
	}
	if sent := a.outbox(); len(sent) != 0 {
		t.Errorf("nobody asked for %v", sent)
	}
}

func TestPublishingEmailsOncePerLanguageAndOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	a.the("contact", func(o object) bool { return customer(o) && flag(o, "subscribedToChangelog") })["manuallyOptedOutFromChangelog"] = true
	want := 0.0
	for _, o := range a.all(contract.Load().Operation("listContacts"), "/v2/contacts", nil, 100) {
		if o["email"] != nil && flag(o, "subscribedToChangelog") && !flag(o, "manuallyOptedOutFromChangelog") {
			want++
		}
	}
	path := "/v2/changelogs/" + text(a.newChangelog(nil), "id")
	reach := func() float64 {
		t.Helper()
		sent := a.outbox()
		if len(sent) == 0 {
			return 0
		}
		last := sent[len(sent)-1]
		if last["type"] != "changelog_email" || at(last, "detail", "locale") != "en" {
			t.Errorf("sent %v", last)
		}
		return number(last, "recipients")
	}
	for range 2 {
		a.do("POST", path+"/publish", object{"sendEmail": true}).ok()
	}
	if sent := a.outbox(); len(sent) != 1 {
		t.Fatalf("sent %v", sent)
	}
	if got := reach(); got != want || want < 50 {
		t.Errorf("%v receivers, want %v", got, want)
	}
	if got := a.do("GET", path, nil).ok(); got["emailSentToSubscribers"] != true || at(got, "notifications", "en", "emailSent") != true {
		t.Errorf("%v, %v", got["emailSentToSubscribers"], got["notifications"])
	}
	a.do("POST", "/v2/changelogs/subscribers", object{"emails": []any{"one@crowd.example", "two@crowd.example"}}).ok()
	a.do("POST", "/v2/changelogs/"+text(a.newChangelog(nil), "id")+"/publish", object{"sendEmail": true}).ok()
	if now := reach(); now != want+2 {
		t.Errorf("%v receivers after two more subscribed to %v", now, want)
	}
}

func TestSchedulesWaitAndAreCancelled(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path := "/v2/changelogs/" + text(a.newChangelog(nil), "id")
	before := string(a.do("GET", path, nil).body)
	failed := a.do("POST", path+"/publish", object{"scheduledDate": "2026-10-01T09:00:00Z"}).fails(http.StatusBadRequest, "invalid_request")
	if failed["param"] != "scheduledDate" || !strings.Contains(text(failed, "message"), stamp(store.Shipped)[:10]) {
		t.Errorf("a date in the past: %v", failed)
	}
	if after := string(a.do("GET", path, nil).body); after != before {
		t.Errorf("refused, and yet changed:\n%s\n%s", before, after)
	}
	if got := a.do("POST", path+"/publish", object{"scheduledDate": "2026-12-24T08:00:00+01:00", "sendEmail": true}).ok(); got["state"] != "scheduled" {
		t.Errorf("answer %v", got)
	}
	got := a.do("GET", path, nil).ok()
	if got["state"] != "draft" || at(got, "notifications", "en", "scheduledDate") != "2026-12-24T07:00:00.000Z" || at(got, "notifications", "en", "sendEmailNotification") != true {
		t.Errorf("scheduled: %v, %v", got["state"], got["notifications"])
	}
	a.do("POST", path+"/unpublish", object{"locales": []any{"en"}}).ok()
	if got := a.do("GET", path, nil).ok(); at(got, "notifications", "en", "scheduledDate") != nil {
		t.Errorf("cancelled: %v", got["notifications"])
	}
	if sent := a.outbox(); len(sent) != 0 {
		t.Errorf("a schedule sent %v", sent)
	}
}

func TestLanguagesArePublishedOneByOne(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	id := text(a.bilingual(), "id")
	path := "/v2/changelogs/" + id
	a.do("POST", path+"/unpublish", object{"locales": []any{"en"}}).ok()
	got := a.do("GET", path, nil).ok()
	if got["state"] != "draft" || got["isPublished"] != true || stringOf(got["publishedLocales"]) != `["de"]` || stringOf(got["availableLocales"]) != `["en","de"]` {
		t.Errorf("without English: %v, %v, %v", got["state"], got["isPublished"], got["publishedLocales"])
	}
	german := a.changelogs("locale=de")
	if len(german) != 1 || german[0]["id"] != id || german[0]["title"] != "Zwei-Faktor-Anmeldung für alle" || german[0]["locale"] != "de" || german[0]["state"] != "live" {
		t.Errorf("in German: %v", german)
	}
	if rows := a.changelogs("locale=ja&state=all"); len(rows) != 0 {
		t.Errorf("in Japanese: %q", titles(rows))
	}
	failed := a.do("POST", path+"/publish", object{"locales": []any{"en", "fr"}}).fails(http.StatusBadRequest, "invalid_request")
	if failed["param"] != "locales.1" {
		t.Errorf("a language it is not in: %v", failed)
	}
	if got := a.do("GET", path, nil).ok(); stringOf(got["publishedLocales"]) != `["de"]` {
		t.Errorf("refused, and yet published in %v", got["publishedLocales"])
	}
	a.do("POST", path+"/publish", object{}).ok()
	if got := a.do("GET", path, nil).ok(); len(list(got, "publishedLocales")) != 2 {
		t.Errorf("published in %v, want all languages", got["publishedLocales"])
	}
}

func TestListChangelogsFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	every := func(objects []object, fits func(object) bool) bool {
		return len(objects) > 0 && !slices.ContainsFunc(objects, func(o object) bool { return !fits(o) })
	}
	is := func(field string, value any) func(object) bool {
		return func(o object) bool { return o[field] == value }
	}
	filed := func(names ...string) func(object) bool {
		return func(o object) bool {
			return slices.ContainsFunc(list(o, "categories"), func(v any) bool { return slices.Contains(names, text(v.(object), "name")) })
		}
	}
	day := text(a.the("changelog", named("Plumline on Zapier")), "date")[:10]
	for query, fits := range map[string]func(object) bool{
		"":                               is("state", "live"),
		"state=draft":                    is("state", "draft"),
		"categories=security":            filed("Security"),
		"categories=Security,Mobile":     filed("Security", "Mobile"),
		"q=invoice+currency":             func(o object) bool { return strings.Contains(strings.ToLower(text(o, "content")), "currenc") },
		"startDate=" + day:               func(o object) bool { return text(o, "date") >= day },
		"endDate=" + day:                 func(o object) bool { return text(o, "date")[:10] <= day },
		"startDate=2026-08-01T00:00:00Z": func(o object) bool { return text(o, "date") >= "2026-08-01" },
	} {
		if rows := a.changelogs(query); !every(rows, fits) {
			t.Errorf("%q lists %q", query, titles(rows))
		}
	}
	if got := titles(a.changelogs("startDate=" + day + "&endDate=" + day)); !slices.Equal(got, []string{"Plumline on Zapier"}) {
		t.Errorf("on %s: %q", day, got)
	}
	live, drafts, all := len(a.changelogs("")), len(a.changelogs("state=draft")), len(a.changelogs("state=all"))
	if drafts < 3 || live+drafts != all {
		t.Errorf("%d live, %d drafts, %d in all", live, drafts, all)
	}
	for _, query := range []string{"categories=Nonsense", "q=zebra", "id=nothing", "endDate=2020-01-01"} {
		if rows := a.changelogs(query); len(rows) != 0 {
			t.Errorf("%s lists %q", query, titles(rows))
		}
	}
	a.do("GET", "/v2/changelogs?startDate=soon", nil).fails(http.StatusBadRequest, "invalid_request")
	dates := func(query string) (out []string) {
		for _, o := range a.changelogs(query) {
			out = append(out, text(o, "date"))
		}
		return out
	}
	newest, oldest := dates("sortBy=date"), dates("sortOrder=asc")
	slices.Reverse(oldest)
	if !slices.IsSortedFunc(newest, func(a, b string) int { return strings.Compare(b, a) }) || !slices.Equal(newest, oldest) {
		t.Errorf("newest first %v\noldest first, backwards %v", newest, oldest)
	}
}

func TestChangelogSubscribersComeAndGoInBatches(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	person := a.the("contact", func(o object) bool { return customer(o) && !flag(o, "subscribedToChangelog") })
	batch := object{"emails": []any{" Ada@Lovelace.example", "ada@lovelace.example", "nobody", "", strings.ToUpper(text(person, "email"))}}
	for _, locale := range []string{"en", "de"} {
		if got := a.do("POST", "/v2/changelogs/subscribers", object{"emails": batch["emails"], "locale": locale}).ok(); got["count"] != 2.0 || got["object"] != "changelog_subscribers_import" {
			t.Errorf("subscribed %v", got)
		}
	}
	contact := "/v2/contacts/" + text(person, "id")
	if got := a.do("GET", contact, nil).ok(); got["subscribedToChangelog"] != true {
		t.Error("the contact is not subscribed")
	}
	if got := a.do("GET", contact+"/email-preferences", nil).ok(); at(got, "preferences", "changelog", "status") != "subscribed" {
		t.Errorf("preferences %v", got["preferences"])
	}
	for _, want := range []float64{2, 0} {
		if got := a.do("DELETE", "/v2/changelogs/subscribers", batch).ok(); got["count"] != want || got["object"] != "changelog_subscribers_removal" {
			t.Errorf("unsubscribed %v, want %v", got, want)
		}
	}
	if got := a.do("GET", contact, nil).ok(); got["subscribedToChangelog"] != false {
		t.Error("the contact is still subscribed")
	}
	for _, method := range []string{"POST", "DELETE"} {
		a.do(method, "/v2/changelogs/subscribers", object{"emails": []any{}}).fails(http.StatusBadRequest, "invalid_request")
		a.do(method, "/v2/changelogs/subscribers", nil).fails(http.StatusBadRequest, "invalid_request")
	}
}

func TestCommentsOfAChangelogAreCountedAndGoWithIt(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	changelog := a.the("changelog", func(o object) bool { return number(o, "commentCount") > 0 })
	id, count := text(changelog, "id"), number(changelog, "commentCount")
	author := text(a.the("comment", func(o object) bool { return o["changelogId"] == id }), "_authorId")
	wrote := number(a.the("contact", func(o object) bool { return o["id"] == author }), "commentsCreated")
	a.do("POST", "/v2/comments", object{"changelogId": changelog["slug"], "content": "Nice"}).ok()
	if got := a.do("GET", "/v2/changelogs/"+id, nil).ok(); got["commentCount"] != count+1 {
		t.Errorf("%v comments, want %v", got["commentCount"], count+1)
	}
	comments := a.found("/v2/comments/search", where("changelogId", "=", id))
	if float64(len(comments)) != count+1 {
		t.Fatalf("%d comments found", len(comments))
	}
	if got := a.do("DELETE", "/v2/changelogs/"+id, nil).ok(); stringOf(got) != stringOf(object{"id": id, "object": "changelog", "deleted": true}) {
		t.Errorf("answer %v", got)
	}
	for _, comment := range comments {
		a.do("GET", "/v2/comments/"+text(comment, "id"), nil).fails(http.StatusNotFound, "resource_not_found")
	}
	if now := number(a.the("contact", func(o object) bool { return o["id"] == author }), "commentsCreated"); now >= wrote {
		t.Errorf("an author is still credited with %v comments", now)
	}
}

func TestRefusedChangesOfAChangelogChangeNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path := "/v2/changelogs/" + text(a.bilingual(), "id")
	before, count := string(a.do("GET", path, nil).body), len(a.changelogs("state=all"))
	for _, body := range []object{
		{"title": "New title", "categories": []any{"New", "Nonsense"}},
		{"title": "New title", "date": "soon"},
		{"title": "New title", "state": "live"},
		{"title": "New title", "featuredImage": "no image"},
	} {
		a.do("PATCH", path, body).fails(http.StatusBadRequest, "invalid_request")
	}
	a.do("POST", "/v2/changelogs", object{"title": "X", "htmlContent": "<p>x</p>", "categories": []any{"Nonsense"}}).fails(http.StatusBadRequest, "invalid_request")
	if after := string(a.do("GET", path, nil).body); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	if journal := a.do("GET", "/_sandbox/journal", nil).rows(); len(journal) != 0 || len(a.changelogs("state=all")) != count {
		t.Errorf("journal %v", journal)
	}
}
