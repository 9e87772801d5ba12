package fulltext

import (
	"strings"
	"testing"
)

func TestStemsMeet(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{{"export", "exports", "exported", "exporting"}, {"invoice", "invoices", "invoicing"}, {"notification", "notifications", "notify"}, {"story", "stories"}} {
		for _, word := range group[1:] {
			if found(stem(word), []string{stem(group[0])}) == 0 {
				t.Errorf("%q (%q) does not find %q (%q)", word, stem(word), group[0], stem(group[0]))
			}
		}
	}
	for _, pair := range [][2]string{{"bus", "us"}, {"test", "tomato"}, {"time", "tiny"}} {
		if found(stem(pair[0]), []string{stem(pair[1])}) > 0 {
			t.Errorf("%q finds %q", pair[0], pair[1])
		}
	}
}

func TestPlainTextOfHTML(t *testing.T) {
	t.Parallel()
	for fragment, want := range map[string]string{
		"<p>a &amp; b</p><p>c</p>": "a & b c",
		"no tags":                  "no tags",
		"5 < 6":                    "5",
		"<p>open":                  "open",
	} {
		if got := strings.Join(strings.Fields(Plain(fragment)), " "); got != want {
			t.Errorf("%q gives %q, want %q", fragment, got, want)
		}
	}
}
