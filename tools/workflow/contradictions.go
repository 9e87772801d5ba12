package workflow

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"featurebase-mcp/internal/figures"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
)

const (
	comparedPassages   = 100  // passages that are compared with those shown, the best fit first
	comparedSentences  = 15   // sentences of a passage that are compared
	comparedSentence   = 500  // bytes of a sentence that is compared: longer ones are tables or no sentences
	aboutTheSame       = 0.3  // the least likeness of two sentences, with title and heading, whose figures are compared
	contradictionsSaid = 2    // contradictions said of one passage
	quotedSentence     = 120  // characters of the sentence that says otherwise
	sharedTopic        = 0.25 // the least share of its own words that a sentence has in common with the other one
)

// contradiction is another article that has another figure for the same.
type contradiction struct {
	ours, theirs string // the figures: "14 days"
	other        *passage
	sentence     string
	alike        float64
}

// contradictions finds the sentences of other articles that are about the same as one of the passage, count the same, and have another number
// or date for it. An article that says the same figure somewhere does not contradict: there the numbers are for several cases.
func (h *helpAnswer) contradictions(p *passage) []contradiction {
	var list []contradiction
	compared := h.passages[:min(len(h.passages), comparedPassages)]
	for _, s := range h.statements(p) {
		found := map[string]contradiction{}
		agrees := map[string]bool{}
		for _, q := range compared {
			if q.article.ID == p.article.ID || q.locale != p.locale {
				continue
			}
			for _, t := range h.statements(q) {
				alike := h.alike(s, t)
				if alike < aboutTheSame {
					continue
				}
				ours, theirs, ok := figures.Conflict(s.Sentence, t.Sentence)
				if !ok {
					agrees[q.article.ID] = agrees[q.article.ID] || sharesFigure(s.Sentence, t.Sentence)
				} else if alike > found[q.article.ID].alike {
					found[q.article.ID] = contradiction{ours.Text, theirs.Text, q, t.Text, alike}
				}
			}
		}
		for id, c := range found {
			if !agrees[id] && !slices.ContainsFunc(list, func(l contradiction) bool { return l.other.article.ID == id && l.ours == c.ours }) {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b contradiction) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(a.other.article.ID, b.other.article.ID), cmp.Compare(a.ours, b.ours))
	})
	return list[:min(len(list), contradictionsSaid)]
}

// sharesFigure reports whether two sentences have a figure in common.
func sharesFigure(a, b figures.Sentence) bool {
	return slices.ContainsFunc(a.Figures, func(f figures.Figure) bool {
		return slices.ContainsFunc(b.Figures, func(g figures.Figure) bool { return f.Comparable(g) && f.Same(g) })
	})
}

// statements returns the sentences of a passage that have figures.
func (h *helpAnswer) statements(p *passage) []statement {
	if p.sentences == nil {
		p.sentences = []statement{}
		for _, s := range figures.Sentences(p.text) {
			if len(s.Text) > comparedSentence || len(p.sentences) == comparedSentences {
				continue
			}
			p.sentences = append(p.sentences, statement{s, likeness.TermsOf(s.Rest, p.title+" "+p.heading), likeness.TermsOf(s.Rest, "")})
		}
	}
	return p.sentences
}

// alike returns how much two sentences are about the same, from 0 to 1. Their titles count, but alone they are not enough: an article has
// figures for many things. What both speak of has to be asked for: two plans have different prices.
func (h *helpAnswer) alike(s, t statement) float64 {
	ours, _ := h.rare.Coverage(s.own, t.about)
	theirs, _ := h.rare.Coverage(t.own, s.about)
	if max(ours, theirs) < sharedTopic || !h.isAsked(s, t) {
		return 0
	}
	there, _ := h.rare.Coverage(s.about, t.about)
	back, _ := h.rare.Coverage(t.about, s.about)
	return math.Sqrt(there * back)
}

// isAsked reports whether two sentences have a word of the question in common. A question in another language has no word in any passage; then
// what the API finds by meaning is asked.
func (h *helpAnswer) isAsked(s, t statement) bool {
	for stem := range h.asked {
		_, here := s.about[stem]
		_, there := t.about[stem]
		if here && there {
			return true
		}
	}
	return h.foreign() != "" || h.passages[0].fit == 0
}

// say writes a contradiction for an answer that shows some passages.
func (c contradiction) say(h *helpAnswer, shown []*passage) string {
	where := "article " + h.Line(c.other.article.ID)
	if i := slices.Index(shown, c.other); i >= 0 {
		where = fmt.Sprintf("passage %d", i+1)
	} else if c.other.url != "" {
		where += " " + h.address(c.other.url)
	}
	return fmt.Sprintf("another article says otherwise: %q here, %q in %s (%q)", h.Line(c.ours), h.Line(c.theirs), where, markup.PlainExcerpt(h.Line(c.sentence), quotedSentence))
}
