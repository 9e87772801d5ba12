package likeness

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// gistWords is how many words of a text are compared, besides those of its title. Fewer do not tell what it is about; more bring in greetings,
// thanks and anecdotes.
const gistWords = 12

// tellingShare bounds which shared words a score comes with: a word may weigh at most so many times less than the weightiest one.
const tellingShare = 3

// Profile is a text, prepared for comparison with others.
type Profile struct {
	All  TermSet    // every word
	gist []weighted // the words of the title and the weightiest others, by weight
	sum  float64    // of the weights in gist
}

// weighted is a word of a text with its rarity among all texts.
type weighted struct {
	term
	stem   string
	rarity float64
}

func (w weighted) value() float64 { return w.rarity * w.Weight }

// Profile weighs the words of a text by how rare they are among the texts that r counted.
func (r *Rarity) Profile(set TermSet) Profile {
	p := Profile{All: set}
	for stem, t := range set {
		if w := r.weight(stem); w > 0 {
			p.gist = append(p.gist, weighted{t, stem, w * w}) // squared, as in a cosine, so that common words count still less
		}
	}
	slices.SortFunc(p.gist, func(a, b weighted) int { return cmp.Or(cmp.Compare(b.value(), a.value()), cmp.Compare(a.stem, b.stem)) })
	kept := p.gist[:0]
	for i, w := range p.gist {
		if i < gistWords || w.Weight == inTitle {
			kept = append(kept, w)
			p.sum += w.value()
		}
	}
	p.gist = kept
	return p
}

// Score returns how much two texts say the same, from 0 to 1, and the words that they share, the weightiest first. Each text has to have much of
// the gist of the other. Otherwise a long text would be like everything, and a short one like every text that mentions it.
func Score(a, b Profile) (score float64, words []string) {
	ab, shared := a.within(b)
	ba, more := b.within(a)
	for _, w := range more {
		if !slices.ContainsFunc(shared, func(s weighted) bool { return s.stem == w.stem }) {
			shared = append(shared, w)
		}
	}
	slices.SortStableFunc(shared, func(a, b weighted) int { return cmp.Compare(b.value(), a.value()) })
	for _, w := range shared {
		if w.value() >= shared[0].value()/tellingShare {
			words = append(words, w.word)
		}
	}
	return math.Sqrt(ab * ba), words
}

// within returns the share of the gist of p that the other text has, from 0 to 1, and the words of that share.
func (p Profile) within(other Profile) (share float64, words []weighted) {
	for _, w := range p.gist {
		if t, ok := other.All[w.stem]; ok {
			share += w.rarity * min(w.Weight, math.Sqrt(w.Weight*t.Weight))
			words = append(words, w)
		}
	}
	if p.sum == 0 {
		return 0, nil
	}
	return share / p.sum, words
}

// keywords returns the weightiest words of a text as they are spelled there, with spaces between them.
func (p Profile) keywords(most int) string {
	words := make([]string, 0, most)
	for _, w := range p.gist[:min(most, len(p.gist))] {
		words = append(words, w.word)
	}
	return strings.Join(words, " ")
}

// sentenceEnds are the characters that end a sentence, in the scripts that have some.
const sentenceEnds = ".!?…。！？؟।։。\n"

// sentence returns the sentence of a text whose words weigh most.
func (r *Rarity) sentence(text string) string {
	best, most := "", 0.0
	for s := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(sentenceEnds, c) }) {
		value := 0.0
		for stem := range TermsOf(s, "") {
			value += r.weight(stem)
		}
		if value > most {
			best, most = s, value
		}
	}
	return best
}

// Phrasings returns the queries that find texts like one: its title, its 8 weightiest words, its 3 weightiest words, and its weightiest sentence.
// A query has at most 500 characters, which is the limit of the API. Queries without a word are left out.
func (r *Rarity) Phrasings(title, text string) []string {
	const longest, many, few = 500, 8, 3
	p := r.Profile(TermsOf(title, text))
	var list []string
	for _, s := range []string{title, p.keywords(many), p.keywords(few), r.sentence(text)} {
		s = legible.OneLine(s)
		if utf8.RuneCountInString(s) > longest {
			s = string([]rune(s)[:longest])
			if end := strings.LastIndexByte(s, ' '); end > 0 {
				s = s[:end]
			}
		}
		if len(TermsOf(s, "")) > 0 && !slices.ContainsFunc(list, func(other string) bool { return strings.EqualFold(other, s) }) {
			list = append(list, s)
		}
	}
	return list
}
