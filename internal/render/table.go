package render

import (
	"fmt"
	"strings"

	"featurebase-mcp/internal/jsonparser"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// A list of objects that have the same fields is shown as a table: a row of names, then a row of values for each.

// appendTable writes a table as one list.
func (w *Writer) appendTable(out, list []byte) ([]byte, bool) {
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

// appendTableLines writes the table of a document, a row on each line, with the columns that the document itself calls the usual ones.
func (w *Writer) appendTableLines(out, body []byte) []byte {
	list, kind, _, err := jsonparser.Get(body, w.Table)
	if err != nil || kind != jsonparser.Array {
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

func (w *Writer) usualColumns(body, list []byte) []string {
	listed, besides, _ := strings.Cut(w.Columns, " ")
	usual, _, _, _ := jsonparser.Get(body, listed)
	var names []string
	rawjson.EachItem(usual, func(f rawjson.Field) {
		if f.Kind == jsonparser.String {
			names = append(names, rawjson.Unescape(f.Value))
		}
	})
	if len(names) == 0 {
		return fieldNames(list)
	}
	return append(names, strings.Fields(besides)...)
}

// fieldNames returns the names that the objects of a list have.
func fieldNames(list []byte) []string {
	var names []string
	var known rawjson.Seen
	rawjson.EachItem(list, func(item rawjson.Field) {
		rawjson.EachMember(item.Value, func(name string, _ rawjson.Field) {
			if known.Add(name) {
				names = append(names, name)
			}
		})
	})
	return names
}

// eachRow calls f with the names and then with the values of each object, as lists in the order of the names. Few objects with many names
// can make a table without end, so it ends at a length; more is how many objects are left out.
func (w *Writer) eachRow(list []byte, names []string, f func(row []byte)) (more int) {
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
	rawjson.EachItem(list, func(item rawjson.Field) {
		if length > legible.MaxMarkdown {
			more++
			return
		}
		values := map[string]rawjson.Field{}
		rawjson.EachMember(item.Value, func(name string, value rawjson.Field) { values[name] = value })
		row = row[:0]
		for _, name := range names {
			row = w.appendCell(append(row, ','), values[name], name)
		}
		row[0] = '['
		row = append(row, ']')
		length += len(row)
		f(row)
	})
	return more
}

// appendCell writes a value, of one that has a label the label, and of none an empty text.
func (w *Writer) appendCell(out []byte, f rawjson.Field, name string) []byte {
	if label, kind, _, err := jsonparser.Get(f.Value, "label"); err == nil && f.Kind == jsonparser.Object && kind == jsonparser.String {
		f = rawjson.Field{Value: label, Kind: kind}
	}
	filled, ok := w.AppendValue(out, f.Value, f.Kind, name)
	if !ok {
		return append(out, `""`...)
	}
	return filled
}
