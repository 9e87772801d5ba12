// Package fulltext finds and ranks texts, as the API's searches do: by words, how rare they are, and what means the same.
//
//	fulltext.go    the ranking
//	terms.go       the terms of a text
//	meanings.go    what means the same
package fulltext

import (
	"html"
	"math"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// maxHits is the greatest number of results of a full-text search.
const maxHits = 200

// The weights of a term by where and how it is found.
const (
	inTitle    = 3.0
	inContent  = 1.0
	asPrefix   = 0.7  // "integ" in "integrations"
	asMeaning  = 0.6  // "night" for "dark"
	asTypo     = 0.5  // "exprot" for "export"
	usualTitle = 10.0 // terms of a long title
	leastShare = 0.25 // the weight of the terms that have to be found, of all
)

// Rank returns the objects that a search finds, the most relevant first and at most maxHits, and the score of each by its id.
// A search finds an object if a quarter of the terms is in it, by weight: rare terms weigh more.
func (v *Vocabulary) Rank(objects []store.Object, search string, texts func(store.Object) (title, content string)) ([]store.Object, map[string]float64) {
	terms := v.Terms(search)
	if len(terms) == 0 {
		return nil, nil
	}
	weights, shares := make([][]float64, len(objects)), make([][]float64, len(objects))
	holding := make([]float64, len(terms)) // how many objects hold each term
	for i, o := range objects {
		title, content := texts(o)
		titleTerms, contentTerms := v.terms(title), v.terms(Plain(content))
		short := 1 / math.Sqrt(1+float64(len(titleTerms))/usualTitle) // a title of two words says more with one of them
		weights[i], shares[i] = make([]float64, len(terms)), make([]float64, len(terms))
		for j, term := range terms {
			above, below := term.found(titleTerms)*short, term.found(contentTerms)
			weights[i][j], shares[i][j] = max(inTitle*above, inContent*below), max(above, below)
			if weights[i][j] > 0 {
				holding[j]++
			}
		}
	}
	rarity, all := make([]float64, len(terms)), 0.0
	for j := range terms {
		rarity[j] = math.Log(1 + float64(len(objects))/max(1, holding[j]))
		all += rarity[j]
	}
	scores := map[string]float64{}
	var hits []store.Object
	for i, o := range objects {
		score, share, held := 0.0, 0.0, 0.0
		for j, weight := range weights[i] {
			score += weight * rarity[j]
			share += shares[i][j] * rarity[j] / all
			if weight > 0 {
				held += rarity[j] / all
			}
		}
		if held < leastShare {
			continue
		}
		score *= 1 + share // what has all terms comes before what has one of them twice as well
		scores[store.Text(o, "id")] = math.Round(score*1e4) / 1e4
		hits = append(hits, o)
	}
	slices.SortStableFunc(hits, func(a, b store.Object) int {
		return store.CompareValues(scores[store.Text(b, "id")], scores[store.Text(a, "id")])
	})
	return hits[:min(len(hits), maxHits)], scores
}

// Weight adds up how well each term is found in a text.
func (v *Vocabulary) Weight(terms []Term, body string) (sum float64) {
	held := v.terms(body)
	for _, term := range terms {
		sum += term.found(held)
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
