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

// write returns the answer. First words of posts fill the room that the figures leave.
func (r *periodReport) write() string {
	head := r.head()
	return strings.TrimSuffix(fitted(answerRoom, func(f fullness) string {
		w := &reportWriter{periodReport: r, fullness: f, told: map[string]bool{}}
		w.b.WriteString(head)
		w.lists()
		return w.b.String()
	}), "\n")
}

// head returns the figures.
func (r *periodReport) head() string {
	var b strings.Builder
	b.WriteString(engine.Marked("titles in quotes", render.IndentedLines))
	b.WriteString(r.lines())
	if only := r.limits(); only != "" {
		fmt.Fprintf(&b, "only: %s\n", only)
	}
	r.counts(&b)
	r.discussed(&b)
	r.breakdown(&b, "by board", r.boardOf)
	r.breakdown(&b, "by status of today", r.statusOf)
	return b.String()
}

// lines names the periods and their time zone.
func (c comparison) lines() string {
	running := ""
	if c.running {
		running = " (so far)"
	}
	return fmt.Sprintf("period: %s%s\nbefore: %s\ntime zone: %s\n", c.period, running, c.before, c.present.Location())
}

// limits says which posts are meant where not all of them are.
func (r *periodReport) limits() string {
	var words []string
	if id := r.Line(r.board()); id != "" {
		words = append(words, fmt.Sprintf("the board %s (%s)", short(inList(r.boards.find(id).called())), id))
	}
	if r.only.tag != nil {
		words = append(words, "the tag "+short(inList(r.Line(r.only.tag.called()))))
	}
	if r.only.statuses != nil {
		words = append(words, "posts that are open now, neither completed nor canceled")
	}
	return strings.Join(words, "; ")
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
	moderated := 0
	for _, p := range r.posts.posts {
		if p.inReview {
			moderated++
		}
	}
	if moderated > 0 {
		fmt.Fprintf(b, "; %s of the period awaiting moderation", legible.Count(moderated, "post"))
	}
	b.WriteString("\n")
}

// discussed writes how many comments the period brought, and by whom.
func (r *periodReport) discussed(b *strings.Builder) {
	d := r.talk
	if d == nil {
		return
	}
	count := legible.Thousands(len(d.comments))
	if !d.whole || !d.scopeAll {
		count = "at least " + count
	}
	fmt.Fprintf(b, "comments made in the period, on posts of any age: %s on %s", count, legible.Count(len(d.commented), "post"))
	if d.earlierWhole && d.scopeAll {
		fmt.Fprintf(b, ", before %s", legible.Thousands(len(d.earlier)))
	}
	var team, private, customers, moderated int
	for _, c := range d.comments {
		switch c.by {
		case teamSide:
			team++
		case customerSide:
			customers++
		}
		if c.private {
			private++
		}
		if c.inReview {
			moderated++
		}
	}
	var words []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{customers, "by customers"},
		{team, "by the team"},
		{len(d.comments) - team - customers, "by others"},
		{private, "of them private"},
		{moderated, "of them awaiting moderation"},
	} {
		if part.n > 0 {
			words = append(words, legible.Thousands(part.n)+" "+part.what)
		}
	}
	if words != nil {
		b.WriteString("; " + strings.Join(words, ", "))
	}
	if !d.whole {
		fmt.Fprintf(b, " (the newest %s that were read)", legible.Thousands(commentsRead))
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

// share is how many posts of both periods have a property.
type share struct {
	name        string
	now, before int
}

// shares counts posts by a property, most first.
func (r *periodReport) shares(of func(postFacts) (id, name string)) []*share {
	rows := map[string]*share{}
	at := func(p postFacts) *share {
		id, name := of(p)
		if rows[id] == nil {
			rows[id] = &share{name: name}
		}
		return rows[id]
	}
	for _, p := range r.posts.posts {
		at(p).now++
	}
	if r.comparable() {
		for _, p := range r.earlier.posts {
			at(p).before++
		}
	}
	var sorted []*share
	for _, one := range rows {
		sorted = append(sorted, one)
	}
	slices.SortFunc(sorted, func(a, b *share) int {
		return cmp.Or(cmp.Compare(b.now, a.now), cmp.Compare(b.before, a.before), cmp.Compare(a.name, b.name))
	})
	return sorted
}

func (r *periodReport) boardOf(p postFacts) (id, name string) {
	return p.boardID, r.boards.find(p.boardID).called()
}

func (r *periodReport) statusOf(p postFacts) (id, name string) {
	return cmp.Or(p.status.id, p.status.name), p.status.called()
}

// breakdown counts posts by a property, most first, with the count of the period before in brackets.
func (r *periodReport) breakdown(b *strings.Builder, by string, of func(postFacts) (id, name string)) {
	sorted := r.shares(of)
	if r.comparable() {
		by += " (before)"
	}
	const most = 15
	words := make([]string, min(most, len(sorted)))
	for i, one := range sorted[:len(words)] {
		words[i] = short(inList(one.name)) + " " + legible.Thousands(one.now)
		if r.comparable() {
			words[i] += " (" + legible.Thousands(one.before) + ")"
		}
	}
	if more := len(sorted) - len(words); more > 0 {
		words = append(words, legible.Thousands(more)+" more")
	}
	fmt.Fprintf(b, "%s: %s\n", by, cmp.Or(strings.Join(words, ", "), "none"))
}
