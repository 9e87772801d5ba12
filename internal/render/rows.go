package render

import (
	"bytes"
	"slices"
	"strings"

	"featurebase-mcp/internal/rawjson"
)

// Rows are the items of a list as the columns of their view. Each item is parsed once. For a list longer than any answer, only the first
// items are kept in memory and the others are parsed again.
type Rows struct {
	w      *Writer
	items  rawjson.Value
	kept   [][]rawjson.Value // the columns of the first items; nil for an item that is not an object
	more   bool              // there are further items
	Count  int               // items that are objects
	plain  bool              // some items are neither objects nor empty
	Shared []rawjson.Value   // the values that all rows have in columns of the form shared; nil if there are none
	Links  string            // how the links of the rows are put together, "https://feedback.example.com/p/{link}"; empty: each row has its whole link
	unlink int               // the column whose values follow from Links and another column, so that no row shows it; -1 for none
}

// keptRows is how many rows are kept in memory, more than a page has.
const keptRows = 200

// Rows parses the items of a list.
func (w *Writer) Rows(items rawjson.Value) *Rows {
	r := &Rows{w: w, items: items, unlink: -1}
	again := make([]rawjson.Value, len(w.RowColumns))
	for item := range items.Items() {
		fields := again
		if r.more = len(r.kept) == keptRows; !r.more {
			fields = make([]rawjson.Value, len(w.RowColumns))
		}
		if item.Kind() == rawjson.Object {
			clear(fields)
			Pick(item, w.RowColumns, fields)
			r.compare(fields)
		} else {
			r.plain = r.plain || !item.IsEmpty() // the live API returns null items
			fields = nil
		}
		if !r.more {
			r.kept = append(r.kept, fields)
		}
	}
	if r.Count < 2 || !r.sharesAny() {
		r.Shared = nil
	}
	r.joinLinks()
	return r
}

// longestStart is how long the shared beginning of links may be. Links are far shorter; a longer one would leave no room for rows.
const longestStart = 200

// joinLinks finds how the links of all rows begin, so that the list says it once. Where the rest of each link is the value of the first
// column, such as the number of a ticket, no row has to show it.
func (r *Rows) joinLinks() {
	at := slices.IndexFunc(r.w.RowColumns, func(c Column) bool { return c.form == linkForm })
	r.w.linkStart = ""
	if at < 0 {
		return
	}
	var links []string
	for _, fields := range r.kept {
		if fields != nil {
			links = append(links, fields[at].Text())
		}
	}
	start := LinkStart(links...)
	if start == "" || len(start) > longestStart {
		return
	}
	follows := !r.more
	for _, fields := range r.kept {
		if fields != nil && (fields[at].Text() == "" || strings.TrimPrefix(fields[at].Text(), start) != string(fields[0].Bare())) {
			follows = false
		}
	}
	hole := r.w.RowColumns[at].Name
	if follows {
		hole, r.unlink = r.w.RowColumns[0].Name, at
	}
	r.w.linkStart, r.Links = start, r.w.Words(start)+"{"+hole+"}"
}

// compare removes from Shared the values that a row does not have.
func (r *Rows) compare(fields []rawjson.Value) {
	if r.Count++; r.Count == 1 {
		r.Shared = make([]rawjson.Value, len(fields))
		for i, c := range r.w.RowColumns {
			if c.form == "shared" && !fields[i].IsEmpty() {
				r.Shared[i] = fields[i]
			}
		}
		return
	}
	for i := range fields {
		if r.Shared[i] != nil && !bytes.Equal(fields[i].Bare(), r.Shared[i].Bare()) {
			r.Shared[i] = nil
		}
	}
}

func (r *Rows) sharesAny() bool {
	return slices.ContainsFunc(r.Shared, func(v rawjson.Value) bool { return v != nil })
}

// Each calls f with each row without its shared values, and with nil for an item that is not an object. A row is valid only until f
// returns.
func (r *Rows) Each(f func(fields []rawjson.Value)) {
	for _, fields := range r.kept {
		f(r.own(fields))
	}
	if !r.more {
		return
	}
	again := make([]rawjson.Value, len(r.w.RowColumns))
	n := 0
	for item := range r.items.Items() {
		if n++; n <= len(r.kept) {
			continue
		}
		fields := again
		if clear(fields); item.Kind() == rawjson.Object {
			Pick(item, r.w.RowColumns, fields)
		} else {
			fields = nil
		}
		f(r.own(fields))
	}
}

// own removes from a row what the list says for all rows.
func (r *Rows) own(fields []rawjson.Value) []rawjson.Value {
	if fields != nil && r.unlink >= 0 {
		fields[r.unlink] = nil
	}
	if fields != nil {
		for i := range r.Shared {
			if r.Shared[i] != nil {
				fields[i] = nil
			}
		}
	}
	return fields
}
