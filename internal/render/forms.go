package render

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/jsonparser"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// appendForm writes a value in the form that its column asks for. What is not of the kind that a form is for is shown as it is.
//
//	date     the day of a time
//	minute   a time to its minute
//	shared   as it is; once for all rows of a list, if they have the same
//	excerpt  the first 200 characters of HTML
//	gist     the first 120 of them
//	text     the first 200 characters of plain text
//	new      a text or a time, unless the row or the document has said it before
//	flag     true, or nothing
//	some     a number, unless it is 0
//	brief    an object without what is false
//	names    the names of an object's fields that are true
//	off      the names of those that are false
//	same     an object of objects: of one whose values are all the same, that value
//	a:b      a list of objects as one object, from these two fields of each
//	a,b,c    these fields of an object, or of each object of a list
//	table    a list of objects as a list of rows, the first with the names of the fields
func (w *Writer) appendForm(out []byte, f rawjson.Field, c Column) ([]byte, bool) {
	switch f.Kind {
	case jsonparser.String:
		return w.appendText(out, f, c)
	case jsonparser.Boolean:
		return append(out, f.Value...), c.form != "flag" || string(f.Value) == "true"
	case jsonparser.Number:
		return append(out, f.Value...), c.form != "some" || string(f.Value) != "0"
	case jsonparser.Array:
		return w.appendListForm(out, f, c)
	case jsonparser.Object:
		return w.appendObjectForm(out, f, c)
	default:
		return out, false
	}
}

func (w *Writer) appendText(out []byte, f rawjson.Field, c Column) ([]byte, bool) {
	var text string
	switch c.form {
	case "date":
		text, _, _ = strings.Cut(legible.Minute(rawjson.Unescape(f.Value)), "T")
	case "minute":
		text = legible.Minute(rawjson.Unescape(f.Value))
	case "excerpt":
		text = rawExcerpt(f.Value, markup.ExcerptLength)
	case "gist":
		text = rawExcerpt(f.Value, GistLength)
	case "text", "new":
		text = markup.PlainExcerpt(legible.Minute(rawjson.Unescape(f.Value)), markup.ExcerptLength)
	default:
		return w.AppendValue(out, f.Value, f.Kind, c.Path[0])
	}
	text = w.words(text)
	if c.form == "new" && bytes.Contains(out[w.begin:], appendStart(nil, text)) {
		return out, false
	}
	return rawjson.AppendString(out, text), text != ""
}

// appendStart writes the beginning of a text as it stands in JSON, without quotes and without the dots of one that was cut.
func appendStart(out []byte, text string) []byte {
	out = rawjson.AppendString(out, strings.TrimRight(text, "… "))
	return out[1 : len(out)-1]
}

// GistLength is how many characters a row shows of a body that has a title.
const GistLength = 120

// rawExcerpt is the excerpt of a body that is still a raw JSON string. Bodies are long and excerpts short, so a part is tried first.
// It ends before a space, which cannot be inside an escape or a character.
func rawExcerpt(raw []byte, length int) string {
	part := 5 * length
	if len(raw) > part {
		if end := bytes.LastIndexByte(raw[:part], ' '); end > 0 {
			if text := excerptIn(raw[:end], length); utf8.RuneCountInString(text) > length {
				return text
			}
		}
	}
	return excerptIn(raw, length)
}

func excerptIn(raw []byte, length int) string {
	if body := rawjson.UnescapedBytes(raw); bytes.ContainsAny(body, "<&") {
		return markup.ExcerptOf(body, length)
	}
	return markup.PlainExcerpt(rawjson.Unescape(raw), length)
}

func (w *Writer) appendListForm(out []byte, f rawjson.Field, c Column) ([]byte, bool) {
	if key, value, ok := strings.Cut(c.form, ":"); ok {
		return w.appendPairs(out, f.Value, key, value)
	}
	switch {
	case c.form == "table":
		return w.appendTable(out, f.Value)
	case strings.Contains(c.form, ","):
		return w.appendEach(out, f.Value, Column{Path: []string{""}, form: c.form})
	default:
		return w.AppendValue(out, f.Value, f.Kind, c.Path[0])
	}
}

func (w *Writer) appendObjectForm(out []byte, f rawjson.Field, c Column) ([]byte, bool) {
	switch {
	case c.form == "names":
		return w.appendNames(out, f.Value, "true")
	case c.form == "off":
		return w.appendNames(out, f.Value, "false")
	case c.form == "same":
		return w.appendSame(out, f.Value)
	case c.form == "brief":
		return w.appendBrief(out, f.Value)
	case strings.Contains(c.form, ","):
		return w.appendPart(out, f.Value, strings.Split(c.form, ","))
	default:
		return w.AppendValue(out, f.Value, f.Kind, c.Path[0])
	}
}

// appendNames lists the fields of an object that have a value: true, for instance.
func (w *Writer) appendNames(out, object []byte, value string) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	rawjson.EachMember(object, func(name string, f rawjson.Field) {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendName(out, name), f.Kind == jsonparser.Boolean && string(f.Value) == value
		})
	})
	return append(out, ']'), len(out) > empty
}

// appendPairs writes a list of objects as one object, from a field that names each and a field that says what it is about.
func (w *Writer) appendPairs(out, list []byte, key, value string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	var names rawjson.Seen
	rawjson.EachItem(list, func(item rawjson.Field) {
		name, _, _, err := jsonparser.Get(item.Value, key)
		said, kind, _, errSaid := jsonparser.Get(item.Value, value)
		if err != nil || errSaid != nil || !names.Add(string(name)) {
			return
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(w.appendName(out, rawjson.Unescape(name)), ':'), said, kind, value)
		})
	})
	return append(out, '}'), len(out) > empty
}

// appendPart writes some of an object's fields, in the order of their names.
func (w *Writer) appendPart(out, object []byte, names []string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for _, name := range names {
		value, kind, _, err := jsonparser.Get(object, name)
		if err != nil {
			continue
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.AppendValue(append(rawjson.AppendString(out, name), ':'), value, kind, name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendBrief writes an object without what is false in it, however deep.
func (w *Writer) appendBrief(out, object []byte) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	rawjson.EachMember(object, func(name string, f rawjson.Field) {
		if string(f.Value) == "false" || slices.Contains(w.Hide, name) {
			return
		}
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			out = append(w.appendName(out, name), ':')
			if f.Kind == jsonparser.Object {
				return w.appendBrief(out, f.Value)
			}
			return w.AppendValue(out, f.Value, f.Kind, name)
		})
	})
	return append(out, '}'), len(out) > empty
}

// appendSame writes an object of objects with one value in place of an object that has no other.
func (w *Writer) appendSame(out, object []byte) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	rawjson.EachMember(object, func(name string, f rawjson.Field) {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			if only := onlyValue(f); only.Kind != jsonparser.NotExist {
				f = only
			}
			return w.AppendValue(append(w.appendName(out, name), ':'), f.Value, f.Kind, name)
		})
	})
	return append(out, '}'), len(out) > empty
}

// onlyValue returns the value that all fields of an object have, or nothing.
func onlyValue(object rawjson.Field) (only rawjson.Field) {
	if object.Kind != jsonparser.Object {
		return only
	}
	same := true
	rawjson.EachMember(object.Value, func(_ string, f rawjson.Field) {
		if only.Kind == jsonparser.NotExist {
			only = f
		}
		same = same && only.Kind == f.Kind && bytes.Equal(only.Value, f.Value)
	})
	if !same {
		return rawjson.Field{}
	}
	return only
}
