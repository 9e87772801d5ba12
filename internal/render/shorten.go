package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// leastRoom is the least length for a value. Every value is shorter or is replaced by an ellipsis of this length.
const leastRoom = len(`"…"`)

// appendWithin writes a value in at most room bytes. A long object keeps its fields and its longest values are cut, a long list keeps its
// first items, and a long text its beginning.
func appendWithin(out []byte, v rawjson.Value, room int) []byte { return appendNested(out, v, room, 0) }

func appendNested(out []byte, v rawjson.Value, room, depth int) []byte {
	const (
		tooNarrow = 40 // bytes; less room is enough only for an ellipsis
		tooDeep   = 16 // levels; each level is measured again, and deeper values are not readable
	)
	switch {
	case len(v) <= room:
		return append(out, v...)
	case room < tooNarrow, depth == tooDeep:
		return rawjson.AppendString(out, "…")
	case v.Kind() == rawjson.Object:
		return appendObjectWithin(out, v, room, depth+1)
	case v.Kind() == rawjson.Array:
		return appendArrayWithin(out, v, room, depth+1)
	default:
		return rawjson.AppendString(out, cutEncoded(rawjson.Unescape(v.Bare()), room))
	}
}

func appendObjectWithin(out []byte, object rawjson.Value, room, depth int) []byte {
	var names [][]byte // as JSON strings
	var values []rawjson.Value
	var sizes []int
	more := 0
	overhead := len(`{"…":"123456789 more fields"}`)
	for key, value := range object.Pairs() {
		name := rawjson.AppendString(nil, string(key))
		taken := len(name) + len(`:,`)
		if more > 0 || overhead+taken+leastRoom*(len(names)+1) > room {
			more++
			continue
		}
		overhead += taken
		names, values, sizes = append(names, name), append(values, value), append(sizes, len(value))
	}
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

func appendArrayWithin(out []byte, list rawjson.Value, room, depth int) []byte {
	end := len(out) + room - len(`,"… 123456789 more"]`)
	out = append(out, '[')
	empty := len(out)
	more := 0
	for item := range list.Items() {
		switch {
		case len(out) == empty:
			out = appendNested(out, item, end-len(out), depth)
		case more == 0 && len(out)+len(",")+len(item) <= end:
			out = append(append(out, ','), item...)
		default:
			more++
		}
	}
	if more > 0 {
		out = fmt.Appendf(out, `,"… %d more"`, more)
	}
	return append(out, ']')
}

// level returns the length to which to cut the longest values so that the sum of all sizes fits the room. Shorter values stay whole.
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

// cutEncoded cuts a text to at most room bytes as a JSON string, and states how much is missing.
func cutEncoded(text string, room int) string {
	room -= len(`"… (123456789 more characters)"`)
	end := 0
	var encoded []byte
	for i, r := range text {
		if encoded = rawjson.AppendString(encoded[:0], string(r)); len(encoded)-len(`""`) > room {
			break
		}
		room -= len(encoded) - len(`""`)
		end = i + utf8.RuneLen(r)
	}
	return legible.TruncateAt(text, end)
}

// CutLines cuts lines of the form "name: value" to room bytes together. The longest lines are cut first.
func CutLines(text string, room int) string {
	if len(text) <= room {
		return text
	}
	const shortest = 60 // bytes to which a line is cut at least
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
		before := 0 // the number of fields that the last line says are missing
		if n, _ := fmt.Sscanf(lines[len(lines)-1], moreFieldsFormat, &before); n == 1 {
			more += before - 1
		}
		fmt.Fprintf(&b, moreFieldsFormat, more)
	}
	return b.String()
}

// moreFieldsFormat states how many fields are missing.
const moreFieldsFormat = "… %d more fields\n"

func cutLine(line string, room int) string {
	name, value, _ := strings.Cut(line, ": ")
	if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
		if json := []byte(value); rawjson.Valid(json) && len(name) < room/2 {
			return string(appendWithin([]byte(name+": "), json, room-len(name+": ")))
		}
	}
	return legible.TruncateBytes(line, room)
}
