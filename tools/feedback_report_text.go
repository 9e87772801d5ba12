package tools

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// write makes the answer.
func (r *periodReport) write() string {
	var b strings.Builder
	b.WriteString(marked("titles in quotes"))
	running := ""
	if r.running {
		running = " (so far)"
	}
	fmt.Fprintf(&b, "period: %s%s\nbefore: %s\ntime zone: %s\n", r.period, running, r.before, r.present.Location())
	if r.board != "" {
		fmt.Fprintf(&b, "board: %s (%s)\n", r.boardName(r.board), r.line(r.board))
	}
	r.counts(&b)
	r.breakdown(&b, "by board", func(f feedback) (id, name string) { return f.BoardID, r.boardName(f.BoardID) })
	r.breakdown(&b, "by status of today", func(f feedback) (id, name string) { return cmp.Or(f.Status.ID, f.Status.Name), r.statusName(f.Status) })
	r.ranking(&b, "top new posts by votes", r.byVotes)
	r.ranking(&b, "top new posts by revenue (monthlySpend of the voters' companies)", r.byRevenue)
	r.ranking(&b, "rising: Featurebase's trending posts, of any age (votes have no dates, so nobody knows how many fell into the period)", r.rising)
	r.unanswered(&b)
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *periodReport) boardName(id string) string {
	return r.nameOr(r.boards[id].Name, cmp.Or(id, "no board"))
}

func (r *periodReport) statusName(s postStatus) string {
	return r.nameOr(s.Name, cmp.Or(s.ID, "no status"))
}

// counts tells how many posts there are and how many of them were looked at. A sum is compared only where both are of all posts.
func (r *periodReport) counts(b *strings.Builder) {
	fmt.Fprintf(b, "new posts: %s", r.posts.count())
	switch {
	case r.earlier == nil:
	case r.posts.exact() && r.earlier.exact():
		fmt.Fprintf(b, ", before %s (%+d)", r.earlier.count(), r.posts.total-r.earlier.total)
	default:
		fmt.Fprintf(b, ", before %s", r.earlier.count())
	}
	votes, comments := func(f feedback) float64 { return f.Upvotes }, func(f feedback) float64 { return f.Comments }
	if r.comparable() {
		fmt.Fprintf(b, "\nvotes on them until now: %s, before %s; comments: %s, before %s (posts from before had longer to get them)",
			sum(r.posts.posts, votes), sum(r.earlier.posts, votes), sum(r.posts.posts, comments), sum(r.earlier.posts, comments))
	} else {
		fmt.Fprintf(b, "\nvotes on those looked at, until now: %s; comments: %s", sum(r.posts.posts, votes), sum(r.posts.posts, comments))
	}
	fmt.Fprintf(b, "\nlooked at: %s", r.posts.extent("posts of the period"))
	if r.earlier != nil {
		fmt.Fprintf(b, "; %s", r.earlier.extent("posts before"))
	}
	review := 0
	for _, f := range r.posts.posts {
		if f.InReview {
			review++
		}
	}
	if review > 0 {
		fmt.Fprintf(b, "; %s of the period awaiting moderation", some(review, "post"))
	}
	b.WriteString("\n")
}

func (s *reading) extent(things string) string {
	if s.whole {
		return s.of(things)
	}
	return s.of(things) + ", newest first"
}

// comparable reports that all posts of both periods were looked at.
func (r *periodReport) comparable() bool { return r.posts.whole && r.earlier != nil && r.earlier.whole }

// breakdown counts posts by something, most first, with the count of the period before in brackets.
func (r *periodReport) breakdown(b *strings.Builder, by string, of func(feedback) (id, name string)) {
	type row struct {
		name        string
		now, before int
	}
	rows := map[string]*row{}
	at := func(f feedback) *row {
		id, name := of(f)
		if rows[id] == nil {
			rows[id] = &row{name: name}
		}
		return rows[id]
	}
	for _, f := range r.posts.posts {
		at(f).now++
	}
	if r.comparable() {
		by += " (before)"
		for _, f := range r.earlier.posts {
			at(f).before++
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
		words[i] = one.name + " " + thousands(one.now)
		if r.comparable() {
			words[i] += " (" + thousands(one.before) + ")"
		}
	}
	fmt.Fprintf(b, "%s: %s\n", by, cmp.Or(strings.Join(words, ", "), "none"))
}

// ranking lists posts, the title of each on the rest of its line. What was said of a post above is not said again.
func (r *periodReport) ranking(b *strings.Builder, what string, list *reading) {
	if list == nil {
		return
	}
	b.WriteString(what + ":")
	if len(list.posts) == 0 {
		b.WriteString(" none")
	}
	b.WriteString("\n")
	for i, f := range list.posts {
		figures := some(whole(f.Upvotes), "vote")
		if list == r.byRevenue && r.revenue[i] != "" {
			figures = r.revenue[i] + " from " + figures
		}
		if !r.told[f.ID] {
			if f.Comments > 0 {
				figures += ", " + some(whole(f.Comments), "comment")
			}
			figures += fmt.Sprintf(", %s, %s, %s", r.boardName(f.BoardID), r.statusName(f.Status), r.dayIn(r.present.Location(), f.CreatedAt))
			r.told[f.ID] = true
		}
		fmt.Fprintf(b, "- %s, %s: %s\n", figures, r.line(f.ID), r.titled(f.Title))
	}
}

func (r *periodReport) unanswered(b *strings.Builder) {
	switch {
	case r.open != nil:
		r.ranking(b, fmt.Sprintf("unanswered now: %s created before %s (%s ago), still %s and without any comment; most votes first",
			r.open.count(), r.oldest().Format(minuteLayout), some(r.days, "day"), r.statusName(*r.initial)), r.open)
	case r.started && r.initial == nil:
		b.WriteString("unanswered: not known, since no status is the one that posts start with\n")
	}
}
