package likeness

import (
	"cmp"
	"math"
	"slices"
)

// Likeness is how much a text says the same as the one that is wanted.
type Likeness struct {
	Score    float64  // from 0 to 1
	Words    []string // that both have, the weightiest first
	Sentence string   // the sentence below the title that has most of what is wanted; empty if none has any of it
}

// Wanted is a text that others are compared with: as a whole, and each of the things that it asks for with each of their sentences. A wish often stands
// in one sentence of a post about something else.
type Wanted struct {
	Profile
	body   bool // there is a text below the title
	asks   []ask
	places map[string][]place // where the words of the asks stand, and what stands for them, by stem
}

// ask is a sentence that may be the wish.
type ask struct {
	line
	share float64 // of the weightiest ask
	title bool
}

// rank puts the title before all sentences.
func (a ask) rank() float64 {
	if a.title {
		return math.Inf(1)
	}
	return a.sum
}

// place is a word of an ask that another word stands for.
type place struct {
	ask, word int
	factor    float64
}

// mostAsks is how many sentences of a text may be the wish.
const mostAsks = 8

// Wanted prepares a profile that others are compared with.
func (r *Rarity) Wanted(p Profile) *Wanted {
	w := &Wanted{Profile: p, body: p.title && len(p.lines) > 1, places: map[string][]place{}}
	for i, l := range p.lines {
		w.asks = append(w.asks, ask{line: l, title: i == 0 && p.title})
	}
	slices.SortStableFunc(w.asks, func(a, b ask) int { return cmp.Compare(b.rank(), a.rank()) })
	w.asks = w.asks[:min(len(w.asks), mostAsks)]
	for i, a := range w.asks {
		w.asks[i].share = 1
		if !a.title && w.asks[0].sum > 0 {
			w.asks[i].share = min(1, math.Sqrt(a.sum/w.asks[0].sum)) // an aside is not the wish
		}
		for j, word := range a.words {
			w.places[word.stem] = append(w.places[word.stem], place{i, j, 1})
			for _, n := range r.nearTo(word.letters) {
				w.places[n.stem] = append(w.places[n.stem], place{i, j, n.factor})
			}
		}
	}
	return w
}

// How much the whole texts and single sentences say of two posts with texts. The texts tell most; two titles often share the name of a thing, and it takes
// nearly all of a wish in one sentence to tell as much.
const (
	wholeFactor = 1.5
	askFactor   = 0.8
	onePower    = 1.6 // of a wish in one sentence, a few words tell little
)

// Compare returns how much a text says the same as the wanted one. Each has to have much of what the other has, as a whole or in one sentence. Otherwise
// a long text would be like everything, and a short one like every text that mentions it.
func (w *Wanted) Compare(p Profile) Likeness {
	ab, shared := w.within(p)
	ba, more := p.within(w.Profile)
	whole, asked, most := math.Sqrt(ab*ba), 0.0, 0.0
	found := map[string]hit{}
	for _, s := range append(more, shared...) {
		found[s.stem] = hit{s.word, s.value()}
	}
	var l Likeness
	for i, sentence := range p.lines {
		title := i == 0 && p.title
		score, got := w.ask(sentence, title, found)
		asked = max(asked, score)
		if !title && got > most {
			most, l.Sentence = got, sentence.text
		}
	}
	l.Words = weightiest(found)
	l.Score = math.Pow(max(whole, asked), onePower)
	if w.body {
		l.Score = 1 - (1-min(1, wholeFactor*whole))*(1-askFactor*asked*asked*asked)
	}
	return l
}

// hit is a word that two texts share.
type hit struct {
	word  string
	value float64
}

// meeting is what a sentence has of an ask.
type meeting struct {
	ours   []float64 // how much of each word of the ask, from 0 to 1; nil for nothing
	theirs float64   // the weight of the words of the sentence that are in the ask
	count  int       // these words
	named  bool      // one of them is an abbreviation or a number
}

// has reports whether a word, or a part of it, is in an ask. Most words are in none.
func (w *Wanted) has(word lineWord) bool {
	return len(w.places[word.stem]) > 0 || slices.ContainsFunc(word.parts, func(part near) bool { return len(w.places[part.stem]) > 0 })
}

// meet compares a sentence with each ask. It adds the words that match to found, by their stems. It returns nil where none does.
func (w *Wanted) meet(l line, found map[string]hit) []meeting {
	var meetings []meeting
	same := make([]float64, len(w.asks)) // how much of the word is in each ask
	for _, theirs := range l.words {
		if !w.has(theirs) {
			continue
		}
		if meetings == nil {
			meetings = make([]meeting, len(w.asks))
		}
		clear(same)
		stand := func(stem string, factor float64) {
			for _, at := range w.places[stem] {
				m, ours := &meetings[at.ask], w.asks[at.ask].words[at.word]
				if m.ours == nil {
					m.ours = make([]float64, len(w.asks[at.ask].words))
				}
				share := at.factor * factor
				if share == 1 {
					share = alikeForms(theirs.letters, ours.letters)
				}
				m.ours[at.word] = max(m.ours[at.word], share)
				m.named = m.named || ours.kind >= number && len(ours.letters) >= shortestName
				same[at.ask] = max(same[at.ask], share)
			}
		}
		stand(theirs.stem, 1)
		if len(w.places[theirs.stem]) == 0 {
			for _, part := range theirs.parts {
				stand(part.stem, part.factor)
			}
		}
		for i, share := range same {
			if share > 0 {
				meetings[i].theirs += share * theirs.value
				meetings[i].count++
				if _, ok := found[theirs.stem]; !ok {
					found[theirs.stem] = hit{theirs.spelled, theirs.value}
				}
			}
		}
	}
	return meetings
}

const (
	shortestName = 3    // characters of an abbreviation or a number that tells something alone
	below        = 0.85 // factor for a sentence below the title, which may be an aside
	oneWord      = 0.7  // factor for one ordinary word of several
)

// ask returns how much of the asks a sentence has: the best score of one, and the greatest share of one.
func (w *Wanted) ask(l line, title bool, found map[string]hit) (score, got float64) {
	for i, m := range w.meet(l, found) {
		a := w.asks[i]
		if m.ours == nil || a.sum == 0 || l.sum == 0 {
			continue
		}
		ours := 0.0
		for j, share := range m.ours {
			if !a.words[j].part {
				ours += share * a.words[j].value
			}
		}
		ours = min(1, ours/a.sum)
		got = max(got, ours*a.share)
		if !a.title && !title && w.title {
			continue // a sentence that the texts of two posts share is a courtesy as likely as not
		}
		value := a.share * math.Sqrt(ours*min(1, m.theirs/l.sum))
		if !title {
			value *= below * ours
		}
		if m.count == 1 && !m.named && len(a.words) > 1 {
			value *= oneWord
		}
		score = max(score, value)
	}
	return score, got
}

// tellingShare bounds which shared words a score comes with: a word may weigh at most so many times less than the weightiest one.
const tellingShare = 4

// weightiest returns the words that weigh most, the weightiest first.
func weightiest(found map[string]hit) (words []string) {
	list := make([]hit, 0, len(found))
	for _, h := range found {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b hit) int { return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.word, b.word)) })
	for _, h := range list {
		if h.value >= list[0].value/tellingShare {
			words = append(words, h.word)
		}
	}
	return words
}
