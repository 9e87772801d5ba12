package legible

import (
	"bytes"
	"strings"
	"unicode"
)

// IsWord reports names that need no quotes to be told from the text around them.
func IsWord(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}

// OneLine is a text without line breaks, which could look like fields of ours.
func OneLine(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for word := range strings.FieldsSeq(s) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// AppendOneLine writes the same of a text, which may stand where it is written to.
func AppendOneLine(out, text []byte) []byte {
	start := len(out)
	for word := range bytes.FieldsSeq(text) {
		if len(out) > start {
			out = append(out, ' ')
		}
		out = append(out, word...)
	}
	return out
}

// IsTime reports times as the API writes them: 2026-03-02T09:00:00.000Z.
func IsTime(s string) bool {
	const pattern = "0000-00-00T00:00:00"
	if len(s) <= len(pattern) || len(s) > len(pattern)+len(".000000000Z") || s[len(s)-1] != 'Z' {
		return false
	}
	for i := range len(pattern) {
		if isDigit := s[i] >= '0' && s[i] <= '9'; isDigit != (pattern[i] == '0') || !isDigit && s[i] != pattern[i] {
			return false
		}
	}
	return strings.Trim(s[len(pattern):], ".0123456789Z") == ""
}

// Minute cuts a time after its minutes: 2026-03-02T09:00Z. Arguments take that form, too.
func Minute(s string) string {
	if !IsTime(s) {
		return s
	}
	return s[:len("2026-03-02T09:00")] + "Z"
}

// LineBreaks are all characters that a reader may take for the end of a line.
var LineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// AppendIndented writes a text below a line of ours.
func AppendIndented(out []byte, text string) []byte {
	for line := range strings.Lines(strings.TrimSpace(LineBreaks.Replace(text))) {
		if line = strings.TrimRightFunc(line, unicode.IsSpace); line != "" {
			out = append(out, "  "...)
			out = append(out, line...)
		}
		out = append(out, '\n')
	}
	return out
}
