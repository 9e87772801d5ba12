package rawjson

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Unescape returns the text of a string without its quotes, or of a part of one. A text that is too long for any answer is cut, and says
// how much is missing. Half of a surrogate pair stands for no character; with such an escape in it, the text stays as it is.
func Unescape(raw []byte) string {
	if len(raw) > legible.MaxText {
		head := head(raw, legible.MaxText)
		rest := raw[len(head):]
		const word = 64 // more than the word about a cut takes
		end := max(0, len(rest)-word)
		before, cut := legible.TruncatedBefore(string(rest[end:]))
		return Unescape(head) + legible.TruncationNote(characters(rest[:end+cut])+before)
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		var text strings.Builder
		if unescape(&text, raw) {
			return text.String()
		}
	}
	return string(raw)
}

// UnescapeBytes returns the whole text. It does not copy a text without escapes.
func UnescapeBytes(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') >= 0 {
		var text bytes.Buffer
		if unescape(&text, raw) {
			return text.Bytes()
		}
	}
	return raw
}

// builder is what a text is written to. Its methods do not fail.
type builder interface {
	Grow(n int)
	Write(text []byte) (int, error)
	WriteRune(c rune) (int, error)
}

// unescape writes the text of a string, and reports whether every escape stands for a character.
func unescape(text builder, raw []byte) bool {
	text.Grow(len(raw))
	for n := bytes.IndexByte(raw, '\\'); n >= 0; n = bytes.IndexByte(raw, '\\') {
		_, _ = text.Write(raw[:n])
		c, size := escaped(raw[n:])
		if size == 0 {
			return false
		}
		_, _ = text.WriteRune(c)
		raw = raw[n+size:]
	}
	_, _ = text.Write(raw)
	return true
}

// head returns the beginning of a string, of at most n bytes. It ends neither inside an escape nor inside a character.
func head(raw []byte, n int) []byte {
	if len(raw) <= n {
		return raw
	}
	for at := 0; at < n; {
		i := bytes.IndexByte(raw[at:n], '\\')
		if i < 0 {
			break
		}
		at += i
		_, size := escaped(raw[at:])
		if size = max(size, 1); at+size > n {
			return raw[:at]
		}
		at += size
	}
	for n > 0 && !utf8.RuneStart(raw[n]) {
		n--
	}
	return raw[:n]
}

// characters returns how many characters the text of a string has.
func characters(raw []byte) int {
	n := 0
	for i := bytes.IndexByte(raw, '\\'); i >= 0; i = bytes.IndexByte(raw, '\\') {
		_, size := escaped(raw[i:])
		n += utf8.RuneCount(raw[:i]) + 1
		raw = raw[i+max(size, 1):]
	}
	return n + utf8.RuneCount(raw)
}

// escaped returns the character that the escape at the start of raw stands for, and the length of the escape. The length is 0 if the escape
// stands for no character.
func escaped(raw []byte) (c rune, size int) {
	switch c := at(raw, 1); c {
	case '"', '\\', '/':
		return rune(c), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	}
	c, ok := codeUnit(raw)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(c):
		return c, 6
	}
	low, _ := codeUnit(raw[6:])
	if c = utf16.DecodeRune(c, low); c == utf8.RuneError {
		return 0, 0
	}
	return c, 12
}

// codeUnit reads the escape \uXXXX at the start of raw.
func codeUnit(raw []byte) (c rune, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	for _, digit := range raw[2:6] {
		n := unhex(digit)
		if n < 0 {
			return 0, false
		}
		c = c<<4 | n
	}
	return c, true
}

// unhex returns the value of a hexadecimal digit, or -1.
func unhex(c byte) rune {
	switch {
	case isDigit(c):
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	default:
		return -1
	}
}
