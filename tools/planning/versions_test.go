package planning_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// The rows of a plan are sent with the versions that they need by themselves, and what cannot be taken back is said: no operation reads the texts of
// a changelog in its other languages.
func TestRowsAreSentWithTheVersionsThatTheyNeed(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	var mu sync.Mutex
	sent := map[string]string{} // versions by what the body holds
	host := serve(t, behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost || r.Method == http.MethodPatch {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			mu.Lock()
			for _, title := range []string{"One language", "Two languages", "Added"} {
				if strings.Contains(string(body), title) {
					sent[title] = r.Header.Get("Featurebase-Version")
				}
			}
			mu.Unlock()
		}
		return box.Transport().RoundTrip(r)
	})))
	german := fields{"de": fields{"title": "Zwei Sprachen", "markdownContent": "Sie *gehen*."}}
	id := plan(t, host, changes(
		change("create_changelog", fields{"title": "One language", "markdownContent": "x"}),
		change("create_changelog", fields{"title": "Two languages", "markdownContent": "x", "translations": german}),
		change("update_changelog", fields{"changelogId": strings.Trim(enginetest.Fill(t, `"<changelogId>"`), `"`), "title": "Added", "translations": german}),
	))
	if answer := call(t, host, "apply_plan", fields{"planId": id}); !strings.Contains(answer, "in all: 3 done") {
		t.Fatal(answer)
	}
	const nova, orbit = "2026-01-01.nova", "2026-08-19.orbit"
	if sent["One language"] != nova || sent["Two languages"] != orbit || sent["Added"] != orbit {
		t.Errorf("sent with %v", sent)
	}
	if found := call(t, host, "list_changelogs", fields{"state": "all", "locale": "de", "q": "Zwei Sprachen"}); strings.Count(found, `"title":"Zwei Sprachen"`) != 2 {
		t.Error(found)
	}
	back := call(t, host, "plan_changes", fields{"undo": id})
	if !strings.Contains(back, "translations") || !strings.Contains(back, "delete_changelog") {
		t.Errorf("of the translations nothing is said: %s", back)
	}
	if answer := call(t, host, "apply_plan", fields{"planId": planID.FindString(back)}); !strings.Contains(answer, "in all: 3 done") {
		t.Error(answer)
	}
}
