package tools

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"featurebase-mcp/internal/jsonparser"
)

// Outline says how a list is written for people: a heading, how much of it there is, and a bullet for each item, which links to where the
// item is read, with the fields of a row.
type Outline struct {
	Heading string                 // without one, none
	Things  string                 // what the items are: "posts"
	Order   string                 // which come first: "newest first"; may be empty
	Link    func(id string) string // the address of an item; nil: items have none

	empty bool // what came of it: no items
}

// bullets writes a list as an outline. It ends where the budget does, between items, and says so.
func (op *Operation) bullets(w *writer, body []byte, env Env) string {
	o := *env.outline
	items, envelope := body, []byte(nil)
	if isList(body) {
		items, _, _, _ = jsonparser.Get(body, "data")
		envelope = body
	}
	var rows [][]field
	eachItem(items, func(item field) {
		if item.kind == jsonparser.Object { // the live API has items that are null
			fields := make([]field, len(w.row))
			pick(item.value, w.row, fields)
			rows = append(rows, fields)
		}
	})
	all := len(rows)
	env.outline.empty = all == 0
	var head, bullets []byte
	if all > 0 && w.rowMark != "" {
		head = append(head, untrusted+": "+w.rowMark+"\n"...)
	}
	if o.Heading != "" {
		head = append(head, "# "+o.Heading+"\n\n"...)
	}
	shared, ok := w.takeShared(rows)
	if ok {
		bullets = append(w.appendFacts(append(bullets, "All of them: "...), shared, nil), "\n\n"...)
	}
	shown := 0
	for _, fields := range rows {
		before := len(bullets)
		bullets = w.appendBullet(bullets, fields, o)
		const said = 200 // room for the words about how many there are
		if shown > 0 && !env.AnswerBudget.holds(len(head)+said+len(bullets)) {
			bullets = bullets[:before]
			break
		}
		shown++
	}
	return strings.TrimRight(string(head)+o.extent(shown, all, envelope)+"\n\n"+string(bullets), "\n")
}

// extent says how many of a list are shown: "All 12 posts, newest first." A search tells how many there are, other lists only whether there
// are more.
func (o Outline) extent(shown, all int, envelope []byte) string {
	count, _, _, _ := jsonparser.Get(envelope, "totalCount")
	total, _ := strconv.Atoi(string(count))
	capped, _ := jsonparser.GetBoolean(envelope, "totalCountCapped")
	more := shown < all || textOf(envelope, "nextCursor") != ""
	things := o.Things
	if max(shown, total) == 1 {
		things = strings.TrimSuffix(things, "s")
	}
	text := thousands(shown)
	switch {
	case all == 0 && !more:
		return "No " + things + "."
	case !more && shown > 1:
		text = "All " + text
	case total > shown && capped:
		text += " of more than " + thousands(total)
	case total > shown:
		text += " of " + thousands(total)
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

// titleColumns are the columns that can name an item, the first that is filled.
var titleColumns = []string{"title", "name"}

// appendBullet writes one item: its title as a link, and its other fields on a line below.
func (w *writer) appendBullet(out []byte, fields []field, o Outline) []byte {
	var id, title string
	var used []string
	for i, c := range w.row {
		text := w.words(unescape(fields[i].value))
		switch {
		case fields[i].kind != jsonparser.String || text == "":
		case c.name == "id":
			id, used = text, append(used, c.name)
		case title == "" && slices.Contains(titleColumns, c.name):
			title, used = oneLine(text), append(used, c.name)
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
	out = w.appendFacts(append(out, "  "...), fields, used)
	if len(out) == before+len("  ") {
		return out[:before]
	}
	return append(out, '\n')
}

// linkText escapes what would end the text of a link, or begin something else in it.
var linkText = strings.NewReplacer(`\`, `\\`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`)

// appendFacts writes fields on one line, except those that were used before.
func (w *writer) appendFacts(out []byte, fields []field, used []string) []byte {
	w.begin = len(out)
	empty := len(out)
	for i, c := range w.row {
		if slices.Contains(used, c.name) {
			continue
		}
		before := len(out)
		if before > empty {
			out = append(out, ", "...)
		}
		out = append(append(out, c.name...), ": "...)
		start := len(out)
		next, ok := w.appendField(out, fields[i], c)
		if !ok {
			out = out[:before]
			continue
		}
		out = next
		if text := string(out[start:]); text[0] == '"' {
			if said := unescape(out[start+1 : len(out)-1]); standsAlone(said) {
				out = append(out[:start], said...)
			}
		}
	}
	return out
}

// standsAlone reports texts that need no quotes among fields on a line: nothing in them can be taken for the end of a field, for the
// beginning of another or for Markdown.
func standsAlone(text string) bool {
	return text != "" && text == oneLine(text) && !strings.Contains(text+" ", ": ") && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -./:+&'()%@?=", r)
	})
}
