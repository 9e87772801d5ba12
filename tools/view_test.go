package tools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			response, err := os.ReadFile(filepath.Join("testdata", "responses", tc.response))
			if err != nil {
				t.Fatal(err)
			}
			api := newAPI(t, 200, string(response))
			text, isError := call(t, api.client(t), tc.tool, tc.arguments)
			if isError {
				t.Fatal(text)
			}
			golden(t, "answers/"+tc.name+".txt", []byte(text+"\n"))
		})
	}
}

// Full detail loses nothing: every text and number of a response can be found in its answer.
func TestFullDetailLosesNoField(t *testing.T) {
	t.Parallel()
	response, err := os.ReadFile(filepath.Join("testdata", "responses", "posts.json"))
	if err != nil {
		t.Fatal(err)
	}
	answer := Lookup("list_posts").render(response, "full")
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
				if name != "content" { // HTML becomes Markdown
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
	if leaves < 40 {
		t.Errorf("only %d values compared", leaves)
	}
}

// Any JSON that an API may send is answered, and lists stay JSON.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		`{"object":"list","data":[{"id":"1","content":"<p>x</p>","tags":[{"name":"a"}]},null,3,"x"],"nextCursor":"c"}`, `[]`, `[null]`, `{"data":[]}`, `{"data":{}}`, `"x"`, `3`, `null`,
		`{"source":{"bodyHtml":"<p>x","author":{"type":"lead","name":"a\nb"}},"conversationParts":[{"id":"5","partType":"status","status":"open"},null,[],{"id":6,"bodyMarkdown":"y"}]}`,
		`{"id":"\ud800","title":"a\nb: c","content":"<div hidden>x"}`, `{"status":null,"author":{"name":null},"createdAt":5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // the client refuses it
		}
		for _, tool := range []string{"list_posts", "get_post", "update_post", "list_boards", "delete_post", "search_conversations", "get_conversation", "get_ticket"} {
			for _, detail := range []string{"", "full"} {
				answer := Lookup(tool).render(body, detail)
				if strings.HasPrefix(answer, `{"data":[`) && !json.Valid([]byte(answer)) {
					t.Errorf("%s %s: not JSON: %s", tool, detail, answer)
				}
			}
		}
	})
}
