package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// write returns the answer.
func (r *periodReport) write() string {
	var b strings.Builder
	b.WriteString(engine.Marked("titles in quotes"))
	running := ""
	if r.running {
		running = " (so far)"
	}
	fmt.Fprintf(&b, "period: %s%s\nbefore: %s\ntime zone: %s\n", r.period, running, r.before, r.present.Location())
	if id := r.Line(r.board()); id != "" {
		fmt.Fprintf(&b, "board: %s (%s)\n", r.boards.find(id).called(), id)
	}
	r.counts(&b)
	r.breakdown(&b, "by board", func(p postFacts) (id, name string) { return p.boardID, r.boards.find(p.boardID).called() })
	r.breakdown(&b, "by status of today", func(p postFacts) (id, name string) { return cmp.Or(p.status.id, p.status.name), p.status.called() })
	r.ranking(&b, "top new posts by votes", r.byVotes)
	r.ranking(&b, "top new posts by revenue (monthlySpend of the voters' companies)", r.byRevenue)
	r.ranking(&b, "rising: Featurebase's trending posts, of any age (votes have no dates, so nobody knows how many fell into the period)", r.rising)
	r.unanswered(&b)
	return strings.TrimSuffix(b.String(), "\n")
}

// counts writes how many posts there are and how many were read. It compares sums only if both cover all posts.
func (r *periodReport) counts(b *strings.Builder) {
	fmt.Fprintf(b, "new posts: %s", r.posts.Count())
	switch {
	case r.earlier == nil:
	case r.posts.Exact() && r.earlier.Exact():
		fmt.Fprintf(b, ", before %s (%+d)", r.earlier.Count(), r.posts.Total-r.earlier.Total)
	default:
		fmt.Fprintf(b, ", before %s", r.earlier.Count())
	}
	if r.comparable() {
		fmt.Fprintf(b, "\nvotes on them until now: %s, before %s; comments: %s, before %s (posts from before had longer to get them)",
			sum(r.posts.posts, votesOf), sum(r.earlier.posts, votesOf), sum(r.posts.posts, commentsOf), sum(r.earlier.posts, commentsOf))
	} else {
		fmt.Fprintf(b, "\nvotes on those looked at, until now: %s; comments: %s", sum(r.posts.posts, votesOf), sum(r.posts.posts, commentsOf))
	}
	fmt.Fprintf(b, "\nlooked at: %s", r.posts.extent("of the period"))
	if r.earlier != nil {
		fmt.Fprintf(b, "; %s", r.earlier.extent("before"))
	}
	review := 0
	for _, p := range r.posts.posts {
		if p.inReview {
			review++
		}
	}
	if review > 0 {
		fmt.Fprintf(b, "; %s of the period awaiting moderation", legible.Count(review, "post"))
	}
	b.WriteString("\n")
}

func (s *reading) extent(which string) string {
	if s.Whole {
		return s.OfPosts(which)
	}
	return s.OfPosts(which) + ", newest first"
}

// comparable reports whether all posts of both periods were read.
func (r *periodReport) comparable() bool { return r.posts.Whole && r.earlier != nil && r.earlier.Whole }

// breakdown counts posts by a property, most first, with the count of the period before in brackets.
func (r *periodReport) breakdown(b *strings.Builder, by string, of func(postFacts) (id, name string)) {
	type row struct {
		name        string
		now, before int
	}
	rows := map[string]*row{}
	at := func(p postFacts) *row {
		id, name := of(p)
		if rows[id] == nil {
			rows[id] = &row{name: name}
		}
		return rows[id]
	}
	for _, p := range r.posts.posts {
		at(p).now++
	}
	if r.comparable() {
		by += " (before)"
		for _, p := range r.earlier.posts {
			at(p).before++
		}
	}
	var sorted []*row
	for _, one := range rows {
		sorted = append(sorted, one)
	}
	slices.SortFunc(sorted, func(a, b *row) int {
		return cmp.Or(cmp.Compare(b.now, a.now), cmp.Compare(b.before, a.before), cmp.Compare(a.name, b.name))
	})
	words := make([]string, len(sorted))
	for i, one := range sorted {
		words[i] = one.name + " " + legible.Thousands(one.now)
		if r.comparable() {
			words[i] += " (" + legible.Thousands(one.before) + ")"
		}
	}
	fmt.Fprintf(b, "%s: %s\n", by, cmp.Or(strings.Join(words, ", "), "none"))
}

// ranking lists posts, the title of each on the rest of its line. Details that an earlier ranking has are not repeated.
func (r *periodReport) ranking(b *strings.Builder, what string, list *reading) {
	if list == nil {
		return
	}
	b.WriteString(what + ":")
	if len(list.posts) == 0 {
		b.WriteString(" none")
	}
	b.WriteString("\n")
	for i, p := range list.posts {
		figures := legible.Count(p.votes, "vote")
		if list == r.byRevenue && r.revenue[i] != "" {
			figures = r.revenue[i] + " from " + figures
		}
		if !r.told[p.id] {
			created := cmp.Or(dayIn(r.present.Location(), p.created), "unknown date")
			figures = legible.Commas(figures, p.commented(), r.boards.find(p.boardID).called(), p.status.called(), created)
			r.told[p.id] = true
		}
		fmt.Fprintf(b, "- %s: %s\n", legible.Commas(figures, p.id, render.LeftOut(p.hidden)), inQuotes(p.title))
	}
}

func (r *periodReport) unanswered(b *strings.Builder) {
	switch {
	case r.open != nil:
		r.ranking(b, fmt.Sprintf("unanswered now: %s created before %s (%s ago), still %s and without any comment; most votes first",
			r.open.Count(), r.oldest().Format(minuteLayout), legible.Count(r.days, "day"), r.initial.called()), r.open)
	case r.started && r.initial == nil:
		b.WriteString("unanswered: not known, since no status is the one that posts start with\n")
	}
}
