// Package fulltext finds and ranks texts, as the API's searches do: by stems of words, how rare they are, and a few words that mean the same.
// Everything is in fulltext.go.
package fulltext

import (
	"html"
	"math"
	"slices"
	"strings"
	"unicode"

	"featurebase-mcp/internal/sandbox/store"
)

// maxHits is the greatest number of results of a full-text search.
const maxHits = 200

// The weights of a search term by where and how it is found.
const (
	inTitle         = 3.0
	inContent       = 1.0
	asPrefix        = 0.7 // "integ" in "integrations"
	asMeaning       = 0.6 // "night" for "dark"
	everyTermFactor = 2.0
)

// alike lists stems of words that people use for the same wish.
var alike = [][]string{
	{"dark", "night"},
	{"theme", "mode"},
	{"export", "download"},
	{"sso", "saml", "okta"},
	{"mobil", "phon", "ios", "android"},
	{"login", "signin"},
	{"slow", "lag", "performanc"},
	{"bulk", "mass", "multipl"},
	{"notif", "alert", "remind"},
	{"calendar", "gcal", "outlook"},
	{"delet", "remov"},
	{"invoic", "bill"},
}

// Rank returns the objects that a search finds, the most relevant first and at most maxHits, and the score of each by its id.
// A search finds an object if at least half of the terms are in it.
func Rank(objects []store.Object, search string, texts func(store.Object) (title, content string)) ([]store.Object, map[string]float64) {
	terms := slices.Compact(slices.Sorted(slices.Values(Terms(search))))
	if len(terms) == 0 {
		return nil, nil
	}
	weights := make([][]float64, len(objects))
	holding := make([]float64, len(terms)) // how many objects hold each term
	for i, o := range objects {
		title, content := texts(o)
		titleWords, contentWords := Words(title), Words(Plain(content))
		weights[i] = make([]float64, len(terms))
		for j, term := range terms {
			weights[i][j] = max(inTitle*found(term, titleWords), inContent*found(term, contentWords))
			if weights[i][j] > 0 {
				holding[j]++
			}
		}
	}
	scores := map[string]float64{}
	var hits []store.Object
	for i, o := range objects {
		score, matched := 0.0, 0
		for j, weight := range weights[i] {
			if weight > 0 {
				matched++
				score += weight * math.Log(1+float64(len(objects))/holding[j])
			}
		}
		if matched*2 < len(terms) {
			continue
		}
		if matched == len(terms) {
			score *= everyTermFactor
		}
		if score > 0 {
			scores[store.Text(o, "id")] = math.Round(score*1e4) / 1e4
			hits = append(hits, o)
		}
	}
	slices.SortStableFunc(hits, func(a, b store.Object) int {
		return store.CompareValues(scores[store.Text(b, "id")], scores[store.Text(a, "id")])
	})
	return hits[:min(len(hits), maxHits)], scores
}

// found weighs the best match of a term among words, from 0 to 1.
func found(term string, words []string) float64 {
	best := 0.0
	for _, word := range words {
		switch {
		case word == term:
			return 1
		case len(term) >= 4 && strings.HasPrefix(word, term), len(word) >= 4 && strings.HasPrefix(term, word):
			best = max(best, asPrefix)
		case best < asMeaning && meansSame(term, word):
			best = asMeaning
		}
	}
	return best
}

func meansSame(a, b string) bool {
	for _, group := range alike {
		if slices.Contains(group, a) && slices.Contains(group, b) {
			return true
		}
	}
	return false
}

// Weight adds up how well each term is found in a text.
func Weight(terms []string, body string) (sum float64) {
	held := Words(body)
	for _, term := range terms {
		sum += found(term, held)
	}
	return sum
}

// HoldsAll reports whether each term is in the title or the content, which may be HTML.
func HoldsAll(title, content string, terms []string) bool {
	if len(terms) == 0 {
		return true
	}
	held := append(Words(title), Words(Plain(content))...)
	for _, term := range terms {
		if !slices.ContainsFunc(held, func(word string) bool { return strings.HasPrefix(word, term) }) {
			return false
		}
	}
	return true
}

// Terms returns the words of a search that say something about the matter.
func Terms(search string) []string { return significant(Words(search)) }

// Words splits a text into lower-case stems.
func Words(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, field := range fields {
		fields[i] = stem(field)
	}
	return fields
}

// stem cuts the common endings of English words, so that "exports", "exporting" and "exported" have the same stem.
func stem(word string) string {
	for _, ending := range []string{"ications", "ication", "ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e", "y"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) >= 3 {
			return rest
		}
	}
	return word
}

// significant drops stop words, unless the text has only stop words.
func significant(terms []string) []string {
	kept := slices.DeleteFunc(slices.Clone(terms), func(term string) bool { return len(term) < 2 || stopWords[term] })
	if len(kept) == 0 {
		return terms
	}
	return kept
}

var stopWords = func() map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq("a an and are as at be but by can do does for from get have how i if in is it like my no not of on or " +
		"our please so that the their there they this to want we what when which why will with would you your should could us me its") {
		set[stem(word)] = true
	}
	return set
}()

// Plain returns the text of an HTML fragment, with a space where a tag was.
func Plain(fragment string) string {
	if !strings.ContainsAny(fragment, "<&") {
		return fragment
	}
	var b strings.Builder
	for rest := fragment; rest != ""; {
		before, after, tag := strings.Cut(rest, "<")
		b.WriteString(before)
		if !tag {
			break
		}
		b.WriteByte(' ')
		_, rest, _ = strings.Cut(after, ">")
	}
	return html.UnescapeString(b.String())
}
