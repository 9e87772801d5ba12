package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

func hasDetail(op *engine.Operation) bool { return op.Input.Shape().Props[input.DetailArg] != nil }

// inFull are arguments that ask for full detail.
func inFull(arguments string) string {
	return strings.Replace(strings.Replace(arguments, "{", `{"detail":"full",`, 1), ",}", "}", 1)
}

// Full detail loses nothing: every text and number of a list of the API's can be found in its answer, except what its view says again in
// another form or withholds. Unknown fields are there as well.
func TestFullDetailLosesNoField(t *testing.T) {
	t.Parallel()
	for _, e := range enginetest.Examples(t) {
		if !hasDetail(e.Op) {
			continue
		}
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			body := enginetest.ReplaceLeaves(t, e.Raw(t), func(string, string) (any, bool) { return nil, false }, map[string]any{"later": map[string]any{"flag": false, "words": "not known yet"}})
			if n := keptLeaves(t, e, body); n < 6 {
				t.Errorf("only %d values compared", n)
			}
		})
	}
}

// keptLeaves looks for every value of a response in its answer, and returns how many it looked for.
func keptLeaves(t *testing.T, e enginetest.Example, response []byte) int {
	t.Helper()
	answer, view := enginetest.Answer(t, e.Op, inFull(e.Arguments), response), e.Op.Output
	altered := slices.Concat(view.HTMLFields, view.RepeatFields, view.SecretFields)
	var doc any
	if err := json.Unmarshal([]byte(answer), &doc); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, answer)
	}
	source, err := rawjson.Decode(response)
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
			if v := markup.WithoutSignedURLs(v); path != ".object" && v != "" && legible.Visible(v) != "" { // who has a signed address has the file
				leaves++
				if !strings.Contains(answer, string(rawjson.AppendString(nil, legible.Visible(v)))) {
					t.Errorf("%s %q is lost", path, v)
				}
			}
		default:
			leaves++
			if !strings.Contains(answer, string(rawjson.Encode(v))) {
				t.Errorf("%s %v is lost", path, v)
			}
		}
	}
	walk("", source)
	return leaves
}

// Whatever text a field holds, and even the name of a field, it stays inside.
func TestForgedMarksStayInside(t *testing.T) {
	t.Parallel()
	for _, e := range enginetest.Examples(t) {
		if e.Op.Run != nil {
			continue
		}
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			body := e.Raw(t)
			calls := []string{e.Arguments}
			if hasDetail(e.Op) {
				calls = append(calls, inFull(e.Arguments))
			}
			marked := e.Op.Output != nil && e.Op.Output.Customer != ""
			for what, forge := range enginetest.Forgeries {
				changed := enginetest.Forge(t, body, forge)
				for _, arguments := range calls {
					answer := enginetest.Answer(t, e.Op, arguments, changed)
					enginetest.CheckAnswer(t, answer)
					if !marked && e.Op.Output != nil && e.Op.Output.Body != "" {
						continue // what the organization publishes is a text of its own
					}
					if found := enginetest.BreaksOut.FindString(answer); found != "" {
						t.Errorf("%s: %q in\n%.2000s", what, found, answer)
					}
					if strings.HasPrefix(answer, "{") && strings.Contains(answer, `,"id":"forged`) {
						t.Errorf("%s: a field in\n%.2000s", what, answer)
					}
				}
			}
		})
	}
}

