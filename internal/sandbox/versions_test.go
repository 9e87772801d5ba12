package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// doIn sends a request in a version.
func (a *api) doIn(version, method, path string, body object) answer {
	a.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader(sent))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test")
	r.Header.Set("Featurebase-Version", version)
	return a.send(r)
}

// Publishing answers with the changelog as of orbit, and with a state before.
func TestPublishingAnswersByVersion(t *testing.T) {
	t.Parallel()
	for version, later := range map[string]bool{"": false, nova: false, orbit: true, pulsar: true} {
		a := start(t, Options{})
		made := a.do("POST", "/v2/changelogs", object{"title": "New", "markdownContent": "Text."}).ok()
		ask := func(what string, body object) object {
			return a.doIn(version, "POST", "/v2/changelogs/"+text(made, "id")+"/"+what, body).ok()
		}
		published, unpublished := ask("publish", object{"sendEmail": true}), ask("unpublish", object{})
		if (published["success"] == true) == later || (unpublished["success"] == true) == later {
			t.Errorf("%s: %v, %v", version, published, unpublished)
		}
		if later && (published["id"] != made["id"] || published["state"] != "live" || published["emailSent"] != true || list(published, "warnings") == nil || unpublished["state"] != "draft") {
			t.Errorf("%s: %v, %v", version, published, unpublished)
		}
	}
}
