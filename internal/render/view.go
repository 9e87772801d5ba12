package render

import (
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// View says how one kind of object is shown. The response stays bytes: a view picks from them and copies nothing else, so that a
// page of long posts costs no more than its excerpts. Where an object has a name twice, the first value counts, everywhere.
type View struct {
	// Row lists the fields of a list's row, separated by spaces, as path or name=path, with an optional form after a bar (see appendForm).
	Row string
	// Written lists, in the same way, what a write answers: enough to name the object and to go on with it.
	Written string
	// Lines lists, in the same way, the first lines of a single object's document. The fields that it does not name follow, whatever
	// they are, except those of Hide.
	Lines string
	// Hide lists the fields that a document leaves out, wherever they occur; each view says why.
	Hide string
	// Body is the field that ends a single object's document.
	Body string
	// Parts is the field with the messages of a thread, and Opening the one with its first message where that stands apart; a single
	// object's document ends with both as a transcript.
	Opening, Parts string
	// Part is how one of the messages is shown by itself.
	Part *View
	// Table is the field with the rows of a table, an object each. Columns is the field that names the columns to show and, behind a
	// space, those to show besides.
	Table, Columns string
	// HTML lists the fields that hold HTML, wherever they occur.
	HTML string
	// Secret lists the fields whose values are withheld, wherever they occur: of an object, the values of its fields.
	Secret string
	// Repeats lists the fields that say in another form what another field says; they are never shown.
	Repeats string
	// Customer lists the names, of rows and of lines, under which people outside the organization have the word.
	Customer string
	// Staff says that the addresses in it are those of admins, or stand in what the organization publishes and a model sends back corrected:
	// they are never masked.
	Staff bool

	once           sync.Once
	RowColumns     []Column
	WrittenColumns []Column
	lines          []Column
	HTMLFields     []string
	SecretFields   []string
	RepeatFields   []string
	HiddenFields   []string
	customer       []string

	RowMark, writtenMark string
}

type Column struct {
	Name string
	Path []string
	form string
}

// everywhere are the fields that say the same in every answer: what the tool's name says, and whose key it is.
const everywhere = "object organization organizationId"

func (v *View) Parse() {
	v.once.Do(func() {
		v.RowColumns, v.WrittenColumns, v.lines = columns(v.Row), columns(v.Written), columns(v.Lines)
		v.HTMLFields, v.SecretFields, v.RepeatFields = strings.Fields(v.HTML), strings.Fields(v.Secret), strings.Fields(v.Repeats)
		v.HiddenFields = append(strings.Fields(everywhere+" "+v.Hide), v.RepeatFields...)
		v.customer = strings.Fields(v.Customer)
		v.RowMark, v.writtenMark = v.marked(v.RowColumns), v.marked(v.WrittenColumns)
	})
}

// marked names the columns that hold customers' words.
func (v *View) marked(columns []Column) string {
	var names []string
	for _, c := range columns {
		if slices.Contains(v.customer, c.Name) {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

func columns(specs string) []Column {
	var list []Column
	for f := range strings.FieldsSeq(specs) {
		spec, form, _ := strings.Cut(f, "|")
		name, path, renamed := strings.Cut(spec, "=")
		if !renamed {
			path = name
		}
		list = append(list, Column{Name: name, Path: strings.Split(path, "."), form: form})
	}
	return list
}

// plain is for answers whose kind has no view of its own: of those that say little, all of it.
var PlainView = View{}

// Writer writes one answer as a view has it.
type Writer struct {
	*View
	Mask    bool     // e-mail addresses are masked
	Minutes bool     // times end with their minutes
	Markup  bool     // the answer may be shown as Markdown
	Hide    []string // fields left out, wherever they occur
	begin   int      // where the row that is being written begins
}

// IsList reports whether a response is the envelope of a list.
func IsList(body rawjson.Value) bool { return body.Kind("data") == rawjson.Array }

// List writes the items of a page, as far as the listing takes them, and what the envelope says besides them.
func (w *Writer) List(body, envelope rawjson.Value, full bool, l *listing) []byte {
	items := body
	var about []byte
	if envelope != nil {
		items = body.Get("data")
		about = w.appendEnvelope(nil, envelope, l)
	}
	about = l.reserve(about)
	out := append(make([]byte, 0, 4096), '{')
	if full {
		out = w.appendFull(out, items, l)
	} else {
		out = w.appendRows(out, items, l)
	}
	return append(append(l.appendEnd(out), about...), '}')
}

// data is the name of the items.
const data = `"data":[`

// appendFull writes items with all of their fields.
func (w *Writer) appendFull(out []byte, items rawjson.Value, l *listing) []byte {
	before := len(out)
	if len(w.customer) > 0 {
		out = appendMark(out, allTexts)
	}
	out = append(out, data...)
	empty := len(out)
	for item := range items.Items() {
		if l.wants(item.Kind()) {
			out = l.add(out, empty, func(out []byte, short bool) []byte { return w.appendItem(out, item, short) })
		}
	}
	if l.shown == 0 {
		out = append(out[:before], data...) // nothing to mark
	}
	return append(out, ']')
}

// appendItem writes one item of a list whole, or in short as a row.
func (w *Writer) appendItem(out []byte, item rawjson.Value, short bool) []byte {
	if short && item.Kind() == rawjson.Object && len(w.RowColumns) > 0 {
		fields := make([]rawjson.Value, len(w.RowColumns))
		Pick(item, w.RowColumns, fields)
		return w.appendFields(out, fields, w.RowColumns)
	}
	written, ok := w.AppendValue(out, item, "")
	if !ok {
		return append(out, "{}"...) // counted, so shown
	}
	return written
}

// appendRows writes items as rows, unless some of them have no fields at all.
func (w *Writer) appendRows(out []byte, items rawjson.Value, l *listing) []byte {
	rows := w.Rows(items)
	if rows.plain {
		return w.appendFull(out, items, l)
	}
	if rows.Count > 0 {
		out = appendMark(out, w.RowMark)
	}
	if rows.Shared != nil {
		out = append(w.appendFields(append(out, `"everyRow":`...), rows.Shared, w.RowColumns), ',')
	}
	out = append(out, data...)
	empty := len(out)
	rows.Each(func(fields []rawjson.Value) {
		kind := rawjson.Object
		if fields == nil {
			kind = rawjson.Null
		}
		if l.wants(kind) {
			out = l.add(out, empty, func(out []byte, _ bool) []byte { return w.appendFields(out, fields, w.RowColumns) })
		}
	})
	return append(out, ']')
}

// appendEnvelope writes what an envelope says besides its items, as further fields, without what the listing sees to.
func (w *Writer) appendEnvelope(out []byte, envelope rawjson.Value, l *listing) []byte {
	const always = -1 // other fields stand before them
	for name, v := range envelope.Members() {
		if name == "data" || name == "object" || v.IsEmpty() || string(v.Bare()) == "false" || l.sees(name, v) {
			continue
		}
		out = rawjson.AppendNext(out, always, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(w.appendName(out, name), ':'), v, name)
		})
	}
	return out
}

// Receipt writes the answer of a write: what names the object, or all of an answer that says no more than what was done.
func (w *Writer) Receipt(body rawjson.Value) []byte {
	w.Minutes = true
	fields := make([]rawjson.Value, len(w.WrittenColumns))
	Pick(body, w.WrittenColumns, fields)
	if row := w.appendFields(nil, fields, w.WrittenColumns); len(row) > len("{}") {
		return append(appendMark([]byte("{"), w.writtenMark), row[1:]...)
	}
	w.Hide = w.HiddenFields
	out, _ := w.appendObject(nil, body)
	return out
}

// Pick finds the values of columns in an object, which it reads once, whatever the columns are.
func Pick(item rawjson.Value, columns []Column, fields []rawjson.Value) {
	for name, value := range item.Pairs() {
		for i := range columns {
			if columns[i].Path[0] == string(name) && fields[i] == nil {
				fields[i] = value
			}
		}
	}
}

// appendFields writes the columns of one object, without the empty ones.
func (w *Writer) appendFields(out []byte, fields []rawjson.Value, columns []Column) []byte {
	w.begin = len(out)
	out = append(out, '{')
	empty := len(out)
	for i, c := range columns {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendField(append(rawjson.AppendString(out, c.Name), ':'), fields[i], c)
		})
	}
	return append(out, '}')
}

