package engine_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// partEnd is what a part that is not the last ends with.
var partEnd = regexp.MustCompile(`--- (\d+) of (\d+) bytes shown so far; offset (\d+) goes on ---$`)

// Whatever a text holds and whatever the budget: reading on by offset to its end yields all of it once.
func TestReadingOnYieldsTheWholeTextOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		op := tools.Inventory().Lookup(rapid.SampledFrom([]string{"get_post", "get_conversation"}).Draw(t, "tool"))
		head, body := drawHead(t), drawBody(t)
		budget := drawBudget(t)
		for offset, parts := 0, 0; ; parts++ {
			text := op.Part([]byte(head+body), len(head), offset, budget)
			if !budget.Holds(len(text)) || !utf8.ValidString(text) {
				t.Fatalf("from %d: %d bytes with a budget of %d", offset, len(text), budget)
			}
			next, shown := len(body), text
			if end := partEnd.FindStringSubmatchIndex(text); end != nil {
				_, _ = fmt.Sscan(text[end[2]:end[3]], &next)
				if said := fmt.Sprintf("--- %d of %d bytes shown so far; offset %d goes on ---", next, len(body), next); text[end[0]:] != said || next <= offset {
					t.Fatalf("after %d: %s", offset, text[end[0]:])
				}
				shown = text[:end[0]]
				if !strings.HasSuffix(body[offset:next], "\n") {
					shown = strings.TrimSuffix(shown, "\n")
				}
			}
			before, whole := strings.CutSuffix(shown, body[offset:next])
			if !whole {
				t.Fatalf("the part from %d to %d is not what is shown", offset, next)
			}
			begin := fmt.Sprintf("untrusted-text: indented\n--- from %d of %d bytes on ---\n", offset, len(body))
			if offset > 0 && before != begin || offset == 0 && budget.Holds(len(head)+len(body)) && before != head {
				t.Fatalf("the part from %d begins %.100q", offset, before)
			}
			if next == len(body) {
				return
			}
			offset = next
		}
	})
}

// drawBody makes a text of paragraphs, some of which look like messages of a transcript.
func drawBody(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(0, 10).Draw(t, "paragraphs") {
		b.WriteString(enginetest.DrawText(t) + rapid.SampledFrom([]string{"\n\n", "\n", "\n[500] now\n  ", " ", ""}).Draw(t, "end"))
	}
	return b.String()
}

// drawHead makes the lines above a body.
func drawHead(t *rapid.T) string {
	var b strings.Builder
	for i := range rapid.IntRange(0, 40).Draw(t, "fields") {
		value := strings.ReplaceAll(enginetest.DrawText(t), "\n", " ")
		if rapid.Bool().Draw(t, "an object") {
			value = string(rawjson.Encode(map[string]any{"a": []any{value, 1, nil}, "b": map[string]any{"c": value}}))
		}
		fmt.Fprintf(&b, "field%d: %s\n", i, value)
	}
	return b.String()
}

func TestTextsEndWhereAReaderPauses(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("word ", 80)
	for _, tc := range []struct{ name, tool, body, want string }{
		{"at a paragraph", "get_post", strings.Repeat(word+"\n"+word+"\n\n", 10), "\n\n"},
		{"at a line", "get_post", strings.Repeat(word+"\n", 20), " \n"},
		{"at a word", "get_post", strings.Repeat("word ", 1000), "word \n"},
		{"at a message", "get_conversation", strings.Repeat("[500] now\n  "+word+"\n\n  "+word+"\n", 10), word + "\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text := tools.Inventory().Lookup(tc.tool).Part([]byte(tc.body), 0, 0, render.LeastBudget)
			shown, _, cut := strings.Cut(text, "--- ")
			if !cut || !strings.HasSuffix(shown, tc.want) {
				t.Errorf("%q", text)
			}
			if next := tc.body[len(shown):]; tc.tool == "get_conversation" && !strings.HasPrefix(next, "[500]") {
				t.Errorf("the next part begins %.40q", next)
			}
		})
	}
}

func TestOffsetsThatLeadNowhere(t *testing.T) {
	t.Parallel()
	op := tools.Inventory().Lookup("get_post")
	if text := op.Part([]byte("title\nbody"), 6, 4, render.LeastBudget); text != "Nothing from offset 4 on: the text ends at 4. Without offset it is shown from its beginning." {
		t.Error(text)
	}
	if text := op.Part([]byte("日本語"), 0, 4, 0); !strings.HasSuffix(text, "---\n本語") { // inside a character
		t.Error(text)
	}
	if _, err := op.Read([]byte(`{"postId":"` + anID + `","offset":-1}`)); err == nil || !strings.Contains(err.Error(), "offset: not negative") {
		t.Error(err)
	}
}

// Every operation that reads one long text takes an offset.
func TestLongTextsCanBeReadOn(t *testing.T) {
	t.Parallel()
	found := 0
	for _, op := range tools.Inventory().All() {
		if v := op.Output; op.Effect != engine.Read || v == nil || v.Body == "" && v.Parts == "" || !strings.HasSuffix(op.Path, "}") {
			continue
		}
		found++
		if op.Input.Shape().Props[input.OffsetArg] == nil {
			t.Errorf("%s cannot be read on", op.Name)
		}
	}
	if found == 0 {
		t.Error("nothing to compare")
	}
}
