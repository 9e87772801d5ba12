package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Threads with machines have runs of messages that differ in a time or a number alone: alerts, receipts, absence notes. A run is shown by its
// first message and a count, because the rest would push out what people said.

// Runs divides the parts of a thread into runs: one part, or several messages behind each other that one author wrote nearly alike.
func Runs(parts []rawjson.Value) [][]rawjson.Value {
	var runs [][]rawjson.Value
	var first *wording // of the run: all others have to be like it, since it is shown
	begin := 0
	for i, part := range parts {
		words := wordingOf(part)
		if i > 0 && (first == nil || words == nil || !first.like(words)) {
			runs, begin = append(runs, parts[begin:i]), i
		}
		if i == begin {
			first = words
		}
	}
	if begin < len(parts) {
		runs = append(runs, parts[begin:])
	}
	return runs
}

// Run writes a run: its first part, and how many others are nearly the same. What begins with a bracket is this server's, as the lines of messages are.
func (t *Transcript) Run(run []rawjson.Value) {
	t.Part(run[0])
	if more := len(run) - 1; more > 0 {
		last := run[more]
		t.Out = fmt.Appendf(t.Out, "[and %d more nearly the same by the same author; the last is [%s]", more, legible.OneLine(t.Words(last.Get("id").Text())))
		t.time(last.Get("createdAt").Text())
		t.Out = append(t.Out, "]\n"...)
	}
}

// wording is what a message is compared by.
type wording struct {
	author  string
	words   []string
	numbers []string // words with digits
}

// longestCompared is how many bytes of a message are compared. Longer ones are shown, however alike they are.
const longestCompared = 32 << 10

// wordingOf returns the wording of a message. It is nil for an event, for what was redacted, and for a message that hides something or has files,
// which have to be seen.
func wordingOf(part rawjson.Value) *wording {
	text := part.Get("bodyHtml").Text()
	if text == "" {
		text = part.Get("bodyMarkdown").Text()
	}
	if text == "" || len(text) > longestCompared || part.Get("redacted").Bool() || markup.MayHide([]byte(text)) || strings.Contains(text, "<img") {
		return nil
	}
	for range part.Items("attachments") {
		return nil
	}
	author := part.Get("author")
	w := &wording{author: strings.Join([]string{part.Get("partType").Text(), author.Get("type").Text(), author.Get("id").Text(), author.Get("name").Text()}, "\n")}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		if strings.ContainsFunc(word, unicode.IsDigit) {
			w.numbers = append(w.numbers, word)
		} else {
			w.words = append(w.words, word)
		}
	}
	if len(w.words) == 0 { // nothing but signs or numbers
		return nil
	}
	return w
}

// like reports whether two messages say nearly the same. In a long one a tenth of the words and all numbers may differ. In a short one they are what
// it says.
func (w *wording) like(other *wording) bool {
	const long = 12 // words
	switch {
	case w.author != other.author:
		return false
	case len(w.words) < long || len(other.words) < long:
		return slices.Equal(w.words, other.words) && slices.Equal(w.numbers, other.numbers)
	}
	return 10*w.common(other) >= 9*max(len(w.words), len(other.words))
}

// common counts the words that both have.
func (w *wording) common(other *wording) int {
	left := make(map[string]int, len(w.words))
	for _, word := range w.words {
		left[word]++
	}
	n := 0
	for _, word := range other.words {
		if left[word] > 0 {
			left[word]--
			n++
		}
	}
	return n
}

// Sorts counts the parts of a thread by their sort.
type Sorts struct{ messages, notes, events int }

// Add counts parts.
func (s *Sorts) Add(parts ...rawjson.Value) {
	for _, part := range parts {
		switch {
		case part.Get("partType").Text() == "admin_note":
			s.notes++
		case part.Get("author", "type").Text() == "" && part.Get("bodyHtml").IsEmpty() && part.Get("bodyMarkdown").IsEmpty():
			s.events++
		default:
			s.messages++
		}
	}
}

// String says how many there are of each sort.
func (s *Sorts) String() string {
	var words []string
	for _, one := range []struct {
		n    int
		word string
	}{{s.messages, "message"}, {s.notes, "internal note"}, {s.events, "event"}} {
		if one.n > 0 {
			words = append(words, legible.Count(one.n, one.word))
		}
	}
	return legible.Commas(words...)
}
