package render

import (
	"strings"
	"testing"
)

// A title that imitates a link is shown as plain text, in every answer.
func TestWordsAreNoLinks(t *testing.T) {
	t.Parallel()
	w := &Writer{View: &PlainView}
	for text, want := range map[string]string{
		"![x](https://evil.example/a.png)":        "! [x] (https://evil.example/a.png)",
		"[Your bank](https://evil.example)":       "[Your bank] (https://evil.example)",
		"[a][b]":                                  "[a] [b]",
		"[![a](b)](c)":                            "[! [a] (b)] (c)",
		"array[0](x), [beta] and (gamma), a ![ b": "array[0] (x), [beta] and (gamma), a ! [ b",
		"plain [x] (y)":                           "plain [x] (y)",
	} {
		if got := w.Words(text); got != want || strings.Contains(got, "](") || strings.Contains(got, "![") {
			t.Errorf("%s became %s", text, got)
		}
	}
}
