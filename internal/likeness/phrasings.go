package likeness

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Phrasing is a query that finds texts like one.
type Phrasing struct {
	Query string
	Part  bool // it has some words of the wish, so that what it finds need not be like the whole
}

// The lengths of phrasings.
const (
	longestQuery = 500 // characters, the limit of the API
	keySentences = 2
	mostParts    = 4
	askWords     = 8 // words of a wish that are searched for in parts
)

// Phrasings returns the queries that find texts like one: the title and the sentences that say most, and the wish in up to four parts. What covers
// the wish is found by each of them. Queries without a word are left out, and those that repeat another one.
func (r *Rarity) Phrasings(d Document) []Phrasing {
	p := r.Profile(d)
	lines := slices.Clone(p.lines)
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(b.sum, a.sum) })
	candidates := []Phrasing{{Query: d.title}}
	ask := line{}
	n := 0
	for _, l := range lines {
		switch {
		case l.text == d.title:
			ask = l
		case n < keySentences:
			candidates = append(candidates, Phrasing{Query: l.text})
			n++
		}
	}
	if len(ask.words) == 0 && len(lines) > 0 {
		ask = lines[0]
	}
	for _, part := range ask.inParts() {
		candidates = append(candidates, Phrasing{part, true})
	}
	var list []Phrasing
	seen := map[string]bool{}
	for _, c := range candidates {
		c.Query = cutToWords(legible.OneLine(c.Query), longestQuery)
		key := strings.Join(stemsOf(c.Query), " ")
		if key != "" && !seen[key] {
			seen[key] = true
			list = append(list, c)
		}
	}
	return list
}

// inParts returns the weightiest words of a sentence in up to four queries of about as many words. What stands between
// them stays: two factors are more than factors.
func (l line) inParts() (parts []string) {
	words := slices.DeleteFunc(slices.Clone(l.words), func(w lineWord) bool { return w.part })
	if len(words) > 0 && slices.ContainsFunc(words, func(w lineWord) bool { return IsUnspaced([]rune(w.letters)[0]) }) {
		words = unspacedParts(l.text)
	}
	if len(words) > askWords {
		values := make([]float64, len(words))
		for i, w := range words {
			values[i] = w.value
		}
		slices.SortFunc(values, func(a, b float64) int { return cmp.Compare(b, a) })
		words = slices.DeleteFunc(words, func(w lineWord) bool { return w.value < values[askWords-1] })
		words = words[:min(len(words), askWords)]
	}
	n, start := min(mostParts, len(words)), 0
	for i := range n {
		end := words[(i+1)*len(words)/n-1].end
		parts = append(parts, l.text[start:end])
		start = end
	}
	return parts
}

// longestRun is how many letters of a script without spaces are searched for as one part.
const longestRun = 4

// unspacedParts returns what stands for the words of a text in a script without spaces: what is between the letters of grammar, in pieces.
func unspacedParts(text string) (parts []lineWord) {
	n := 0
	cut := func(end int) {
		if n > 0 {
			parts = append(parts, lineWord{word: word{end: end}})
		}
		n = 0
	}
	for i, r := range text {
		switch grammar := !inWord(r) || unicode.Is(unicode.Hiragana, r); {
		case grammar, unicode.Is(unicode.Han, r) && n == longestRun:
			cut(i)
		}
		if inWord(r) && !unicode.Is(unicode.Hiragana, r) {
			n++
		}
	}
	cut(len(text))
	return parts
}

// stemsOf returns the stems of a text in an order that does not depend on that of the words: a search finds the same by them.
func stemsOf(text string) (stems []string) {
	for stem := range Terms(text) {
		stems = append(stems, stem)
	}
	slices.Sort(stems)
	return slices.Compact(stems)
}

func cutToWords(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	text = string([]rune(text)[:most])
	if end := strings.LastIndexByte(text, ' '); end > 0 {
		text = text[:end]
	}
	return text
}
