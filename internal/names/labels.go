package names

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"featurebase-mcp/internal/rawjson"
)

// label is the place of an id in a response that a name can replace.
type label struct {
	Field
	start, end int // offsets of the id in the body, without its quotes
}

// Field is a field of answers that holds ids of a kind.
type Field struct {
	Name string
	Kind *Kind
	key  []byte // the name in quotes
}

// FieldOf returns a field of answers.
func FieldOf(name string, k *Kind) Field {
	return Field{Name: name, Kind: k, key: []byte(`"` + name + `"`)}
}

// Replace replaces ids by names in a response, before a view picks its fields: names mean more to a model and cost fewer tokens. A list states
// the ids once, in the field ids; elsewhere the id follows the first occurrence of its name in brackets. shown returns the fields with ids that
// the answer shows, given whether the response is a list. Replace waits for missing lists up to Patience. If a name is not available by then,
// the id stays.
func (n *Cache) Replace(ctx context.Context, body []byte, shown func(list bool) []Field) []byte {
	if n == nil {
		return body
	}
	list := isPage(body)
	labels := labelsIn(body, shown(list))
	if len(labels) == 0 {
		return body
	}
	kinds := kindsOf(labels)
	n.Complete(ctx, kinds)
	w := &labelWriter{body: body, list: list, ids: map[*Kind][]string{}}
	w.lists = make(map[*Kind]*List, len(kinds))
	for _, k := range kinds {
		w.lists[k], _ = n.Known(k)
	}
	return w.write(labels)
}

// maxLabels bounds the ids of a response that are replaced. No answer has room for so many.
const maxLabels = 10_000

// labelsIn finds the fields in a response by their keys, without parsing it. This is safe because a quote within a JSON string is escaped,
// so that a quoted name before a colon is a key. It is many times faster than parsing 30 kB for a few ids.
func labelsIn(body []byte, fields []Field) []label {
	var found []label
	for _, f := range fields {
		for at := 0; len(found) < maxLabels; {
			next := bytes.Index(body[at:], f.key)
			if next < 0 {
				break
			}
			at += next + len(f.key)
			colon := skipSpace(body, at)
			if colon == len(body) || body[colon] != ':' {
				continue
			}
			found = f.appendLabels(found, body, skipSpace(body, colon+1))
		}
	}
	slices.SortFunc(found, func(a, b label) int { return cmp.Compare(a.start, b.start) })
	return found
}

// appendLabels appends the string at an offset, or the leading strings of the list that begins there.
func (f Field) appendLabels(found []label, body []byte, at int) []label {
	list := at < len(body) && body[at] == '['
	if list {
		at = skipSpace(body, at+1)
	}
	for {
		end := stringEnd(body, at)
		if end < 0 {
			return found
		}
		found = append(found, label{f, at + 1, end})
		if at = skipSpace(body, end+1); !list || len(found) == maxLabels || at == len(body) || body[at] != ',' {
			return found
		}
		at = skipSpace(body, at+1)
	}
}

func skipSpace(body []byte, at int) int {
	for at < len(body) && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t') {
		at++
	}
	return at
}

// stringEnd returns the offset of the closing quote of the string that begins at an offset, or -1. It ignores escapes: a string with
// escapes is no id, and no name is known for it.
func stringEnd(body []byte, quote int) int {
	if quote >= len(body) || body[quote] != '"' {
		return -1
	}
	length := bytes.IndexByte(body[quote+1:], '"')
	if length < 0 {
		return -1
	}
	return quote + 1 + length
}

// isPage reports whether a response is a page of a list, which has an envelope for the ids. It reads only the beginning: nothing but scalar
// fields comes before the items.
func isPage(body []byte) bool {
	before, after, found := bytes.Cut(body, []byte(`"data"`))
	before = before[skipSpace(before, 0):]
	if !found || len(before) == 0 || before[0] != '{' || bytes.ContainsAny(before[1:], "{[") {
		return false
	}
	colon := skipSpace(after, 0)
	items := skipSpace(after, colon+1)
	return items < len(after) && after[colon] == ':' && after[items] == '['
}

func kindsOf(labels []label) []*Kind {
	var kinds []*Kind
	for _, l := range labels {
		if !slices.Contains(kinds, l.Kind) {
			kinds = append(kinds, l.Kind)
		}
	}
	return kinds
}

// Complete requests all missing lists at once and waits for them up to Patience.
func (n *Cache) Complete(ctx context.Context, kinds []*Kind) {
	var asked []*List
	for _, k := range kinds {
		if _, wanted := n.Known(k); wanted {
			asked = append(asked, n.ask(ctx, k, kept))
		}
	}
	if len(asked) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, n.Patience)
	defer cancel()
	for _, d := range asked {
		_ = d.wait(ctx) // Known returns what is available
	}
}

// labelWriter writes a response with names in place of ids.
type labelWriter struct {
	body  []byte
	list  bool
	lists map[*Kind]*List    // nil where the list is not available
	ids   map[*Kind][]string // ids written so far, in order
}

func (w *labelWriter) write(labels []label) []byte {
	var out []byte
	copied := 0
	for _, l := range labels {
		text := w.text(l.Kind, string(w.body[l.start:l.end]))
		if text == "" {
			continue
		}
		if out == nil {
			out = make([]byte, 0, len(w.body)+len(w.body)/8)
		}
		out = append(out, w.body[copied:l.start-1]...)
		out = rawjson.AppendString(out, text)
		copied = l.end + 1
	}
	if copied == 0 {
		return w.body
	}
	rest := w.body[copied:]
	end := bytes.LastIndexByte(rest, '}')
	if !w.list || len(w.ids) == 0 || end < 0 {
		return append(out, rest...)
	}
	out = append(append(out, rest[:end]...), `,"ids":`...)
	return append(w.appendIDs(out, labels), rest[end:]...)
}

// text returns the text that replaces an id, or an empty one if its name is not known. A name that two objects share keeps its id beside
// it.
func (w *labelWriter) text(k *Kind, id string) string {
	d := w.lists[k]
	name := d.Name(id)
	if name == "" {
		return ""
	}
	first := !slices.Contains(w.ids[k], id)
	shared := d.Named(name) > 1
	if first && (!w.list || !shared) {
		w.ids[k] = append(w.ids[k], id)
	}
	if shared || first && !w.list {
		return name + " (" + id + ")"
	}
	return name
}

// appendIDs appends the ids of the names in a list: {"board":{"Bugs":"64b0..."}}.
func (w *labelWriter) appendIDs(out []byte, labels []label) []byte {
	out = append(out, '{')
	for i, k := range slices.DeleteFunc(kindsOf(labels), func(k *Kind) bool { return len(w.ids[k]) == 0 }) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(rawjson.AppendString(out, k.Word), ":{"...)
		for j, id := range w.ids[k] {
			if j > 0 {
				out = append(out, ',')
			}
			out = append(rawjson.AppendString(out, w.lists[k].Name(id)), ':')
			out = rawjson.AppendString(out, id)
		}
		out = append(out, '}')
	}
	return append(out, '}')
}
