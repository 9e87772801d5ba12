package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaskEmails leaves of each e-mail address in a text the first letter and the domain: j***@example.com. What merely looks like an address
// is masked too, since addresses come cut off, escaped as Markdown and as a part of links.
func MaskEmails(s string) string {
	var b strings.Builder
	done := 0
	for at := 0; ; at++ {
		i := strings.IndexAny(s[at:], "@%")
		if i < 0 {
			break
		}
		at += i
		if s[at] == '%' && !strings.HasPrefix(s[at:], "%40") { // as links write it
			continue
		}
		if from := done + localPart(s[done:at]); from < at {
			first, _ := utf8.DecodeRuneInString(s[from:])
			b.WriteString(s[done:from])
			b.WriteRune(first)
			b.WriteString("***")
			done = at
		}
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}

// localPart returns where the name begins that a text ends with: at its first letter or digit. Without any, that is the end of the text.
func localPart(s string) int {
	start := strings.LastIndexFunc(s, func(r rune) bool { return !isLocal(r) })
	if start >= 0 {
		_, n := utf8.DecodeRuneInString(s[start:])
		start += n
	} else {
		start = 0
	}
	first := strings.IndexFunc(s[start:], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if first < 0 {
		return len(s)
	}
	return start + first
}

// isLocal reports what the name of an address is made of, with the backslash that Markdown puts before some of it. What separates the
// parts of links does not count, though addresses may have it.
func isLocal(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(".+-_!#$%'*^`{}~\\", r)
}
