package render

import (
	"slices"
	"strings"

	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// A receipt is the answer to a write: what is true now, and whom it was about. It is one JSON object. What the view's Written names comes
// from the response; the engine adds the fields that the call set.

// Member is a field of a receipt with its value as JSON.
type Member struct {
	Name string
	JSON []byte
}

// Receipt writes first, then the columns of Written, or the whole response if it has none of them, then more. marked names further fields with
// customers' text. Fields of the response in omit are left out where they are true.
func (w *Writer) Receipt(body rawjson.Value, omit []string, first, more []Member, marked []string) []byte {
	w.Minutes = true
	fields := make([]rawjson.Value, len(w.WrittenColumns))
	Pick(body, w.WrittenColumns, fields)
	mark, row := w.writtenMark, w.appendFields(nil, fields, w.WrittenColumns)
	if len(row) <= len("{}") {
		mark = ""
		row = w.appendResponse(nil, body, omit)
	}
	if mark != "" {
		marked = append([]string{mark}, marked...)
	}
	out := appendMark([]byte("{"), strings.Join(marked, ", "))
	empty := len("{")
	add := func(m Member) {
		if len(out) > empty && out[len(out)-1] != ',' {
			out = append(out, ',')
		}
		out = append(append(rawjson.AppendString(out, m.Name), ':'), m.JSON...)
	}
	for _, m := range first {
		add(m)
	}
	if inner := row[1 : len(row)-1]; len(inner) > 0 {
		if len(out) > empty && out[len(out)-1] != ',' {
			out = append(out, ',')
		}
		out = append(out, inner...)
	}
	for _, m := range more {
		add(m)
	}
	return append([]byte(strings.TrimSuffix(string(out), ",")), '}')
}

// appendResponse writes all fields of a response, without those of omit that are true.
func (w *Writer) appendResponse(out []byte, body rawjson.Value, omit []string) []byte {
	hide := w.Hide
	w.Hide = w.HiddenFields
	for _, name := range omit {
		if body.Get(name).Bool() {
			w.Hide = append(slices.Clip(w.Hide), name)
		}
	}
	w.leftOut = markup.Hidden{}
	out, _ = w.appendObject(out, body)
	w.Hide = hide
	return w.appendLeftOut(out)
}

// Fields writes columns of one object as a JSON object, without empty ones. It returns false if all are empty.
func (w *Writer) Fields(object rawjson.Value, columns []Column) ([]byte, bool) {
	fields := make([]rawjson.Value, len(columns))
	Pick(object, columns, fields)
	out := w.appendFields(nil, fields, columns)
	return out, len(out) > len("{}")
}

// StoredColumn returns the column that shows the value of an argument as it is stored: as Stored says, or the field of the same name. listed
// reports whether Written shows it.
func (v *View) StoredColumn(argument string) (c Column, listed string) {
	v.Parse()
	c = Column{Name: argument, Path: []string{argument}, form: fewForm}
	for _, stored := range v.stored {
		if stored.Name == argument {
			c = stored
			if c.form == "" {
				c.form = fewForm
			}
		}
	}
	for _, written := range v.WrittenColumns {
		if strings.Join(written.Path, ".") == strings.Join(c.Path, ".") {
			listed = written.Name
		}
	}
	return c, listed
}

// Few returns a column that shows the beginning of a value of any kind.
func Few(name string) Column { return Column{Name: name, Path: []string{name}, form: fewForm} }

// Whole returns the column without a form that shortens, for comparisons.
func (c Column) Whole() Column {
	c.form = ""
	return c
}

// IsHTML reports whether the column shows HTML.
func (v *View) IsHTML(c Column) bool {
	v.Parse()
	return slices.Contains(v.HTMLFields, c.Path[len(c.Path)-1])
}

// fewForm is the form of a column that shows the beginning of a value.
const fewForm = "few"
