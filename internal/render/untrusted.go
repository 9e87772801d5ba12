package render

import (
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Customers' words reach a model in two places: as the value of a field, in quotes or on the rest of its line, and as text whose lines are
// indented. So no word of theirs begins a line or a field. That an answer holds such words is said once, at its beginning, by a mark; and
// the mark's own word does not occur in anything that came from the API, so that it cannot be said a second time.

// untrusted is the mark. In JSON it is a field, in a document the first line; its value names where the words stand. It is a word that
// nobody writes by chance, since texts that hold it are altered.
const UntrustedMark = "untrusted-text"

// What the mark names besides fields.
const (
	allTexts      = "all"      // every text and every name
	IndentedLines = "indented" // lines of a document
)

// Unmark breaks the mark in a text, so that it stays legible and is the mark no more.
func Unmark(s string) string {
	const dash = len("untrusted")
	var b strings.Builder
	done := 0
	for at := 0; ; at++ {
		i := strings.IndexByte(s[at:], '-')
		if i < 0 {
			break
		}
		at += i
		if from, to := at-dash, at-dash+len(UntrustedMark); from >= 0 && to <= len(s) && strings.EqualFold(s[from:to], UntrustedMark) {
			b.WriteString(s[done:at] + "·")
			done = at + 1
		}
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}

// Quote returns a text from outside as data in prose: in quotes, on one line, without invisible characters and without the mark.
func Quote(text string) string {
	return string(rawjson.AppendString(nil, Unmark(legible.Visible(text))))
}

// appendMark writes the mark and a comma, as the first member of an object. Without names there is nothing to mark.
func appendMark(out []byte, names string) []byte {
	if names == "" {
		return out
	}
	out = append(out, `"`+UntrustedMark+`":`...)
	return append(rawjson.AppendString(out, names), ',')
}

// Text is what an answer shows of a text that came from the API: every such text passes here.
func (w *Writer) Text(s string) string {
	s = Unmark(legible.Visible(markup.WithoutSignedURLs(s)))
	if w.Mask {
		s = legible.MaskEmails(s)
	}
	return s
}

// Words is text that was no HTML: a title, a name, a tag. Hosts show answers as Markdown, so nothing in it is a link that says one thing and
// leads to another, or a picture that a host would fetch; where the answer is Markdown, it is no tag either. A space in between ends each, and
// nothing is lost. What was HTML is Markdown with all of that escaped.
func (w *Writer) Words(s string) string {
	s = w.Text(s)
	if strings.Contains(s, "](") || strings.Contains(s, "![") || strings.Contains(s, "][") {
		s = links.Replace(s)
	}
	if w.Markup {
		s = activeMarkup().ReplaceAllString(s, "$1$3 $2$4")
	}
	return s
}

// links ends what Markdown takes for a link or a picture.
var links = strings.NewReplacer("](", "] (", "![", "! [", "][", "] [")

// activeMarkup is what Markdown takes for the beginning of a picture or of a tag.
var activeMarkup = legible.Pattern(`(!)(\[)|(<)([A-Za-z/!?])`)
