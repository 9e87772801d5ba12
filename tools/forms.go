package tools

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/jsonparser"
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
func (w *writer) appendForm(out []byte, f field, c column) ([]byte, bool) {
	switch f.kind {
	case jsonparser.String:
		return w.appendText(out, f, c)
	case jsonparser.Boolean:
		return append(out, f.value...), c.form != "flag" || string(f.value) == "true"
	case jsonparser.Number:
		return append(out, f.value...), c.form != "some" || string(f.value) != "0"
	case jsonparser.Array:
		return w.appendListForm(out, f, c)
	case jsonparser.Object:
		return w.appendObjectForm(out, f, c)
	default:
		return out, false
	}
}

func (w *writer) appendText(out []byte, f field, c column) ([]byte, bool) {
	var text string
	switch c.form {
	case "date":
		text, _, _ = strings.Cut(minute(unescape(f.value)), "T")
	case "minute":
		text = minute(unescape(f.value))
	case "excerpt":
		text = rawExcerpt(f.value, excerptLength)
	case "gist":
		text = rawExcerpt(f.value, gistLength)
	case "text", "new":
		text = plainExcerpt(minute(unescape(f.value)), excerptLength)
	default:
		return w.appendValue(out, f.value, f.kind, c.path[0])
	}
	text = w.words(text)
	if c.form == "new" && bytes.Contains(out[w.begin:], appendStart(nil, text)) {
		return out, false
	}
	return appendString(out, text), text != ""
}

// appendStart writes the beginning of a text as it stands in JSON, without quotes and without the dots of one that was cut.
func appendStart(out []byte, text string) []byte {
	out = appendString(out, strings.TrimRight(text, "… "))
	return out[1 : len(out)-1]
}

// gistLength is how many characters a row shows of a body that has a title.
const gistLength = 120

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
	if body := unescapedBytes(raw); bytes.ContainsAny(body, "<&") {
		return excerptOf(body, length)
	}
	return plainExcerpt(unescape(raw), length)
}

func (w *writer) appendListForm(out []byte, f field, c column) ([]byte, bool) {
	if key, value, ok := strings.Cut(c.form, ":"); ok {
		return w.appendPairs(out, f.value, key, value)
	}
	switch {
	case c.form == "table":
		return w.appendTable(out, f.value)
	case strings.Contains(c.form, ","):
		return w.appendEach(out, f.value, column{path: []string{""}, form: c.form})
	default:
		return w.appendValue(out, f.value, f.kind, c.path[0])
	}
}

func (w *writer) appendObjectForm(out []byte, f field, c column) ([]byte, bool) {
	switch {
	case c.form == "names":
		return w.appendNames(out, f.value, "true")
	case c.form == "off":
		return w.appendNames(out, f.value, "false")
	case c.form == "same":
		return w.appendSame(out, f.value)
	case c.form == "brief":
		return w.appendBrief(out, f.value)
	case strings.Contains(c.form, ","):
		return w.appendPart(out, f.value, strings.Split(c.form, ","))
	default:
		return w.appendValue(out, f.value, f.kind, c.path[0])
	}
}

// appendNames lists the fields of an object that have a value: true, for instance.
func (w *writer) appendNames(out, object []byte, value string) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	eachMember(object, func(name string, f field) {
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendName(out, name), f.kind == jsonparser.Boolean && string(f.value) == value
		})
	})
	return append(out, ']'), len(out) > empty
}

// appendPairs writes a list of objects as one object, from a field that names each and a field that says what it is about.
func (w *writer) appendPairs(out, list []byte, key, value string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	var names seen
	eachItem(list, func(item field) {
		name, _, _, err := jsonparser.Get(item.value, key)
		said, kind, _, errSaid := jsonparser.Get(item.value, value)
		if err != nil || errSaid != nil || !names.add(string(name)) {
			return
		}
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendValue(append(w.appendName(out, unescape(name)), ':'), said, kind, value)
		})
	})
	return append(out, '}'), len(out) > empty
}

// appendPart writes some of an object's fields, in the order of their names.
func (w *writer) appendPart(out, object []byte, names []string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	for _, name := range names {
		value, kind, _, err := jsonparser.Get(object, name)
		if err != nil {
			continue
		}
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			return w.appendValue(append(appendString(out, name), ':'), value, kind, name)
		})
	}
	return append(out, '}'), len(out) > empty
}

// appendBrief writes an object without what is false in it, however deep.
func (w *writer) appendBrief(out, object []byte) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	eachMember(object, func(name string, f field) {
		if string(f.value) == "false" || slices.Contains(w.hide, name) {
			return
		}
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			out = append(w.appendName(out, name), ':')
			if f.kind == jsonparser.Object {
				return w.appendBrief(out, f.value)
			}
			return w.appendValue(out, f.value, f.kind, name)
		})
	})
	return append(out, '}'), len(out) > empty
}

// appendSame writes an object of objects with one value in place of an object that has no other.
func (w *writer) appendSame(out, object []byte) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	eachMember(object, func(name string, f field) {
		out = appendNext(out, empty, func(out []byte) ([]byte, bool) {
			if only := onlyValue(f); only.kind != jsonparser.NotExist {
				f = only
			}
			return w.appendValue(append(w.appendName(out, name), ':'), f.value, f.kind, name)
		})
	})
	return append(out, '}'), len(out) > empty
}

// onlyValue returns the value that all fields of an object have, or nothing.
func onlyValue(object field) (only field) {
	if object.kind != jsonparser.Object {
		return only
	}
	same := true
	eachMember(object.value, func(_ string, f field) {
		if only.kind == jsonparser.NotExist {
			only = f
		}
		same = same && only.kind == f.kind && bytes.Equal(only.value, f.value)
	})
	if !same {
		return field{}
	}
	return only
}
