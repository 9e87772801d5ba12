package tools

import (
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/jsonparser"
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

	once     sync.Once
	row      []column
	written  []column
	lines    []column
	html     []string
	secret   []string
	repeats  []string
	hidden   []string
	customer []string

	rowMark, writtenMark string
}

type column struct {
	name string
	path []string
	form string
}

// everywhere are the fields that say the same in every answer: what the tool's name says, and whose key it is.
const everywhere = "object organization organizationId"

func (v *View) parse() {
	v.once.Do(func() {
		v.row, v.written, v.lines = columns(v.Row), columns(v.Written), columns(v.Lines)
		v.html, v.secret, v.repeats = strings.Fields(v.HTML), strings.Fields(v.Secret), strings.Fields(v.Repeats)
		v.hidden = append(strings.Fields(everywhere+" "+v.Hide), v.repeats...)
		v.customer = strings.Fields(v.Customer)
		v.rowMark, v.writtenMark = v.marked(v.row), v.marked(v.written)
	})
}

// marked names the columns that hold customers' words.
func (v *View) marked(columns []column) string {
	var names []string
	for _, c := range columns {
		if slices.Contains(v.customer, c.name) {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}

func columns(specs string) []column {
	var list []column
	for f := range strings.FieldsSeq(specs) {
		spec, form, _ := strings.Cut(f, "|")
		name, path, renamed := strings.Cut(spec, "=")
		if !renamed {
			path = name
		}
		list = append(list, column{name: name, path: strings.Split(path, "."), form: form})
	}
	return list
}

// plain is for answers whose kind has no view of its own: of those that say little, all of it.
var plain = View{}

// writer writes one answer as a view has it.
type writer struct {
	*View
	mask    bool     // e-mail addresses are masked
	minutes bool     // times end with their minutes
	markup  bool     // the answer may be shown as Markdown
	hide    []string // fields left out, wherever they occur
	begin   int      // where the row that is being written begins
}

// render turns a response into the text of an answer that keeps the budget.
func (op *Operation) render(body []byte, args arguments, env Env) string {
	v := op.Output
	if v == nil {
		v = &plain
	}
	v.parse()
	w := &writer{View: v, mask: env.MaskEmails && !v.Staff, hide: v.repeats, markup: env.outline != nil}
	body = sound(body)
	full := args.detail == "full" || len(v.row) == 0
	value, kind, _, err := jsonparser.Get(body)
	switch {
	case err != nil:
		return "(an empty answer)"
	case env.outline != nil && (kind == jsonparser.Array || isList(body)):
		return op.bullets(w, body, env)
	case kind == jsonparser.Array:
		return string(w.list(body, nil, full, newListing(op, args, env.AnswerBudget)))
	case isList(body):
		return string(w.list(body, body, full, newListing(op, args, env.AnswerBudget)))
	case kind != jsonparser.Object:
		out, _ := w.appendValue(nil, value, kind, "")
		return string(out)
	case op.Effect != Read:
		return env.AnswerBudget.object(w.receipt(body))
	default:
		text, bodyAt := w.document(body)
		return op.part(text, bodyAt, args.offset, env.AnswerBudget)
	}
}

func isList(body []byte) bool { return jsonparser.Kind(body, "data") == jsonparser.Array }

// list writes the items of a page, as far as the listing takes them, and what the envelope says besides them.
func (w *writer) list(body, envelope []byte, full bool, l *listing) []byte {
	items := body
	var about []byte
	if envelope != nil {
		items, _, _, _ = jsonparser.Get(body, "data")
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
func (w *writer) appendFull(out, items []byte, l *listing) []byte {
	before := len(out)
	if len(w.customer) > 0 {
		out = appendMark(out, allTexts)
	}
	out = append(out, data...)
	empty := len(out)
	eachItem(items, func(item field) {
		if l.wants(item.kind) {
			out = l.add(out, empty, func(out []byte, short bool) []byte { return w.appendItem(out, item, short) })
		}
	})
	if l.shown == 0 {
		out = append(out[:before], data...) // nothing to mark
	}
	return append(out, ']')
}

// appendItem writes one item of a list whole, or in short as a row.
func (w *writer) appendItem(out []byte, item field, short bool) []byte {
	if short && item.kind == jsonparser.Object && len(w.row) > 0 {
		fields := make([]field, len(w.row))
		pick(item.value, w.row, fields)
		return w.appendFields(out, fields, w.row)
	}
	written, ok := w.appendValue(out, item.value, item.kind, "")
	if !ok {
		return append(out, "{}"...) // counted, so shown
	}
	return written
}

// appendRows writes items as rows, unless some of them have no fields at all.
func (w *writer) appendRows(out, items []byte, l *listing) []byte {
	rows := w.rows(items)
	if rows.plain {
		return w.appendFull(out, items, l)
	}
	if rows.count > 0 {
		out = appendMark(out, w.rowMark)
	}
	if rows.shared != nil {
		out = append(w.appendFields(append(out, `"everyRow":`...), rows.shared, w.row), ',')
	}
	out = append(out, data...)
	empty := len(out)
	rows.each(func(fields []field) {
		kind := jsonparser.Object
		if fields == nil {
			kind = jsonparser.Null
		}
		if l.wants(kind) {
			out = l.add(out, empty, func(out []byte, _ bool) []byte { return w.appendFields(out, fields, w.row) })
		}
	})
	return append(out, ']')
}

// appendEnvelope writes what an envelope says besides its items, as further fields, without what the listing sees to.
func (w *writer) appendEnvelope(out, envelope []byte, l *listing) []byte {
	const always = -1 // other fields stand before them
	eachMember(envelope, func(name string, f field) {
		if name == "data" || name == "object" || f.isEmpty() || string(f.value) == "false" || l.sees(name, f.value, f.kind) {
			return
		}
		out = appendNext(out, always, func(out []byte) ([]byte, bool) {
			return w.appendValue(append(w.appendName(out, name), ':'), f.value, f.kind, name)
		})
	})
	return out
}

// receipt writes the answer of a write: what names the object, or all of an answer that says no more than what was done.
func (w *writer) receipt(body []byte) []byte {
	w.minutes = true
	fields := make([]field, len(w.written))
	pick(body, w.written, fields)
	if row := w.appendFields(nil, fields, w.written); len(row) > len("{}") {
		return append(appendMark([]byte("{"), w.writtenMark), row[1:]...)
	}
	w.hide = w.hidden
	out, _ := w.appendObject(nil, body)
	return out
}

// field is one value of a response, still as bytes.
type field struct {
	value []byte
	kind  jsonparser.ValueType
}

// pick finds the values of columns in an object, which it reads once, whatever the columns are.
func pick(item []byte, columns []column, fields []field) {
	_ = jsonparser.ObjectEach(item, func(key, value []byte, kind jsonparser.ValueType, _ int) error {
		for i := range columns {
			if columns[i].path[0] == string(key) && fields[i].kind == jsonparser.NotExist {
				fields[i] = field{value, kind}
			}
		}
		return nil
	})
}

// appendFields writes the columns of one object, without the empty ones.
func (w *writer) appendFields(out []byte, fields []field, columns []column) []byte {
	w.begin = len(out)
	out = append(out, '{')
	empty := len(out)
	for i, c := range columns {
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendField(append(appendString(out, c.name), ':'), fields[i], c)
		})
	}
	return append(out, '}')
}

// appendField writes one field, or reports that there is nothing worth writing.
func (w *writer) appendField(out []byte, f field, c column) ([]byte, bool) {
	if f.isEmpty() {
		return out, false
	}
	switch rest := c.path[1:]; {
	case len(rest) == 0:
		return w.appendForm(out, f, c)
	case f.kind == jsonparser.Array:
		return w.appendEach(out, f.value, c)
	default:
		inner, kind, _, err := jsonparser.Get(f.value, rest[0])
		if err != nil {
			return out, false
		}
		return w.appendField(out, field{inner, kind}, column{path: rest, form: c.form})
	}
}

// appendEach writes one field of each object of a list.
func (w *writer) appendEach(out, list []byte, c column) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	eachItem(list, func(item field) {
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) { return w.appendField(out, item, c) })
	})
	return append(out, ']'), len(out) > empty
}

