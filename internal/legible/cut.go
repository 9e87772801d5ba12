package legible

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// FirstRunes returns the first characters of s, at most most of them. It does not say that something is missing; [Truncate] does.
func FirstRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// RuneStart returns the last offset up to at where a character begins. A text that is cut anywhere else ends in a broken character.
func RuneStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// Truncate cuts a text to longest characters and adds how many are missing.
func Truncate(longest int, text []rune) string {
	if len(text) <= longest {
		return string(text)
	}
	return fmt.Sprintf("%s… (%d more characters)", string(text[:longest]), len(text)-longest)
}

// TruncateBytes cuts a text so that it fills at most room bytes, together with the note of how many characters are missing.
func TruncateBytes(text string, room int) string {
	if len(text) <= room {
		return text
	}
	return TruncateAt(text, RuneStart(text, max(0, room-len("… (123456789 more characters)"))))
}

// TruncateAt cuts a text at the byte offset end and notes how many characters are missing. A text that was truncated before keeps one note,
// with the sum.
func TruncateAt(text string, end int) string {
	rest := text[end:]
	before, cut := TruncatedBefore(rest)
	return text[:end] + TruncationNote(utf8.RuneCountInString(rest[:cut])+before)
}

// TruncatedBefore reads the note at the end of a text that was truncated before: how many characters are missing, and the byte offset where the
// note begins. A text without a note misses 0 characters, and the offset is its length.
func TruncatedBefore(text string) (missing, cut int) {
	if i := strings.LastIndex(text, moreBegin); i >= 0 {
		if n, _ := fmt.Sscanf(text[i:], moreCharactersFormat, &missing); n == 1 && text[i:] == TruncationNote(missing) {
			return missing, i
		}
	}
	return 0, len(text)
}

// The note at the end of a truncated text.
const (
	moreBegin            = "… ("
	moreCharactersFormat = moreBegin + "%d more characters)"
)

// TruncationNote says that n characters are missing. It begins with an ellipsis, to stand right behind the text.
func TruncationNote(n int) string { return fmt.Sprintf(moreCharactersFormat, n) }

// MaxText is how many bytes of one text an answer is made of: 4 MiB. No model reads as much; without a limit, one body of 32 MB would fill the
// memory several times. The characters beyond it are counted.
const MaxText = 4 << 20
