package tools

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/jsonparser"
)

// document writes a single object for reading: a line for each field, then its body or its thread. What of it is customers' words is said
// in the first line. The body or thread begins at bodyAt.
func (w *writer) document(body []byte) (text []byte, bodyAt int) {
	w.minutes, w.hide = true, w.hidden
	lines, marked := w.appendLines(make([]byte, 0, 1024+min(len(body), maxBlock)), body)
	below := len(lines)
	if w.Body != "" {
		lines = w.appendBody(lines, body)
	}
	if w.Table != "" {
		lines = w.appendTableLines(lines, body)
	}
	if w.Parts != "" {
		lines = w.appendTranscript(lines, body)
	}
	if below < len(lines) && len(w.customer) > 0 {
		marked = append(marked, indentedLines)
	}
	if len(lines) == 0 {
		return []byte("(an empty answer)"), 0
	}
	lines = lines[:len(lines)-len("\n")]
	if len(marked) > 0 {
		mark := untrusted + ": " + strings.Join(marked, ", ") + "\n"
		lines, below = append([]byte(mark), lines...), below+len(mark)
	}
	return lines, min(below, len(lines))
}

// appendLines writes a line for each field, first those that the view names. It returns the labels of those that hold customers' words; of
// fields that the view does not know, it takes for granted that they do.
func (w *writer) appendLines(out, body []byte) (lines []byte, marked []string) {
	out, marked = w.appendNamedLines(out, body)
	more := 0
	eachMember(body, func(name string, f field) {
		if w.isPlaced(name) {
			return
		}
		if len(out) > mostText {
			more++
			return
		}
		label := w.label(name)
		next, ok := w.appendLine(out, label, f, column{path: []string{name}})
		if !ok {
			return
		}
		out = next
		if len(w.customer) > 0 {
			marked = append(marked, label)
		}
	})
	if more > 0 {
		out = fmt.Appendf(out, moreFieldsFormat, more)
	}
	return out, marked
}

// appendNamedLines writes a line for each field that the view names.
func (w *writer) appendNamedLines(out, body []byte) (lines []byte, marked []string) {
	fields := make([]field, len(w.lines))
	pick(body, w.lines, fields)
	for i, c := range w.lines {
		next, ok := w.appendLine(out, c.name, fields[i], c)
		if !ok {
			continue
		}
		out = next
		if slices.Contains(w.customer, c.name) {
			marked = append(marked, c.name)
		}
	}
	return out, marked
}

// label is the name of a field at the beginning of a line: in quotes, unless it is a plain word.
func (w *writer) label(name string) string {
	if isWord(name) {
		return name
	}
	return string(w.appendName(nil, name))
}

// isPlaced reports the fields of a document that have their place in it, or none.
func (w *writer) isPlaced(name string) bool {
	return name == w.Body || name == w.Parts || name == w.Opening || name == w.Table || slices.Contains(w.hide, name) ||
		slices.ContainsFunc(w.lines, func(c column) bool { return c.path[0] == name })
}

// appendLine writes one field: its label and, after a colon, a text as it is and any other value as JSON.
func (w *writer) appendLine(out []byte, label string, f field, c column) ([]byte, bool) {
	out = append(append(out, label...), ": "...)
	start := len(out)
	out, ok := w.appendField(out, f, c)
	if ok && out[start] == '"' {
		out = appendOneLine(out[:start], unescapedBytes(out[start+1:len(out)-1]))
	}
	return append(out, '\n'), ok
}

// isWord reports names that need no quotes to be told from the text around them.
func isWord(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}

// appendBody writes the body of a single object as Markdown. What customers wrote is indented, what the organization publishes is not: it is
// what a model corrects and sends back.
func (w *writer) appendBody(out, body []byte) []byte {
	text := ""
	if raw, kind, _, err := jsonparser.Get(body, w.Body); err == nil && kind == jsonparser.String {
		text = w.text(markdownOf(unescapedBytes(raw)))
	}
	switch {
	case text == "":
		return append(out, w.Body+": (no text)\n"...)
	case len(w.customer) == 0:
		return append(append(out, "\n"+lineBreaks.Replace(text)...), '\n')
	default:
		return appendIndented(append(out, w.Body+":\n"...), text)
	}
}

// oneLine is a text without line breaks, which could look like fields of ours.
func oneLine(s string) string {
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

// appendOneLine writes the same of a text, which may stand where it is written to.
func appendOneLine(out, text []byte) []byte {
	start := len(out)
	for word := range bytes.FieldsSeq(text) {
		if len(out) > start {
			out = append(out, ' ')
		}
		out = append(out, word...)
	}
	return out
}

// isTime reports times as the API writes them: 2026-03-02T09:00:00.000Z.
func isTime(s string) bool {
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

// minute cuts a time after its minutes: 2026-03-02T09:00Z. Arguments take that form, too.
func minute(s string) string {
	if !isTime(s) {
		return s
	}
	return s[:len("2026-03-02T09:00")] + "Z"
}
