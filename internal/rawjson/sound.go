package rawjson

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"featurebase-mcp/internal/jsonparser"
	"featurebase-mcp/internal/legible"
)

// JSON admits what no text can hold. The client has checked that a response is JSON; here it becomes one whose strings are all text, so
// that nothing behind has to think of it.

// lost stands for what was no character: bytes that are not UTF-8, and half of a surrogate pair.
const lost = "□"

// Sound returns a document with every string in it text. Most documents are, and come back as they are.
func Sound(body []byte) []byte {
	body = bytes.TrimSpace(body)
	if !utf8.Valid(body) {
		body = mended(body)
	}
	if bytes.Contains(body, []byte(`\ud`)) || bytes.Contains(body, []byte(`\uD`)) {
		return pairSurrogates(body)
	}
	return body
}

// mended returns a document without bytes that are not UTF-8. A long one is mended where it stands, since three bytes for one could make it
// three times as long.
func mended(body []byte) []byte {
	if len(body) <= legible.MaxMarkdown {
		return bytes.ToValidUTF8(body, []byte(lost))
	}
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			body[i] = '?'
		}
		i += size
	}
	return body
}

// pairSurrogates replaces the escapes of surrogates that are not one of a pair.
func pairSurrogates(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for {
		i := bytes.IndexByte(body, '\\')
		if i < 0 || i+1 == len(body) {
			return append(out, body...)
		}
		out, body = append(out, body[:i]...), body[i:]
		length := 2
		if r := unicodeEscape(body); utf16.IsSurrogate(r) {
			const one = len(`\ud800`)
			length = 2 * one
			if utf16.DecodeRune(r, unicodeEscape(body[one:])) == utf8.RuneError {
				out, body = append(out, lost...), body[one:]
				continue
			}
		}
		out, body = append(out, body[:length]...), body[length:]
	}
}

// unicodeEscape returns the code unit that a text begins with, written \uXXXX, or -1.
func unicodeEscape(text []byte) rune {
	if len(text) < len(`\ud800`) || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:len(`\ud800`)]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(unit)
}

// Unescape returns the text of a JSON string without its quotes. Of one that is too long for any answer it is the beginning.
func Unescape(raw []byte) string {
	if len(raw) > legible.MostText {
		head := jsonparser.Head(raw, legible.MostText)
		rest := raw[len(head):]
		const word = 64 // more than the word about a cut takes
		end := max(0, len(rest)-word)
		before, cut := legible.CutBefore(string(rest[end:]))
		return Unescape(head) + legible.MoreCharacters(jsonparser.Characters(rest[:end+cut])+before)
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	s, err := jsonparser.ParseString(raw)
	if err != nil {
		return string(raw) // a part of a string
	}
	return s
}

// UnescapedBytes is the same of the whole text, without a copy where there is nothing to unescape.
func UnescapedBytes(raw []byte) []byte {
	text, err := jsonparser.ParseBytes(raw)
	if err != nil {
		return raw
	}
	return text
}

// EachMember calls f with the members of an object in their order. Of those with the same name, the first counts, as for every reader of
// single fields.
func EachMember(object []byte, f func(name string, value Field)) {
	var names Seen
	_ = jsonparser.ObjectEach(object, func(key, value []byte, kind jsonparser.ValueType, _ int) error {
		if name := string(key); names.Add(name) {
			f(name, Field{value, kind})
		}
		return nil
	})
}

// EachItem calls f with the items of a list.
func EachItem(list []byte, f func(item Field)) {
	_, _ = jsonparser.ArrayEach(list, func(item []byte, kind jsonparser.ValueType, _ int, _ error) { f(Field{item, kind}) })
}

// AppendNext writes one more value of the list, or one more member of the object, whose first begins at empty; and takes it back where
// write reports that there was nothing to write.
func AppendNext(out []byte, empty int, write func(out []byte) ([]byte, bool)) []byte {
	before := len(out)
	if before > empty {
		out = append(out, ',')
	}
	out, ok := write(out)
	if !ok {
		return out[:before]
	}
	return out
}

// mostMembers is how many names of one object are remembered. No answer shows as many.
const mostMembers = 20_000

// Seen is a set of names that is cheap while it is small.
type Seen struct {
	few  []string
	many map[string]bool
}

// Add reports whether a name is new.
func (s *Seen) Add(name string) bool {
	const few = 48
	if s.many == nil && len(s.few) == few {
		s.many = make(map[string]bool, 2*few)
		for _, n := range s.few {
			s.many[n] = true
		}
	}
	if s.many != nil {
		added := !s.many[name]
		if len(s.many) < mostMembers {
			s.many[name] = true
		}
		return added
	}
	if slices.Contains(s.few, name) {
		return false
	}
	s.few = append(s.few, name)
	return true
}
