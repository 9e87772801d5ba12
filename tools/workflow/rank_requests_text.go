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

// rankedRoom is what an answer takes, in tokens as tokens estimates them.
const rankedRoom = 2000

// write returns the answer: the rule, what was looked at, and the posts in their order.
func (r *ranking) write() string {
	if len(r.posts) == 0 {
		return "ranked: no posts" + r.scope() + r.Next("", engine.Step{Tool: "search_posts", Does: "searches by words and other filters"})
	}
	shown := r.posts[:min(len(r.posts), r.limit)]
	links := make([]string, len(shown))
	for i, p := range shown {
		links[i] = p.url
	}
	start := render.LinkStart(links...)
	var b strings.Builder
	fmt.Fprintf(&b, "%sranked by %s%s\n", engine.Marked(render.IndentedLines), r.rule(), r.scope())
	fmt.Fprintf(&b, "revenue: monthlySpend of the companies of the voters on record, each company once however many of its people voted; \"at least\" where votes are not on record "+
		"or a company's spend is unknown\nlooked at: %s\n", r.looked())
	if start != "" {
		fmt.Fprintf(&b, "links: %s\n", start)
	}
	room := rankedRoom - tokens(b.String())
	for i, p := range shown {
		row := r.row(i+1, p, start)
		if room -= tokens(row); room < 0 && i > 0 {
			fmt.Fprintf(&b, "%s more not shown: the answer has no room for them\n", legible.Thousands(len(shown)-i))
			break
		}
		b.WriteString(row)
	}
	return strings.TrimSuffix(b.String(), "\n") + r.Next("", engine.Step{Tool: "list_post_voters", Does: "has the people behind one"})
}

// rule says what the order follows.
func (r *ranking) rule() string {
	switch r.by {
	case byVotes:
		return "votes, most first"
	case byBoth:
		return "votes and revenue: the sum of the places in both orders among the posts looked at, lowest first"
	default:
		return "revenue, highest first; unknown last"
	}
}

// scope says which posts were meant.
func (r *ranking) scope() string {
	var words []string
	if r.open {
		words = append(words, "open posts, neither completed nor canceled")
	} else {
		words = append(words, "posts of any status")
	}
	if id := r.board(); id != "" {
		words = append(words, "board "+clip(inList(r.boards.find(id).called()), nameShown))
	}
	if tag, _ := r.Arguments()["tag"].(string); tag != "" {
		words = append(words, "tag "+clip(inList(r.Line(tag)), nameShown))
	}
	if r.least > 0 {
		words = append(words, legible.Count(r.least, "vote")+" or more")
	}
	return " (" + strings.Join(words, "; ") + ")"
}

// looked says how much was read.
func (r *ranking) looked() string {
	total := engine.Collection{}
	for _, list := range r.first {
		if list != nil {
			total = list.Collection
		}
	}
	text := "the voters of " + legible.Thousands(len(r.posts)) + " of " + total.Count() + " posts"
	if len(r.posts) == total.Total && total.Exact() {
		text = "the voters of all " + legible.Count(total.Total, "post")
	} else {
		text += ", those that Featurebase's own order " + map[string]string{byVotes: "by votes", byBoth: "by votes or by revenue", byRevenue: "by revenue"}[r.by] + " puts first"
	}
	text += "; " + legible.Count(r.voters, "voter") + " on record, of " + counted(r.firms.known+r.firms.unknown, "company", "companies")
	if r.firms.unknown > 0 {
		text += ", " + legible.Thousands(r.firms.unknown) + " of unknown spend"
	}
	return text
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return legible.Thousands(n) + " " + more
}

// row writes one post. The figure that ranks it comes first.
func (r *ranking) row(place int, p *request, start string) string {
	id, link := p.id, p.url
	if slug, ok := strings.CutPrefix(link, start); ok && start != "" {
		id, link = slug, ""
	}
	if tokens(id) > linkRoom {
		id = p.id
	}
	if tokens(link) > linkRoom {
		link = ""
	}
	revenue := "revenue " + p.revenue.figure()
	if !p.read {
		revenue = "revenue unknown, its voters could not be read"
	}
	figures := []string{revenue, legible.Count(p.votes, "vote")}
	switch r.by {
	case byVotes:
		slices.Reverse(figures)
	case byBoth:
		figures = append([]string{fmt.Sprintf("places %d by votes + %d by revenue = %d", p.places[0], p.places[1], p.places[0]+p.places[1])}, figures...)
	}
	about := legible.Commas(clip(inList(cmp.Or(r.boards.find(p.boardID).name, p.boardID)), nameShown), clip(inList(p.status.called()), nameShown), p.moderated(), link)
	row := fmt.Sprintf("%d. %s; %s; %s [%s]\n  %s\n", place, strings.Join(figures, ", "), r.voting(p), about, id, inQuotes(clip(p.title, 2*nameShown)))
	if left := render.LeftOut(p.hidden); left != "" {
		row += "  " + left + "\n"
	}
	return row
}

// voting says who the voters are, as far as they are on record.
func (r *ranking) voting(p *request) string {
	if !p.read {
		return "voters unknown"
	}
	text := fmt.Sprintf("%s of %s on record", legible.Thousands(p.onRecord), legible.Count(max(p.votes, p.onRecord), "voter"))
	if p.more {
		text = fmt.Sprintf("%s of %s read", legible.Thousands(p.onRecord), legible.Count(max(p.votes, p.onRecord), "voter"))
	}
	if n := p.revenue.known + p.revenue.unknown; n > 0 {
		text += " from " + counted(n, "company", "companies")
	}
	if p.revenue.unknown > 0 {
		text += ", " + legible.Thousands(p.revenue.unknown) + " of unknown spend"
	}
	if p.firmless > 0 {
		text += ", " + legible.Thousands(p.firmless) + " without a company"
	}
	return text
}
