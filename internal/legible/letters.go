package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func IsWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// PlainLetters are the letters of a word without case and accents.
func PlainLetters(word string) []rune {
	var letters []rune
	for _, r := range norm.NFKD.String(word) {
		if !unicode.Is(unicode.M, r) {
			letters = append(letters, unicode.ToLower(r))
		}
	}
	return letters
}

func IsControl(r rune) bool { return r < ' ' || r == 0x7f }

const Joiner = '\u200d'

// IsSpace reports what a browser or a reader takes for a gap between words, the many widths of Unicode included.
func IsSpace(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r)
}

// unreadable are the characters without a glyph that readers would agree on: format and control characters, and private use, whose
// meaning is a font's. What people lose with the latter is an icon; what others would gain is a channel that no one reads.
var unreadable = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point,
}

// IsInvisible reports characters that take no room: they hide words from people and from filters, not from models.
func IsInvisible(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' ' && !IsSpace(r)
	case r >= 0x100 && r < 0x34f, r >= 0x3400 && r <= 0xd7ff, IsSpace(r): // the letters that most texts are made of, and gaps
		return false
	case r == utf8.RuneError, r == '\ufffc':
		return true
	default:
		return unicode.In(r, unreadable...) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
}

// isPictograph reports the characters that a joiner combines into one picture: a woman and a laptop into a woman at work.
func isPictograph(r rune) bool { return unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff }

// Visible returns s without invisible characters. A joiner stays between two pictures.
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

// VisibleFilter passes on the visible ones of a text's characters.
type VisibleFilter struct {
	last   rune // passed on
	joined bool // a joiner came after it: it is passed on before another picture only
}

// Shows reports whether a character is passed on, and whether a joiner comes before it.
func (f *VisibleFilter) Shows(r rune) (shown, joined bool) {
	if IsInvisible(r) {
		f.joined = f.joined || r == Joiner && isPictograph(f.last)
		return false, false
	}
	joined = f.joined && isPictograph(r)
	f.last, f.joined = r, false
	return true, joined
}

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
