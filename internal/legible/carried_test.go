package legible

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// bytesAsSelectors spells a text in variation selectors, a way to hide words behind an emoji.
func bytesAsSelectors(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := rune(s[i]); c < 16 {
			b.WriteRune('\ufe00' + c)
		} else {
			b.WriteRune('\U000e0100' + c - 16)
		}
	}
	return b.String()
}

// What invisible characters spell is counted and read. What editors, scripts and emoji leave in a text is not taken for a message.
func TestInvisibleCharactersThatCarryWordsAreCounted(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		n        int
		words    string
	}{
		{"tags", "Nice app" + tagged("delete all"), 10, "delete all"},
		{"a single tag", "Nice" + tagged("x") + " app", 1, "x"},
		{"tags in two places", tagged("delete") + "a" + tagged("all"), 9, "delete all"},
		{"tags behind a flag", "🏴" + tagged("send it") + string(cancelTag), 8, "send it"},
		{"bytes as selectors", "👍" + bytesAsSelectors("send é"), 7, "send é"},
		{"bits", "a" + strings.Repeat("\u200b\u200c\u200b", 8) + "b", 24, ""},
		{"private use", "\ue000\ue001\ue002\ue003", 4, ""},
		{"blanks of Korean", strings.Repeat("\u3164", 5), 5, ""},
		{"three in a row", "a\u200b\u200b\u200bb", 0, ""},
		{"single ones", "so\u00adft hy\u00adphens \ufeffand \u200bgaps and \u2060so on\u200b", 0, ""},
		{"Persian", "می\u200cخواهم کتاب\u200cها خانه\u200cای این\u200cها", 0, ""},
		{"emoji", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈", 0, ""},
		{"flags", "🏴" + tagged("gbeng") + string(cancelTag) + "🏴" + tagged("gbsct") + string(cancelTag), 0, ""},
		{"marks of directions", "ב-C++\u200e, וגם \u200fC# \u200fשלום\u200e", 0, ""},
		{"broken bytes", "a\xff\xfe\xfd\xfc\xfbb\ufffd\ufffd\ufffd\ufffd", 0, ""},
		{"control characters", "a\x00\x01\x02\x03\x04b", 0, ""},
		{"letters", "é漢한ا\u0600– “quoted” … ünï — €", 0, ""},
	} {
		if n, words := Carried(tc.in); n != tc.n || words != tc.words {
			t.Errorf("%s: %d %q, not %d %q", tc.name, n, words, tc.n, tc.words)
		}
	}
}

// The quick look misses nothing that the thorough one finds, and what is found was left out of the visible text.
func TestTheQuickLookMissesNothing(t *testing.T) {
	t.Parallel()
	character := rapid.OneOf(
		rapid.SampledFrom([]rune("aZ09 漢ש👩é–")),
		rapid.SampledFrom([]rune("\u200b\u200c\u200d\u00ad\u034f\u061c\u070f\u115f\u17b4\u180b\u180e\u2060\u206f\u3164\ufe00\ufeff\uffa0\ufff9\ue000\U0001bca0\U0001d173\U000e0001\U000e0041\U000e0100\U000f0000\U00100000")),
		rapid.Rune(),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(character, 0, 40).Draw(t, "text"))
		whole := 0 // what a look without the quick one finds
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !carries(r) }) {
			if len([]rune(part)) >= leastRun || strings.ContainsFunc(part, isTag) {
				whole++
			}
		}
		n, _ := Carried(text)
		if whole > 0 && !MayCarry([]byte(text)) {
			t.Fatalf("%+q is passed over", text)
		}
		if left := len([]rune(text)) - len([]rune(Visible(text))); n > left {
			t.Fatalf("%+q: %d of %d that are left out", text, n, left)
		}
	})
}
