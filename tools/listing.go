package tools

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/buger/jsonparser"
)

// listing is the part of one page that an answer shows: from where the last one ended, as many whole items as the budget has room for.
// Beyond that nothing is written, only counted.
type listing struct {
	op     *Operation
	view   *View
	args   arguments
	budget Budget
	full   bool

	end            int // no item goes beyond this length of the answer; 0 is no limit
	seen           int // items of the page so far, empty ones among them
	items          int // those that are not empty
	first          int // the number of the first item shown, counted from 1
	shown          int // how many are
	next           int // how many have been dealt with: shown, or left out in front
	page, pageSize int // where the API numbers its pages

	short bool // the first is too long for an answer and not shown as it was asked for
}

// list writes the items of a page, where it ends, and what the envelope says besides them.
func (l *listing) list(body, envelope []byte, key string) []byte {
	keys, about := []string{key}, []byte(nil)
	cursor := "" // the API's own
	if envelope == nil {
		keys = nil
	} else {
		about, cursor = l.envelope(envelope, key)
	}
	untrusted := l.view.appendUntrusted(nil)
	if l.budget > 0 {
		if room := int(l.budget) / 3; len(about) > room {
			about = cutFields(about, room)
		}
		l.end = max(1, int(l.budget)-len(about)-len(untrusted)-l.endLength(cursor))
	}
	out := append(make([]byte, 0, 4096), `{"`+key+`":[`...)
	start := len(out)
	l.next = l.skip()
	_, _ = jsonparser.ArrayEach(body, func(item []byte, kind jsonparser.ValueType, _ int, _ error) {
		if l.wants(kind) {
			out = l.appendItem(out, start, field{item, kind})
		}
	}, keys...)
	out = append(out, ']')
	out = l.appendEnd(out, cursor)
	out = append(out, about...)
	if l.shown > 0 {
		out = append(out, untrusted...)
	}
	return append(out, '}')
}

// envelope writes what an envelope says besides its items, as further fields, and picks the cursor of the next page.
func (l *listing) envelope(envelope []byte, key string) (about []byte, cursor string) {
	_ = jsonparser.ObjectEach(envelope, func(name, value []byte, kind jsonparser.ValueType, _ int) error {
		switch field := string(name); {
		case field == key, field == "object", isEmpty(value, kind), string(value) == "false":
		case field == "nextCursor" && kind == jsonparser.String:
			cursor = unescape(value)
			return nil
		default:
			switch field {
			case "page":
				l.page, _ = strconv.Atoi(string(value))
			case "pageSize":
				l.pageSize, _ = strconv.Atoi(string(value))
			}
			about = append(about, ',')
			about = appendString(about, field)
			about = append(about, ':')
			about = l.view.appendValue(about, value, kind, field)
		}
		return nil
	})
	return about, cursor
}

// cutFields fits further fields into a room.
func cutFields(fields []byte, room int) []byte {
	object := append(append([]byte{'{'}, fields[1:]...), '}')
	cut := appendWithin([]byte{','}, parsed(object), room)
	return append(cut[:1:1], cut[2:len(cut)-1]...) // without the braces
}

// skip is how many items of the page are left out in front.
func (l *listing) skip() int { return l.args.place.skip + l.args.offset }

// wants counts an item and says whether to show it.
func (l *listing) wants(kind jsonparser.ValueType) bool {
	index := l.seen
	l.seen++
	if kind == jsonparser.Null { // the live API has such items
		if l.next == index {
			l.next++
		}
		return false
	}
	l.items++
	if index < l.skip() {
		return false
	}
	if l.first == 0 {
		l.first = l.items
	}
	return l.next == index && (l.args.most == 0 || l.shown < l.args.most)
}

