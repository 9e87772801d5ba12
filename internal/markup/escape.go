package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// writeRun writes the text of a run. Its delimiters are written before and after.
func (w *runWriter) writeRun(i int) {
	r := &w.runs[i]
	text := w.buf[r.start:r.end]
	switch r.kind {
	case codeRun:
		w.writeCode(text)
	case addressRun:
		w.writeAddress(i, text)
	case checkboxRun:
		w.gapAfterExclamation()
		w.out = append(w.out, '[')
		w.out = append(w.out, text...)
		w.out = append(w.out, ']')
	default:
		w.writeText(i, text)
	}
	w.closed = 0
}

// writeCode writes inline code between more backticks than the code has in a row.
func (w *runWriter) writeCode(code []byte) {
	fence := strings.Repeat("`", longestRun(string(code), '`')+1)
	pad := ""
	if code[0] == '`' || code[len(code)-1] == '`' {
		pad = " "
	}
	w.out = append(w.out, fence+pad...)
	w.out = append(w.out, code...)
	w.out = append(w.out, pad+fence...)
}

// writeAddress writes an address without signs where Markdown makes a link of it, and in angle brackets elsewhere.
func (w *runWriter) writeAddress(i int, address []byte) {
	if w.isApart(i) && strings.Trim(string(address), plainAddress) == "" && strings.IndexByte("?!.,:;*_~$@#", address[len(address)-1]) < 0 {
		w.out = append(w.out, address...)
		return
	}
	w.out = append(w.out, '<')
	w.out = append(w.out, address...)
	w.out = append(w.out, '>')
}

// plainAddress are the characters that have no meaning to Markdown inside an address.
const plainAddress = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@$&+,;=%"

// isApart reports whether a run without marks stands between gaps. The punctuation that ends a sentence may follow it.
func (w *runWriter) isApart(i int) bool {
	if w.runs[i].marks != 0 || !w.atLineStart() && w.out[len(w.out)-1] != ' ' {
		return false
	}
	if w.isGapAfter(i) {
		return true
	}
	next := &w.runs[i+1]
	text := w.buf[next.start:next.end]
	rest := bytes.TrimLeft(text, ".,!?")
	return next.kind == textRun && next.marks == 0 && next.link == 0 && len(rest) < len(text) && (len(rest) == 0 && w.isGapAfter(i+1) || len(rest) > 0 && rest[0] == ' ')
}

// writeText writes text with escapes, but only where Markdown would take a character for a sign: an escape costs a token and makes the word harder to
// read.
func (w *runWriter) writeText(i int, text []byte) {
	r := &w.runs[i]
	gap := w.isGapAfter(i)
	for _, s := range w.spans {
		gap = gap && s.last > i
	}
	t := textWriter{out: w.out, text: text, inLink: r.link > 0, inDeleted: r.marks&(1<<deleted) != 0, gapAfter: gap}
	if w.atLineStart() && !w.heading {
		t.lineStart = true
		t.writeLineStart(w.setting)
	}
	for t.at < len(text) {
		t.writeByte()
	}
	w.out = t.out
}

// textWriter escapes the text of one run.
type textWriter struct {
	out       []byte
	text      []byte
	at        int
	lineStart bool
	inLink    bool
	inDeleted bool
	gapAfter  bool // a space or the end of the line follows the text
}

// escape writes the next byte behind a backslash.
func (t *textWriter) escape() {
	t.out = append(t.out, '\\', t.text[t.at])
	t.at++
}

// keep writes the next byte as it is.
func (t *textWriter) keep() {
	t.out = append(t.out, t.text[t.at])
	t.at++
}

// next returns the byte behind the one that is written: a space for a gap, and 0 if another run follows without a gap.
func (t *textWriter) next() byte {
	switch {
	case t.at+1 < len(t.text):
		return t.text[t.at+1]
	case t.gapAfter:
		return ' '
	default:
		return 0
	}
}

