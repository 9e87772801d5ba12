package render

import (
	"bytes"

	"featurebase-mcp/internal/jsonparser"
	"featurebase-mcp/internal/rawjson"
)

// rows are the items of a list as the columns of their view. Each item is read once; of a list that is longer than any answer, what was read
// of the first items is kept and the others are read again.
type rows struct {
	w      *Writer
	items  []byte
	kept   [][]rawjson.Field // an entry for each of the first items, nil for one that has no fields
	more   bool              // there are further items
	Count  int               // items that are objects
	plain  bool              // some are no objects and say something all the same
	Shared []rawjson.Field   // what is the same in all rows, of the columns that may be said once; nil for nothing
}

// keptRows is how many rows are kept: more than a page has.
const keptRows = 200

func (w *Writer) Rows(items []byte) *rows {
	r := &rows{w: w, items: items}
	again := make([]rawjson.Field, len(w.RowColumns))
	rawjson.EachItem(items, func(item rawjson.Field) {
		fields := again
		if r.more = len(r.kept) == keptRows; !r.more {
			fields = make([]rawjson.Field, len(w.RowColumns))
		}
		if item.Kind == jsonparser.Object {
			clear(fields)
			Pick(item.Value, w.RowColumns, fields)
			r.compare(fields)
		} else {
			r.plain = r.plain || !item.IsEmpty() // the live API has items that are null
			fields = nil
		}
		if !r.more {
			r.kept = append(r.kept, fields)
		}
	})
	if r.Count < 2 || !r.sharesAny() {
		r.Shared = nil
	}
	return r
}

// compare takes out of shared what a row has not.
func (r *rows) compare(fields []rawjson.Field) {
	if r.Count++; r.Count == 1 {
		r.Shared = make([]rawjson.Field, len(fields))
		for i, c := range r.w.RowColumns {
			if c.form == "shared" && !fields[i].IsEmpty() {
				r.Shared[i] = fields[i]
			}
		}
		return
	}
	for i := range fields {
		if r.Shared[i].Kind != jsonparser.NotExist && !bytes.Equal(fields[i].Value, r.Shared[i].Value) {
			r.Shared[i] = rawjson.Field{}
		}
	}
}

func (r *rows) sharesAny() bool {
	for _, f := range r.Shared {
		if f.Kind != jsonparser.NotExist {
			return true
		}
	}
	return false
}

// Each calls f with the rows, without what they share, and with nil for each item that has no fields. A row is valid until the next.
func (r *rows) Each(f func(fields []rawjson.Field)) {
	for _, fields := range r.kept {
		f(r.own(fields))
	}
	if !r.more {
		return
	}
	again := make([]rawjson.Field, len(r.w.RowColumns))
	n := 0
	rawjson.EachItem(r.items, func(item rawjson.Field) {
		if n++; n <= len(r.kept) {
			return
		}
		fields := again
		if clear(fields); item.Kind == jsonparser.Object {
			Pick(item.Value, r.w.RowColumns, fields)
		} else {
			fields = nil
		}
		f(r.own(fields))
	})
}

// own takes out of a row what it shares.
func (r *rows) own(fields []rawjson.Field) []rawjson.Field {
	if fields != nil {
		for i := range r.Shared {
			if r.Shared[i].Kind != jsonparser.NotExist {
				fields[i] = rawjson.Field{}
			}
		}
	}
	return fields
}
