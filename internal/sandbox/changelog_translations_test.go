package sandbox

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// german is a changelog with a German translation, before it is sent.
func german(translation object) object {
	texts := object{"title": "Stoppuhren, die stehen bleiben", "markdownContent": "Sie *bleiben* stehen."}
	maps.Copy(texts, translation)
	return object{"title": "Timers that stop", "markdownContent": "They *stop* now.", "translations": object{"de": texts}}
}

// Translations came with orbit: a request of an earlier version is told which one has them, and changes nothing.
func TestTranslationsOfChangelogsNeedAVersion(t *testing.T) {
	t.Parallel()
	for version, later := range map[string]bool{"": false, nova: false, orbit: true, pulsar: true} {
		a := start(t, Options{})
		path := "/v2/changelogs/" + text(a.newChangelog(nil), "id")
		before := len(a.changelogs("state=all"))
		made, changed := a.doIn(version, "POST", "/v2/changelogs", german(nil)), a.doIn(version, "PATCH", path, object{"translations": german(nil)["translations"]})
		if later {
			made.ok()
			changed.ok()
			continue
		}
		for _, refusal := range []answer{made, changed} {
			refusal.fails(http.StatusBadRequest, "invalid_request")
			if !strings.Contains(string(refusal.body), orbit) || !strings.Contains(string(refusal.body), nova) {
				t.Errorf("%s: %s", version, refusal.body)
			}
		}
		if now := len(a.changelogs("state=all")); now != before {
			t.Errorf("%s: %d changelogs, %d before", version, now, before)
		}
		a.doIn(version, "PATCH", path, object{"title": "Timers"}).ok()
	}
}

func TestAChangelogIsReadInEachOfItsLanguages(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	made := a.doIn(orbit, "POST", "/v2/changelogs", german(object{"featuredImage": "https://cdn.example/de.png"})).ok()
	path, named := "/v2/changelogs/"+text(made, "id"), "id="+text(made, "id")
	shown := func(locale string) object {
		t.Helper()
		rows := a.changelogs(named + "&locale=" + locale + "&state=all")
		if len(rows) != 1 {
			t.Fatalf("%s: %d rows", locale, len(rows))
		}
		return rows[0]
	}
	got := a.do("GET", path, nil).ok()
	if got["title"] != "Timers that stop" || got["locale"] != "en" || stringOf(got["availableLocales"]) != `["en","de"]` || at(got, "slugs", "de") != "stoppuhren-die-stehen-bleiben" {
		t.Errorf("in its own language: %v", got)
	}
	de := shown("de")
	if de["title"] != "Stoppuhren, die stehen bleiben" || de["content"] != "<p>Sie <em>bleiben</em> stehen.</p>" || de["markdownContent"] != "Sie *bleiben* stehen." ||
		de["featuredImage"] != "https://cdn.example/de.png" || de["locale"] != "de" {
		t.Errorf("in German: %v", de)
	}
	a.do("POST", path+"/publish", object{"locales": []any{"de"}, "sendEmail": true}).ok()
	if de, en := shown("de"), shown("en"); de["state"] != "live" || en["state"] != "draft" || stringOf(en["publishedLocales"]) != `["de"]` {
		t.Errorf("published in German: %v, %v", de["state"], en["state"])
	}
	if sent := a.outbox(); len(sent) != 1 || sent[0]["subject"] != "Stoppuhren, die stehen bleiben" {
		t.Errorf("sent %v", sent)
	}
	// A field that is left out keeps its value, another language is added, and readers see the old text until it is published again.
	got = a.doIn(pulsar, "PATCH", path, object{"translations": object{
		"de": object{"htmlContent": "<p>Sie <b>stehen</b>.</p>"}, "fr": object{"title": "Minuteurs", "htmlContent": "<p>Bien.</p>"}, "en": object{"title": "Timers stop"},
	}}).ok()
	if got["title"] != "Timers stop" || got["isDraftDiffersFromLive"] != true || stringOf(got["availableLocales"]) != `["en","de","fr"]` {
		t.Errorf("changed: %v", got)
	}
	if de := shown("de"); de["title"] != "Stoppuhren, die stehen bleiben" || de["content"] != "<p>Sie <b>stehen</b>.</p>" || de["markdownContent"] != "Sie **stehen**." {
		t.Errorf("changed in German: %v", de)
	}
	a.do("POST", path+"/publish", object{"locales": []any{"de"}}).ok()
	if got := a.do("GET", path, nil).ok(); got["isDraftDiffersFromLive"] != false {
		t.Error("published again, and the draft still differs")
	}
}

func TestANewLanguageOfAChangelogIsWhole(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for name, translations := range map[string]object{
		"no title":          {"de": object{"markdownContent": "Text."}},
		"no text":           {"de": object{"title": "Titel"}},
		"an unknown field":  {"de": object{"title": "Titel", "markdownContent": "Text.", "slug": "x"}},
		"no language":       {"xx": object{"title": "Titel", "markdownContent": "Text."}},
		"half of the texts": {"fr": object{"title": "Titre", "markdownContent": "Texte."}, "de": object{"title": "Titel"}},
	} {
		a.doIn(orbit, "POST", "/v2/changelogs", object{"title": name, "markdownContent": "Text.", "translations": translations}).fails(http.StatusBadRequest, "invalid_request")
		made := a.newChangelog(nil)
		a.doIn(orbit, "PATCH", "/v2/changelogs/"+text(made, "id"), object{"title": "Not this", "translations": translations}).fails(http.StatusBadRequest, "invalid_request")
		if got := a.do("GET", "/v2/changelogs/"+text(made, "id"), nil).ok(); got["title"] != made["title"] || stringOf(got["availableLocales"]) != `["en"]` {
			t.Errorf("%s: a refusal changed %v", name, got)
		}
	}
}

// Segments of people and of companies are taken, and others are not, but for one that the changelog has already: it may have been deleted since.
func TestAChangelogIsForSegmentsThatExist(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	both, unknown := []any{betaUsers, enterpriseCompanies}, "6702b1c49d3e5a77889900ff"
	made := a.newChangelog(object{"allowedSegmentIds": both})
	path := "/v2/changelogs/" + text(made, "id")
	if stringOf(made["allowedSegmentIds"]) != stringOf(both) {
		t.Errorf("for %v", made["allowedSegmentIds"])
	}
	for _, version := range []string{nova, orbit, pulsar} {
		for _, refusal := range []answer{
			a.doIn(version, "POST", "/v2/changelogs", object{"title": "x", "markdownContent": "y", "allowedSegmentIds": []any{betaUsers, unknown}}),
			a.doIn(version, "PATCH", path, object{"allowedSegmentIds": []any{betaUsers, unknown}}),
		} {
			refusal.fails(http.StatusBadRequest, "invalid_request")
			if !strings.Contains(string(refusal.body), "allowedSegmentIds.1") {
				t.Errorf("%s", refusal.body)
			}
		}
	}
	a.the("changelog", named("Timers that stop"))["allowedSegmentIds"] = []any{unknown} // of a segment that was deleted afterwards
	if got := a.do("PATCH", path, object{"allowedSegmentIds": []any{unknown, betaUsers}}).ok(); len(list(got, "allowedSegmentIds")) != 2 {
		t.Errorf("for %v", got["allowedSegmentIds"])
	}
	if got := a.do("PATCH", path, object{"allowedSegmentIds": []any{}}).ok(); len(list(got, "allowedSegmentIds")) != 0 {
		t.Errorf("for %v", got["allowedSegmentIds"])
	}
}