// writeLineStart escapes the character that would make a heading, list, quote, rule or table of the line.
func (t *textWriter) writeLineStart(p setting) {
	switch c := t.text[0]; {
	case c == '>',
		c == '#' && opens(bytes.TrimLeft(t.text, "#"), t.gapAfter),
		(c == '+' || c == '-') && opens(t.text[1:], t.gapAfter),
		(c == '-' || c == ':') && len(bytes.Trim(t.text, "-: |")) == 0,
		c == '=' && len(bytes.Trim(t.text, "= ")) == 0,
		c == '|' && !p.cell:
		t.escape()
	case c == '|': // the cell escapes its bars once more, and Markdown knows no double escape
		t.out = append(t.out, "&#124;"...)
		t.at++
	case c == '[' && p.item && len(t.text) > 2 && t.text[2] == ']' && strings.IndexByte(" xX", t.text[1]) >= 0:
		t.escape()
	case c >= '0' && c <= '9':
		digits := len(t.text) - len(bytes.TrimLeft(t.text, "0123456789"))
		if rest := t.text[digits:]; len(rest) > 0 && (rest[0] == '.' || rest[0] == ')') && opens(rest[1:], t.gapAfter) {
			t.out = append(t.out, t.text[:digits]...)
			t.at = digits
			t.escape()
		}
	}
}

// opens reports whether a gap follows the sign of a block, without which it is text.
func opens(rest []byte, gapAfter bool) bool {
	return len(rest) == 0 && gapAfter || len(rest) > 0 && rest[0] == ' '
}

// writeByte writes the next byte, with an escape if Markdown would take it for a sign.
func (t *textWriter) writeByte() {
	next := t.next()
	switch c := t.text[t.at]; c {
	case '\\':
		if next == 0 || next != ' ' && next < utf8.RuneSelf && unicode.In(rune(next), unicode.P, unicode.S) || next == ' ' && t.at+1 == len(t.text) {
			t.escape()
			return
		}
	case '`':
		t.escape()
		return
	case '*':
		if !t.isFree(next) {
			t.escape()
			return
		}
	case '_':
		if !t.isFree(next) && !t.isInWord() {
			t.escape()
			return
		}
	case '~':
		if t.inDeleted || !t.afterGap() || next < '0' || next > '9' {
			t.escape()
			return
		}
	case '<':
		if next == 0 || next == '/' || next == '!' || next == '?' || next|0x20 >= 'a' && next|0x20 <= 'z' || t.opensMail() {
			t.escape()
			return
		}
	case '&':
		if entityLength(string(t.text[t.at:min(len(t.text), t.at+longestEntity)])) > 0 {
			t.escape()
			return
		}
	case '[':
		if t.inLink || bytes.HasSuffix(t.out, []byte("!")) {
			t.escape()
			return
		}
	case ']':
		if t.inLink || next == 0 || next == '(' || next == ':' || next == '[' {
			t.escape()
			return
		}
	default:
	}
	t.keep()
}

// afterGap reports whether the next byte stands at the start of a line or behind a space.
func (t *textWriter) afterGap() bool {
	return len(t.out) == 0 || t.out[len(t.out)-1] == ' ' || t.out[len(t.out)-1] == '\n'
}

// opensMail reports whether Markdown would take the next bracket and the text behind it for a mail address.
func (t *textWriter) opensMail() bool {
	const longest = 320
	rest := t.text[t.at+1 : min(len(t.text), t.at+1+longest)]
	end := bytes.IndexAny(rest, " <>")
	return end > 0 && rest[end] == '>' && bytes.IndexByte(rest[:end], '@') > 0
}

// isFree reports whether a sign stands between two gaps, where it neither opens nor closes a mark.
func (t *textWriter) isFree(next byte) bool {
	return len(t.out) > 0 && t.out[len(t.out)-1] == ' ' && next == ' '
}

// isInWord reports whether a sign stands between two letters or digits.
func (t *textWriter) isInWord() bool {
	before, _ := utf8.DecodeLastRune(t.text[:t.at])
	after, _ := utf8.DecodeRune(t.text[t.at+1:])
	return legible.IsWordRune(before) && legible.IsWordRune(after)
}
