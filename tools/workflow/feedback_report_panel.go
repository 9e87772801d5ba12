package workflow

import (
	"cmp"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
)

// panel returns what the panel of the report shows: the figures of the text as charts.
func (r *periodReport) panel() engine.Shown {
	note := ""
	if !r.comparable() {
		note = "Of the posts that were read: " + r.posts.extent("of the period")
	}
	var times []time.Time
	for _, list := range []*reading{r.posts, r.earlier} {
		if list == nil {
			continue
		}
		for _, p := range list.posts {
			if at, err := time.Parse(time.RFC3339, p.created); err == nil {
				times = append(times, at)
			}
		}
	}
	charts := []chart{
		r.overTime("New posts", note, times),
		{Title: "By board", Note: note, Points: r.sharePoints(r.boardOf)},
		{Title: "By status of today", Note: note, Points: r.sharePoints(r.statusOf)},
	}
	if r.byVotes != nil {
		charts = append(charts, chart{Title: "New posts by votes", Unit: "votes", Points: pointsOf(r.byVotes.posts)})
	}
	if r.spend != nil {
		c := chart{Title: "New posts by revenue", Unit: "a month", Note: "What the companies of the voters pay, each counted once."}
		for _, s := range r.spend[:min(len(r.spend), panelPoints)] {
			if s.whole() > 0 {
				c.Points = append(c.Points, point{Label: titled(s.title), Value: float64(s.whole()), Shown: s.figure(), URL: s.url, ID: s.id})
			}
		}
		charts = append(charts, c)
	}
	if r.waiting != nil {
		charts = append(charts, chart{Title: "Unanswered, by votes", Unit: "votes", Points: pointsOf(r.waiting.without)})
	}
	if r.rising != nil {
		charts = append(charts, chart{Title: "Rising now", Unit: "votes", Points: pointsOf(r.rising.posts)})
	}
	tiles := []tile{{"New posts", r.posts.Count(), r.countBefore()}}
	if r.comparable() {
		tiles = append(tiles, tile{"Votes on them", sum(r.posts.posts, votesOf), sum(r.earlier.posts, votesOf)})
	} else {
		tiles = append(tiles, tile{"Votes on those read", sum(r.posts.posts, votesOf), ""})
	}
	if d := r.talk; d != nil && d.whole && d.scopeAll {
		t := tile{Label: "Comments made", Now: legible.Thousands(len(d.comments))}
		if d.earlierWhole {
			t.Before = legible.Thousands(len(d.earlier))
		}
		tiles = append(tiles, t)
	}
	if r.waiting != nil && r.waiting.looked != nil && r.waiting.looked.Whole && r.waiting.unknown == 0 {
		tiles = append(tiles, tile{"Unanswered", legible.Thousands(len(r.waiting.without)), ""})
	}
	return engine.Shown{"view": "report", "title": "Feedback", "period": r.period.String(), "before": r.before.String(), "tiles": tiles, "charts": charts}
}

// countBefore is the count of the period before, or empty where it was not read.
func (r *periodReport) countBefore() string {
	if r.earlier == nil {
		return ""
	}
	return r.earlier.Count()
}

// sharePoints returns the shares of a property as points.
func (r *periodReport) sharePoints(of func(postFacts) (id, name string)) []point {
	var points []point
	for _, s := range r.shares(of) {
		p := point{Label: s.name, Value: float64(s.now)}
		if r.comparable() {
			p.Before = &s.before
		}
		points = append(points, p)
	}
	return points[:min(len(points), panelPoints)]
}

// pointsOf returns posts as points by their votes, most first.
func pointsOf(posts []postFacts) []point {
	sorted := slices.SortedStableFunc(slices.Values(posts), func(a, b postFacts) int { return cmp.Compare(b.votes, a.votes) })
	var points []point
	for _, p := range sorted[:min(len(sorted), panelPoints)] {
		points = append(points, point{Label: titled(p.title), Value: float64(p.votes), URL: p.url, ID: p.id})
	}
	return points
}
