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
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw), nil
	}
	var text strings.Builder
	if err := write(&text, raw); err != nil {
		return "", err
	}
	return text.String(), nil
}

// ParseBytes returns the same as bytes: those of raw where it has no escapes, so that a long text is not copied.
func ParseBytes(raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, nil
	}
	var text bytes.Buffer
	if err := write(&text, raw); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// Head returns the beginning of a string that was found, of at most n bytes, which ends neither inside an escape nor inside a character.
func Head(raw []byte, n int) []byte {
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

// Characters returns how many characters the text of a string that was found has.
func Characters(raw []byte) int {
	n := 0
	for i := bytes.IndexByte(raw, '\\'); i >= 0; i = bytes.IndexByte(raw, '\\') {
		_, size := escaped(raw[i:])
		n += utf8.RuneCount(raw[:i]) + 1
		raw = raw[i+max(size, 1):]
	}
	return n + utf8.RuneCount(raw)
}

// builder is what both are written to. Neither fails.
type builder interface {
	Grow(n int)
	Write(text []byte) (int, error)
	WriteRune(c rune) (int, error)
}

func write(text builder, raw []byte) error {
	text.Grow(len(raw))
	for n := bytes.IndexByte(raw, '\\'); n >= 0; n = bytes.IndexByte(raw, '\\') {
		_, _ = text.Write(raw[:n])
		c, size := escaped(raw[n:])
		if size == 0 {
			return errEscape
		}
		_, _ = text.WriteRune(c)
		raw = raw[n+size:]
	}
	_, _ = text.Write(raw)
	return nil
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
