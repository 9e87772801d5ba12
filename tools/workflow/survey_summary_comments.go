package workflow

import (
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// The groups of a score: promoters, passives and detractors of an NPS, or the high, middle and low part of another scale.

// group returns the group of a score, from 0 for the best.
func (p surveyPage) group(score int) int {
	share := 1.0
	if p.scaled {
		share = float64(score-p.low) / float64(p.high-p.low)
	}
	switch {
	case p.isNPS() && score >= 9, !p.isNPS() && share >= 0.7:
		return 0
	case p.isNPS() && score >= 7, !p.isNPS() && share > 0.4:
		return 1
	default:
		return 2
	}
}

// groupNames returns what the groups are called, with their scores.
func (p surveyPage) groupNames() [3]string {
	names := [3]string{"high scores", "middle scores", "low scores"}
	if p.isNPS() {
		names = [3]string{"promoters", "passives", "detractors"}
	}
	if !p.scaled {
		return names
	}
	best := p.high
	for score := p.high; score >= p.low; score-- {
		if score > p.low && p.group(score-1) == p.group(score) {
			continue
		}
		names[p.group(score)] += fmt.Sprintf(" (%d to %d)", score, best)
		best = score - 1
	}
	return names
}

// rating returns the page whose scores group the comments: the NPS, or else the first rating. It is nil if the survey has none.
func (s *surveying) rating() *surveyPage {
	at := slices.IndexFunc(s.survey.pages, surveyPage.isNPS)
	if at < 0 {
		at = slices.IndexFunc(s.survey.pages, func(p surveyPage) bool { return p.kind == ratingPage && p.scaled })
	}
	if at < 0 {
		return nil
	}
	return &s.survey.pages[at]
}

// scoreOf returns the score that a response gives to a page.
func (r surveyResponse) scoreOf(p *surveyPage) (int, bool) {
	if p == nil {
		return 0, false
	}
	for _, a := range r.answers {
		if a.pageID == p.id && !a.empty() {
			score, ok := a.score()
			return int(score), ok && p.valid(score)
		}
	}
	return 0, false
}

// comments writes what people wrote on a page, the newest first, in groups by the score that they gave: at most so many of a group, of at most
// so many tokens each.
func (s *surveying) comments(b *strings.Builder, p surveyPage, most, words int) {
	if p.kind != textPage {
		return
	}
	answers, _, _ := s.answersTo(p)
	slices.SortStableFunc(answers, func(x, y given) int { return y.in.at.Compare(x.in.at) })
	rating := s.rating()
	const unscored = 3
	var groups [unscored + 1][]given
	for _, a := range answers {
		g := unscored
		if score, ok := a.in.scoreOf(rating); ok {
			g = rating.group(score)
		}
		groups[g] = append(groups[g], a)
	}
	names := [unscored]string{}
	if rating != nil {
		names = rating.groupNames()
	}
	number := slices.IndexFunc(s.survey.pages, func(other surveyPage) bool { return other.id == p.id }) + 1
	for g, list := range groups {
		what := "without a score"
		switch {
		case g < unscored:
			what = "by " + names[g] //nolint:gosec // g < unscored, the length of names
		case rating == nil:
			what = "newest first"
		}
		if len(list) == 0 {
			continue
		}
		fmt.Fprintf(b, "comments on question %d, %s: %s\n", number, what, shownOf(min(most, len(list)), len(list), "comment"))
		for _, a := range list[:min(most, len(list))] {
			s.comment(b, a, rating, words)
		}
	}
}

// comment writes one comment with its score, its day and who wrote it.
func (s *surveying) comment(b *strings.Builder, a given, rating *surveyPage, words int) {
	who := "anonymous"
	if a.in.who != "" {
		who = fit(a.in.who, 8)
	}
	score := ""
	if n, ok := a.in.scoreOf(rating); ok {
		score = legible.Thousands(n)
	}
	day := ""
	if !a.in.at.IsZero() {
		day = a.in.at.In(s.zone).Format("2006-01-02")
	}
	indented(b, legible.Commas(score, day, who, render.LeftOut(a.hidden()+a.in.hidden))+": "+fit(strings.Join(a.texts(s.work, surveyPage{}), ", "), words))
}
