package legible

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// Invisible characters that change how the visible ones beside them are shown.
const (
	nonJoiner    = '\u200c'
	joiner       = '\u200d'
	textStyle    = '\ufe0e'
	emojiStyle   = '\ufe0f'
	keycap       = '\u20e3'
	blackFlag    = '\U0001f3f4'
	firstTag     = '\U000e0000'
	cancelTag    = '\U000e007f'
	arabicLetter = '\u0628' // it joins the letters on both sides
)

// tagFlags are the flags that Unicode recommends to spell with tags: those of England, Scotland and Wales. Fonts draw a black flag for any others, so
// that their tags could carry words that nobody sees.
var tagFlags = map[uint64]string{
	spell("gbeng"): tagged("gbeng"), spell("gbsct"): tagged("gbsct"), spell("gbwls"): tagged("gbwls"),
}

// spell packs the letters of a flag into a number.
func spell(name string) (n uint64) {
	for i := range len(name) {
		n = n<<8 | uint64(name[i])
	}
	return n
}

// tagged returns the letters of a flag as tags.
func tagged(name string) string {
	return strings.Map(func(r rune) rune { return firstTag + r }, name)
}

// Visible returns s without the invisible characters that its scripts and emoji do not need; see [VisibleFilter].
func Visible(s string) string {
	if strings.IndexFunc(s, IsInvisible) < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	var f VisibleFilter
	for _, r := range s {
		b = f.Append(b, r)
	}
	return string(b)
}

// VisibleFilter takes the characters of a text one by one and says which ones to keep. It keeps an invisible character where it changes what people see:
//
//   - a joiner or non-joiner between letters of a script that joins letters, and beside the sign that drops a vowel in Indic scripts
//   - a joiner between two emoji, a variation selector behind a symbol or in a keycap, and the tags of three flags
//   - a variation selector behind a Mongolian letter
//   - a direction mark in a text with letters that are written from right to left, except inside a word
//
// It drops all others, and keeps at most one of a kind between two visible characters. Otherwise a run of them could carry words that a model reads and a
// person does not see. The zero value is ready for a new text.
type VisibleFilter struct {
	last    rune   // the last visible character
	base    rune   // the last one that is not a mark on another one
	pending rune   // an invisible character that is kept if the next visible one needs it
	spent   bool   // an invisible character is kept right behind last
	tags    uint64 // the letters of a flag behind last
	rtl     bool   // the text has a letter that is written from right to left
}

// Keep takes the next character and reports whether to keep it. The text before goes before it, also if the character itself is dropped: it is an
// invisible character that came earlier, or the letters of a flag.
func (f *VisibleFilter) Keep(r rune) (before string, kept bool) {
	if r > ' ' && r < 0x7f && f.pending == 0 { // most characters
		f.last, f.base, f.spent, f.tags = r, r, false, 0
		return "", true
	}
	if IsInvisible(r) {
		return f.keepInvisible(r)
	}
	if f.pending != 0 {
		if f.needsPending(r) {
			before = string(f.pending)
		}
		f.pending = 0
	}
	f.last, f.spent, f.tags = r, false, 0
	if r < utf8.RuneSelf || !unicode.Is(unicode.Mn, r) {
		f.base = r
	}
	f.rtl = f.rtl || isRightToLeft(r)
	return before, true
}

// Append appends the next character of the text to b, if it is kept.
func (f *VisibleFilter) Append(b []byte, r rune) []byte {
	before, kept := f.Keep(r)
	b = append(b, before...)
	if kept {
		b = utf8.AppendRune(b, r)
	}
	return b
}

// Break separates the next character from the last one, where something else will stand between them. An invisible character that belongs to both is
// dropped.
func (f *VisibleFilter) Break() { *f = VisibleFilter{rtl: f.rtl} }

// keepInvisible takes an invisible character.
func (f *VisibleFilter) keepInvisible(r rune) (before string, kept bool) {
	if r > firstTag && r <= cancelTag && f.last == blackFlag && !f.spent {
		if r != cancelTag {
			f.tags = f.tags<<8 | uint64(r-firstTag)
			return "", false
		}
		before, f.spent = tagFlags[f.tags]
		return before, f.spent
	}
	f.tags = 0xff // no name begins with this byte
	switch {
	case !f.spent && f.needsBehind(r):
		f.spent = true
		return "", true
	case f.pending == 0 && (r == joiner || r == nonJoiner || r == emojiStyle || isDirectionMark(r)):
		f.pending = r
	}
	return "", false
}

// needsBehind reports whether an invisible character changes the last visible one, whatever follows.
func (f *VisibleFilter) needsBehind(r rune) bool {
	switch r {
	case joiner, nonJoiner:
		return isVirama(f.last)
	case textStyle, emojiStyle:
		return isPictograph(f.last)
	default:
		return unicode.Is(unicode.Variation_Selector, r) && unicode.Is(unicode.Mongolian, f.last) && r < textStyle
	}
}

// needsPending reports whether the pending character changes how the last visible character and the next one are shown.
func (f *VisibleFilter) needsPending(next rune) bool {
	switch f.pending {
	case emojiStyle:
		return next == keycap && strings.ContainsRune("0123456789#*", f.last)
	case nonJoiner:
		return connect(f.base, next)
	case joiner:
		return isPictograph(f.last) && isPictograph(next) || unicode.IsLetter(f.last) && isVirama(next) ||
			(connect(f.base, arabicLetter) || connect(arabicLetter, next)) && !connect(f.base, next)
	default:
		inWord := unicode.IsLetter(f.last) && unicode.IsLetter(next) && isRightToLeft(f.last) == isRightToLeft(next)
		return !inWord && (f.rtl || isRightToLeft(next))
	}
}

// isPictograph reports whether a joiner combines the character with another one: a woman and a laptop are a woman at work.
func isPictograph(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.So, unicode.Sm) || r >= 0x1f3fb && r <= 0x1f3ff
}

// isVirama reports whether the character is the sign of an Indic script that drops the vowel of a letter.
func isVirama(r rune) bool {
	const class = 9 // of these signs, among the canonical combining classes
	return r >= 0x900 && norm.NFC.PropertiesString(string(r)).CCC() == class
}

// isRightToLeft reports whether the character is a letter that is written from right to left.
func isRightToLeft(r rune) bool {
	const firstHebrew = 0x590
	if r < firstHebrew {
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

// isDirectionMark reports whether an invisible character has a direction, as a letter has, and no effect on the characters behind the next letter.
func isDirectionMark(r rune) bool {
	if !unicode.Is(unicode.Bidi_Control, r) {
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.L || isRightToLeft(r)
}

// joining has the rules of domain names for joiners, which know the letters that join the next one.
var joining = sync.OnceValue(func() *idna.Profile { return idna.New(idna.CheckJoiners(true)) })

// connect reports whether two letters are joined when they stand beside each other.
func connect(before, after rune) bool {
	const firstArabic = 0x600
	if before < firstArabic || after < firstArabic || !unicode.IsLetter(before) || !unicode.IsLetter(after) || isRightToLeft(before) != isRightToLeft(after) {
		return false
	}
	_, err := joining().ToUnicode(string([]rune{before, nonJoiner, after}))
	return err == nil
}