// AppendField writes one field, or reports that there is nothing worth writing.
func (w *Writer) AppendField(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	if f.IsEmpty() {
		return out, false
	}
	switch rest := c.Path[1:]; {
	case len(rest) == 0:
		return w.appendForm(out, f, c)
	case f.Kind() == rawjson.Array:
		return w.appendEach(out, f, c)
	default:
		return w.AppendField(out, f.Get(rest[0]), Column{Path: rest, form: c.form})
	}
}

// appendEach writes one field of each object of a list.
func (w *Writer) appendEach(out []byte, list rawjson.Value, c Column) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	for item := range list.Items() {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return w.AppendField(out, item, c) })
	}
	return append(out, ']'), len(out) > empty
}

// ownNames are the fields whose own fields are named by the organization, so that none of them is one of those that views hide.
var ownNames = []string{"customFields", "customAttributes"}

// AppendValue writes a whole value, with HTML as Markdown and without nulls and empties, or reports that nothing is left of it.
func (w *Writer) AppendValue(out []byte, v rawjson.Value, name string) ([]byte, bool) {
	switch {
	case v.IsEmpty():
		return out, false
	case slices.Contains(w.SecretFields, name):
		return w.appendWithheld(out, v), true
	}
	switch v.Kind() {
	case rawjson.String:
		if slices.Contains(w.HTMLFields, name) {
			text := w.Text(markup.HTMLToMarkdown(rawjson.UnescapeBytes(v.Bare())))
			return rawjson.AppendString(out, text), text != ""
		}
		text := v.Text()
		switch {
		case w.Minutes && legible.IsTime(text):
			text = legible.Minute(text)
		default:
			text = w.Words(text)
		}
		return rawjson.AppendString(slices.Grow(out, len(text)), text), text != ""
	case rawjson.Object:
		if !slices.Contains(ownNames, name) {
			return w.appendObject(out, v)
		}
		hide := w.Hide
		w.Hide = nil
		out, ok := w.appendObject(out, v)
		w.Hide = hide
		return out, ok
	case rawjson.Array:
		out = append(out, '[')
		empty := len(out)
		for item := range v.Items() {
			out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return w.AppendValue(out, item, name) })
		}
		return append(out, ']'), len(out) > empty
	default:
		return append(out, v...), true
	}
}

func (w *Writer) appendObject(out []byte, object rawjson.Value) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for name, v := range object.Members() {
		if slices.Contains(w.Hide, name) {
			continue
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(w.appendName(out, name), ':'), v, name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendName writes the name of a field of the API's, which may be anybody's words: custom fields have names, too.
func (w *Writer) appendName(out []byte, name string) []byte {
	return rawjson.AppendString(out, w.Words(name))
}

// Withheld stands for the value of a secret.
const Withheld = "(withheld)"

// appendWithheld says that there is something without saying what. The names of an object's fields are kept: they tell which headers
// are sent, not their values.
func (w *Writer) appendWithheld(out []byte, v rawjson.Value) []byte {
	if v.Kind() != rawjson.Object {
		return rawjson.AppendString(out, Withheld)
	}
	out = append(out, '{')
	empty := len(out)
	for name := range v.Members() {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return rawjson.AppendString(append(w.appendName(out, name), ':'), Withheld), true
		})
	}
	return append(out, '}')
}
