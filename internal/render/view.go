package render

import (
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// View is how one kind of object is shown. The response stays bytes: a view picks from them and copies nothing else, so that a page of long
// posts costs no more than its excerpts. Where an object has a name twice, the first value counts, everywhere.
type View struct {
	// Row lists the columns of a list's row, separated by spaces, as path or name=path, with an optional form after a bar (see appendForm).
	// Steps of a path are joined by dots, and the step * stands for every member of an object. A field after a slash is shown where the path
	// leads to nothing: externalUrl/featurebaseUrl.
	Row string
	// Written lists, in the same way, the columns of the answer to a write: enough to name the object and to continue with it.
	Written string
	// Stored lists, in the same way, where the value of an argument stands in the response to a write, if not in the field of its name.
	Stored string
	// Lines lists, in the same way, the first lines of a single object's document. All other fields follow, except those of Hide.
	Lines string
	// Hide lists the fields that a document leaves out at any depth; each view says why.
	Hide string
	// Body is the field with HTML or Markdown that ends a single object's document.
	Body string
	// Translated is the field with the texts in other languages, an object by language. They follow the body.
	Translated string
	// Parts is the field with the messages of a thread, and Opening the field with its first message where Parts lacks it. A single
	// object's document ends with both as a transcript.
	Opening, Parts string
	// Part is the view of a single message.
	Part *View
	// Table is the field with the rows of a table, an object each. Columns is the field that names the columns to show and, after a space,
	// further columns to show.
	Table, Columns string
	// HTML lists the fields that hold HTML, at any depth, and Markdown those that hold Markdown.
	HTML, Markdown string
	// Secret lists the fields whose values are withheld, at any depth. For an object, the names of its members are shown.
	Secret string
	// Repeats lists the fields that repeat another field in another form; they are never shown.
	Repeats string
	// Customer lists the names, of columns and of lines, whose values people outside the organization write.
	Customer string
	// Staff is set where the addresses belong to admins, or stand in text that the organization publishes and a model sends back corrected.
	// They are never masked, because a masked address would be written back.
	Staff bool

	once           sync.Once
	RowColumns     []Column
	WrittenColumns []Column
	lines          []Column
	stored         []Column
	HTMLFields     []string
	markdownFields []string
	SecretFields   []string
	RepeatFields   []string
	HiddenFields   []string
	customer       []string

	RowMark, writtenMark string
}

// Column is one parsed column of a row, a document or the answer to a write.
type Column struct {
	Name    string
	Path    []string
	Instead string // the field that is shown where the path leads to nothing; empty: none
	form    string
}

// everywhere are the fields that are the same in every answer: the kind of the object, and the organization of the key.
const everywhere = "object organization organizationId"

// Parse parses the texts of the view into columns and lists, once. It has to be called before these are read.
func (v *View) Parse() {
	v.once.Do(func() {
		v.RowColumns, v.WrittenColumns, v.lines, v.stored = columns(v.Row), columns(v.Written), columns(v.Lines), columns(v.Stored)
		v.HTMLFields, v.SecretFields, v.RepeatFields = strings.Fields(v.HTML), strings.Fields(v.Secret), strings.Fields(v.Repeats)
		v.HiddenFields = append(strings.Fields(everywhere+" "+v.Hide), v.RepeatFields...)
		v.markdownFields, v.customer = strings.Fields(v.Markdown), strings.Fields(v.Customer)
		v.RowMark, v.writtenMark = v.marked(v.RowColumns), v.marked(v.WrittenColumns)
	})
}

// marked returns the names of the columns with customers' text.
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
		path, instead, _ := strings.Cut(path, "/")
		if !renamed {
			name = path
		}
		list = append(list, Column{Name: name, Path: strings.Split(path, "."), Instead: instead, form: form})
	}
	return list
}

// PlainView is for answers whose kind has no view. It shows all fields.
var PlainView = View{}

// Writer writes one answer by a view.
type Writer struct {
	*View
	Mask    bool     // masks e-mail addresses
	Minutes bool     // shows times without seconds
	Markup  bool     // the answer is Markdown
	Hide    []string // fields to leave out at any depth

	Labels     Labels // the names of custom fields
	ShowHidden bool   // shows the hidden text of a single object below it, marked as such
	CanShow    bool   // the operation has an argument for that

	begin     int           // offset of the current row
	leftOut   markup.Hidden // hidden text of the current row, object or message
	linkStart string        // how the links of all rows begin, which the list says once
}

// IsList reports whether a response is the envelope of a list.
func IsList(body rawjson.Value) bool { return body.Kind("data") == rawjson.Array }

