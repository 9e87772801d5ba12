package fulltext

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// vocabulary reads the one of the sandbox.
func vocabulary(t *testing.T) *Vocabulary {
	t.Helper()
	text, err := os.ReadFile("../seed/meanings.txt")
	if err != nil {
		t.Fatal(err)
	}
	return Read(string(text))
}

// finds reports whether a search for one text finds the other.
func (v *Vocabulary) finds(search, text string) bool {
	return slices.ContainsFunc(v.Terms(search), func(term Term) bool { return term.found(v.Terms(text)) > 0 })
}

func TestStemsMeet(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	for _, group := range [][]string{{"export", "exports", "exported", "exporting"}, {"invoice", "invoices", "invoicing"}, {"notification", "notifications", "notify"}, {"story", "stories"}} {
		for _, word := range group[1:] {
			if !v.finds(word, group[0]) {
				t.Errorf("%q does not find %q", word, group[0])
			}
		}
	}
	for _, pair := range [][2]string{{"bus", "us"}, {"test", "tomato"}, {"time", "tiny"}, {"important people", "import"}} {
		if v.finds(pair[0], pair[1]) {
			t.Errorf("%q finds %q", pair[0], pair[1])
		}
	}
}

// What means the same is found in other words, in other languages, inside of compounds and with a slip of the pen.
func TestMeaningsMeet(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	for _, pair := range [][2]string{
		{"night", "dark"},
		{"Modo noche", "dark theme"},
		{"Nachtmodus", "night"},
		{"Nachtmodus", "theme"},
		{"Rechnungsvorlagen", "template"},
		{"single sign-on", "SSO"},
		{"hors ligne", "offline"},
		{"ダークモード", "dark"},
		{"夜间模式", "mode"},
		{"тёмная тема", "dark"},
		{"powiadomienia", "notifications"},
		{"fattura", "invoices"},
		{"AI", "summary"},
		{"exprot", "export"},
		{"calender", "calendar"},
	} {
		if !v.finds(pair[0], pair[1]) || !v.finds(pair[1], pair[0]) {
			t.Errorf("%q and %q do not find each other: %v, %v", pair[0], pair[1], v.Terms(pair[0]), v.Terms(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"j'ai perdu", "AI summary"}, {"please", "Bitte und danke"}, {"night", "mode"}, {"cart", "card"}} {
		if v.finds(pair[0], pair[1]) {
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
