package tools

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/jsonparser"
)

// What is too long by itself is cut here: a value of any size becomes one that fits its room, is JSON still, and shows where
// something is missing and how much.

// parsed reads the JSON value that a text is.
func parsed(text []byte) field {
	value, kind, _, err := jsonparser.Get(text)
	if err != nil {
		return field{}
	}
	return field{value, kind}
}

// size is how long the value is in JSON.
func (f field) size() int {
	if f.kind == jsonparser.String {
		return len(f.value) + len(`""`)
	}
	return len(f.value)
}

// leastRoom is what a value is given at least; any is shorter, or shown as an ellipsis.
const leastRoom = len(`"…"`)

// appendWithin writes a value in at most room bytes. A long object keeps its fields and loses of the longest values, a long list keeps its
// first items, and a long text its beginning.
func appendWithin(out []byte, f field, room int) []byte { return appendNested(out, f, room, 0) }

func appendNested(out []byte, f field, room, depth int) []byte {
	const (
		tooNarrow = 40 // for anything but the fact that something is there
		tooDeep   = 16 // to be read, and each level is measured anew
	)
	switch {
	case f.size() <= room && f.kind == jsonparser.String:
		return append(append(append(out, '"'), f.value...), '"')
	case f.size() <= room:
		return append(out, f.value...)
	case room < tooNarrow, depth == tooDeep:
		return appendString(out, "…")
	case f.kind == jsonparser.Object:
		return appendObjectWithin(out, f.value, room, depth+1)
	case f.kind == jsonparser.Array:
		return appendArrayWithin(out, f.value, room, depth+1)
	default:
		return appendString(out, cutEncoded(unescape(f.value), room))
	}
}

func appendObjectWithin(out, object []byte, room, depth int) []byte {
	var names [][]byte // as JSON strings
	var values []field
	var sizes []int
	more := 0
	overhead := len(`{"…":"123456789 more fields"}`)
	_ = jsonparser.ObjectEach(object, func(key, value []byte, kind jsonparser.ValueType, _ int) error {
		name := appendString(nil, string(key))
		taken := len(name) + len(`:,`)
		if more > 0 || overhead+taken+leastRoom*(len(names)+1) > room {
			more++
			return nil
		}
		overhead += taken
		names, values = append(names, name), append(values, field{value, kind})
		sizes = append(sizes, values[len(values)-1].size())
		return nil
	})
	most := max(leastRoom, level(sizes, room-overhead))
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, name...), ':')
		out = appendNested(out, values[i], most, depth)
	}
	if more > 0 {
		if len(names) > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, `"…":"%d more fields"`, more)
	}
	return append(out, '}')
}

func appendArrayWithin(out, list []byte, room, depth int) []byte {
	end := len(out) + room - len(`,"… 123456789 more"]`)
	out = append(out, '[')
	empty := len(out)
	more := 0
	_, _ = jsonparser.ArrayEach(list, func(value []byte, kind jsonparser.ValueType, _ int, _ error) {
		item := field{value, kind}
		switch {
		case len(out) == empty:
			out = appendNested(out, item, end-len(out), depth)
		case more == 0 && len(out)+len(",")+item.size() <= end:
			out = appendNested(append(out, ','), item, item.size(), depth)
		default:
			more++
		}
	})
	if more > 0 {
		out = fmt.Appendf(out, `,"… %d more"`, more)
	}
	return append(out, ']')
}

// level is the largest size to which the sizes can be cut so that their sum fits a room: what is short stays whole.
func level(sizes []int, room int) int {
	sizes = slices.Sorted(slices.Values(sizes))
	for i, size := range sizes {
		rest := len(sizes) - i
		if size*rest > room {
			return room / rest
		}
		room -= size
	}
	return slices.Max(append(sizes, 0)) // all fit
}

// cutEncoded cuts a text so that it takes at most room bytes as a JSON string, and says how much is missing.
func cutEncoded(text string, room int) string {
	room -= len(`"… (123456789 more characters)"`)
	end := 0
	var encoded []byte
	for i, r := range text {
		if encoded = appendString(encoded[:0], string(r)); len(encoded)-len(`""`) > room {
			break
		}
		room -= len(encoded) - len(`""`)
		end = i + utf8.RuneLen(r)
	}
	return withMore(text, end)
}

// cutPlain cuts a text to room bytes and says how much is missing.
func cutPlain(text string, room int) string {
	if len(text) <= room {
		return text
	}
	return withMore(text, runeStart(text, max(0, room-len("… (123456789 more characters)"))))
}

// withMore cuts a text and says how much is missing.
func withMore(text string, end int) string {
	rest := text[end:]
	before, cut := cutBefore(rest)
	return text[:end] + moreCharacters(utf8.RuneCountInString(rest[:cut])+before)
}

// cutBefore returns how many characters a text that may end with the word about them is missing already, and where that word begins.
func cutBefore(text string) (missing, cut int) {
	if i := strings.LastIndex(text, moreBegin); i >= 0 {
		if n, _ := fmt.Sscanf(text[i:], moreCharactersFormat, &missing); n == 1 && text[i:] == moreCharacters(missing) {
			return missing, i
		}
	}
	return 0, len(text)
}

// What says how much of a text is missing.
const (
	moreBegin            = "… ("
	moreCharactersFormat = moreBegin + "%d more characters)"
)

func moreCharacters(n int) string { return fmt.Sprintf(moreCharactersFormat, n) }

// cutLines fits lines of the form "name: value" into a room, each kept as far as possible.
func cutLines(text string, room int) string {
	if len(text) <= room {
		return text
	}
	const shortest = 60 // of what a line is cut to
	room -= len("… 123456789 more fields\n")
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	kept := lines[:min(len(lines), max(1, room/shortest))]
	sizes := make([]int, len(kept))
	for i, line := range kept {
		sizes[i] = len(line)
	}
	most := level(sizes, room-len(kept)) // each may get back its line break
	var b strings.Builder
	for _, line := range kept {
		if len(line) > most {
			line = cutLine(strings.TrimSuffix(line, "\n"), most)
		}
		b.WriteString(strings.TrimSuffix(line, "\n") + "\n")
	}
	if more := len(lines) - len(kept); more > 0 {
		before := 0 // what was cut before, which the last line says
		if n, _ := fmt.Sscanf(lines[len(lines)-1], moreFieldsFormat, &before); n == 1 {
			more += before - 1
		}
		fmt.Fprintf(&b, moreFieldsFormat, more)
	}
	return b.String()
}

// moreFieldsFormat says how many lines are missing.
const moreFieldsFormat = "… %d more fields\n"

func cutLine(line string, room int) string {
	name, value, _ := strings.Cut(line, ": ")
	if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
		if f := parsed([]byte(value)); f.size() == len(value) && len(name) < room/2 {
			return string(appendWithin([]byte(name+": "), f, room-len(name+": ")))
		}
	}
	return cutPlain(line, room)
}
