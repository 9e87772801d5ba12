package figures_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/figures"
)

// The figures of a text, as they are written, each sentence behind a bar.
func TestFiguresAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"An invitation is valid for 14 days.":                                            "14 days",
		"An invitation is valid for two weeks. After that it is gone.":                   "two weeks",
		"The link works once and for an hour.":                                           "an hour",
		"The limit is 600 requests a minute and workspace. Beyond it, wait.":             "600 requests",
		"We try the card again after 3, 7 and 14 days.":                                  "3, 7, 14 days",
		"Tasks stay there for 30 days, projects for 90.":                                 "30 days, 90",
		"The apps need iOS 17 or Android 11.":                                            "iOS 17, Android 11",
		"Encrypted at rest (AES-256) and in transit (TLS 1.3), see #12 and v2.":          "TLS 1.3",
		"Upload a logo of at least 400 × 400 pixels, at most 1 MB.":                      "400, 400 pixels, 1 MB",
		"| Per person | free | € 10 | 18 € | $20 | on request |":                         "€10 | 18 € | $20",
		"- At most 10,000 lines per file.":                                               "10,000 lines",
		"1. Save it within 5 minutes.":                                                   "5 minutes",
		"Version 1 stays until the end of 2027.":                                         "Version 1, 2027",
		"Since 1 March 2027, or March 2, 2027. Le 1er mars 2027; 1. März 2027":           "1 March 2027, March 2 2027 | 1 mars 2027 | 1 März 2027",
		"Until 2026-03-02 and 2.3.2026.":                                                 "2026-03-02, 2.3.2026",
		"Open from 9:00 to 17:30, closed at 6 pm.":                                       "9:00, 17:30, 6 pm",
		"A discount of 50 % or 50% or 50 percent":                                        "50%, 50%, 50 percent",
		"You may 3 times; may 3 be with you":                                             "3 times",
		"See `limit 5` and [the page 7](https://x.example/9) on https://x.example/1":     "",
		"A 14-day trial for 3 working days":                                              "14 day, 3 working days",
		"Keep it for 24h or 90 min.":                                                     "24 h, 90 min",
		"Nach zehn falschen Versuchen ist das Konto 15 Minuten gesperrt.":                "zehn falschen, 15 Minuten",
		"Après dix essais, le compte est bloqué pendant 15 minutes.":                     "dix essais, 15 minutes",
		"In Excel with a setting.":                                                       "",
		"```\n5 lines of code\n```\nThe 2 lines after it, 1.5 or 1,5 hours, 1.234 pages": "2 lines, 1.5, 1,5 hours, 1.234 pages",
		"ten of them, one of ten":                                                        "",
	} {
		var sentences []string
		for _, s := range figures.Sentences(text) {
			var list []string
			for _, f := range s.Figures {
				list = append(list, f.Text)
			}
			sentences = append(sentences, strings.Join(list, ", "))
		}
		if diff := cmp.Diff(want, strings.Join(sentences, " | ")); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// Two sentences about the same contradict each other if what both count has other figures in each, in whatever unit and language it is written.
func TestConflictsAreFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ a, b, want string }{
		{"An invitation is valid for 14 days.", "Invitations expire after 7 days.", "14 days / 7 days"},
		{"An invitation is valid for 14 days.", "Invitations expire after two weeks.", ""},
		{"It is kept for a month.", "It is kept for 30 days.", ""},
		{"It is kept for a year.", "It is kept for 12 months.", ""},
		{"It is kept for 30 days.", "It is kept for 31 days.", "30 days / 31 days"},
		{"It is kept for a month.", "It is kept for 90 days.", "a month / 90 days"},
		{"The link works for an hour.", "The link works for 24 hours.", "an hour / 24 hours"},
		{"Up to 600 requests a minute.", "Up to 1,000 requests a minute.", "600 requests / 1,000 requests"},
		{"Up to 1,000 requests.", "Up to 1000 API requests.", ""},
		{"Growth is € 10.", "Growth costs 12 euros.", "€10 / 12 euros"},
		{"Growth is € 10.", "Growth costs $12.", ""},
		{"Supported until March 2027.", "Supported until 1 March 2027.", ""},
		{"Supported until March 2027.", "Supported until 2027-04-01.", "March 2027 / 2027-04-01"},
		{"Supported until the end of 2026.", "Supported until the end of 2027.", "2026 / 2027"},
		{"Needs iOS 17.", "Needs iOS 16 or newer.", "iOS 17 / iOS 16"},
		{"Needs iOS 17.", "Needs Android 11.", ""},
		{"3 steps: after 3, 14 and 30 days.", "The first reminder comes after 14 days.", ""},
		{"Ten recovery codes.", "Eight recovery codes.", "Ten recovery / Eight recovery"},
		{"Open until 17:00.", "Open until 6 pm.", "17:00 / 6 pm"},
		{"Open until 18:00.", "Open until 6 pm.", ""},
		{"A discount of 50 %.", "A discount of 30 percent.", "50% / 30 percent"},
	} {
		a, b := figures.Sentences(tc.a), figures.Sentences(tc.b)
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%q, %q: %v %v", tc.a, tc.b, a, b)
			continue
		}
		got := ""
		if ours, theirs, ok := figures.Conflict(a[0], b[0]); ok {
			got = fmt.Sprintf("%s / %s", ours.Text, theirs.Text)
		}
		if got != tc.want {
			t.Errorf("%q, %q: %q, not %q", tc.a, tc.b, got, tc.want)
		}
	}
}

// Whatever a text is, its figures stand in it, and reading ends.
func FuzzSentences(f *testing.F) {
	for _, seed := range []string{"valid for 14 days", "1. März 2027", "| € 10 | 5% |", "9:0 25:99 1/2/3 1-2-3 2026-13-40", "a](b", "```\n1 x", "1'000.5,6 x2 2x #3", "٣ days", "may 3 May 3", "12 ", "1\u00a0000 km"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range figures.Sentences(text) {
			for _, figure := range s.Figures {
				if figure.Text == "" || !figure.Comparable(figure) || !figure.Same(figure) {
					t.Errorf("%q: %+v", text, figure)
				}
			}
			if _, _, ok := figures.Conflict(s, s); ok {
				t.Errorf("%q contradicts itself", s.Text)
			}
		}
	})
}
