package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// The marks at the beginning of a line that only one of two versions has.
const (
	removedMark = "- "
	addedMark   = "+ "
)

// anchorLength is how many characters of a paragraph that is the same show where a change stands.
const anchorLength = 60

// Comparison writes what differs between the published version of an object and its draft, field by field and the body paragraph by
// paragraph. same reports that nothing does.
func (w *Writer) Comparison(published, draft rawjson.Value, fields []string) (text []byte, same bool) {
	out, same := w.appendChanges(nil, published, draft, fields)
	own := draft.Get("locale").Text()
	before, after := translations(published.Get(w.Translated)), translations(draft.Get(w.Translated))
	locales := maps.Clone(before)
	maps.Copy(locales, after)
	for _, locale := range slices.Sorted(maps.Keys(locales)) {
		if locale == own {
			continue
		}
		changes, unchanged := w.appendChanges(w.appendLanguage(nil, locale), before[locale], after[locale], fields)
		if !unchanged {
			out, same = append(out, changes...), false
		}
	}
	if n := w.Taken().Characters; n > 0 {
		out = append(out, LeftOut(n)+" in both versions together\n"...)
	}
	return out, same
}

// translations returns the texts of an object by language.
func translations(all rawjson.Value) map[string]rawjson.Value {
	list := maps.Collect(all.Members())
	return list
}

// appendChanges writes what differs between two versions in one language. same reports that nothing does.
func (w *Writer) appendChanges(out []byte, before, after rawjson.Value, fields []string) (text []byte, same bool) {
	same = true
	for _, field := range fields {
		old, now := legible.OneLine(w.Words(before.Get(field).Text())), legible.OneLine(w.Words(after.Get(field).Text()))
		if old == now {
			continue
		}
		same = false
		out = append(out, field+":\n"...)
		out = appendMarked(appendMarked(out, removedMark, old), addedMark, now)
	}
	old, now := w.paragraphs(before), w.paragraphs(after)
	if slices.Equal(old, now) {
		return out, same
	}
	return appendParagraphs(out, w.Body, old, now), false
}

// paragraphs returns the body of a version as the paragraphs of its Markdown.
func (w *Writer) paragraphs(version rawjson.Value) []string {
	text := strings.TrimSpace(w.markdown(version.Get(w.Body)))
	if text == "" {
		return nil
	}
	return strings.Split(legible.LineBreaks.Replace(text), "\n\n")
}

// appendParagraphs writes the paragraphs that only one of two texts has, in the order of the texts, and counts the others.
func appendParagraphs(out []byte, label string, old, now []string) []byte {
	same := markup.Align(old, now)
	kept := 0
	for _, at := range same {
		if at >= 0 {
			kept++
		}
	}
	out = fmt.Appendf(out, "%s: %s published, %s in the draft, %s the same\n", label, legible.Count(len(old), "paragraph"), legible.Thousands(len(now)), legible.Thousands(kept))
	next, run := 0, 0
	unchanged := func() {
		if run > 0 {
			out = fmt.Appendf(out, "  (%s the same, the last: %q)\n", legible.Thousands(run), markup.PlainExcerpt(now[next-1], anchorLength))
		}
		run = 0
	}
	for i, paragraph := range old {
		if same[i] < 0 {
			unchanged()
			out = appendMarked(out, removedMark, paragraph)
			continue
		}
		for ; next < same[i]; next++ {
			unchanged()
			out = appendMarked(out, addedMark, now[next])
		}
		next++
		run++
	}
	unchanged()
	for ; next < len(now); next++ {
		out = appendMarked(out, addedMark, now[next])
	}
	return out
}

// appendMarked writes the lines of a text, each behind a mark.
func appendMarked(out []byte, mark, text string) []byte {
	if text == "" {
		return out
	}
	for line := range strings.Lines(text) {
		out = append(append(append(out, mark...), strings.TrimRight(line, "\n")...), '\n')
	}
	return out
}
