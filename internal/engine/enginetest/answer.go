package enginetest

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"
	"pgregory.net/rapid"

	"featurebase-mcp/internal/render"
)

// CheckAnswer checks what every answer has to be: it is text, it is JSON if it begins like JSON, and it has the mark at its beginning or
// nowhere.
func CheckAnswer(t testing.TB, answer string) {
	t.Helper()
	if !utf8.ValidString(answer) {
		t.Errorf("not text: %q", answer)
	}
	if (strings.HasPrefix(answer, "{") || strings.HasPrefix(answer, "[")) && !json.Valid([]byte(answer)) {
		t.Errorf("not JSON: %s", answer)
	}
	behind := strings.TrimPrefix(strings.TrimPrefix(answer, render.UntrustedMark), `{"`+render.UntrustedMark)
	if strings.Contains(strings.ToLower(behind), render.UntrustedMark) {
		t.Errorf("a mark inside: %s", answer)
	}
	if strings.ContainsAny(answer, "\u2028\u2029\u0085\r") {
		t.Errorf("lines that are none: %q", answer)
	}
}

// o200k takes a second to read its vocabulary.
var o200k = sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.O200kBase) })

// Tokens returns the number of tokens of a text.
func Tokens(t testing.TB, text string) int {
	t.Helper()
	codec, err := o200k()
	if err != nil {
		t.Fatal(err)
	}
	n, err := codec.Count(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var pieces = rapid.SampledFrom([]string{"x", "é", "日本", `"`, "\n", "🙂", "<b>bold</b> ", "a word ", `\`})

// sizes are of texts: most are ordinary, a few fill an answer or several.
var sizes = rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 300), rapid.IntRange(1, 300), rapid.IntRange(1000, 5000), rapid.IntRange(20_000, 100_000))

// DrawText makes a text as it may stand in a field.
func DrawText(t *rapid.T) string {
	unit := pieces.Draw(t, "letters")
	return strings.Repeat(unit, 1+sizes.Draw(t, "size")/len(unit))
}
