package workflow_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// below returns the lines of a list of the answer.
func below(t *testing.T, answer, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(answer, "\n"+title+": ")
	if !ok {
		t.Fatalf("no list is called %q: %s", title, answer)
	}
	var lines []string
	for i, line := range strings.Split(rest, "\n") {
		if i > 0 && !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "  ") {
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// What was taught is found where an article has another figure, where an article is newer, and where there is none; and it is found no more once it is put right.
func TestKnowledgeIsComparedWithArticles(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	ask := func() string {
		answer, isError := enginetest.Ask(t, server, "compare_knowledge", `{}`)
		enginetest.CheckAnswer(t, answer)
		if isError {
			t.Fatal(answer)
		}
		return answer
	}
	const figures, older, missing = "other figures than an article", "older than the article about the same", "no article about it"
	const validity, guests = "6a48f5c070b54c1952000001", "6abf9cc070b54c1952000003"
	answer := ask()
	if list := below(t, answer, figures); !strings.Contains(list, validity) || !strings.Contains(list, `"30 days"`) || !strings.Contains(list, "article 10021302") || strings.Contains(list, "Time tracking") {
		t.Error(list)
	}
	if list := below(t, answer, missing); !strings.Contains(list, "Printing guide") || strings.Contains(list, validity) {
		t.Error(list)
	}
	write(t, box, http.MethodPatch, "/v2/training_data/qna/"+validity, `{"answer":"An invitation is valid for 14 days."}`)
	for line := range strings.Lines(below(t, ask(), figures)) { // another article has yet another figure
		if strings.Contains(line, validity) && !strings.Contains(line, `"14 days", article 10021354: "7 days"`) {
			t.Error("what was corrected still contradicts: " + line)
		}
	}
	made := write(t, box, http.MethodPost, "/v2/help_center/articles", `{"title":"What a guest costs, and whether guests need a seat","body":"Guests are free.","state":"live"}`)
	if list := below(t, ask(), older); !strings.Contains(list, guests) || !strings.Contains(list, fmt.Sprint(made["id"])) {
		t.Error("an entry is older than an article: " + list)
	}
}

func TestComparedKnowledgeStaysShort(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	for i := range 60 {
		write(t, box, http.MethodPost, "/v2/training_data/qna", fmt.Sprintf(`{"questions":["How long is an invitation of kind %c%c valid, %s?"],"answer":"An invitation is valid for %d days, %s."}`,
			'A'+i%26, 'a'+i/26, strings.Repeat("wirklich ", 30), 30+i, strings.Repeat("tatsächlich ", 30)))
	}
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	answer, isError := enginetest.Ask(t, server, "compare_knowledge", `{}`)
	if n := enginetest.Tokens(t, answer); isError || n > 2500 || !strings.Contains(answer, " more\n") {
		t.Errorf("%d tokens: %s", n, answer)
	}
}
