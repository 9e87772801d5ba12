package render

import (
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Text by customers stands in two places: as the value of a field, in quotes or on the rest of its line, and as text with indented lines.
// So no word of theirs begins a line or a field. A mark at the beginning of an answer states that it contains such text. The word of the
// mark is altered wherever it occurs in data from the API, so that no customer can forge a mark.

// UntrustedMark is the mark. In JSON it is the first field, in a document it begins the first line; its value names where the customers'
// text stands.
const UntrustedMark = "untrusted-text"

// The values of the mark other than names of fields.
const (
	allTexts      = "all"      // every text and every name
	IndentedLines = "indented" // lines of a document
)

// Unmark alters each copy of the mark in a text. The text stays legible.
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

// Quote returns a text from outside as data in prose: in quotes, on one line, without invisible characters and without copies of the mark.
func Quote(text string) string {
	return string(rawjson.AppendString(nil, Unmark(legible.Visible(text))))
}

// appendMark writes the mark and a comma as the first member of an object. It writes nothing if names is empty.
func appendMark(out []byte, names string) []byte {
	if names == "" {
		return out
	}
	out = append(out, `"`+UntrustedMark+`":`...)
	return append(rawjson.AppendString(out, names), ',')
}

// Text cleans a text from the API for an answer. Every such text has to pass Text or Words, since it may contain signed URLs, invisible
// characters, a copy of the mark, or e-mail addresses to mask. What the invisible characters carry counts as left out.
func (w *Writer) Text(s string) string {
	w.leftOut.Add(markup.Carried(s))
	s = Unmark(legible.Visible(markup.WithoutSignedURLs(s)))
	if w.Mask {
		s = legible.MaskEmails(s)
	}
	return s
}

// Words cleans a text that is not HTML: a title, a name, a tag. Hosts show answers as Markdown, so it breaks links, which could show one
// address and lead to another, and images, which a host would fetch; where the answer is Markdown, it also breaks tags. It inserts a space
// and removes nothing. Text that was HTML does not need this, because its conversion to Markdown escapes all of these.
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

// links breaks Markdown's links and images.
var links = strings.NewReplacer("](", "] (", "![", "! [", "][", "] [")

// activeMarkup matches the beginning of an image or of a tag in Markdown.
var activeMarkup = legible.Pattern(`(!)(\[)|(<)([A-Za-z/!?])`)
