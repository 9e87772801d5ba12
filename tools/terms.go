package tools

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Texts are compared by their words, in any language: without case and accents, without the endings that most inflected languages put
// behind the first letters, and by pairs of letters where a script has no spaces. No list of words of any language is needed: what is rare
// among the texts at hand counts much, and what most of them have counts little.

// term is one word of a text.
type term struct {
	weight float64 // how much it says in that text: in a title more than below it
	word   string  // as it stands there
}

// termSet is what is compared of a text.
type termSet map[string]term

// What a word in one of these places weighs.
const (
	inTitle = 1.0
	inText  = 0.6
)

// termsOf reads a text with a title; either may be empty.
func termsOf(title, text string) termSet {
	set := termSet{}
	for _, part := range []struct {
		text   string
		weight float64
	}{{title, inTitle}, {text, inText}} {
		eachTerm(part.text, func(stem, word string) {
			if _, ok := set[stem]; !ok {
				set[stem] = term{part.weight, word}
			}
		})
	}
	return set
}

// longestStem is how many letters of a word are compared: enough to tell words apart, few enough to leave endings out.
const longestStem = 6

// eachTerm finds the words of a text.
func eachTerm(text string, yield func(stem, word string)) {
	inWord := func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		letters := plainLetters(word)
		switch {
		case len(letters) == 0:
		case isUnspaced(letters[0]):
			for i := range max(1, len(letters)-1) {
				pair := string(letters[i:min(i+2, len(letters))])
				yield(pair, pair)
			}
		default:
			yield(stem(letters), word)
		}
	}
}

// plainLetters are the letters of a word without case and accents.
func plainLetters(word string) []rune {
	var letters []rune
	for _, r := range norm.NFKD.String(word) {
		if !unicode.Is(unicode.M, r) {
			letters = append(letters, unicode.ToLower(r))
		}
	}
	return letters
}

// isUnspaced reports the letters of scripts that put no spaces between words.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func stem(letters []rune) string {
	if n := len(letters); n > 3 && letters[n-1] == 's' && letters[n-2] != 's' { // the plural of several languages
		letters = letters[:n-1]
	}
	return string(letters[:min(len(letters), longestStem)])
}

// rarity knows how many of some texts have a word.
type rarity struct {
	texts int
	with  map[string]int
}

func rarityIn(sets ...termSet) *rarity {
	r := &rarity{texts: len(sets), with: map[string]int{}}
	for _, set := range sets {
		for stem := range set {
			r.with[stem]++
		}
	}
	return r
}

// weight is how much it says that two texts share a word: nothing where all have it. Short words are mostly those that every text has,
// though the few texts at hand may lack them.
func (r *rarity) weight(stem string) float64 {
	w := math.Log(1 + float64(r.texts)/(1+float64(r.with[stem])))
	if first, _ := utf8.DecodeRuneInString(stem); isUnspaced(first) || unicode.IsDigit(first) {
		return w
	}
	return w * shortWords[min(utf8.RuneCountInString(stem), len(shortWords)-1)]
}

// shortWords are what words of so many letters weigh.
var shortWords = [...]float64{0, 0, 0.2, 0.4, 0.7, 1}

// found is the share of what one text says that another text has, from 0 to 1, and the words that they share, the weightiest first.
func (r *rarity) found(wanted, text termSet) (share float64, words []string) {
	type hit struct {
		word   string
		weight float64
	}
	var all float64
	var hits []hit
	for stem, t := range wanted {
		w := r.weight(stem) * t.weight
		all += w
		if other, ok := text[stem]; ok && w > 0 {
			share += w * other.weight
			hits = append(hits, hit{t.word, w * other.weight})
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

// common is the share of the words of two texts that both have, from 0 to 1, wherever they stand.
func (r *rarity) common(a, b termSet) float64 {
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

// alike is how much two texts with titles say the same, from 0 to 1: each has to have much of what the other one says, where the longer one
// is only asked for its title, which says what it is about.
func (r *rarity) alike(a, b termSet) (score float64, words []string) {
	ab, words := r.found(a, b)
	ba, _ := r.found(titles(b), a)
	return math.Sqrt(ab * ba), words
}

// titles are the words of a title alone.
func titles(set termSet) termSet {
	out := termSet{}
	for stem, t := range set {
		if t.weight == inTitle {
			out[stem] = t
		}
	}
	if len(out) == 0 {
		return set
	}
	return out
}