// An answer that holds customers' words says so, once.
func TestCustomersWordsAreMarked(t *testing.T) {
	t.Parallel()
	for name, marks := range map[string]string{
		"list_posts": "title, author, tags, excerpt", "search_comments": "author, excerpt", "get_post": "title, author, tags, customFields, indented",
		"get_conversation": "title, tags, customAttributes, indented", "get_contact": "name, companies", "list_survey_responses": "user, email, answers", "drill_into_report": "indented",
		"update_post": "title, author, tags", "get_ticket": "title, author, customFields, indented",
		"list_articles": "", "get_article": "", "list_boards": "", "list_admins": "", "get_changelog": "", "delete_post": "post",
	} {
		for _, e := range enginetest.Examples(t) {
			if e.Op.Name != name {
				continue
			}
			answer := e.Answer(t, enginetest.Options{})
			_, after, found := strings.Cut(answer, "untrusted-text")
			if found != (marks != "") || !strings.HasPrefix(strings.Trim(after, `":, `), marks) {
				t.Errorf("%s, %q is meant: %.200s", name, marks, answer)
			}
		}
	}
}

// The help center's hits and a long conversation cost what they should.
func TestAnswersOfTheSandboxAreAffordable(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	for _, tc := range []struct {
		tool, arguments, each string
		times, most           int
	}{
		{"search_articles", `{"search":"invoice","limit":10}`, `"id":`, 10, 1000},
		{"get_conversation", `{"conversationId":"10027"}`, "\n[", 24, 2000},
		{"list_posts", `{"limit":50}`, `"id":`, 50, 6200},
	} {
		answer, _ := enginetest.Ask(t, server, tc.tool, tc.arguments)
		if n := strings.Count(answer, tc.each); n != tc.times {
			t.Errorf("%s: %d of %q, not %d", tc.tool, n, tc.each, tc.times)
		}
		if n := enginetest.Tokens(t, answer); n > tc.most {
			t.Errorf("%s costs %d tokens, at most %d are meant", tc.tool, n, tc.most)
		}
	}
}

// With --mask-emails no answer has the address of a contact, and those of admins stay.
func TestAddressesAreMasked(t *testing.T) {
	t.Parallel()
	addresses := contactAddresses(t)
	if len(addresses) < 50 {
		t.Fatalf("only %d contacts have an address", len(addresses))
	}
	for _, e := range enginetest.Examples(t) {
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			server := e.Server(t, enginetest.Options{MaskEmails: true})
			calls := []string{e.Arguments}
			if hasDetail(e.Op) {
				calls = append(calls, inFull(e.Arguments))
			}
			for _, arguments := range calls {
				answer, isError := enginetest.Ask(t, server, e.Op.Name, arguments)
				if isError {
					t.Fatalf("%s: %s", arguments, answer)
				}
				for _, address := range addresses {
					if strings.Contains(strings.ToLower(answer), address) {
						t.Errorf("%s: %s in %s", arguments, address, answer)
					}
				}
			}
		})
	}
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, MaskEmails: true})
	if answer, _ := enginetest.Ask(t, server, "list_admins", `{}`); !strings.Contains(answer, enginetest.ActingAdmin) {
		t.Errorf("no %s in %s", enginetest.ActingAdmin, answer)
	}
	if answer, _ := enginetest.Ask(t, server, "search_contacts", `{"limit":1}`); !strings.Contains(answer, "h***@larkspur-interiors.example") {
		t.Errorf("nothing is masked in %s", answer)
	}
}

// contactAddresses are the addresses of all contacts of the sandbox.
func contactAddresses(t *testing.T) []string {
	t.Helper()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	var addresses []string
	for cursor := ""; ; {
		answer, isError := enginetest.Ask(t, server, "search_contacts", fmt.Sprintf(`{"limit":100%s}`, cursor))
		var page struct {
			Data []struct {
				Email string `json:"email"`
			} `json:"data"`
			NextCursor string `json:"nextCursor"`
		}
		if err := json.Unmarshal([]byte(answer), &page); err != nil || isError {
			t.Fatalf("%v: %s", err, answer)
		}
		for _, contact := range page.Data {
			if contact.Email != "" {
				addresses = append(addresses, strings.ToLower(contact.Email))
			}
		}
		if page.NextCursor == "" {
			return addresses
		}
		cursor = fmt.Sprintf(`,"cursor":%q`, page.NextCursor)
	}
}
