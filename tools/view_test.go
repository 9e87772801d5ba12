package tools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buger/jsonparser"
)

// Answers as a model reads them, from responses in the API's own form with the oddities that the live one has shown.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, tool, arguments, response string }{
		{"list_concise", "list_posts", `{}`, "posts.json"},
		{"list_full", "list_posts", `{"detail":"full"}`, "posts.json"},
		{"one_post", "get_post", `{"postId":"` + anID + `"}`, "post.json"},
		{"updated_post", "update_post", `{"postId":"` + anID + `","title":"xx"}`, "post.json"},
		{"boards", "list_boards", `{}`, "boards.json"},
		{"comments", "list_comments", `{}`, "comments.json"},
		{"conversation", "get_conversation", `{"conversationId":"10042"}`, "conversation.json"},
		{"updated_conversation", "update_conversation", `{"conversationId":"10042","state":"open"}`, "conversation.json"},
		{"ticket", "get_ticket", `{"ticketNumber":42}`, "ticket.json"},
		{"contacts", "search_contacts", `{}`, "contacts.json"},
		{"changelogs", "list_changelogs", `{}`, "changelogs.json"},
		{"changelog", "get_changelog", `{"changelogId":"dark-mode"}`, "changelogs.json#0"},
		{"created_changelog", "create_changelog", `{"title":"x","markdownContent":"x"}`, "changelogs.json#1"},
		{"companies", "search_companies", `{}`, "companies.json"},
		{"company", "get_company", `{"featurebaseId":"` + anID + `"}`, "companies.json#0"},
		{"articles", "search_articles", `{}`, "articles.json"},
		{"article", "get_article", `{"articleId":"10021362"}`, "articles.json#0"},
		{"updated_article", "update_article", `{"articleId":"10021362","title":"x"}`, "articles.json#0"},
		{"collections", "list_collections", `{}`, "collections.json"},
		{"help_centers", "list_help_centers", `{}`, "help_centers.json"},
		{"redirect_rules", "list_redirect_rules", `{}`, "redirect_rules.json"},
		{"surveys", "list_surveys", `{}`, "surveys.json"},
		{"survey", "get_survey", `{"surveyId":"` + anID + `"}`, "surveys.json#0"},
		{"survey_responses", "list_survey_responses", `{"surveyId":"` + anID + `"}`, "survey_responses.json"},
		{"webhooks", "list_webhooks", `{}`, "webhooks.json"},
		{"webhook", "get_webhook", `{"webhookId":"` + anID + `"}`, "webhooks.json#0"},
		{"created_webhook", "create_webhook", `{"name":"x","url":"https://x.example","topics":["post.created"]}`, "webhooks.json#0"},
		{"admins", "list_admins", `{}`, "admins.json"},
		{"admin_roles", "list_admin_roles", `{}`, "admin_roles.json"},
		{"audit_logs", "list_audit_logs", `{}`, "audit_logs.json"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, 200, string(recorded(t, tc.response)))
			text, isError := call(t, api.client(t), tc.tool, tc.arguments)
			if isError {
				t.Fatal(text)
			}
			golden(t, "answers/"+tc.name+".txt", []byte(text+"\n"))
		})
	}
}

// recorded returns an answer in the API's form, or one item of a list: "posts.json#0".
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	file, item, isItem := strings.Cut(name, "#")
	raw, err := os.ReadFile(filepath.Join("testdata", "responses", file))
	if err != nil {
		t.Fatal(err)
	}
	if !isItem {
		return raw
	}
	one, _, _, err := jsonparser.Get(raw, "data", "["+item+"]")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return one
}

// Full detail loses nothing: every text and number of a response can be found in its answer, except what its view says again in another
// form or withholds.
func TestFullDetailLosesNoField(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool, response string
		leaves         int
	}{
		{"list_posts", "posts.json", 40},
		{"list_changelogs", "changelogs.json", 35},
		{"search_articles", "articles.json", 25},
		{"search_companies", "companies.json", 18},
		{"list_survey_responses", "survey_responses.json", 18},
		{"list_webhooks", "webhooks.json", 18},
		{"list_audit_logs", "audit_logs.json", 17},
	} {
		t.Run(tc.tool, func(t *testing.T) {
			t.Parallel()
			op, response := Lookup(tc.tool), recorded(t, tc.response)
			if n := keptLeaves(t, op.Output, response, op.render(response, arguments{detail: "full"}, 0)); n < tc.leaves {
				t.Errorf("only %d values compared", n)
			}
		})
	}
}

// keptLeaves looks for every value of a response in its answer, and returns how many it looked for.
func keptLeaves(t *testing.T, view *View, response []byte, answer string) int {
	t.Helper()
	altered := slices.Concat(view.html, view.repeats, view.secret)
	var doc any
	if err := json.Unmarshal([]byte(answer), &doc); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, answer)
	}
	source, err := decode(response)
	if err != nil {
		t.Fatal(err)
	}
	leaves := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if !slices.Contains(altered, name) {
					walk(path+"."+name, inner)
				}
			}
		case []any:
			for _, inner := range v {
				walk(path, inner)
			}
		case nil:
		case string:
			if path != ".object" && v != "" {
				leaves++
				if !strings.Contains(answer, string(appendString(nil, visible(v)))) {
					t.Errorf("%s %q is lost", path, v)
				}
			}
		default:
			leaves++
			if !strings.Contains(answer, string(encode(v))) {
				t.Errorf("%s %v is lost", path, v)
			}
		}
	}
	walk("", source)
	return leaves
}

// Any JSON that an API may send is answered, and lists stay JSON.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		`{"object":"list","data":[{"id":"1","content":"<p>x</p>","tags":[{"name":"a"}]},null,3,"x"],"nextCursor":"c"}`, `[]`, `[null]`, `{"data":[]}`, `{"data":{}}`, `"x"`, `3`, `null`,
		`{"source":{"bodyHtml":"<p>x","author":{"type":"lead","name":"a\nb"}},"conversationParts":[{"id":"5","partType":"status","status":"open"},null,[],{"id":6,"bodyMarkdown":"y"}]}`,
		`{"id":"\ud800","title":"a\nb: c","content":"<div hidden>x"}`, `{"status":null,"author":{"name":null},"createdAt":5}`,
		`[{"permissions":{"a":true,"b":1},"responses":[{"pageId":1,"value":[{}]},2,null]},{"permissions":"x","responses":{}}]`, `{"requestConfig":{"headers":["x"]},"secret":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // the client refuses it
		}
		for _, tool := range []string{"list_posts", "get_post", "update_post", "list_boards", "delete_post", "list_survey_responses", "list_admin_roles", "get_webhook", "search_conversations", "get_conversation", "get_ticket"} {
			for _, detail := range []string{"", "full"} {
				answer := Lookup(tool).render(body, arguments{detail: detail}, 0)
				if strings.HasPrefix(answer, `{"data":[`) && !json.Valid([]byte(answer)) {
					t.Errorf("%s %s: not JSON: %s", tool, detail, answer)
				}
			}
		}
	})
}
