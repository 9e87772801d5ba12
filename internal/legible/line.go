package legible

import (
	"bytes"
	"strings"
	"unicode"
)

// IsPlainName reports whether a name has only ASCII letters, digits, dots and underscores, so that it needs no quotes inside a sentence.
func IsPlainName(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}

// OneLine returns s with one space in the place of each gap. Without line breaks, a customer's text cannot pass for another field of the answer.
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

// AppendOneLine appends to out what [OneLine] returns for text. The two may share their memory.
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

// IsTime reports whether s is a time in the form of the API: 2026-03-02T09:00:00.000Z.
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

// Minute shortens a time of the API to its minutes: 2026-03-02T09:00Z. Arguments accept that form. It returns other texts as they are.
func Minute(s string) string {
	if !IsTime(s) {
		return s
	}
	return s[:len("2026-03-02T09:00")] + "Z"
}

// LineBreaks replaces every character that may be shown as the end of a line by \n.
var LineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// AppendIndented appends the lines of a text to out, each indented by two spaces. No line of a customer's text then begins where the lines of the
// answer begin.
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
