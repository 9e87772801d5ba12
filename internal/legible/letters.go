package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// IsWordRune reports whether r is a letter or a digit, in any script.
func IsWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// PlainLetters returns the letters of a word in lower case and without accents, so that the same word is found however it is spelled.
func PlainLetters(word string) []rune {
	var letters []rune
	for _, r := range norm.NFKD.String(word) {
		if !unicode.Is(unicode.M, r) {
			letters = append(letters, unicode.ToLower(r))
		}
	}
	return letters
}

// IsControl reports whether r is a control character of ASCII, line breaks and tabs included.
func IsControl(r rune) bool { return r < ' ' || r == 0x7f }

// Joiner is the zero-width joiner.
const Joiner = '\u200d'

// IsSpace reports whether a reader sees a gap between words: the white space of ASCII and the spaces of Unicode in all widths.
func IsSpace(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r)
}

// unreadable has the characters that readers see nothing of, or not the same: control and format characters, and those for private use, which
// each font draws differently. Without the latter, people lose an icon. With them, somebody could send words that a model reads and a person does not.
var unreadable = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point,
}

// IsInvisible reports whether r shows nothing. Such characters hide words from people and from filters, but not from models.
func IsInvisible(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' ' && !IsSpace(r)
	case r >= 0x100 && r < 0x34f, r >= 0x3400 && r <= 0xd7ff, IsSpace(r): // the letters of most texts, which need no table, and spaces
		return false
	case r == utf8.RuneError, r == '\ufffc':
		return true
	default:
		return unicode.In(r, unreadable...) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
}

// isPictograph reports whether a joiner combines the character with another one: a woman and a laptop are a woman at work.
func isPictograph(r rune) bool { return unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff }

// Visible returns s without its invisible characters. It keeps a joiner between two pictographs.
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

// VisibleFilter takes the characters of a text one by one and says which ones to keep. The zero value is ready for a new text.
type VisibleFilter struct {
	last   rune // the last character that was kept
	joined bool // a joiner follows it, which stays if a pictograph comes next
}

// Shows reports whether the next character of the text is kept, and whether a joiner belongs before it.
func (f *VisibleFilter) Shows(r rune) (shown, joined bool) {
	if IsInvisible(r) {
		f.joined = f.joined || r == Joiner && isPictograph(f.last)
		return false, false
	}
	joined = f.joined && isPictograph(r)
	f.last, f.joined = r, false
	return true, joined
}

// Append appends the next character of the text to b, if it is kept.
func (f *VisibleFilter) Append(b []byte, r rune) []byte {
	shown, joined := f.Shows(r)
	if joined {
		b = utf8.AppendRune(b, Joiner)
	}
	if shown {
		b = utf8.AppendRune(b, r)
	}
	return b
}
