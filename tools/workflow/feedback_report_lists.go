package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// reportWriter writes the lists of a feedback report.
type reportWriter struct {
	*periodReport
	b strings.Builder
	fullness
	links postLinks       // how the links begin
	told  map[string]bool // posts whose details the answer already has
}

// lists writes the posts behind the figures.
func (w *reportWriter) lists() {
	var all []postFacts
	for _, list := range []*reading{w.posts, w.byVotes, w.rising} {
		if list != nil {
			all = append(all, list.posts...)
		}
	}
	for _, p := range w.spend {
		all = append(all, p.postFacts)
	}
	if w.talk != nil {
		for _, p := range w.talk.shown {
			all = append(all, p.postFacts)
		}
	}
	if w.waiting != nil {
		all = append(all, w.waiting.without...)
	}
	w.links = linksOf(all)
	w.b.WriteString(w.links.line())
	w.newPosts()
	w.bySpend()
	w.byComments()
	w.trending()
	w.unanswered()
}

// trending names the posts that Featurebase calls trending.
func (w *reportWriter) trending() {
	if w.rising == nil {
		return
	}
	w.b.WriteString("rising now, of any age, by Featurebase's trend (votes have no dates, so nobody knows how many fell into the period): ")
	words := make([]string, len(w.rising.posts))
	for i, p := range w.rising.posts {
		words[i] = fmt.Sprintf("%s (%s)", w.links.of(&p), legible.Count(p.votes, "vote"))
	}
	w.b.WriteString(cmp.Or(strings.Join(words, ", "), "none") + "\n")
}

// heading writes the line above a list.
func (w *reportWriter) heading(what string, posts int) {
	w.b.WriteString(what + ":")
	if posts == 0 {
		w.b.WriteString(" none")
	}
	w.b.WriteString("\n")
}

// newPosts lists all new posts, or those with the most votes.
func (w *reportWriter) newPosts() {
	list := w.byVotes
	all := w.ranked == nil && w.posts.Whole && len(w.posts.posts) <= reportedWhole
	if all {
		sorted := *w.posts
		sorted.posts = slices.Clone(sorted.posts)
		slices.SortStableFunc(sorted.posts, func(a, b postFacts) int { return cmp.Compare(b.votes, a.votes) })
		list = &sorted
	}
	if list == nil {
		return
	}
	shown := list.posts[:min(len(list.posts), w.rows)]
	what := "top new posts by votes, " + legible.Thousands(len(shown)) + " of " + w.posts.Count()
	if all && len(shown) == len(list.posts) {
		what = "all new posts, most votes first"
	}
	if all {
		what += ", with the revenue of the companies of their voters"
	}
	w.heading(what, len(shown))
	for _, p := range shown {
		figures := []string{legible.Count(p.votes, "vote")}
		if i := slices.IndexFunc(w.spend, func(s spendingPost) bool { return s.id == p.id }); i >= 0 && all {
			figures = append(figures, w.spend[i].words())
		}
		w.row(&p, w.words, figures...)
	}
}

// bySpend ranks by revenue. Where all new posts are listed with theirs, it names the first ones alone.
func (w *reportWriter) bySpend() {
	paying := slices.DeleteFunc(slices.Clone(w.spend), func(s spendingPost) bool { return s.whole() <= 0 })
	const what = "top new posts by revenue (monthlySpend of the companies of their voters, each counted once)"
	first := paying[:min(len(paying), reportedSpend, w.rows)]
	switch {
	case w.spend == nil:
		return
	case w.ranked != nil:
		w.heading(fmt.Sprintf("%s, %d of %s with any; looked at the %d that Featurebase ranks highest", what, len(first), w.ranked.Count(), len(w.ranked.posts)), len(first))
	default:
		first = first[:min(len(first), reportedOpen)]
		var words []string
		for _, p := range first {
			words = append(words, w.links.of(&p.postFacts))
		}
		fmt.Fprintf(&w.b, "%s, %s with any: %s\n", what, shownOf(len(first), len(paying), "post"), cmp.Or(strings.Join(words, ", "), "none"))
		return
	}
	for _, p := range first {
		w.row(&p.postFacts, 0, p.words())
	}
}

// byComments lists the posts with the most comments of the period.
func (w *reportWriter) byComments() {
	if w.talk == nil || len(w.talk.shown) == 0 {
		return
	}
	w.heading("most comments made in the period, "+shownOf(len(w.talk.shown), len(w.talk.commented), "post"), len(w.talk.shown))
	for _, p := range w.talk.shown {
		figures := fmt.Sprintf("%d of %s", p.fresh, legible.Count(max(p.fresh, p.comments), "comment"))
		p.comments = 0 // the row says them
		if p.byTeam > 0 {
			figures += " (" + legible.Thousands(p.byTeam) + " by the team)"
		}
		w.row(&p.postFacts, 0, figures)
	}
}

// unanswered lists the posts that had no answer of the team when the period ended.
func (w *reportWriter) unanswered() {
	u := w.waiting
	switch {
	case u == nil:
		return
	case u.status == nil:
		w.b.WriteString("unanswered: not known, since no status is the one that posts start with\n")
		return
	}
	count := legible.Thousands(len(u.without))
	if !u.looked.Whole || u.unknown > 0 {
		count = "at least " + count
	}
	what := fmt.Sprintf("unanswered at the end of the period: %s of %s in %s and created before %s (%s earlier) had no public comment of the team by then",
		count, legible.Count(len(u.looked.posts), "post"), short(inList(u.status.called())), w.oldest().Format(minuteLayout), legible.Count(w.days, "day"))
	switch {
	case !u.looked.Whole:
		what += fmt.Sprintf(" (looked at the %d with the most votes of %s)", len(u.looked.posts), u.looked.Count())
	case u.unknown > 0:
		what += fmt.Sprintf(" (%d more have too many comments to read)", u.unknown)
	}
	if w.end().Before(w.present) {
		what += ". Posts that left that status since are not among them, since Featurebase keeps no history of statuses"
	}
	shown := u.without[:min(len(u.without), reportedOpen)]
	w.heading(what+"; most votes first", len(shown))
	for _, p := range shown {
		w.row(&p, w.words, legible.Count(p.votes, "vote"))
	}
}

// row writes a post: its link, figures, and once in the answer its details, title and first words.
func (w *reportWriter) row(p *postFacts, words int, figures ...string) {
	link := w.links.of(p)
	if w.told[p.id] {
		fmt.Fprintf(&w.b, "- %s, %s\n", link, legible.Commas(figures...))
		return
	}
	w.told[p.id] = true
	beginning, hidden := w.firstWords(p.content, words)
	board := ""
	if w.board() == "" {
		board = short(w.boards.find(p.boardID).called())
	}
	figures = append(figures, p.commented(), board, short(p.status.called()), w.day(p.created), p.moderated(), render.LeftOut(p.hidden+hidden))
	fmt.Fprintf(&w.b, "- %s, %s", link, legible.Commas(figures...))
	if w.titles || !p.sayTheSame(link) {
		w.b.WriteString(": " + p.quoted())
	}
	w.b.WriteString("\n")
	indented(&w.b, beginning)
}

// day returns the date of a time, without the year that the period ends in.
func (w *reportWriter) day(stamp string) string {
	day := cmp.Or(dayIn(w.present.Location(), stamp), "unknown date")
	return strings.TrimPrefix(day, w.end().Format("2006-"))
}
