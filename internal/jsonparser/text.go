package jsonparser

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var errEscape = errors.New("jsonparser: an escape that stands for no character")

// ParseString returns the text of a string that was found. Half of a surrogate pair is an error: it stands for no character.
func ParseString(raw []byte) (string, error) {
	n := bytes.IndexByte(raw, '\\')
	if n < 0 {
		return string(raw), nil
	}
	var text strings.Builder
	text.Grow(len(raw))
	for n >= 0 {
		text.Write(raw[:n])
		c, size := escaped(raw[n:])
		if size == 0 {
			return "", errEscape
		}
		text.WriteRune(c)
		raw = raw[n+size:]
		n = bytes.IndexByte(raw, '\\')
	}
	text.Write(raw)
	return text.String(), nil
}

// escaped returns the character that the escape at the start of raw stands for, and the length of the escape, which is 0 if it is none.
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
