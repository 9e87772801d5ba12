package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Outline is the form of a list for people: a heading, the number of items, and for each item a bullet with a link to it and the fields of
// its row.
type Outline struct {
	Heading string                 // empty: none
	Things  string                 // the plural word for the items: "posts"
	Order   string                 // the order in words: "newest first"; may be empty
	Link    func(id string) string // returns the URI of an item; nil: items get no link

	Empty bool // set by the writer: the list has no items
}

// Extent returns a sentence on how many items of a list are shown: "All 12 posts, newest first." A search returns its total; other lists
// only return whether there are more.
func (o Outline) Extent(shown, all int, envelope rawjson.Value) string {
	total, _ := strconv.Atoi(string(envelope.Get("totalCount").Bare()))
	more := shown < all || envelope.Get("nextCursor").Text() != ""
	things := o.Things
	if max(shown, total) == 1 {
		things = strings.TrimSuffix(things, "s")
	}
	text := legible.Thousands(shown)
	switch {
	case all == 0 && !more:
		return "No " + things + "."
	case !more && shown > 1:
		text = "All " + text
	case total > shown && envelope.Get("totalCountCapped").Bool():
		text += " of more than " + legible.Thousands(total)
	case total > shown:
		text += " of " + legible.Thousands(total)
	}
	text += " " + things
	if o.Order != "" {
		text += ", " + o.Order
	}
	if more && total <= shown {
		text += "; there are more"
	}
	return text + "."
}

// titleColumns are the columns that can name an item; the first with a value does.
var titleColumns = []string{"title", "name"}

// AppendBullet writes one item: its title as a link, and its other fields on a line below. fields has a value for each of RowColumns.
func (w *Writer) AppendBullet(out []byte, fields []rawjson.Value, o Outline) []byte {
	var id, title string
	var used []string
	w.leftOut = markup.Hidden{}
	for i, c := range w.RowColumns {
		switch text := fields[i].Text(); {
		case text == "":
		case c.Name == "id":
			id, used = w.Words(text), append(used, c.Name)
		case title == "" && slices.Contains(titleColumns, c.Name):
			title, used = legible.OneLine(w.Words(text)), append(used, c.Name)
		}
	}
	if title == "" {
		title = "(no title)"
	}
	out = append(out, "- "...)
	if id != "" && o.Link != nil {
		out = fmt.Appendf(out, "[%s](%s)\n", linkText.Replace(title), o.Link(id))
	} else {
		out = append(out, linkText.Replace(title)+"\n"...)
	}
	before := len(out)
	out = w.AppendFacts(append(out, "  "...), fields, used)
	if left := LeftOut(w.leftOut.Characters); left != "" {
		if len(out) > before+len("  ") {
			out = append(out, ", "...)
		}
		out = append(out, left...)
	}
	if len(out) == before+len("  ") {
		return out[:before]
	}
	return append(out, '\n')
}

// linkText escapes the characters that would end the text of a link or begin other markup in it.
var linkText = strings.NewReplacer(`\`, `\\`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`)

// AppendFacts writes fields on one line, except the columns in used. fields has a value for each of RowColumns.
func (w *Writer) AppendFacts(out []byte, fields []rawjson.Value, used []string) []byte {
	w.begin = len(out)
	empty := len(out)
	for i, c := range w.RowColumns {
		if slices.Contains(used, c.Name) {
			continue
		}
		before := len(out)
		if before > empty {
			out = append(out, ", "...)
		}
		out = append(append(out, c.Name...), ": "...)
		start := len(out)
		next, ok := w.AppendField(out, fields[i], c)
		if !ok {
			out = out[:before]
			continue
		}
		out = next
		if said := rawjson.Value(out[start:]).Text(); standsAlone(said) {
			out = append(out[:start], said...)
		}
	}
	return out
}

// standsAlone reports whether a text needs no quotes among the fields on a line: it cannot be taken for the end of a field, the beginning
// of another, or Markdown.
func standsAlone(text string) bool {
	return text != "" && text == legible.OneLine(text) && !strings.Contains(text+" ", ": ") && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -./:+&'()%@?=", r)
	})
}
