package likeness

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Document is a text that is compared with others.
type Document struct {
	Terms     TermSet
	title     string
	sentences []sentence // the title is the first one, if there is one
}

// sentence is a sentence of a document.
type sentence struct {
	text  string
	words []word
}

// bagLength is how many characters of a text are compared as a whole. A long text has some of the words of any other.
const bagLength = 1000

// Read reads a document. Each part may be empty.
func Read(title, text string, tags ...string) Document {
	d := Document{Terms: TermSet{}, title: title}
	style := styleOf(title + "\n" + text)
	var silent []word
	read := 0
	for i, s := range append([]string{title}, Sentences(text)...) {
		loud, all := style.words(s)
		switch {
		case i == 0:
			d.Terms.add(loud, inTitle)
		case read <= bagLength:
			d.Terms.add(loud, inText)
			read += len(s)
		}
		silent = append(silent, all...)
		if len(loud) > 0 {
			d.sentences = append(d.sentences, sentence{s, loud})
		}
	}
	for _, tag := range tags {
		d.Terms.add(wordsOf(tag), inTag)
	}
	if len(d.Terms) == 0 {
		d.Terms.add(silent, inText)
		d.sentences = []sentence{{title + text, silent}}
	}
	return d
}

// gistWords is how many words of a text are compared, besides those of its title. Fewer do not tell what it is about; more bring in greetings,
// thanks and anecdotes.
const gistWords = 12

// Profile is a document, prepared for comparison with others.
type Profile struct {
	All   TermSet    // every word, and the parts of compounds; nil for no profile
	gist  []weighted // the words of the title and the weightiest others, by weight
	sum   float64    // of the weights in gist
	lines []line     // the sentences
	title bool       // the first line is the title
}

// weighted is a word of a text with its rarity among all texts.
type weighted struct {
	term
	stem   string
	rarity float64 // squared, as in a cosine, so that common words count still less
}

func (w weighted) value() float64 { return w.rarity * w.Weight }

// line is a sentence with the weights of its words.
type line struct {
	text  string
	words []lineWord
	sum   float64
}

type lineWord struct {
	word
	value float64 // the rarity of the word, squared
	parts []near  // of a compound
}

// Profile weighs the words of a document by how rare they are among the texts that r counted.
func (r *Rarity) Profile(d Document) Profile {
	p := Profile{All: d.Terms, title: d.title != ""}
	for stem, t := range d.Terms {
		if w := r.square(stem, t.kind); w > 0 {
			p.gist = append(p.gist, weighted{t, stem, w})
		}
		for _, part := range r.partsOf([]rune(t.letters)) {
			if _, whole := d.Terms[part.stem]; whole {
				continue
			}
			if len(p.All) == len(d.Terms) {
				p.All = maps.Clone(d.Terms)
			}
			own, known := term{t.Weight * part.factor, t.word, t.letters, t.kind}, p.All[part.stem]
			if cmp.Or(cmp.Compare(own.Weight, known.Weight), cmp.Compare(known.letters, own.letters)) > 0 {
				p.All[part.stem] = own
			}
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
	for _, s := range d.sentences {
		p.lines = append(p.lines, r.line(s))
	}
	return p
}

// square is the weight of a word in a score. A word of one text alone counts half there, since another writer may have used any other: what has no
// other name, such as an abbreviation, counts whole.
func (r *Rarity) square(stem string, k kind) float64 {
	w := r.weightAs(stem, k)
	if r.With[stem]+r.beyond[stem] <= 1 && max(k, r.kinds[stem]) < number {
		w *= unheard
	}
	return w * w
}

// unheard is the factor for a word that one text alone has.
const unheard = 0.7

func (r *Rarity) line(s sentence) line {
	l := line{text: s.text}
	for i, w := range s.words {
		if slices.ContainsFunc(s.words[:i], func(other word) bool { return other.stem == w.stem }) {
			continue
		}
		value := r.square(w.stem, w.kind)
		if w.part {
			value *= inPart
		} else {
			l.sum += value
		}
		l.words = append(l.words, lineWord{w, value, r.partsOf([]rune(w.letters))})
	}
	return l
}

// within returns the share of the gist of p that the other text has, from 0 to 1, and the words of that share.
func (p Profile) within(other Profile) (share float64, words []weighted) {
	for _, w := range p.gist {
		if t, ok := other.All[w.stem]; ok {
			share += w.rarity * min(w.Weight, math.Sqrt(w.Weight*t.Weight)) * alikeForms(w.letters, t.letters)
			words = append(words, w)
		}
	}
	if p.sum == 0 {
		return 0, nil
	}
	return share / p.sum, words
}
