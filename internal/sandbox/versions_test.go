package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// Publishing answers with the changelog as of orbit, and with a state before.
func TestPublishingAnswersByVersion(t *testing.T) {
	t.Parallel()
	for version, later := range map[string]bool{"": false, nova: false, orbit: true, pulsar: true} {
		a := start(t, Options{})
		made := a.do("POST", "/v2/changelogs", object{"title": "New", "markdownContent": "Text."}).ok()
		ask := func(what string, body object) object {
			sent, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/v2/changelogs/"+text(made, "id")+"/"+what, bytes.NewReader(sent))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer sk_test")
			r.Header.Set("Featurebase-Version", version)
			return a.send(r).ok()
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
