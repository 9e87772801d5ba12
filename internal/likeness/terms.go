package likeness

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Texts are compared by their words: without case, accents and the endings that most inflected languages put behind the first letters, and by
// pairs of letters in scripts without spaces. Lists of words would cover a few languages. Instead, a word that is rare among the texts at hand
// counts much, and a word that most of them have counts little.

// term is one word of a text.
type term struct {
	Weight float64 // 1 in a title, less below it
	word   string  // as it is spelled there
}

// TermSet has the words of a text by their stems.
type TermSet map[string]term

// The weights of words by where they stand.
const (
	inTitle = 1.0
	inText  = 0.6
)

// TermsOf returns the words of a title and a text. Either may be empty. A word of both has the weight of the title.
func TermsOf(title, text string) TermSet {
	set := TermSet{}
	for _, part := range []struct {
		text   string
		weight float64
	}{{title, inTitle}, {text, inText}} {
		for stem, word := range Terms(part.text) {
			if _, ok := set[stem]; !ok {
				set[stem] = term{part.weight, word}
			}
		}
	}
	return set
}

// longestStem is how many letters of a word are compared. With fewer, different words are the same; with more, endings make one word two.
const longestStem = 6

// Terms yields the stem and the spelling of each word of a text. In a script without spaces, both are two letters that stand beside each other.
func Terms(text string) iter.Seq2[string, string] {
	return func(yield func(stem, word string) bool) {
		notInWord := func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) }
		for word := range strings.FieldsFuncSeq(text, notInWord) {
			letters := legible.PlainLetters(word)
			switch {
			case len(letters) == 0:
			case IsUnspaced(letters[0]):
				for i := range max(1, len(letters)-1) {
					pair := string(letters[i:min(i+2, len(letters))])
					if !yield(pair, pair) {
						return
					}
				}
			case !yield(stem(letters), word):
				return
			}
		}
	}
}

// IsUnspaced reports whether the script of a letter puts no spaces between words.
func IsUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// stem returns the letters by which a word is compared.
func stem(letters []rune) string {
	if n := len(letters); n > 3 && letters[n-1] == 's' && letters[n-2] != 's' { // the plural of several languages
		letters = letters[:n-1]
	}
	return string(letters[:min(len(letters), longestStem)])
}

// Rarity counts in how many texts each word occurs.
type Rarity struct {
	Texts int            // all texts
	With  map[string]int // the texts that have a word, by its stem
}

// NewRarity counts the words of some texts.
func NewRarity(sets ...TermSet) *Rarity {
	r := &Rarity{Texts: len(sets), With: map[string]int{}}
	for _, set := range sets {
		for stem := range set {
			r.With[stem]++
		}
	}
	return r
}

// weight returns how much it says that two texts share a word. It is near zero for a word that all texts have. Short words weigh less, because most
// of them are common in the language, even where the few texts at hand lack them.
func (r *Rarity) weight(stem string) float64 {
	w := math.Log(1 + float64(r.Texts)/(1+float64(r.With[stem])))
	if first, _ := utf8.DecodeRuneInString(stem); IsUnspaced(first) || unicode.IsDigit(first) {
		return w
	}
	return w * shortWords[min(utf8.RuneCountInString(stem), len(shortWords)-1)]
}

// shortWords has the factor for a word by its number of letters. The last one is for all longer words.
var shortWords = [...]float64{0, 0, 0.2, 0.4, 0.7, 1}

// Coverage returns the share of the words that are wanted that a text has, by weight, from 0 to 1, and the words of that share, the weightiest first.
func (r *Rarity) Coverage(wanted, text TermSet) (share float64, words []string) {
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

// Overlap returns the share of the words of two texts that both have, from 0 to 1. It does not matter whether they stand in the title.
func (r *Rarity) Overlap(a, b TermSet) float64 {
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
