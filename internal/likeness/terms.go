package likeness

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Texts are compared by their words, in any language: without case and accents, without the endings that most inflected languages put
// behind the first letters, and by pairs of letters where a script has no spaces. No list of words of any language is needed: what is rare
// among the texts at hand counts much, and what most of them have counts little.

// term is one word of a text.
type term struct {
	Weight float64 // how much it says in that text: in a title more than below it
	word   string  // as it stands there
}

// TermSet is what is compared of a text.
type TermSet map[string]term

// What a word in one of these places weighs.
const (
	inTitle = 1.0
	inText  = 0.6
)

// TermsOf reads a text with a title; either may be empty.
func TermsOf(title, text string) TermSet {
	set := TermSet{}
	for _, part := range []struct {
		text   string
		weight float64
	}{{title, inTitle}, {text, inText}} {
		EachTerm(part.text, func(stem, word string) {
			if _, ok := set[stem]; !ok {
				set[stem] = term{part.weight, word}
			}
		})
	}
	return set
}

// longestStem is how many letters of a word are compared: enough to tell words apart, few enough to leave endings out.
const longestStem = 6

// EachTerm finds the words of a text.
func EachTerm(text string, yield func(stem, word string)) {
	inWord := func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		letters := legible.PlainLetters(word)
		switch {
		case len(letters) == 0:
		case IsUnspaced(letters[0]):
			for i := range max(1, len(letters)-1) {
				pair := string(letters[i:min(i+2, len(letters))])
				yield(pair, pair)
			}
		default:
			yield(stem(letters), word)
		}
	}
}

// IsUnspaced reports the letters of scripts that put no spaces between words.
func IsUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func stem(letters []rune) string {
	if n := len(letters); n > 3 && letters[n-1] == 's' && letters[n-2] != 's' { // the plural of several languages
		letters = letters[:n-1]
	}
	return string(letters[:min(len(letters), longestStem)])
}

// Rarity knows how many of some texts have a word.
type Rarity struct {
	Texts int
	With  map[string]int
}

func NewRarity(sets ...TermSet) *Rarity {
	r := &Rarity{Texts: len(sets), With: map[string]int{}}
	for _, set := range sets {
		for stem := range set {
			r.With[stem]++
		}
	}
	return r
}

// weight is how much it says that two texts share a word: nothing where all have it. Short words are mostly those that every text has,
// though the few texts at hand may lack them.
func (r *Rarity) weight(stem string) float64 {
	w := math.Log(1 + float64(r.Texts)/(1+float64(r.With[stem])))
	if first, _ := utf8.DecodeRuneInString(stem); IsUnspaced(first) || unicode.IsDigit(first) {
		return w
	}
	return w * shortWords[min(utf8.RuneCountInString(stem), len(shortWords)-1)]
}

// shortWords are what words of so many letters weigh.
var shortWords = [...]float64{0, 0, 0.2, 0.4, 0.7, 1}

// Found is the share of what one text says that another text has, from 0 to 1, and the words that they share, the weightiest first.
func (r *Rarity) Found(wanted, text TermSet) (share float64, words []string) {
	type hit struct {
		word   string
		weight float64
	}
	var all float64
	var hits []hit
	for stem, t := range wanted {
		w := r.weight(stem) * t.Weight
		all += w
		if other, ok := text[stem]; ok && w > 0 {
			share += w * other.Weight
			hits = append(hits, hit{t.word, w * other.Weight})
		}
	}
	if all == 0 {
		return 0, nil
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.word, b.word)) })
	for _, h := range hits {
		words = append(words, h.word)
	}
	return share / all, words
}

// Common is the share of the words of two texts that both have, from 0 to 1, wherever they stand.
func (r *Rarity) Common(a, b TermSet) float64 {
	var both, all float64
	for stem := range a {
		w := r.weight(stem)
		all += w
		if _, ok := b[stem]; ok {
			both += w
		}
	}
	for stem := range b {
		if _, ok := a[stem]; !ok {
			all += r.weight(stem)
		}
	}
	if all == 0 {
		return 0
	}
	return both / all
}
