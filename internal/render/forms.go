package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// appendForm writes a value in the form of its column. A value of a type that the form is not for is written as it is.
//
//	date     the day of a time
//	minute   a time without seconds
//	shared   as it is; once for all rows of a list if they have the same value
//	excerpt  the first 200 characters of HTML
//	gist     the first 120 characters of HTML
//	text     the first 200 characters of plain text
//	new      a text or a time, unless the row or the document already has it
//	link     an address, without the beginning that the links of all rows share
//	flag     true, or nothing
//	side     of which side somebody is, by the type of the person: team, bot or integration; nothing for customers
//	some     a number, unless it is 0
//	brief    an object without members that are false
//	few      the first 120 characters of a text, the first three items of a list, an object's members that are not empty in this way
//	names    the names of an object's members that are true
//	off      the names of an object's members that are false
//	same     an object of objects; an inner object whose values are all equal becomes that value
//	a:b      a list of objects as one object, with a as the names and b as the values
//	a,b,c    these fields of an object, or of each object of a list
//	everybody  a list of those who see the object, which everybody sees if the list is empty
//	table    a list of objects as a list of rows, the first with the names of the fields
func (w *Writer) appendForm(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	switch f.Kind() {
	case rawjson.String:
		return w.appendText(out, f, c)
	case rawjson.Boolean:
		return append(out, f...), c.form != "flag" || f.Bool()
	case rawjson.Number:
		return append(out, f...), c.form != "some" || string(f) != "0"
	case rawjson.Array:
		return w.appendListForm(out, f, c)
	case rawjson.Object:
		return w.appendObjectForm(out, f, c)
	default:
		return out, false
	}
}

func (w *Writer) appendText(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	var text string
	switch c.form {
	case "date":
		text, _, _ = strings.Cut(legible.Minute(f.Text()), "T")
	case "minute":
		text = legible.Minute(f.Text())
	case "excerpt":
		text = w.rawExcerpt(f.Bare(), markup.ExcerptLength)
	case "gist":
		text = w.rawExcerpt(f.Bare(), GistLength)
	case "text", "new":
		text = markup.PlainExcerpt(legible.Minute(f.Text()), markup.ExcerptLength)
	case linkForm:
		text = w.rest(f.Text())
	case fewForm:
		return w.appendFew(out, f, c.Path[0])
	case "side":
		text = sides[f.Text()]
	default:
		return w.AppendValue(out, f, c.Path[0])
	}
	text = w.Words(text)
	if c.form == "new" && bytes.Contains(out[w.begin:], appendStart(nil, text)) {
		return out, false
	}
	if c.form == "new" || c.form == "text" {
		w.leftOut.Add(markup.Carried(f.Text()))
	}
	return rawjson.AppendString(out, text), text != ""
}

// sides are the words for the types of people who are no customers. A customer's name could say anything, so a row says who is of the team
// in a field of its own.
var sides = map[string]string{"admin": "team", "bot": "bot", "integration": "integration"}

// appendFew writes the beginning of a value: what tells it from others, however long it is.
func (w *Writer) appendFew(out []byte, v rawjson.Value, name string) ([]byte, bool) {
	const items = 3
	switch {
	case v.IsEmpty():
		return out, false
	case slices.Contains(w.SecretFields, name):
		return w.appendWithheld(out, v), true
	}
	switch v.Kind() {
	case rawjson.String:
		if text := v.Text(); legible.IsTime(text) {
			return rawjson.AppendString(out, legible.Minute(text)), true
		}
		text := w.Words(w.rawExcerpt(v.Bare(), GistLength))
		return rawjson.AppendString(out, text), text != ""
	case rawjson.Array:
		out = append(out, '[')
		empty, more := len(out), 0
		for item := range v.Items() {
			if more++; more <= items {
				out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return w.appendFew(out, item, name) })
			}
		}
		if more -= items; more > 0 {
			out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return fmt.Appendf(out, `"… %d more"`, more), true })
		}
		return append(out, ']'), len(out) > empty
	case rawjson.Object:
		if slices.Contains(ownNames, name) {
			v = w.Labels.label(v)
		}
		out = append(out, '{')
		empty := len(out)
		for member, inner := range v.Members() {
			if slices.Contains(w.Hide, member) {
				continue
			}
			out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
				return w.appendFew(append(w.appendName(out, member), ':'), inner, member)
			})
		}
		return append(out, '}'), len(out) > empty
	default:
		return append(out, v...), true
	}
}

// appendWhom writes who sees an object.
func (w *Writer) appendWhom(out []byte, list rawjson.Value, name string) ([]byte, bool) {
	before := len(out)
	out, some := w.appendFew(out, list, name)
	if !some {
		return rawjson.AppendString(out[:before], "everybody"), true
	}
	return out, true
}

// appendStart writes the beginning of a text as it stands in JSON, without quotes and without the ellipsis of a cut.
func appendStart(out []byte, text string) []byte {
	out = rawjson.AppendString(out, strings.TrimRight(text, "… "))
	return out[1 : len(out)-1]
}

