package sandbox

import (
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/sandbox/fulltext"
	"featurebase-mcp/internal/sandbox/store"
)

func TestTheSeedHasContentOfManyKinds(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		count := func(kindName string, fits func(object) bool) (n int) {
			for _, o := range st.Kind(kindName).All() {
				if fits(o) {
					n++
				}
			}
			return n
		}
		holds := func(field, part string) func(object) bool {
			return func(o object) bool { return strings.Contains(text(o, field), part) }
		}
		translated := func(field string) func(object) bool {
			return func(o object) bool { translations, _ := o[field].(object); return len(translations) > 0 }
		}
		unpublished := func(o object) bool { return len(list(o, "_published")) == 0 }
		scheduled := func(o object) bool { return notifications(o, "en")["scheduledDate"] != nil }
		pageTypes := map[any]bool{}
		for _, survey := range st.Kind("survey").All() {
			for _, page := range list(survey, "pages") {
				pageTypes[page.(object)["type"]] = true
			}
		}
		for what, enough := range map[string]bool{
			"changelogs with lists":       count("changelog", holds("content", "<li>")) >= 8,
			"changelogs with images":      count("changelog", holds("content", "<img ")) >= 3,
			"changelogs with links":       count("changelog", holds("content", "<a href")) >= 5,
			"changelogs with code":        count("changelog", holds("content", "<pre><code")) >= 2,
			"changelogs with tables":      count("changelog", holds("content", "<table>")) >= 3,
			"changelogs with categories":  count("changelog", func(o object) bool { return len(list(o, "_categoryIds")) > 0 }) >= 25,
			"changelog drafts":            count("changelog", func(o object) bool { return unpublished(o) && !scheduled(o) }) >= 2,
			"a scheduled changelog":       count("changelog", scheduled) == 1,
			"translated changelogs":       count("changelog", translated("_translations")) >= 1,
			"top collections":             count("collection", func(o object) bool { return o["parentId"] == nil }) >= 6,
			"nested collections":          count("collection", func(o object) bool { return o["parentId"] != nil }) >= 2,
			"article drafts":              count("article", func(o object) bool { return o["_live"] == nil }) >= 2,
			"an article ahead of readers": count("article", draftIsAhead) == 1,
			"translated articles":         count("article", translated("translations")) >= 2,
			"articles with tables":        count("article", holds("body", "<table>")) >= 8,
			"articles with steps":         count("article", holds("body", "<ol>")) >= 10,
			"articles with code":          count("article", holds("body", "<pre><code")) >= 5,
			"all types of survey pages":   len(pageTypes) == 4,
		} {
			if !enough {
				t.Errorf("the seed lacks %s", what)
			}
		}
		for _, article := range st.Kind("article").All() {
			if len(fulltext.Plain(text(article, "body"))) < 150 || st.Kind("collection").Get(text(article, "parentId")) == nil {
				t.Errorf("article %v: %q", article["title"], article["body"])
			}
		}
	})
}

// A state file holds the values that encoding/json decodes, so the seed must consist of such values.
func TestTheSeedReadsBackEqual(t *testing.T) {
	t.Parallel()
	first := seed(3, store.Shipped)
	path := filepath.Join(t.TempDir(), "state.json")
	file, _, err := store.Open(path, func(text string) { t.Error(text) })
	if err == nil {
		err = file.Replace(first)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, read, err := store.Open(path, func(text string) { t.Error(text) })
	if err != nil {
		t.Fatal(err)
	}
	if read.Seed != first.Seed || !read.Now().Equal(first.Now()) {
		t.Errorf("%d at %v was %d at %v", read.Seed, read.Now(), first.Seed, first.Now())
	}
	for kindName, c := range first.Kinds {
		if !reflect.DeepEqual(c.All(), read.Kind(kindName).All()) {
			t.Errorf("%s differs", kindName)
		}
	}
}

func TestContentIsKeptInTheStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := start(t, Options{StateFile: path})
	changelog := "/v2/changelogs/" + text(first.newChangelog(object{"categories": []any{"New"}}), "id")
	first.do("POST", changelog+"/publish", object{"sendEmail": true}).ok()
	article := first.newArticle(object{"state": "live", "translations": object{"de": object{"title": "Drucken"}}})
	first.do("PATCH", helpPath+"articles/"+text(article, "id"), object{"title": "Print"}).ok()
	first.newRule(text(article, "id"), nil)
	first.do("POST", "/v2/changelogs/subscribers", object{"emails": []any{"ada@lovelace.example"}}).ok()

	second := start(t, Options{StateFile: path})
	second.do("GET", "/v2/boards", nil).rows() // opens it
	for kindName, c := range first.sandbox.store.Kinds {
		if !reflect.DeepEqual(c.All(), second.sandbox.store.Kind(kindName).All()) {
			t.Errorf("%s differs", kindName)
		}
	}
}

func TestQuirksBendListsOfContent(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Quirks: true})
	survey := text(a.the("survey", func(object) bool { return true }), "id")
	for _, path := range []string{
		"/v2/changelogs", helpPath + "articles", helpPath + "collections", helpPath + "help_centers", helpPath + "redirect_rules",
		"/v2/surveys", "/v2/surveys/" + survey + "/responses",
	} {
		if rows := a.do("GET", path, nil).rows(); !slices.ContainsFunc(rows, func(o object) bool { return o == nil }) || rows[0]["title"] != nil {
			t.Errorf("%s: %d rows, as if nothing was odd", path, len(rows))
		}
	}
	if got := a.do("POST", "/v2/changelogs/none/publish", nil); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.body)
	}
}
