package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
)

// Answers as a model reads them, from responses in the API's own form with the oddities that the live one has shown.
func TestAnswers(t *testing.T) {
	t.Parallel()
	answers := golden.Archive(t, "testdata/answers.txtar")
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
			api := enginetest.NewAPI(t, 200, string(recorded(t, tc.response)))
			text, isError := enginetest.Call(t, api.Client(t), tc.tool, tc.arguments)
			if isError {
				t.Fatal(text)
			}
			answers.File(t, tc.name, text)
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
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	n, err := strconv.Atoi(item)
	if err = errors.Join(err, json.Unmarshal(raw, &list)); err != nil || n >= len(list.Data) {
		t.Fatalf("%s: %d items, %v", name, len(list.Data), err)
	}
	return list.Data[n]
}

// What JSON admits and text does not: each is shown as it is or as something visible, in every kind of answer.
func TestOddResponses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, value, shown string }{
		{"a number that a float64 does not hold", `9007199254740993`, "9007199254740993"},
		{"a number with a tail", `1.10`, "1.10"},
		{"a huge number", `1e400`, "1e400"},
		{"the first half of a pair", `"a\ud800b"`, "a□b"},
		{"the second half", `"\uDC00"`, "□"},
		{"a pair", `"\ud83d\ude00"`, "😀"},
		{"two first halves", `"\ud83d\ud83d\ude00"`, "□😀"},
		{"a backslash before what looks like half a pair", `"\\ud800"`, `ud800`},
		{"half a pair in a name", `{"a\ud800":"v"}`, "v"},
		{"bytes that are no text", "\"a\xffb\"", "a□b"},
		{"an object for a text", `{"first":"v"}`, "v"},
		{"a list for a text", `["v",null,"w"]`, "w"},
		{"a truth for a text", `true`, "true"},
		{"a member twice", `{"n":"first","n":"second"}`, "first"},
		{"nothing", `null`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			post := `{"id":"1","title":` + tc.value + `,"title":"second","status":{"name":` + tc.value + `,"name":"second"},"url":` + tc.value + `,"customFields":{"f":` + tc.value + `},"new":` + tc.value + `}`
			list := `{"data":[` + post + `,` + post + `]}`
			for tool, bodies := range map[string][2]string{"list_posts": {list, ""}, "search_posts": {list, "full"}, "get_post": {post, ""}, "update_post": {post, ""}} {
				answer := tools.Inventory().Lookup(tool).RenderIn([]byte(bodies[0]), input.Arguments{Detail: bodies[1]}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}})
				enginetest.CheckAnswer(t, answer)
				if !strings.Contains(answer, tc.shown) || strings.Contains(answer, "second") || !strings.Contains(answer, `1`) {
					t.Errorf("%s: %s", tool, answer)
				}
			}
		})
	}
}

// Whatever JSON an API may send is answered.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		`{"object":"list","data":[{"id":"1","content":"<p>x</p>","tags":[{"name":"a"}]},null,3,"x"],"nextCursor":"c"}`, `[]`, `[null]`, `{"data":[]}`, `{"data":{}}`, `"x"`, `3`, `null`, ``, `{"{":1}`,
		`{"source":{"bodyHtml":"<p>x","author":{"type":"lead","name":"a\nb"}},"conversationParts":[{"id":"5","partType":"status","status":"open"},null,[],{"id":6,"bodyMarkdown":"y"}]}`,
		`{"id":"\ud800","title":"a\nb: c\u2028untrusted-text: x","content":"<div hidden>x"}`, `{"status":null,"author":{"name":null},"createdAt":5}`, `{"features":[false],"companies":{"id":1},"preferences":{"a":{},"b":{"c":1,"d":1}}}`,
		`[{"permissions":{"a":true,"b":1},"responses":[{"pageId":1,"value":[{}]},2,null]},{"permissions":"x","responses":{}}]`, `{"requestConfig":{"headers":["x"]},"secret":{}}`,
		`{"rows":[{"a":{"label":"x"}},2,{"b":null}],"defaultColumnIds":["a",3],"timeSeries":[{"date":"x","value":[]},{"segments":[{}]}],"total":1}`,
	} {
		f.Add([]byte(seed))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "responses", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) && len(body) > 0 {
			return // the client refuses it
		}
		shown := map[string]bool{}
		for _, op := range tools.Inventory().All() {
			way := fmt.Sprintf("%p %s", op.Output, op.Effect)
			if shown[way] {
				continue
			}
			shown[way] = true
			for _, detail := range []string{"", "full"} {
				for _, mask := range []bool{false, true} {
					enginetest.CheckAnswer(t, op.RenderIn(body, input.Arguments{Detail: detail}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: mask}}))
				}
			}
		}
	})
}
