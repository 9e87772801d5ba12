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
	leastTotal       = 12   // the least number of hits that a part counts as: one that finds nothing may be a slip of the pen
)

// Fuse makes one order of those of several searches among texts, by reciprocal ranks. A search for a sentence that found nothing says nothing.
func Fuse(rankings []Ranking, texts int) map[string]Found {
	all := map[string]Found{}
	sentences, parts := 0.0, 0.0
	for _, r := range rankings {
		share, flatness := 1.0, sentenceFlatness
		switch {
		case r.Part:
			share, flatness = math.Log(1+float64(texts)/float64(max(r.Total, leastTotal))), partFlatness
			parts += share
		case len(r.IDs) > 0:
			sentences += share
		}
		for i, id := range r.IDs {
			f := all[id]
			value := share * (flatness + 1) / (flatness + float64(i+1))
			best := &f.Best
			if r.Part {
				f.Cover += value
				best = &f.Part
			} else {
				f.Rank += value
			}
			if *best == 0 || i+1 < *best {
				*best = i + 1
			}
			all[id] = f
		}
	}
	for id, f := range all {
		if sentences > 0 {
			f.Rank /= sentences
		}
		if parts > 0 {
			f.Cover /= parts
		} else {
			f.Cover = f.Rank // a wish of one word, which is not searched for twice
		}
		all[id] = f
	}
	return all
}
