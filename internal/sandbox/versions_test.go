package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
)

// doIn sends a request in a version.
func (a *api) doIn(version, method, path string, body object) answer {
	a.t.Helper()
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			a.t.Fatal(err)
		}
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

// The sources of the bot's answers are the same in every version: the citations of the body in their order, with a picture as a message of its own.
func TestTheBotsSourcesAreInEveryVersion(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	citation := regexp.MustCompile(`\[\[(\d+)\]\]\((\S+?)\)`)
	cited, first := 0, ""
	for _, version := range []string{"", nova, orbit, pulsar} {
		var all strings.Builder
		for _, row := range a.all(contract.Load().Operation("listConversations"), "/v2/conversations", nil, 100) {
			for _, p := range list(a.doIn(version, "GET", "/v2/conversations/"+text(row, "id"), nil).ok(), "conversationParts") {
				part, _ := p.(object)
				sources := list(part, "sources")
				if len(sources) == 0 {
					continue
				}
				cited++
				links := citation.FindAllStringSubmatch(text(part, "bodyMarkdown"), -1)
				if part["partType"] != "bot_msg" || len(links) != len(sources) || !strings.Contains(text(part, "bodyHtml"), ">[1]</a>") {
					t.Fatalf("%v", part)
				}
				for i, link := range links {
					source, _ := sources[i].(object)
					if link[1] != strconv.Itoa(i+1) || link[2] != source["url"] || source["title"] == "" {
						t.Errorf("citation %v of %v", link, source)
					}
				}
				all.WriteString(stringOf(part))
			}
		}
		if first == "" {
			first = all.String()
		}
		if all.String() != first {
			t.Errorf("%s has other sources", version)
		}
	}
	if cited < 8 {
		t.Errorf("%d answers with sources in four versions are too few to tell", cited)
	}
	pictures := 0
	for _, o := range a.do("POST", "/v2/conversations/search", object{"search": "The article in pictures"}).rows() {
		for _, part := range a.thread("/v2/conversations/" + text(o, "id")) {
			if part["partType"] == "bot_msg" && strings.HasPrefix(text(part, "bodyMarkdown"), "![") {
				pictures++
			}
		}
	}
	if pictures != 1 {
		t.Errorf("%d pictures of the bot", pictures)
	}
}

// Messages are redacted, and every other sort of part is refused, whatever the version.
func TestWhatIsRedactedIsAMessage(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", nova, orbit, pulsar} {
		a := start(t, Options{})
		tried := map[string]bool{}
		for _, row := range a.all(contract.Load().Operation("listConversations"), "/v2/conversations", nil, 100) {
			for _, part := range a.thread("/v2/conversations/" + text(row, "id")) {
				sort := text(part, "partType")
				if tried[sort] {
					continue
				}
				tried[sort] = true
				got := a.doIn(version, "POST", "/v2/conversations/redact", object{"type": "conversation_part", "conversationId": row["id"], "conversationPartId": part["id"]})
				if strings.HasSuffix(sort, "_msg") {
					got.ok()
				} else {
					got.fails(http.StatusBadRequest, "invalid_request")
				}
			}
		}
		for _, sort := range []string{"user_msg", "admin_msg", "email_msg", "bot_msg", "admin_note", "status", "assign", "tags"} {
			if !tried[sort] {
				t.Errorf("%s: no %s was tried, only %v", version, sort, tried)
			}
		}
	}
}
