package likeness

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// gistWords is how many words stand for a text besides those of its title: enough to tell what it is about, few enough to leave out
// greetings, thanks and anecdotes.
const gistWords = 12

// tellingShare is how much less a shared word may say than the weightiest one, to be told.
const tellingShare = 3

// Profile is a text as it is compared with others.
type Profile struct {
	All  TermSet
	gist []weighted // the words of the title and the weightiest others, the weightiest first
	sum  float64    // of their weights
}

// weighted is a word with what it says in a text.
type weighted struct {
	term
	stem   string
	rarity float64
}

func (w weighted) value() float64 { return w.rarity * w.Weight }

// Profile reads a text among those whose words are counted.
func (r *Rarity) Profile(set TermSet) Profile {
	p := Profile{All: set}
	for stem, t := range set {
		if w := r.weight(stem); w > 0 {
			p.gist = append(p.gist, weighted{t, stem, w * w}) // squared, as in a cosine: what is common counts still less
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

// Alike is how much two texts say the same, from 0 to 1: each has to have much of the gist of the other, so that neither a long text is like
// everything nor a short one like all that mention it. The words that they share come with it, the weightiest first.
func Alike(a, b Profile) (score float64, words []string) {
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

// within is the share of the gist of a text that another one has.
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

// keywords are the weightiest words of a text, as they stand there, in one line.
func (p Profile) keywords(most int) string {
	words := make([]string, 0, most)
	for _, w := range p.gist[:min(most, len(p.gist))] {
		words = append(words, w.word)
	}
	return strings.Join(words, " ")
}

// sentenceEnds end sentences in the languages of the world.
const sentenceEnds = ".!?…。！？؟।։。\n"

// sentence returns the one of a text that says most.
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

// Phrasings are the ways in which a post or text is searched for: by its title, its weightiest words, the few that say most, and the sentence
// that does. Each is within what the API takes.
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
