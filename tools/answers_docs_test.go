package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
)

const answersHead = `# Answers

What a model reads, from calls on the sandbox. This page is written by ` + "`make update`" + `.

- Lists are compact JSON without nulls and empty values: short rows that hold what the next call needs.
- Single objects are lines and Markdown. Threads are transcripts.
- An answer with customers' words begins by saying where they stand (` + "`untrusted-text`" + `). None of them begins a line or a field, and a copy of the mark in
  their text is broken up.
- Names stand in the place of ids, and work there. A list tells the ids once.
- Where something is cut, the answer says so, and how to go on.
- What people would not see on the page is left out. Each row, object and message that lacks some of its text says how much, as in "hidden text left out: 87 characters"; reads
  of single objects show it with ` + "`hidden`" + `, below their text and marked as untrusted.
`

// shownAnswers are the answers of the page, and why.
var shownAnswers = []struct {
	tool, about string
	arguments   string // empty: those of the example
}{
	{"search_posts", "A search: short rows, the ids behind the names once, a cursor.", ""},
	{"get_post", "One post: what is known about it in lines, then its text.", ""},
	{"get_post", "A post that hides words for models. Unasked, it has a line that says so, and not the words.", `{"postId":"6ae2d9e28c2fe90da800011f","hidden":true}`},
	{"get_conversation", "A conversation as a transcript: who said what when, notes marked, events on one line.", ""},
	{"get_article", "A help center article, ready to cite or to correct and send back.", ""},
	{"update_conversation", "What a write answers: enough to name the object and to go on.", ""},
}

func TestTheAnswersOfTheDocsAreFresh(t *testing.T) {
	t.Parallel()
	called := map[string]enginetest.Example{}
	for _, e := range enginetest.Examples(t) {
		called[e.Op.Name] = e
	}
	var page strings.Builder
	page.WriteString(answersHead)
	for _, shown := range shownAnswers {
		e, ok := called[shown.tool]
		if !ok {
			t.Fatalf("no tool is called %s", shown.tool)
		}
		if shown.arguments != "" {
			e.Arguments = shown.arguments
		}
		const most = 2400 // characters of an answer; what follows is more of the same
		text := []rune(e.Answer(t, enginetest.Options{}))
		if len(text) > most {
			text = append(text[:most:most], []rune("\n[...]")...)
		}
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n```sh\n%s\n```\n\n~~~text\n%s\n~~~\n", shown.tool, shown.about, e.Command(t), string(text))
	}
	golden.File(t, "../docs/answers.md", page.String())
}
