package workflow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

func (t *triage) answer() string {
	var b strings.Builder
	shown := t.waiting[:min(len(t.waiting), cmp.Or(input.Integer(t.Arguments()[input.LimitArg]), triagedByDefault))]
	fmt.Fprintf(&b, "%swaiting: %s\n", engine.Marked("tags", render.IndentedLines), t.extent(len(shown)))
	if len(shown) == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	fmt.Fprintf(&b, "compared with: %s\n", t.compared())
	t.writeVocabulary(&b)
	rare := t.pool.rarity()
	authors := t.pool.authorsByText()
	for _, p := range shown {
		t.write(&b, p, rare, authors)
	}
	return strings.TrimSuffix(b.String(), "\n") + t.Next("",
		engine.Step{Tool: "update_post", Does: "sets status, tags and assignee by name, and inReview false approves"}, engine.Step{Tool: "find_similar_posts", Does: "compares one post with more"})
}

// extent says how many posts wait, how many of them are shown, and what was not read.
func (t *triage) extent(shown int) string {
	all := len(t.waiting)
	var text string
	switch whole := t.inReview.Whole && t.initial.Whole; {
	case all == 0 && whole:
		return "none; no post is in review, and all in the default status have tags and an assignee"
	case all == 0:
		return "none among the posts that were read"
	case whole && shown == all:
		text = "all " + legible.Thousands(all)
	case whole:
		text = legible.ShownOf(shown, all)
	default:
		text = legible.Thousands(shown) + " of at least " + legible.Thousands(all)
		if c := t.initial; !c.Whole && len(c.Items) > 0 {
			text += " (read: " + c.OfPosts("in the default status") + ")"
		}
	}
	if t.Arguments()["sort"] == byVotes {
		text += ", most votes first"
	} else {
		text += ", oldest first"
	}
	text += " (in review, or in the default status and without tags or without assignee)"
	if shown < all && shown < mostTriaged {
		text += fmt.Sprintf("; limit can be %d", mostTriaged)
	}
	return text
}

// compared says which posts the waiting posts were compared with.
func (t *triage) compared() string {
	switch {
	case t.newest.Whole:
		return t.newest.OfPosts("")
	case len(t.newest.Items) == 0:
		return legible.Count(len(t.pool.posts), "post")
	}
	text := t.newest.OfPosts("") + ": the newest"
	if n := len(t.popular.Items); n > 0 {
		text += ", and the " + legible.Thousands(n) + " with most votes"
	}
	return text
}

// writeVocabulary writes the boards, statuses, tags and admins to choose from. It writes an id only where two admins share a name, because
// names are accepted as arguments.
func (t *triage) writeVocabulary(b *strings.Builder) {
	var boards, kinds, tags, admins []string
	for _, board := range t.boards {
		boards = append(boards, inList(board.called()))
	}
	byKind := map[string][]string{}
	for _, s := range t.statuses {
		name := inList(s.called())
		if s.initial {
			name += " (default)"
		}
		if byKind[s.kind] == nil {
			kinds = append(kinds, s.kind)
		}
		byKind[s.kind] = append(byKind[s.kind], name)
	}
	for i, kind := range kinds {
		kinds[i] = cmp.Or(kind, "other") + ": " + legible.Commas(byKind[kind]...)
	}
	counts := map[string]int{}
	for _, p := range t.pool.posts {
		for _, tag := range p.tags {
			counts[tag]++
		}
	}
	used := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, tag := range used[:min(tagsShown, len(used))] {
		tags = append(tags, fmt.Sprintf("%s %d", inList(tag), counts[tag]))
	}
	if more := len(used) - len(tags); more > 0 {
		tags = append(tags, fmt.Sprintf("and %d more", more))
	}
	if len(tags) > 0 && !t.newest.Whole {
		tags[len(tags)-1] += " (in the " + legible.Thousands(len(t.pool.posts)) + " posts read)"
	}
	named := map[string]int{}
	for _, admin := range t.admins {
		named[admin.Name]++
	}
	for _, admin := range t.admins {
		switch name := t.Line(admin.Name); {
		case name == "":
			admins = append(admins, t.Line(admin.ID))
		case named[admin.Name] > 1:
			admins = append(admins, inList(name)+" "+t.Line(admin.ID))
		default:
			admins = append(admins, inList(name))
		}
	}
	for _, line := range []struct{ name, text string }{
		{"boards", legible.Commas(boards...)}, {"statuses", strings.Join(kinds, "; ")}, {"tags", legible.Commas(tags...)}, {"admins", legible.Commas(admins...)},
	} {
		if line.text != "" {
			fmt.Fprintf(b, "%s: %s\n", line.name, line.text)
		}
	}
}

// admin returns the name of an admin, or the id where the name is not known.
func (t *triage) admin(id string) string {
	for _, admin := range t.admins {
		if strings.EqualFold(admin.ID, id) && admin.Name != "" {
			return t.Line(admin.Name)
		}
	}
	return id
}

// write writes one post with its likely duplicates and its signs of spam.
func (t *triage) write(b *strings.Builder, p *postFacts, rare *likeness.Rarity, authors map[string][]*postFacts) {
	lacks := ""
	if len(p.tags) == 0 {
		lacks = "no tags"
	}
	status := ""
	if !p.status.initial {
		status = p.status.name
	}
	board := t.boards.find(p.boardID)
	fmt.Fprintf(b, "[%s] %s\n  %s\n", p.id, legible.Commas(
		cmp.Or(board.name, board.id), status, p.reviewed(), p.age(t.Now()), legible.Count(p.votes, "vote"), p.commented(), lacks,
	), p.name())
	about := "by " + cmp.Or(p.author.name, p.author.email, "an unknown author")
	if len(p.tags) > 0 {
		tags := make([]string, len(p.tags))
		for i, tag := range p.tags {
			tags[i] = inList(tag)
		}
		about += "; tags: " + legible.Commas(tags...)
	}
	if p.assigneeID != "" {
		about += "; assignee: " + t.admin(p.assigneeID)
	}
	fmt.Fprintf(b, "  %s\n", about)
	if text := markup.PlainExcerpt(p.text, render.GistLength); text != "" {
		fmt.Fprintf(b, "  %s\n", text)
	}
	duplicates := t.pool.like(rare, rare.Profile(p.terms), p.id, likelyDuplicate)
	for _, d := range duplicates[:min(duplicatesShown, len(duplicates))] {
		fmt.Fprintf(b, "  like [%s] score %s: %s\n", d.id, d.shown(), legible.Commas(legible.Count(d.votes, "vote"), d.status.name, d.name()))
	}
	if more := len(duplicates) - duplicatesShown; more > 0 {
		fmt.Fprintf(b, "  and like %d more\n", more)
	}
	if signs := p.signsOfSpam(authors); len(signs) > 0 {
		fmt.Fprintf(b, "  signs of spam: %s\n", legible.Commas(signs...))
	}
}
