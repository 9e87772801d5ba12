package likeness

import "math"

// Ranking is what one search found: ids, the best first.
type Ranking struct {
	Phrasing
	IDs   []string
	Total int // what the search found in all
}

// Found is what the searches say about one text.
type Found struct {
	Rank  float64 // how far in front it is of the searches for whole sentences: 1 if it is the first of each
	Cover float64 // how many of the parts of the wish find it, by how much they tell: 1 if it is the first of each
	Best  int     // its best rank in a search for a sentence, from 1; 0 if none has it
	Part  int     // the same for a part of the wish
	Told  float64 // how much the parts that find it tell: few texts have a rare word
}

// Score returns how much the searches speak for it, from 0 to 1. What only some parts of the wish find is about something else.
func (f Found) Score() float64 {
	return math.Pow(f.Cover, coverPower) * (rankAlone + (1-rankAlone)*f.Rank)
}

// How slowly the score of a rank falls. The ranks of a whole sentence tell which texts are most like it. A single word finds many.
const (
	sentenceFlatness = 6.0
	partFlatness     = 40.0
	rankAlone        = 0.4 // how much of the score is left to a text that no whole sentence finds
	coverPower       = 1.5 // half of the wish is less than half of the evidence
	leastTotal       = 12  // the least number of hits that a part counts as: one that finds nothing may be a slip of the pen
)

// Fuse makes one order of those of several searches among texts, by reciprocal ranks. A search for a sentence that found nothing says nothing.
func Fuse(rankings []Ranking, texts int) map[string]Found {
	all := map[string]Found{}
	sentences, parts, rarest := 0.0, 0.0, 0.0
	for _, r := range rankings {
		tells := tells(texts, max(r.Total, 1))
		switch {
		case r.Part:
			parts += tellsAtMost(texts, r.Total)
		case len(r.IDs) > 0:
			sentences++
			rarest = max(rarest, tells)
		}
		for i, id := range r.IDs {
			f := all[id]
			best := &f.Best
			if r.Part {
				value := reciprocal(i, partFlatness)
				f.Cover += value * tellsAtMost(texts, r.Total)
				f.Told += value * tells
				best = &f.Part
			} else {
				f.Rank += reciprocal(i, sentenceFlatness)
			}
			if *best == 0 || i+1 < *best {
				*best = i + 1
			}
			all[id] = f
		}
	}
	for id, f := range all {
		f.Rank /= max(1, sentences)
		f.Cover /= parts
		if parts == 0 { // a wish of one word, which is not searched for twice
			f.Cover, f.Told = f.Rank, f.Rank*rarest
		}
		all[id] = f
	}
	return all
}

// tells returns how much it tells that a search finds a text, by how many it finds.
func tells(texts, found int) float64 { return math.Log(1 + float64(texts)/float64(found)) }

// tellsAtMost is tells for a part of a wish: one that finds nothing may be a slip of the pen, and so may not outweigh all others.
func tellsAtMost(texts, found int) float64 { return tells(texts, max(found, leastTotal)) }

// reciprocal returns the score of a place in a list, 1 for the first.
func reciprocal(place int, flatness float64) float64 {
	return (flatness + 1) / (flatness + float64(place+1))
}