// appendItem writes an item where it fits. One that no answer could hold is shown in short.
func (l *listing) appendItem(out []byte, start int, item field) []byte {
	before := len(out)
	if before > start {
		out = append(out, ',')
	}
	from := len(out)
	out = l.view.appendItem(out, item, l.full)
	switch {
	case l.end == 0 || len(out) <= l.end:
	case l.shown > 0:
		return out[:before]
	default:
		l.short = true
		out = l.shorten(out, from, item)
	}
	l.shown++
	l.next++
	return out
}

// shorten replaces an item that is too long by its row, with the longest values cut where even that does not fit.
func (l *listing) shorten(out []byte, from int, item field) []byte {
	if l.full && item.kind == jsonparser.Object && len(l.view.row) > 0 {
		out = l.view.appendRow(out[:from], item.value, l.view.row)
	}
	if len(out) <= l.end {
		return out
	}
	whole := string(out[from:])
	return appendWithin(out[:from], parsed([]byte(whole)), max(leastRoom, l.end-from))
}

// appendEnd says what of the page was shown, where that is not all of it, and how to go on.
func (l *listing) appendEnd(out []byte, cursor string) []byte {
	cut := l.next < l.seen
	if cut || l.skip() > 0 {
		out = append(out, `,"shown":`...)
		out = appendString(out, l.extent()+l.goOn(cut))
	}
	if l.short {
		out = append(out, `,"short":`...)
		out = appendString(out, l.tooLong())
	}
	switch {
	case !l.pages():
	case cut:
		cursor = place{skip: l.next, limit: l.args.place.limit, cursor: l.args.place.cursor, call: l.args.place.call}.String()
	case strings.HasPrefix(cursor, oursBegin):
		cursor = place{limit: l.args.place.limit, cursor: cursor, call: l.args.place.call}.String()
	}
	if cursor != "" {
		out = append(out, `,"nextCursor":`...)
		out = appendString(out, cursor)
	}
	return out
}

// endLength is more than appendEnd will write.
func (l *listing) endLength(cursor string) int {
	const words = 400
	longest := max(len(appendString(nil, cursor)), len(appendString(nil, l.args.place.cursor)))
	return words + longest
}

// pages reports whether the operation takes a cursor.
func (l *listing) pages() bool { return l.op.Input.shape().props[cursorArg] != nil }

// extent says which items of how many were shown.
func (l *listing) extent() string {
	whole := strconv.Itoa(l.items)
	if l.pages() || l.pageSize > 0 {
		whole = "this page's " + whole
	}
	if l.shown == 0 {
		return "none of " + whole
	}
	return fmt.Sprintf("%d-%d of %s", l.first, l.first+l.shown-1, whole)
}

// goOn says how to see the items behind the last one shown.
func (l *listing) goOn(cut bool) string {
	switch {
	case !cut:
		return ""
	case l.pages():
		return "; nextCursor goes on after them"
	case l.op.Input.shape().props[offsetArg] != nil:
		return fmt.Sprintf("; offset %d goes on after them", l.next)
	case l.pageSize > 0:
		before := (max(1, l.page) - 1) * l.pageSize
		return fmt.Sprintf("; the rest begins on page %d with pageSize %d", (before+l.shown)/l.shown+1, l.shown)
	case l.full && len(l.view.row) > 0:
		return "; detail concise shows more of them"
	default:
		return "; the rest does not fit an answer: narrow the call, or let the user raise --answer-budget"
	}
}

// tooLong says of the first item why it is not shown as it was asked for, and what shows it.
func (l *listing) tooLong() string {
	text := "the first one is too long for an answer, so it is shown in short"
	if read := l.op.reader(); read != nil {
		text += "; " + read.Name + " reads it"
	}
	return text
}

// reader returns the operation that reads one of the objects that this one lists, or nil.
func (op *Operation) reader() *Operation {
	if op.Output == nil {
		return nil
	}
	for _, read := range All() {
		if read.Effect == Read && read.Output == op.Output && strings.HasSuffix(read.Path, "}") {
			return read
		}
	}
	return nil
}
