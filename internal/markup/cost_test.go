package markup

import (
	"strings"
	"testing"
)

// Each of these takes seconds to half a minute without the limits.
func TestWhatTakesTooLongToParseIsRefused(t *testing.T) {
	t.Parallel()
	const deep, many = "1,000 quotes or lists", "10,000 of the marks"
	for _, part := range []struct{ text, want string }{
		{"> ", deep},
		{">", deep},
		{"- ", deep},
		{"+ ", deep},
		{"1. ", deep},
		{"1) ", deep},
		{"> 1.\t", deep},
		{"_a*", many},
		{"a*_~", many},
		{"![a](", many},
		{"[a](<b", many},
		{"https://a(", many},
		{"*a\n", many},
		{"> *a\n", many},
	} {
		source := strings.Repeat(part.text, longestWritten/len(part.text))
		if _, err := MarkdownToHTML(source); err == nil || !strings.Contains(err.Error(), part.want) {
			t.Errorf("%q: %v", part.text, err)
		}
	}
}

func TestTheLimitsOfMarkdownAreExact(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]func(int) string{
		"marks":  func(more int) string { return strings.Repeat("a_b ", mostMarks+more) },
		"quotes": func(more int) string { return strings.Repeat(">", mostNested+more) + " a" },
		"lists":  func(more int) string { return "> " + strings.Repeat("1. ", mostNested-1+more) + "a" },
	} {
		if _, err := MarkdownToHTML(text(0)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := MarkdownToHTML(text(1)); err == nil {
			t.Errorf("%s: one more is taken", name)
		}
	}
	paragraph := strings.Repeat("a_b ", mostMarks*3/4)
	for _, between := range []string{"\n\n", "\n \t\n", "\n>\n"} {
		if _, err := MarkdownToHTML(paragraph + between + paragraph); err != nil {
			t.Errorf("two paragraphs, %q between: %v", between, err)
		}
	}
	if _, err := MarkdownToHTML(paragraph + "\n" + paragraph); err == nil {
		t.Error("two lines of one paragraph are two")
	}
}

// A text that is too long to be an address is not cut into one, and what stands behind the end of an address does not count.
func TestAddressesAreOnlySoLong(t *testing.T) {
	t.Parallel()
	const start = "https://example.com/"
	longest := start + strings.Repeat("a", longestAddress-len(start))
	for text, linked := range map[string]bool{longest: true, longest + "a": false, start + " " + strings.Repeat("b", longestAddress): true} {
		html, err := MarkdownToHTML(text)
		if err != nil || strings.Contains(html, "<a ") != linked {
			t.Errorf("%d bytes: linked %v, %v", len(text), !linked, err)
		}
	}
}