// List writes the items of a page that the listing selects, and the other fields of the envelope, which is nil for a bare list. With full,
// items have all their fields.
func (w *Writer) List(body, envelope rawjson.Value, full bool, l *Listing) []byte {
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

// data begins the list of items.
const data = `"data":[`

// appendFull writes items with all of their fields.
func (w *Writer) appendFull(out []byte, items rawjson.Value, l *Listing) []byte {
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
		out = append(out[:before], data...) // without items there is nothing to mark
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
	w.leftOut = markup.Hidden{}
	written, ok := w.AppendValue(out, item, "")
	if !ok {
		return append(out, "{}"...) // the listing counts the item, so it has to be shown
	}
	return w.appendLeftOut(written)
}

// appendRows writes items as rows. If some are neither objects nor empty, it writes all of them whole.
func (w *Writer) appendRows(out []byte, items rawjson.Value, l *Listing) []byte {
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
	if rows.Links != "" {
		out = append(rawjson.AppendString(append(out, `"links":`...), rows.Links), ',')
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

// appendEnvelope writes the fields of an envelope other than the items and those that the listing writes.
func (w *Writer) appendEnvelope(out []byte, envelope rawjson.Value, l *Listing) []byte {
	const always = -1 // other fields precede these, so each begins with a comma
	for name, v := range envelope.Members() {
		if name == "data" || name == "object" || v.IsEmpty() || string(v.Bare()) == "false" || l.takeField(name, v) {
			continue
		}
		out = rawjson.AppendNext(out, always, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(w.appendName(out, name), ':'), v, name)
		})
	}
	return out
}

// Pick stores the values of columns in fields, which has an entry for each column. It parses the object once however many columns there
// are, and once more for a field that another one stands in for.
func Pick(item rawjson.Value, columns []Column, fields []rawjson.Value) {
	for name, value := range item.Pairs() {
		for i := range columns {
			if columns[i].Path[0] == string(name) && fields[i] == nil {
				fields[i] = value
			}
		}
	}
	for i, c := range columns {
		if c.Instead != "" && fields[i].IsEmpty() {
			fields[i] = item.Get(c.Instead)
		}
	}
}

// appendFields writes the columns of one object, without empty ones.
func (w *Writer) appendFields(out []byte, fields []rawjson.Value, columns []Column) []byte {
	w.begin, w.leftOut = len(out), markup.Hidden{}
	out = append(out, '{')
	empty := len(out)
	for i, c := range columns {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendField(append(rawjson.AppendString(out, c.Name), ':'), fields[i], c)
		})
	}
	return w.appendLeftOut(append(out, '}'))
}

// AppendField writes one field. It returns false if there is nothing worth writing; the caller then has to discard what was appended.
func (w *Writer) AppendField(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	if f.IsEmpty() {
		return out, false
	}
	switch rest := c.Path[1:]; {
	case len(rest) == 0:
		return w.appendForm(out, f, c)
	case rest[0] == "*":
		return w.appendOfMembers(out, f, Column{Path: rest, form: c.form})
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

// appendOfMembers writes one field of each member of an object, by the names of the members, or the value alone if all members have the same.
func (w *Writer) appendOfMembers(out []byte, object rawjson.Value, c Column) ([]byte, bool) {
	start := len(out)
	out = append(out, '{')
	empty := len(out)
	members := 0
	var values []string
	for name, member := range object.Members() {
		members++
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			out = append(w.appendName(out, name), ':')
			value := len(out)
			out, ok := w.AppendField(out, member, c)
			if ok {
				values = append(values, string(out[value:]))
			}
			return out, ok
		})
	}
	if len(values) == members && len(slices.Compact(slices.Clone(values))) == 1 {
		return append(out[:start], values[0]...), true
	}
	return append(out, '}'), len(out) > empty
}

// ownNames are the fields whose members the organization names. No member of them is hidden, even if it has the name of a hidden field.
var ownNames = []string{"customFields", "customAttributes"}

// AppendValue writes a whole value, with HTML as Markdown and without nulls and empty values. name is the field that holds it. It returns
// false if nothing is left; the caller then has to discard what was appended.
func (w *Writer) AppendValue(out []byte, v rawjson.Value, name string) ([]byte, bool) {
	switch {
	case v.IsEmpty():
		return out, false
	case slices.Contains(w.SecretFields, name):
		return w.appendWithheld(out, v), true
	}
	switch v.Kind() {
	case rawjson.String:
		if slices.Contains(w.HTMLFields, name) || slices.Contains(w.markdownFields, name) {
			text := w.body(v, name)
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
		v = w.Labels.label(v)
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

// appendName writes the name of a field in the API's response. It cleans the name, because people choose the names of custom fields.
func (w *Writer) appendName(out []byte, name string) []byte {
	return rawjson.AppendString(out, w.Words(name))
}

// Withheld replaces the value of a secret.
const Withheld = "(withheld)"

// appendWithheld writes that a value exists without showing it. For an object it shows the names of the members: they tell which headers
// are sent, without their values.
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
