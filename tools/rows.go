package tools

import (
	"bytes"

	"featurebase-mcp/internal/jsonparser"
)

// rows are the items of a list as the columns of their view. Each item is read once; of a list that is longer than any answer, what was read
// of the first items is kept and the others are read again.
type rows struct {
	w      *writer
	items  []byte
	kept   [][]field // an entry for each of the first items, nil for one that has no fields
	more   bool      // there are further items
	count  int       // items that are objects
	plain  bool      // some are no objects and say something all the same
	shared []field   // what is the same in all rows, of the columns that may be said once; nil for nothing
}

// keptRows is how many rows are kept: more than a page has.
const keptRows = 200

func (w *writer) rows(items []byte) *rows {
	r := &rows{w: w, items: items}
	again := make([]field, len(w.row))
	eachItem(items, func(item field) {
		fields := again
		if r.more = len(r.kept) == keptRows; !r.more {
			fields = make([]field, len(w.row))
		}
		if item.kind == jsonparser.Object {
			clear(fields)
			pick(item.value, w.row, fields)
			r.compare(fields)
		} else {
			r.plain = r.plain || !item.isEmpty() // the live API has items that are null
			fields = nil
		}
		if !r.more {
			r.kept = append(r.kept, fields)
		}
	})
	if r.count < 2 || !r.sharesAny() {
		r.shared = nil
	}
	return r
}

// compare takes out of shared what a row has not.
func (r *rows) compare(fields []field) {
	if r.count++; r.count == 1 {
		r.shared = make([]field, len(fields))
		for i, c := range r.w.row {
			if c.form == "shared" && !fields[i].isEmpty() {
				r.shared[i] = fields[i]
			}
		}
		return
	}
	for i := range fields {
		if r.shared[i].kind != jsonparser.NotExist && !bytes.Equal(fields[i].value, r.shared[i].value) {
			r.shared[i] = field{}
		}
	}
}

func (r *rows) sharesAny() bool {
	for _, f := range r.shared {
		if f.kind != jsonparser.NotExist {
			return true
		}
	}
	return false
}

// each calls f with the rows, without what they share, and with nil for each item that has no fields. A row is valid until the next.
func (r *rows) each(f func(fields []field)) {
	for _, fields := range r.kept {
		f(r.own(fields))
	}
	if !r.more {
		return
	}
	again := make([]field, len(r.w.row))
	n := 0
	eachItem(r.items, func(item field) {
		if n++; n <= len(r.kept) {
			return
		}
		fields := again
		if clear(fields); item.kind == jsonparser.Object {
			pick(item.value, r.w.row, fields)
		} else {
			fields = nil
		}
		f(r.own(fields))
	})
}

// own takes out of a row what it shares.
func (r *rows) own(fields []field) []field {
	if fields != nil {
		for i := range r.shared {
			if r.shared[i].kind != jsonparser.NotExist {
				fields[i] = field{}
			}
		}
	}
	return fields
}
