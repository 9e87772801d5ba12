package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// answer writes the posts that are shown, as many as there is room for, below what all of them share.
func (t *triage) answer(ctx context.Context, shown []*postFacts) string {
	var head, rows strings.Builder
	t.writeVocabulary(&head)
	rare := t.pool.rarity()
	authors := t.pool.authorsByText()
	duplicates := make([][]match, len(shown))
	var links []string
	for i, p := range shown {
		duplicates[i] = t.pool.like(rare, rare.Profile(p.terms), p.id, likelyDuplicate)
		links = append(links, p.url)
		for _, d := range duplicates[i][:min(duplicatesShown, len(duplicates[i]))] {
			links = append(links, d.url)
		}
	}
	if t.linkStart = render.LinkStart(links...); t.linkStart != "" {
		fmt.Fprintf(&head, "links: %s\n", t.linkStart)
	}
	hidden := 0
	var plain []map[string]any // what approves those posts that nothing speaks against
	for i, p := range shown {
		spam := p.signsOfSpam(authors)
		row := t.row(p, duplicates[i], spam)
		if i > 0 && tokens(head.String())+tokens(rows.String())+tokens(row) > queueTokens*max(len(shown), triagedByDefault)/triagedByDefault {
			shown = shown[:i]
			break
		}
		hidden += p.hidden
		rows.WriteString(row)
		if p.inReview && p.hidden == 0 && len(spam)+len(duplicates[i]) == 0 {
			plain = append(plain, map[string]any{"postId": p.id, "inReview": false})
		}
	}
	text := engine.Marked("tags", render.IndentedLines) + "waiting: " + t.extent(len(shown)) + "\n"
	if len(shown) > 0 {
		text += "compared with: " + t.compared() + "\n" + head.String() + rows.String()
	}
	text += t.onward(shown)
	t.Show(ctx, func() engine.Shown { return t.panel(shown, duplicates, t.place(shown)) })
	if len(shown) == 0 {
		return strings.TrimSuffix(text, "\n")
	}
	steps := []engine.Step{
		{Tool: "update_post", Does: "sets status, tags and assignee by name, and inReview false approves"}, {Tool: "find_similar_posts", Does: "compares one post with more"},
	}
	if hidden > 0 {
		steps = append(steps, engine.Step{Tool: "get_post", Does: "with hidden true shows hidden text"})
	}
	return strings.TrimSuffix(text, "\n") + t.Next("", steps...) + t.handOver("approves those that await moderation and show no sign of anything", "update_post", plain...)
}

// queueTokens is about how many tokens ten posts and what is said before them may take, so that no text of customers makes the answer longer. What does
// not fit comes with the next call.
const queueTokens = 2230

// onward returns the line with the cursor for what follows, or an empty text.
func (t *triage) onward(shown []*postFacts) string {
	if cursor := t.place(shown); cursor != "" {
		return "nextCursor: " + cursor + "\n"
	}
	return ""
}

// place returns the cursor for what follows the posts that are shown, or an empty text.
func (t *triage) place(shown []*postFacts) string {
	switch {
	case len(shown) < len(t.waiting):
		return t.Cursor(queuedAt(shown[len(shown)-1]).String())
	case t.behind != nil:
		return t.Cursor(t.behind.String())
	default:
		return ""
	}
}

// extent says how many posts wait, how many of them are shown, and what was not read.
func (t *triage) extent(shown int) string {
	all, moderated := len(t.waiting), 0
	for _, p := range t.waiting {
		if p.inReview {
			moderated++
		}
	}
	whole := t.moderated.Whole && t.initial.Whole && !t.partly
	switch {
	case all == 0 && whole:
		return "none" + t.further() + "; " + t.nothing()
	case all == 0:
		return "none" + t.further() + " among the posts that were read" + t.unread()
	}
	text := "all " + legible.Thousands(all)
	switch {
	case !whole:
		text = legible.Thousands(shown) + " of at least " + legible.Thousands(all)
	case shown < all:
		text = legible.ShownOf(shown, all)
	}
	switch {
	case t.only(onlyModeration):
		text += " " + awaitingModeration + t.further()
	case t.only(onlyUndecided):
		text += " " + onlyUndecided + t.further()
	default:
		text += fmt.Sprintf("%s: %s %s, %s %s", t.further(), t.atLeast(moderated, t.moderated.Whole), awaitingModeration, t.atLeast(all-moderated, t.initial.Whole), onlyUndecided)
	}
	text += t.unread() + "; " + t.orderInWords()
	if shown < all && shown < mostTriaged {
		text += fmt.Sprintf("; limit can be %d", mostTriaged)
	}
	return text
}

