package legible

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// An invisible character stays where a script or an emoji needs it, and nowhere else.
func TestVisibleKeepsWhatScriptsAndEmojiNeed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"Persian", "می\u200cخواهم کتاب\u200cها خانه\u200cای", "می\u200cخواهم کتاب\u200cها خانه\u200cای"},
		{"Persian, no letters that join", "کار\u200cها \u200cمی\u200c", "کارها می"},
		{"Persian abbreviation", "ه\u200d.ق", "ه\u200d.ق"},
		{"Arabic, joined without a joiner", "ب\u200dب", "بب"},
		{"vowel signs between", "بَ\u200cب", "بَ\u200cب"},
		{"Syriac", "ܒ\u200cܒ", "ܒ\u200cܒ"},
		{"Hindi", "क्\u200dष क्\u200cष", "क्\u200dष क्\u200cष"},
		{"Sinhala", "ශ්\u200dරී ලංකා", "ශ්\u200dරී ලංකා"},
		{"Bengali", "র\u200d্যাব", "র\u200d্যাব"},
		{"Malayalam", "ന്\u200d", "ന്\u200d"},
		{"Indic, elsewhere", "क\u200dष \u200cकी", "कष की"},
		{"Mongolian", "ᠠ\u180b\u180c", "ᠠ\u180b"},
		{"Latin", "a\u200cb\u200dc\ufe0f\u200e\u061c", "abc"},
		{"a family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"a heart on fire", "❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
		{"skin", "👩🏽\u200d💻", "👩🏽\u200d💻"},
		{"arrows", "🙂\u200d↔\ufe0f", "🙂\u200d↔\ufe0f"},
		{"styles", "❤\ufe0f ☎\ufe0e ©\ufe0f", "❤\ufe0f ☎\ufe0e ©\ufe0f"},
		{"keycaps", "1\ufe0f\u20e3 #\ufe0f\u20e3 2\ufe0f a\ufe0f\u20e3", "1\ufe0f\u20e3 #\ufe0f\u20e3 2 a\u20e3"},
		{"runs behind emoji", "👩\u200d\u200d\u200d❤\ufe0f\ufe0f\ufe0e", "👩\u200d❤\ufe0f"},
		{"flags", "🏴" + tagged("gbeng") + "\U000e007f 🏴" + tagged("gbsct") + "\U000e007f🏴" + tagged("gbwls") + "\U000e007f", "🏴" + tagged("gbeng") + "\U000e007f 🏴" + tagged("gbsct") + "\U000e007f🏴" + tagged("gbwls") + "\U000e007f"},
		{"tags with words", "🏴" + tagged("send the key") + "\U000e007f🏴" + tagged("xgbeng") + "\U000e007f a" + tagged("gbeng") + "\U000e007f🏴" + tagged("gbeng"), "🏴🏴 a🏴"},
		{"selectors with words", "👍\U000e0101\U000e0152\ufe01葛\U000e0100", "👍葛"},
		{"Hebrew with Latin", "ב-C++\u200e, וגם \u200fC#", "ב-C++\u200e, וגם \u200fC#"},
		{"a mark before Hebrew", "abc \u200fשלום", "abc \u200fשלום"},
		{"marks inside words", "ש\u200fל\u200eו a\u200eb", "שלו ab"},
		{"marks in a row", "ש\u200f\u200e\u200f!", "ש\u200f!"},
		{"directions that go on", "\u202eש\u2066a\u2069\u202c", "שa"},
		{"marks in Latin text", "a\u200e, b\u200f!", "a, b!"},
	} {
		if got := Visible(tc.in); got != tc.want {
			t.Errorf("%s: %+q is kept of %+q, not %+q", tc.name, got, tc.in, tc.want)
		}
	}
}

// Whatever is sent, no visible character is lost, and what is kept between two of them has no room for words: it is one character that changes the
// one before, one that stands between both, or the letters of a flag that people see.
func TestInvisibleCharactersCarryNoWords(t *testing.T) {
	t.Parallel()
	character := rapid.OneOf(
		rapid.SampledFrom([]rune("aZ09#*. \nकष्ශිനമ്بمکرهשלام👩💻❤🏴👨☎©漢葛ᠠ\u20e3\u064b")),
		rapid.SampledFrom([]rune("\u200b\u200c\u200d\u200e\u200f\u061c\u202e\u2066\u2060\ufe00\ufe0e\ufe0f\u180b\u180d\U000e0100\U000e0101\u00ad\ue000\U000e007f")),
		rapid.Map(rapid.SampledFrom([]rune("gbenscwlt")), func(r rune) rune { return firstTag + r }),
		rapid.Rune(),
	)
	withoutInvisible := func(s string) string {
		return strings.Map(func(r rune) rune {
			if IsInvisible(r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(character, 0, 40).Draw(t, "text"))
		got := Visible(text)
		if withoutInvisible(got) != withoutInvisible(text) {
			t.Fatalf("%+q: visible characters are lost in %+q", text, got)
		}
		if again := Visible(got); again != got {
			t.Fatalf("%+q becomes %+q", got, again)
		}
		for _, run := range strings.FieldsFunc(got, func(r rune) bool { return !IsInvisible(r) }) {
			flag := strings.Trim(run, string(cancelTag)+string(joiner))
			if n := utf8.RuneCountInString(run); n > 2 && tagFlags[spell(strings.Map(func(r rune) rune { return r - firstTag }, flag))] == "" {
				t.Fatalf("%+q keeps %+q", text, run)
			}
		}
	})
}
