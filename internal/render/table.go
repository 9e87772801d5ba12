package render

import (
	"fmt"
	"maps"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// A list of objects with the same fields is shown as a table: a row of names, then a row of values for each object.

// appendTable writes a table as one JSON list.
func (w *Writer) appendTable(out []byte, list rawjson.Value) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	more := w.eachRow(list, fieldNames(list), func(row []byte) {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return append(out, row...), true })
	})
	if more > 0 {
		out = fmt.Appendf(out, `,"… %d more"`, more)
	}
	return append(out, ']'), len(out) > empty
}

// appendTableLines writes the table of a document, with a row on each line. The document itself names its usual columns.
func (w *Writer) appendTableLines(out []byte, body rawjson.Value) []byte {
	list := body.Get(w.Table)
	if list.Kind() != rawjson.Array {
		return out
	}
	out = append(out, w.Table+":\n"...)
	more := w.eachRow(list, w.usualColumns(body, list), func(row []byte) {
		out = append(append(append(out, "  "...), row...), '\n')
	})
	if more > 0 {
		out = fmt.Appendf(out, "  … %d more rows\n", more)
	}
	return out
}

func (w *Writer) usualColumns(body, list rawjson.Value) []string {
	listed, besides, _ := strings.Cut(w.Columns, " ")
	var names []string
	for name := range body.Items(listed) {
		if name.Kind() == rawjson.String {
			names = append(names, name.Text())
		}
	}
	if len(names) == 0 {
		return fieldNames(list)
	}
	return append(names, strings.Fields(besides)...)
}

// fieldNames returns all names of members in a list of objects.
func fieldNames(list rawjson.Value) []string {
	var names []string
	var known rawjson.Names
	for item := range list.Items() {
		for name := range item.Members() {
			if known.Add(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// eachRow calls f with the names and then with the values of each object, as lists in the order of the names. Few objects with many names
// can make a huge table, so it stops at a length; more is how many objects are left out.
func (w *Writer) eachRow(list rawjson.Value, names []string, f func(row []byte)) (more int) {
	if len(names) == 0 {
		return 0
	}
	length := 0
	row := []byte{}
	for _, name := range names {
		row = w.appendName(append(row, ','), name)
	}
	row[0] = '['
	f(append(row, ']'))
	for item := range list.Items() {
		if length > legible.MaxText {
			more++
			continue
		}
		values := maps.Collect(item.Members())
		row = row[:0]
		for _, name := range names {
			row = w.appendCell(append(row, ','), values[name], name)
		}
		row[0] = '['
		row = append(row, ']')
		length += len(row)
		f(row)
	}
	return more
}

// appendCell writes the label of a value that has one, otherwise the value, and an empty text for no value.
func (w *Writer) appendCell(out []byte, v rawjson.Value, name string) []byte {
	if label := v.Get("label"); label.Kind() == rawjson.String {
		v = label
	}
	filled, ok := w.AppendValue(out, v, name)
	if !ok {
		return append(out, `""`...)
	}
	return filled
}
