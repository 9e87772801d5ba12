package render

import (
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Document writes a single object for reading: a line for each field, then its body or its thread. The first line names the parts that
// contain customers' text. bodyAt is the offset of the body or thread.
func (w *Writer) Document(body rawjson.Value) (text []byte, bodyAt int) {
	w.Minutes, w.Hide = true, w.HiddenFields
	lines, marked := w.appendLines(make([]byte, 0, 1024+min(len(body), markup.MaxBlock)), body)
	below := len(lines)
	if w.Body != "" {
		lines = w.appendBody(lines, body)
	}
	if w.Translated != "" {
		lines = w.appendTranslations(lines, body)
	}
	if w.Table != "" {
		lines = w.appendTableLines(lines, body)
	}
	hidden := w.Taken()
	if w.Parts != "" {
		lines = w.appendTranscript(lines, body)
		hidden.Add(w.Taken()) // of names; each message says what it lacks
	}
	w.leftOut = hidden
	shows := w.ShowHidden && hidden.Characters > 0
	if shows {
		lines = w.appendHidden(lines, "", hidden)
	}
	if below < len(lines) && (len(w.customer) > 0 || shows) {
		marked = append(marked, IndentedLines)
	}
	if line := w.leftOutLine(); line != "" {
		lines, below = slices.Insert(lines, below, []byte(line)...), below+len(line)
	}
	if len(lines) == 0 {
		return []byte("(an empty answer)"), 0
	}
	lines = lines[:len(lines)-len("\n")]
	if len(marked) > 0 {
		mark := UntrustedMark + ": " + strings.Join(marked, ", ") + "\n"
		lines, below = append([]byte(mark), lines...), below+len(mark)
	}
	return lines, min(below, len(lines))
}

// appendLines writes a line for each field, first those that the view names. It returns the labels of the fields with customers' text, and
// counts every field that the view does not know among them.
func (w *Writer) appendLines(out []byte, body rawjson.Value) (lines []byte, marked []string) {
	out, marked = w.AppendNamedLines(out, body)
	more := 0
	for name, v := range body.Members() {
		if w.isPlaced(name) {
			continue
		}
		if len(out) > legible.MaxText {
			more++
			continue
		}
		label := w.label(name)
		next, ok := w.appendLine(out, label, v, Column{Path: []string{name}})
		if !ok {
			continue
		}
		out = next
		if len(w.customer) > 0 {
			marked = append(marked, label)
		}
	}
	if more > 0 {
		out = fmt.Appendf(out, moreFieldsFormat, more)
	}
	return out, marked
}

// AppendNamedLines writes a line for each field that the view names. marked has the names of those with customers' text.
func (w *Writer) AppendNamedLines(out []byte, body rawjson.Value) (lines []byte, marked []string) {
	fields := make([]rawjson.Value, len(w.lines))
	Pick(body, w.lines, fields)
	for i, c := range w.lines {
		next, ok := w.appendLine(out, c.Name, fields[i], c)
		if !ok {
			continue
		}
		out = next
		if slices.Contains(w.customer, c.Name) {
			marked = append(marked, c.Name)
		}
	}
	return out, marked
}

// label returns the name of a field for the beginning of a line, in quotes unless it is a plain word.
func (w *Writer) label(name string) string {
	if legible.IsPlainName(name) {
		return name
	}
	return string(w.appendName(nil, name))
}

// isPlaced reports whether a field has its own place in the document, or is hidden.
func (w *Writer) isPlaced(name string) bool {
	return name == w.Body || name == w.Translated || name == w.Parts || name == w.Opening || name == w.Table || slices.Contains(w.Hide, name) ||
		slices.ContainsFunc(w.lines, func(c Column) bool { return c.Path[0] == name })
}

// appendLine writes one field as its label, a colon, and a text as it is or any other value as JSON.
func (w *Writer) appendLine(out []byte, label string, v rawjson.Value, c Column) ([]byte, bool) {
	out = append(append(out, label...), ": "...)
	start := len(out)
	out, ok := w.AppendField(out, v, c)
	if ok && out[start] == '"' {
		out = legible.AppendOneLine(out[:start], rawjson.UnescapeBytes(out[start+1:len(out)-1]))
	}
	return append(out, '\n'), ok
}

// appendBody writes the body of a single object as Markdown. Text by customers is indented, so that none of it begins a line. Text that the
// organization publishes is not, because a model corrects it and sends it back.
func (w *Writer) appendBody(out []byte, body rawjson.Value) []byte {
	text := ""
	if html := body.Get(w.Body); html.Kind() == rawjson.String {
		text = w.body(html, w.Body)
	}
	switch {
	case text == "":
		return append(out, w.Body+": (no text)\n"...)
	case len(w.customer) == 0:
		return append(append(out, "\n"+legible.LineBreaks.Replace(text)...), '\n')
	default:
		return legible.AppendIndented(append(out, w.Body+":\n"...), text)
	}
}