// nothing says what all the posts are like that do not wait.
func (t *triage) nothing() string {
	const none, decided = "no post awaits moderation", "all in the default status have tags and an assignee"
	switch {
	case t.only(onlyModeration):
		return none
	case t.only(onlyUndecided):
		return decided
	default:
		return none + ", and " + decided
	}
}

// further says that the counts are of what follows an earlier answer, or of what is not older than a date.
func (t *triage) further() string {
	var words []string
	if t.after != nil {
		words = append(words, "behind the last answer")
	}
	if !t.since.IsZero() {
		words = append(words, "created since "+t.since.Format(minuteLayout))
	}
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " and ")
}

func (t *triage) atLeast(n int, whole bool) string {
	if whole {
		return legible.Thousands(n)
	}
	return "at least " + legible.Thousands(n)
}

// unread says how many of the posts that may wait were read, if not all were.
func (t *triage) unread() string {
	var words []string
	for _, list := range []struct {
		engine.Collection
		which string
	}{{t.moderated, awaitingModeration}, {t.initial, "in the default status"}} {
		if !list.Whole && len(list.Items) > 0 {
			words = append(words, list.OfPosts(list.which))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (read: " + strings.Join(words, ", ") + ")"
}

// orderInWords says in which order the posts stand, and which ones are undecided.
func (t *triage) orderInWords() string {
	const undecided = "undecided: in the default status, and without tags or without assignee"
	switch {
	case t.only(onlyModeration):
		return t.order.words()
	case t.only(onlyUndecided):
		return t.order.words() + "; " + undecided
	default:
		return "moderation first, each " + t.order.words() + "; " + undecided
	}
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
		boards = append(boards, inList(brief(board.called())))
	}
	byKind := map[string][]string{}
	for _, s := range t.statuses {
		name := inList(brief(s.called()))
		if s.initial {
			name += " (default)"
		}
		if byKind[s.kind] == nil {
			kinds = append(kinds, s.kind)
		}
		byKind[s.kind] = append(byKind[s.kind], name)
	}
	for i, kind := range kinds {
		kinds[i] = cmp.Or(brief(kind), "other") + ": " + legible.Commas(byKind[kind]...)
	}
	counts := t.tagCounts()
	for _, tag := range t.tagsByUse(len(counts)) {
		tags = append(tags, fmt.Sprintf("%s %d", inList(brief(tag)), counts[tag]))
	}
	named := map[string]int{}
	for _, admin := range t.admins {
		named[admin.Name]++
	}
	for _, admin := range t.admins {
		switch name := brief(t.Line(admin.Name)); {
		case name == "":
			admins = append(admins, brief(t.Line(admin.ID)))
		case named[admin.Name] > 1:
			admins = append(admins, inList(name)+" "+brief(t.Line(admin.ID)))
		default:
			admins = append(admins, inList(name))
		}
	}
	read := ""
	if len(tags) > 0 && !t.newest.Whole {
		read = " (in the " + legible.Thousands(len(t.pool.posts)) + " posts read)"
	}
	for _, line := range []struct{ name, text string }{
		{"boards", someOf(", ", boards)}, {"statuses", someOf("; ", kinds)}, {"tags", someOf(", ", tags) + read}, {"admins", someOf(", ", admins)},
	} {
		if line.text != "" {
			fmt.Fprintf(b, "%s: %s\n", line.name, line.text)
		}
	}
}

// vocabularyTokens is about how many tokens a line of names takes.
const vocabularyTokens = 150

// someOf joins as many of the words as a line of names has room for, and says how many more there are.
func someOf(separator string, words []string) string {
	var b strings.Builder
	for i, word := range words {
		if i > 0 && tokens(b.String())+tokens(word) > vocabularyTokens {
			return b.String() + fmt.Sprintf("%sand %d more", separator, len(words)-i)
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(word)
	}
	return b.String()
}

// brief cuts a name for a line with others.
func brief(name string) string { return clip(name, briefLength) }

// briefLength is how many characters of a name stand in a line with others.
const briefLength = 40

// admin returns the name of an admin, or the id where the name is not known.
func (t *triage) admin(id string) string {
	for _, admin := range t.admins {
		if strings.EqualFold(admin.ID, id) && admin.Name != "" {
			return t.Line(admin.Name)
		}
	}
	return id
}

// row writes one post: what decides about it, first its state and its numbers, then who wants what, and what speaks for or against it.
func (t *triage) row(p *postFacts, duplicates []match, spam []string) string {
	var b strings.Builder
	lacks, status := "", ""
	if len(p.tags) == 0 {
		lacks = "no tags"
	}
	if !p.status.initial {
		status = brief(p.status.name)
		if status != "" {
			status = "status " + inList(status)
		}
	}
	board := t.boards.find(p.boardID)
	fmt.Fprintf(&b, "[%s] %s\n  %s\n  %s\n", p.id, legible.Commas(
		p.moderated(), inList(brief(cmp.Or(board.name, board.id))), status, p.age(t.Now()), legible.Count(p.votes, "vote"), p.commented(), lacks, t.link(p),
	), clip(titled(p.title), titleLength), t.about(p))
	if text := clip(p.text, render.GistLength); text != "" {
		fmt.Fprintf(&b, "  %s\n", text)
	}
	if said := t.said(p); said != "" {
		fmt.Fprintf(&b, "  %s\n", said)
	}
	for _, d := range duplicates[:min(duplicatesShown, len(duplicates))] {
		fmt.Fprintf(&b, "  like %s score %s: %s\n", cmp.Or(t.link(d.postFacts), "["+d.id+"]"), d.shown(), legible.Commas(
			legible.Count(d.votes, "vote"), inList(brief(d.status.name)), d.moderated(), clip(titled(d.title), duplicateTitle)))
	}
	if more := len(duplicates) - duplicatesShown; more > 0 {
		fmt.Fprintf(&b, "  and like %d more\n", more)
	}
	if left := render.LeftOut(p.hidden); left != "" {
		fmt.Fprintf(&b, "  signs of hidden text: %s\n", left)
	}
	if len(spam) > 0 {
		fmt.Fprintf(&b, "  signs of spam: %s\n", legible.Commas(spam...))
	}
	return b.String()
}

// duplicateTitle is how many characters of the title of a duplicate are shown.
const duplicateTitle = 60

// link returns the address of a post without the beginning that all of them share.
func (t *triage) link(p *postFacts) string { return strings.TrimPrefix(p.url, t.linkStart) }

// about says who made a post, of which company, and what has been decided.
func (t *triage) about(p *postFacts) string {
	about := "by " + brief(cmp.Or(p.author.name, p.author.email, "an unknown author"))
	if of := t.firm(p); of != "" {
		about += " (" + of + ")"
	}
	if len(p.tags) > 0 {
		tags := make([]string, len(p.tags))
		for i, tag := range p.tags {
			tags[i] = inList(brief(tag))
		}
		about += "; tags: " + someOf(", ", tags)
	}
	if p.assigneeID != "" {
		about += "; assignee: " + brief(t.admin(p.assigneeID))
	}
	return about
}

// firm says which companies an author is of and what they pay, as far as the contacts tell.
func (t *triage) firm(p *postFacts) string {
	c, known := t.authors[p.author.id]
	switch {
	case side(p.author.kind) == teamSide:
		return "of the team"
	case !known:
		return ""
	case !c.read:
		return "company and revenue unknown"
	case len(c.companies) == 0:
		return "no company"
	}
	paid := c.revenue().figure()
	if paid == unknownRevenue {
		return clip(c.firm(), briefLength) + ", revenue unknown"
	}
	return clip(c.firm(), briefLength) + ", " + paid + " a month"
}

// said says what the latest comment is and whether the team has answered where the author can read it.
func (t *triage) said(p *postFacts) string {
	all, read := t.remarks[p.id]
	if p.comments == 0 {
		return ""
	}
	var words []string
	if latest := all.latest; latest.at != "" {
		left := ""
		if latest.hidden > 0 {
			left = " (" + render.LeftOut(latest.hidden) + ")"
		}
		words = append(words, fmt.Sprintf("latest comment %s by %s%s: %s", dayIn(time.UTC, latest.at), latest.by(), left, cmp.Or(clip(latest.text, remarkLength), "(no text)")))
	}
	answer := "no public answer of the team"
	switch {
	case all.answered != "":
		answer = "the team answered in public " + dayIn(time.UTC, all.answered)
	case !read:
		answer = "comments not read"
	case !all.whole && all.read < p.comments:
		answer += fmt.Sprintf(" among the newest %d comments", all.read)
	}
	return strings.Join(append([]string{answer}, words...), "; ")
}
