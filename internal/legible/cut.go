package legible

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func CutRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// RuneStart is the last place up to at where a character begins.
func RuneStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// CutTo says of a text that is cut how long it is.
func CutTo(longest int, text []rune) string {
	if len(text) <= longest {
		return string(text)
	}
	return fmt.Sprintf("%s… (%d more characters)", string(text[:longest]), len(text)-longest)
}

// CutPlain cuts a text to room bytes and says how much is missing.
func CutPlain(text string, room int) string {
	if len(text) <= room {
		return text
	}
	return WithMore(text, RuneStart(text, max(0, room-len("… (123456789 more characters)"))))
}

// WithMore cuts a text and says how much is missing.
func WithMore(text string, end int) string {
	rest := text[end:]
	before, cut := CutBefore(rest)
	return text[:end] + MoreCharacters(utf8.RuneCountInString(rest[:cut])+before)
}

// CutBefore returns how many characters a text that may end with the word about them is missing already, and where that word begins.
func CutBefore(text string) (missing, cut int) {
	if i := strings.LastIndex(text, moreBegin); i >= 0 {
		if n, _ := fmt.Sscanf(text[i:], moreCharactersFormat, &missing); n == 1 && text[i:] == MoreCharacters(missing) {
			return missing, i
		}
	}
	return 0, len(text)
}

// What says how much of a text is missing.
const (
	moreBegin            = "… ("
	moreCharactersFormat = moreBegin + "%d more characters)"
)

func MoreCharacters(n int) string { return fmt.Sprintf(moreCharactersFormat, n) }

// MostText is how much of a text an answer is made of. It is more than models read; what is cut is counted.
const MostText = MaxMarkdown

// MaxMarkdown bounds what one body becomes. It is more than models read; what is cut is counted.
const MaxMarkdown = 4 << 20
