package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
)

// Listed is what a listing needs to know about the operation that lists.
type Listed struct {
	Pages   bool   // it takes a cursor
	Offsets bool   // it takes an offset
	Reader  string // the operation that reads one of the listed objects; empty if there is none
}

// Listing selects the part of one page that an answer shows: as many whole items as the budget has room for, from where the last answer
// ended. It counts the other items and does not write them. The view writes each item.
type Listing struct {
	of     Listed
	args   input.Arguments
	budget Budget

	cursor string // the API's cursor of the next page

	end   int  // length of the answer that no item may exceed; 0: no limit
	seen  int  // items of the page so far, null items included
	items int  // items of the page so far that are not null
	first int  // number of the first item shown, from 1
	shown int  // items shown
	next  int  // index of the item to show next
	short bool // the first item is too long for an answer and is shown in short
}

// NewListing returns a listing for one answer. args states where the page goes on.
func NewListing(of Listed, args input.Arguments, budget Budget) *Listing {
	l := &Listing{of: of, args: args, budget: budget}
	l.next = l.skip()
	return l
}

// takeField reads a field of the envelope. It reports whether the listing writes the field itself.
func (l *Listing) takeField(name string, v rawjson.Value) bool {
	if name != "nextCursor" {
		return false
	}
	l.cursor = rawjson.Unescape(v.Bare())
	return v.Kind() == rawjson.String
}

// reserve keeps room for what follows the items. It cuts about, the fields of the envelope, to a third of the budget and returns it.
func (l *Listing) reserve(about []byte) []byte {
	if l.budget == 0 {
		return about
	}
	if room := int(l.budget) / 3; len(about) > room {
		about = cutFields(about, room)
	}
	l.end = max(1, int(l.budget)-len(about)-l.endLength())
	return about
}

// cutFields cuts further fields of an object to a length.
func cutFields(fields []byte, room int) []byte {
	object := append(append([]byte{'{'}, fields[1:]...), '}')
	cut := appendWithin([]byte{','}, object, room)
	return append(cut[:1:1], cut[2:len(cut)-1]...) // without the braces
}

// skip returns how many items of the page were shown before.
func (l *Listing) skip() int { return l.args.Place.Skip + l.args.Offset }

// wants counts an item and reports whether to show it.
func (l *Listing) wants(kind rawjson.Kind) bool {
	index := l.seen
	l.seen++
	if kind == rawjson.Null { // the live API returns null items
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
	return l.next == index && (l.args.Most == 0 || l.shown < l.args.Most)
}

// add writes an item if it fits. The first item is always shown: if it is too long for an answer it is written in short, and if even that
// is too long its longest values are cut. Otherwise the call could never get past it.
func (l *Listing) add(out []byte, empty int, write func(out []byte, short bool) []byte) []byte {
	before := len(out)
	if before > empty {
		out = append(out, ',')
	}
	from := len(out)
	out = write(out, false)
	switch {
	case l.fits(out):
	case l.shown > 0:
		return out[:before]
	default:
		l.short = true
		if out = write(out[:from], true); !l.fits(out) {
			whole := slices.Clone(out[from:])
			out = appendWithin(out[:from], whole, max(leastRoom, l.end-from))
		}
	}
	l.shown++
	l.next++
	return out
}

func (l *Listing) fits(out []byte) bool { return l.end == 0 || len(out) <= l.end }

// appendEnd writes which part of the page is shown, if that is not all of it, and how to go on.
func (l *Listing) appendEnd(out []byte) []byte {
	cut, cursor := l.next < l.seen, l.cursor
	if cut || l.skip() > 0 {
		out = append(out, `,"shown":`...)
		out = rawjson.AppendString(out, l.extent()+l.goOn(cut))
	}
	if l.short {
		out = append(out, `,"short":`...)
		out = rawjson.AppendString(out, l.tooLong())
	}
	switch {
	case !l.pages():
	case cut:
		cursor = input.Place{Skip: l.next, Limit: l.args.Place.Limit, Cursor: l.args.Place.Cursor, Call: l.args.Place.Call}.String()
	case strings.HasPrefix(cursor, input.OursBegin):
		cursor = input.Place{Limit: l.args.Place.Limit, Cursor: cursor, Call: l.args.Place.Call}.String()
	}
	if cursor != "" {
		out = append(out, `,"nextCursor":`...)
		out = rawjson.AppendString(out, cursor)
	}
	return out
}

// endLength returns an upper bound of the length that appendEnd writes.
func (l *Listing) endLength() int {
	const words = 400
	longest := max(len(rawjson.AppendString(nil, l.cursor)), len(rawjson.AppendString(nil, l.args.Place.Cursor)))
	return words + longest
}

// pages reports whether the operation takes a cursor.
func (l *Listing) pages() bool { return l.of.Pages }

// extent returns the range of the items shown and the number of items.
func (l *Listing) extent() string {
	whole := strconv.Itoa(l.items)
	if l.pages() {
		whole = "this page's " + whole
	}
	if l.shown == 0 {
		return "none of " + whole
	}
	return fmt.Sprintf("%d-%d of %s", l.first, l.first+l.shown-1, whole)
}

// goOn says how to see the following items.
func (l *Listing) goOn(cut bool) string {
	switch {
	case !cut:
		return ""
	case l.pages():
		return "; nextCursor goes on after them"
	case l.of.Offsets:
		return fmt.Sprintf("; offset %d goes on after them", l.next)
	case l.args.Detail == "full":
		return "; detail concise shows more of them"
	default:
		return "; the rest does not fit an answer: narrow the call, or let the user raise --answer-budget"
	}
}

// tooLong says why the first item is shown in short, and which tool shows all of it.
func (l *Listing) tooLong() string {
	text := "the first one is too long for an answer, so it is shown in short"
	if read := l.of.Reader; read != "" {
		text += "; " + read + " reads it"
	}
	return text
}
