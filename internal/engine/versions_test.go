package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
)

// twoVersions serves an article whose draft differs, or which has one version alone: "" is a version that does not exist.
func twoVersions(t *testing.T, published, draft string) func(arguments string) (text string, isError bool) {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := published
		if r.URL.Query().Get("state") == "draft" {
			body = draft
		}
		if body == "" {
			w.WriteHeader(http.StatusNotFound)
			body = `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Article not found","status":404}}`
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(api.Close)
	server := enginetest.Start(t, app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}})
	return func(arguments string) (string, bool) { return enginetest.Ask(t, server, "get_article", arguments) }
}

// What differs between a draft and what is published is shown paragraph by paragraph, in each language, and nothing else.
func TestVersionsAreCompared(t *testing.T) {
	t.Parallel()
	get := twoVersions(t,
		`{"id":"7","title":"Exports","description":"How","state":"live","locale":"en","isPublished":true,"isDraftDiffersFromLive":true,
		  "body":"<p>One</p><p>Two is 5.</p><ul><li>a</li><li>b</li></ul><p>Four</p>",
		  "translations":{"en":{"body":"<p>another</p>"},"de":{"title":"Exporte","body":"<p>Eins</p>"},"fr":{"body":"<p>Un</p>"}}}`,
		`{"id":"7","title":"Exporting","description":"How","state":"draft","locale":"en","isPublished":true,"isDraftDiffersFromLive":true,
		  "body":"<p>One</p><p>Two is 6.</p><ul><li>a</li><li>b</li></ul><p>New</p><p>Four</p><p>Last</p>",
		  "translations":{"en":{"body":"<p>yet another</p>"},"de":{"title":"Exporte","body":"<p>Eins</p><p>Zwei</p>"},"fr":{"body":"<p>Un</p>"},"es":{"title":"Exportar"}}}`)
	text, isError := get(`{"articleId":"7","compare":true}`)
	const want = `id: 7
title: Exports
compared: lines with - are published, lines with + are in the draft alone, which readers do not see
title:
- Exports
+ Exporting
body: 4 paragraphs published, 6 in the draft, 3 the same
  (1 the same, the last: "One")
- Two is 5.
+ Two is 6.
  (1 the same, the last: "- a - b")
+ New
  (1 the same, the last: "Four")
+ Last

--- in de ---
body: 1 paragraph published, 2 in the draft, 1 the same
  (1 the same, the last: "Eins")
+ Zwei

--- in es ---
title:
+ Exportar`
	if isError || text != want {
		t.Errorf("%s\n-- not --\n%s", text, want)
	}
}

// A read says which version it shows, and a comparison of what has one version, or two that are the same, says so.
func TestVersionsAreNamed(t *testing.T) {
	t.Parallel()
	const same = `{"id":"7","title":"Exports","locale":"en","isPublished":true,"isDraftDiffersFromLive":false,"body":"<p>One</p>","state":`
	const ahead = `{"id":"7","title":"Exports","locale":"en","isPublished":true,"isDraftDiffersFromLive":true,"body":"<p>One</p>","state":`
	const never = `{"id":"7","title":"Exports","locale":"en","isPublished":false,"isDraftDiffersFromLive":false,"body":"<p>One</p>","state":"draft"}`
	for _, tc := range []struct{ name, published, draft, arguments, begins, not string }{
		{"published", same + `"live"}`, same + `"draft"}`, ``, "id: 7\n", "shown"},
		{"a draft that is the same", same + `"live"}`, same + `"draft"}`, `,"state":"draft"`, "shown: the draft, which is the same as what is published\nid: 7", "compare"},
		{"published, with changes", ahead + `"live"}`, ahead + `"draft"}`, ``, "shown: what is published; unpublished changes exist, and compare true shows", "the draft,"},
		{"changes", ahead + `"live"}`, ahead + `"draft"}`, `,"state":"draft"`, "shown: the draft, with unpublished changes that readers do not see; compare true", "what is published;"},
		{"never published", "", never, `,"state":"draft"`, "shown: a draft that was never published, so that readers see nothing of it\nid: 7", "compare"},
		{"never published, compared", "", never, `,"compare":true`, "shown: a draft that was never published, so that readers see nothing of it\nid: 7", "compared"},
		{"compared without changes", same + `"live"}`, same + `"draft"}`, `,"compare":true`, "id: 7\ntitle: Exports\ncompared: no unpublished changes; the draft is the same", "One"},
		{"compared where only the flag differs", ahead + `"live"}`, ahead + `"draft"}`, `,"compare":true,"state":"live"`, "id: 7\ntitle: Exports\ncompared: Featurebase says that the draft differs", "One"},
	} {
		text, isError := twoVersions(t, tc.published, tc.draft)(`{"articleId":"7"` + tc.arguments + `}`)
		if isError || !strings.HasPrefix(text, tc.begins) || strings.Contains(text, tc.not) {
			t.Errorf("%s: %s", tc.name, text)
		}
	}
	if text, isError := twoVersions(t, "", "")(`{"articleId":"7","compare":true}`); !isError || !strings.Contains(text, "get_article failed") || !strings.Contains(text, "search_articles") {
		t.Error(text)
	}
}

// Each text of an article is shown once: the one in its own language as the body, those in others below it.
func TestEachTextIsShownOnce(t *testing.T) {
	t.Parallel()
	get := twoVersions(t, `{"id":"7","title":"Exports","state":"live","locale":"en","body":"<p>The body.</p>",
		"translations":{"en":{"title":"Exports","body":"<p>The body.</p>"},"de":{"title":"Exporte","slug":"exporte","externalUrl":"https://help.example/de/7","body":"<h2>Wie</h2><p>Der Text.</p>"}}}`, "")
	text, isError := get(`{"articleId":"7"}`)
	const end = "\n\nThe body.\n\n--- in de ---\ntitle: Exporte\nexternalUrl: https://help.example/de/7\n\n## Wie\n\nDer Text."
	if isError || !strings.HasSuffix(text, end) || strings.Count(text, "The body.") != 1 {
		t.Errorf("%s\n-- does not end with --\n%s", text, end)
	}
}
