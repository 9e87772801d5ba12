package tools_test

import (
	"cmp"
	"io"
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// A text is read as Markdown, changed and written back. What Markdown does not hold is there afterwards, in all operations that update a text.
func TestWhatMarkdownDoesNotHoldIsKept(t *testing.T) {
	t.Parallel()
	const framed = `<div data-type="callout"><p>Mind the gap between lines</p></div>`
	const figure = `<figure><img src="https://e.example/a.png" alt="b"><figcaption>Seen from above</figcaption></figure>`
	const player = `<iframe src="https://e.example/c"></iframe>`
	const old = "<p>Hello</p>" + framed + figure + player
	keeping := 0
	for _, op := range tools.Inventory().Endpoints() {
		if op.Keeps == nil {
			continue
		}
		keeping++
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			var sent map[string]any
			status := http.StatusOK
			env := enginetest.Permissive(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(cmp.Or[io.ReadCloser](r.Body, http.NoBody))
				if r.Method != http.MethodGet && err == nil {
					var v any
					v, err = contract.Decode(body)
					sent, _ = v.(map[string]any)
				}
				return enginetest.Response(status, string(rawjson.Encode(map[string]any{"id": "1", op.Keeps.Field: old}))), err
			}).Client(t))
			update := func(text string) (answer string, written any) {
				sent = nil
				args := map[string]any{op.Keeps.Argument: text}
				for hole := range strings.SplitSeq(op.Path, "/") {
					if name, ok := strings.CutPrefix(hole, "{"); ok {
						name = strings.TrimSuffix(name, "}")
						args[name] = enginetest.Sample(op, false)[name]
					}
				}
				answer, _ = enginetest.CallIn(t, env, op, string(rawjson.Encode(args)))
				return answer, sent[cmp.Or(op.Keeps.HTML, op.Keeps.Argument)]
			}
			const rest = "\n\nMind the gap between lines\n\n[image: b](https://e.example/a.png)\n\nSeen from above\n\n[embed](https://e.example/c)"
			if answer, written := update("Hello" + rest); written != strings.ReplaceAll("<p>Hello</p>|"+framed+"|"+figure+"|"+player, "|", "\n") {
				t.Errorf("unchanged, it becomes %q\n%s", written, answer)
			}
			if answer, written := update("Goodbye" + rest); written != strings.ReplaceAll("<p>Goodbye</p>|"+framed+"|"+figure+"|"+player, "|", "\n") {
				t.Errorf("with one change, it becomes %q\n%s", written, answer)
			}
			if answer, _ := update("Hello" + strings.Replace(rest, "gap", "hole", 1)); sent != nil || !strings.Contains(answer, op.Name+" sent nothing") || !strings.Contains(answer, "callout") {
				t.Errorf("a changed callout is sent: %v\n%s", sent, answer)
			}
			status = http.StatusForbidden
			if answer, _ := update("Hello" + rest); sent != nil || !strings.HasPrefix(answer, op.Name+" failed: ") || !strings.Contains(answer, "Nothing was changed") {
				t.Errorf("without the old text, %v is sent\n%s", sent, answer)
			}
			status = http.StatusOK
			if answer, written := update("Hello"); written == nil || strings.Contains(written.(string), "callout") {
				t.Errorf("what was removed is kept: %v\n%s", written, answer)
			}
		})
	}
	if keeping != 5 {
		t.Errorf("%d operations keep what Markdown does not hold", keeping)
	}
}
