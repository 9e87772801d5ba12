package likeness

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// term is one word of a text.
type term struct {
	Weight  float64 // 1 in a title, less below it
	word    string  // as it is spelled there
	letters string
	kind    kind
}

// TermSet has the words of a text by their stems.
type TermSet map[string]term

// The weights of words by where they stand.
const (
	inTitle = 1.0
	inTag   = 0.8
	inText  = 0.6
	inPart  = 0.8 // factor for a part of a word
)

// TermsOf returns the words of a title and a text. Either may be empty. A word of both has the weight of the title.
func TermsOf(title, text string) TermSet {
	set := TermSet{}
	set.add(wordsOf(title), inTitle)
	set.add(wordsOf(text), inText)
	return set
}

// add adds the words that the set lacks.
func (set TermSet) add(words []word, weight float64) {
	for _, w := range words {
		own := weight
		if w.part {
			own *= inPart
		}
		if t, ok := set[w.stem]; !ok {
			set[w.stem] = term{own, w.spelled, w.letters, w.kind}
		} else if w.kind > t.kind {
			t.kind = w.kind
			set[w.stem] = t
		}
	}
}

// Rarity counts in how many texts each word occurs.
type Rarity struct {
	Texts int            // all texts
	With  map[string]int // the texts that have a word, by its stem

	beyond  map[string]int    // the texts that have a word, of those that were added by Learn
	kinds   map[string]kind   // what most texts spell a word as
	spelled map[string]string // the stem of each word, by its letters
	telling map[string]bool   // the stems of tags
	looked  map[string][]near // what nearTo found

	byLength map[int][]known // the words of spelled, by their number of letters; nil until they are asked for
}

// NewRarity counts the words of some texts.
func NewRarity(sets ...TermSet) *Rarity {
	r := &Rarity{
		Texts: len(sets), With: map[string]int{}, beyond: map[string]int{}, kinds: map[string]kind{}, spelled: map[string]string{}, telling: map[string]bool{}, looked: map[string][]near{},
	}
	names := map[string]int{}
	for _, set := range sets {
		for stem, t := range set {
			r.With[stem]++
			r.spelled[t.letters] = stem
			switch t.kind {
			case name:
				names[stem]++
			case code, number:
				r.kinds[stem] = max(r.kinds[stem], t.kind)
			case ordinary:
			}
		}
	}
	for stem, n := range names {
		if n*2 > r.With[stem] {
			r.kinds[stem] = max(r.kinds[stem], name)
		}
	}
	return r
}

// Learn adds the words of texts that do not count for how rare a word is: those that a search found have the words that were searched for.
func (r *Rarity) Learn(sets ...TermSet) {
	r.byLength = nil
	for _, set := range sets {
		for stem, t := range set {
			r.beyond[stem]++
			r.spelled[t.letters] = stem
			if r.With[stem] == 0 && t.kind >= number {
				r.kinds[stem] = max(r.kinds[stem], t.kind)
			}
		}
	}
}

// Tags says which words are names of tags. They weigh more than others.
func (r *Rarity) Tags(tags ...string) {
	for _, tag := range tags {
		for stem := range Terms(tag) {
			r.telling[stem] = true
		}
	}
}

// The factors for words by what they are.
const (
	codeFactor   = 1.5
	nameFactor   = 1.25
	numberFactor = 1.2
	tagFactor    = 1.2
)

// shortWords has the factor for a word by its number of letters. Short ones are mostly common in their language, even where the few texts at hand
// lack them. The last one is for all longer words.
var shortWords = [...]float64{0, 0.3, 0.5, 0.7, 1}

// weight returns how much it says that two texts share a word. It is near zero for a word that all texts have, unless its kind makes it telling.
func (r *Rarity) weight(stem string) float64 { return r.weightAs(stem, ordinary) }

// weightAs is weight for a word that a text spells as a kind. How others spell it tells its kind as well: people write zpl for ZPL.
func (r *Rarity) weightAs(stem string, k kind) float64 {
	w := math.Log(1 + float64(r.Texts)/(1+float64(r.With[stem])))
	first, _ := utf8.DecodeRuneInString(stem)
	if IsUnspaced(first) {
		return w
	}
	switch max(k, r.kinds[stem]) {
	case code:
		return w * codeFactor
	case number:
		return w * min(numberFactor, numberFactor*float64(len(stem))/3)
	case name:
		w *= nameFactor
	case ordinary:
	}
	if r.telling[stem] {
		w *= tagFactor
	}
	return w * shortWords[min(utf8.RuneCountInString(stem), len(shortWords)-1)]
}

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