// isEmpty reports values that say nothing.
func (f field) isEmpty() bool {
	switch f.kind {
	case jsonparser.Null, jsonparser.NotExist:
		return true
	case jsonparser.String:
		return len(f.value) == 0
	default:
		return false
	}
}

// ownNames are the fields whose own fields are named by the organization, so that none of them is one of those that views hide.
var ownNames = []string{"customFields", "customAttributes"}

// appendValue writes a whole value, with HTML as Markdown and without nulls and empties, or reports that nothing is left of it.
func (w *writer) appendValue(out, value []byte, kind jsonparser.ValueType, name string) ([]byte, bool) {
	switch {
	case field{value, kind}.isEmpty():
		return out, false
	case slices.Contains(w.secret, name):
		return w.appendWithheld(out, value, kind), true
	}
	switch kind {
	case jsonparser.String:
		if slices.Contains(w.html, name) {
			text := w.text(markdownOf(unescapedBytes(value)))
			return appendString(out, text), text != ""
		}
		text := unescape(value)
		switch {
		case w.minutes && isTime(text):
			text = minute(text)
		default:
			text = w.words(text)
		}
		return appendString(slices.Grow(out, len(text)), text), text != ""
	case jsonparser.Object:
		if !slices.Contains(ownNames, name) {
			return w.appendObject(out, value)
		}
		hide := w.hide
		w.hide = nil
		out, ok := w.appendObject(out, value)
		w.hide = hide
		return out, ok
	case jsonparser.Array:
		out = append(out, '[')
		empty := len(out)
		eachItem(value, func(item field) {
			out = appendNext(out, empty, func(out []byte) ([]byte, bool) { return w.appendValue(out, item.value, item.kind, name) })
		})
		return append(out, ']'), len(out) > empty
	default:
		return append(out, value...), true
	}
}

func (w *writer) appendObject(out, object []byte) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	eachMember(object, func(name string, f field) {
		if slices.Contains(w.hide, name) {
			return
		}
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendValue(append(w.appendName(out, name), ':'), f.value, f.kind, name)
		})
	})
	return append(out, '}'), len(out) > empty
}

// appendName writes the name of a field of the API's, which may be anybody's words: custom fields have names, too.
func (w *writer) appendName(out []byte, name string) []byte { return appendString(out, w.words(name)) }

// withheld stands for the value of a secret.
const withheld = "(withheld)"

// appendWithheld says that there is something without saying what. The names of an object's fields are kept: they tell which headers
// are sent, not their values.
func (w *writer) appendWithheld(out, value []byte, kind jsonparser.ValueType) []byte {
	if kind != jsonparser.Object {
		return appendString(out, withheld)
	}
	out = append(out, '{')
	empty := len(out)
	eachMember(value, func(name string, _ field) {
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return appendString(append(w.appendName(out, name), ':'), withheld), true
		})
	})
	return append(out, '}')
}
