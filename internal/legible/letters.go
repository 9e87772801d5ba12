package legible

import (
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