// GistLength is how many characters of a body a row shows beside a title.
const GistLength = 120

// rawExcerpt returns the excerpt of a raw JSON string. Bodies are long and excerpts short, so it tries the beginning first, unless text could be hidden
// behind it.
func (w *Writer) rawExcerpt(raw []byte, length int) string {
	if markup.MayHide(raw) {
		part := beginning(raw, markup.Searched)
		text, hidden := markup.ExcerptOf(rawjson.UnescapeBytes(part), length)
		w.leftOut.Characters += hidden
		if len(part) == len(raw) || isCut(text, length) {
			return text
		}
	} else if part := beginning(raw, 5*length); len(part) < len(raw) {
		if text := excerptIn(part, length); isCut(text, length) {
			return text
		}
	}
	return excerptIn(raw, length)
}

// isCut reports whether an excerpt has all the characters that it may have, so that what follows in the body changes nothing.
func isCut(text string, length int) bool { return utf8.RuneCountInString(text) > length }

// beginning returns about as many bytes of a raw JSON string as most says. It ends before a space, which cannot be inside an escape or a character. A
// string without spaces is returned whole.
func beginning(raw []byte, most int) []byte {
	if len(raw) > most {
		if end := bytes.LastIndexByte(raw[:most], ' '); end > 0 {
			return raw[:end]
		}
	}
	return raw
}

func excerptIn(raw []byte, length int) string {
	if body := rawjson.UnescapeBytes(raw); bytes.ContainsAny(body, "<&") {
		return markup.ExcerptBytes(body, length)
	}
	return markup.PlainExcerpt(rawjson.Unescape(raw), length)
}

func (w *Writer) appendListForm(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	if key, value, ok := strings.Cut(c.form, ":"); ok {
		return w.appendPairs(out, f, key, value)
	}
	switch {
	case c.form == "table":
		return w.appendTable(out, f)
	case c.form == fewForm:
		return w.appendFew(out, f, c.Path[0])
	case c.form == "everybody":
		return w.appendWhom(out, f, c.Path[0])
	case strings.Contains(c.form, ","):
		return w.appendEach(out, f, Column{Path: []string{""}, form: c.form})
	default:
		return w.AppendValue(out, f, c.Path[0])
	}
}

func (w *Writer) appendObjectForm(out []byte, f rawjson.Value, c Column) ([]byte, bool) {
	switch {
	case c.form == "names":
		return w.appendNames(out, f, "true")
	case c.form == "off":
		return w.appendNames(out, f, "false")
	case c.form == "same":
		return w.appendSame(out, f)
	case c.form == "brief":
		return w.appendBrief(out, f)
	case c.form == fewForm:
		return w.appendFew(out, f, c.Path[0])
	case strings.Contains(c.form, ","):
		return w.appendPart(out, f, strings.Split(c.form, ","))
	default:
		return w.AppendValue(out, f, c.Path[0])
	}
}

// appendNames lists the names of an object's members that have the value, such as true.
func (w *Writer) appendNames(out []byte, object rawjson.Value, value string) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	for name, v := range object.Members() {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) { return w.appendName(out, name), string(v) == value })
	}
	return append(out, ']'), len(out) > empty
}

// appendPairs writes a list of objects as one object, with the field key of each as a name and the field value as its value.
func (w *Writer) appendPairs(out []byte, list rawjson.Value, key, value string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	var names rawjson.Names
	for item := range list.Items() {
		name, said := item.Get(key), item.Get(value)
		if name == nil || said == nil || !names.Add(string(name.Bare())) {
			continue
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(w.appendName(out, rawjson.Unescape(name.Bare())), ':'), said, value)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendPart writes some fields of an object, in the order of names.
func (w *Writer) appendPart(out []byte, object rawjson.Value, names []string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for _, name := range names {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(rawjson.AppendString(out, name), ':'), object.Get(name), name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendBrief writes an object without members that are false, at any depth.
func (w *Writer) appendBrief(out []byte, object rawjson.Value) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for name, v := range object.Members() {
		if string(v.Bare()) == "false" || slices.Contains(w.Hide, name) {
			continue
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			out = append(w.appendName(out, name), ':')
			if v.Kind() == rawjson.Object {
				return w.appendBrief(out, v)
			}
			return w.AppendValue(out, v, name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendSame writes an object of objects. An inner object whose values are all equal becomes that value.
func (w *Writer) appendSame(out []byte, object rawjson.Value) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for name, v := range object.Members() {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			if only := onlyValue(v); only != nil {
				v = only
			}
			return w.AppendValue(append(w.appendName(out, name), ':'), v, name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// onlyValue returns the value that all members of an object have, or nil.
func onlyValue(object rawjson.Value) (only rawjson.Value) {
	for _, v := range object.Members() {
		if only == nil {
			only = v
		} else if !bytes.Equal(only, v) {
			return nil
		}
	}
	return only
}
