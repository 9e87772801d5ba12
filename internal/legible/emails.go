package legible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaskEmails replaces all but the first letter and the domain of each e-mail address in a text: j***@example.com. It also masks what only looks
// like an address, because real addresses come truncated, escaped as Markdown and inside links.
func MaskEmails(s string) string {
	var b strings.Builder
	done := 0
	for at := 0; ; at++ {
		i := strings.IndexAny(s[at:], "@%")
		if i < 0 {
			break
		}
		at += i
		if s[at] == '%' && !strings.HasPrefix(s[at:], "%40") { // %40 is how links write an @
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

// localPart returns the offset of the mailbox name that a text ends with. The name begins with a letter or digit; if there is none, the offset is
// the length of the text.
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

// isLocal reports whether a mailbox name may have the character, or whether Markdown writes it inside one as an escape. Mailbox names may also
// have &, = and /, but those separate the parts of links, and a mask must not swallow a link.
func isLocal(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(".+-_!#$%'*^`{}~\\", r)
}
