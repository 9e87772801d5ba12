package workflow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// write returns the answer. First words fill the room that the draft leaves.
func (d *drafting) write() string {
	text := fitted(answerRoom, func(f fullness) string {
		var b strings.Builder
		d.answer(&b, f)
		return b.String()
	})
	return strings.TrimSuffix(text, "\n") + d.steps()
}

// answer writes the answer.
func (d *drafting) answer(b *strings.Builder, f fullness) {
	b.WriteString(engine.Marked("titles and names in quotes", render.IndentedLines))
	fmt.Fprintf(b, "since: %s\n", d.beginning())
	if !d.until.IsZero() {
		fmt.Fprintf(b, "until: %s\n", d.until.Format(minuteLayout))
	}
	if d.finished == nil {
		b.WriteString("finished posts: none, since no status of posts has the type completed\n")
		return
	}
	fmt.Fprintf(b, "looked at: %s%s\n", d.extent(), d.caution())
	if d.unknown {
		b.WriteString("check also: posts of boards that customers cannot see may be among them\n")
	}
	shown := d.shown(min(f.rows, draftedShown))
	d.draft(b, shown, f.words)
	if more := d.drafted[len(shown):]; len(more) > 0 {
		fmt.Fprintf(b, "not in the draft: %s with fewer votes, %s in all%s\n", legible.Count(len(more), "post"), sum(more, votesOf), d.Hint("search_posts", "; search_posts has them"))
	}
	d.leftMentioned(b)
	d.leftPrivate(b)
}

// extent says which posts were looked at.
func (d *drafting) extent() string {
	names := []string{}
	for _, s := range d.statuses {
		if s.kind == completedKind {
			names = append(names, short(s.called()))
		}
	}
	which := "in " + strings.Join(names, ", ")
	switch {
	case !d.since.IsZero() && !d.until.IsZero():
		which += ", last changed between then and until"
	case !d.until.IsZero():
		which += ", last changed before then"
	case !d.since.IsZero():
		which += ", changed since then"
	}
	looked := d.finished.OfPosts(which)
	if !d.finished.Whole {
		looked += ", those with the most votes"
	}
	return looked
}

// leftMentioned names the posts that were left out because a changelog has them.
func (d *drafting) leftMentioned(b *strings.Builder) {
	if len(d.mentioned) == 0 {
		return
	}
	b.WriteString("left out, since a changelog mentions them already (by link or title):\n")
	const most = 8
	for _, m := range d.mentioned[:min(most, len(d.mentioned))] {
		fmt.Fprintf(b, "- %s; in the %s one \"%s\": %s\n", legible.Commas(m.id, legible.Count(m.votes, "vote"), render.LeftOut(m.hidden)), m.in.State, fit(titled(d.Line(m.in.Title)), rowTitle), m.quoted())
	}
	if more := len(d.mentioned) - most; more > 0 {
		fmt.Fprintf(b, "- and %d more\n", more)
	}
}

// caution states that older changelogs were not searched, and that the API does not show when a post was finished.
func (d *drafting) caution() string {
	if len(d.finished.posts) == 0 {
		return ""
	}
	text := ". The API keeps no history of statuses: one that was finished earlier and changed since is among them, so check before you announce it"
	if !d.until.IsZero() {
		text += "; one that changed again after until is not"
	}
	if d.olderToo {
		text = "; mentions of them were looked for in the latest " + legible.Count(len(d.told), "changelog") + " alone" + text
	}
	return text
}

// beginning says since when posts are drafted, and why.
func (d *drafting) beginning() string {
	stamp := d.since.Format(minuteLayout)
	switch {
	case d.since.IsZero():
		return "the beginning; no changelog has been published"
	case d.last == nil:
		return stamp
	default:
		return fmt.Sprintf("%s, the date of the last published changelog (%s): %s", stamp, d.Line(d.last.ID), `"`+fit(titled(d.Line(d.last.Title)), rowTitle)+`"`)
	}
}

// draft writes the changelog, indented, and below it what is known of its posts, in the same order.
func (d *drafting) draft(b *strings.Builder, shown []postFacts, words int) {
	groups := d.headings.groups(shown)
	if len(groups) == 0 {
		b.WriteString("to announce: nothing\n")
		return
	}
	var named []string
	var text strings.Builder
	for _, g := range groups {
		if g.heading != "" {
			named = append(named, g.heading)
		}
		if len(groups) > 1 || g.heading != "" {
			fmt.Fprintf(&text, "\n## %s\n", markup.Escape(fit(cmp.Or(g.heading, "Other"), rowTitle)))
		}
		for _, p := range g.posts {
			text.WriteString("- " + markdownLink(p) + "\n")
		}
	}
	fmt.Fprintf(b, "title:\n  %s\nmarkdownContent, two spaces deep (customers' titles: put them into your words):\n", d.proposedTitle(named))
	b.Write(legible.AppendIndented(nil, text.String()))
	d.filing(b, shown)
	b.WriteString("voters to tell, and what was written, in the order of the draft:\n")
	for _, g := range groups {
		for _, p := range g.posts {
			d.item(b, p, words)
		}
	}
}

// filing says which categories changelogs have, and which tags became no headings.
func (d *drafting) filing(b *strings.Builder, shown []postFacts) {
	var names []string
	for _, name := range byCount(d.headings.categories) {
		names = append(names, fmt.Sprintf("%s %d", short(inList(name)), d.headings.categories[name]))
	}
	if len(names) > 0 {
		const most = 12
		fmt.Fprintf(b, "categories of the latest published changelogs: %s\n", legible.Commas(names[:min(most, len(names))]...))
	}
	if unused := d.headings.unused(shown); len(unused) > 0 {
		const most = 12
		fmt.Fprintf(b, "tags that are no headings, since no published changelog has these words: %s\n", legible.Commas(unused[:min(most, len(unused))]...))
	}
}

// item writes who is to be told of a post, its first words, and the team's latest public comment on it.
func (d *drafting) item(b *strings.Builder, p postFacts, words int) {
	beginning, hidden := d.firstWords(p.content, words)
	fmt.Fprintf(b, "- %s: %s: %s\n", p.id, legible.Commas(d.toTell(p), "changed "+cmp.Or(dayIn(time.UTC, p.updated), "unknown date"), render.LeftOut(p.hidden+hidden)), p.quoted())
	indented(b, beginning)
	if c := d.answers[p.id]; c.postID != "" && words > 0 {
		answer, _ := d.firstWords(c.content, words)
		indented(b, fmt.Sprintf("team, %s: %s", c.at.UTC().Format(time.DateOnly), answer))
	}
}

// toTell says how many voted for a post, and who they are as far as there is room for names.
func (d *drafting) toTell(p postFacts) string {
	votes := legible.Count(p.votes, "vote")
	list := d.voters[p.id]
	var names []string
	const most = 3
	for _, item := range objects(list.Items) {
		if name := d.lineOf(rawjson.Repair(item), "name"); name != "" && len(names) < most {
			names = append(names, `"`+fit(name, 8)+`"`)
		}
	}
	if len(names) == 0 {
		return votes
	}
	if more := p.votes - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return votes + " (" + legible.Commas(names...) + ")"
}

// proposedTitle names the headings with the most votes.
func (d *drafting) proposedTitle(named []string) string {
	const most = 3
	for i, name := range named {
		named[i] = fit(name, rowTitle)
	}
	switch named = named[:min(len(named), most)]; len(named) {
	case 0:
		return "What's new, " + d.Now().Format("January 2006")
	case 1:
		return "What's new: " + named[0]
	default:
		return "What's new: " + strings.Join(named[:len(named)-1], ", ") + " and " + named[len(named)-1]
	}
}

// markdownLink returns a link to a post in Markdown, with the title escaped.
func markdownLink(p postFacts) string {
	title := markup.Escape(fit(titled(p.title), rowTitle))
	if address := markup.LinkTarget(p.url); address != "" {
		return "[" + title + "](" + address + ")"
	}
	return title
}

// leftPrivate states how many posts were left out because a changelog would disclose them.
func (d *drafting) leftPrivate(b *strings.Builder) {
	counts := map[string]int{}
	for _, p := range d.private {
		counts[d.privacy(p)]++
	}
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(b, "left out: %s %s\n", legible.Count(counts[why], "post"), why)
	}
}

// steps says what can be done with the draft. update_post notifies voters only of a new status.
func (d *drafting) steps() string {
	if len(d.drafted) == 0 {
		return ""
	}
	var told []map[string]any
	for _, p := range d.shown(mostPlanned) {
		told = append(told, map[string]any{"postId": p.id, "content": shippedNote})
	}
	return d.Next("", engine.Step{Tool: "create_changelog", Does: "with title and markdownContent makes a draft that nobody sees"},
		engine.Step{Tool: "publish_changelog", Does: "makes it public, and with sendEmail e-mails subscribers: ask before"},
		engine.Step{Tool: "list_post_voters", Does: "names all of them"}, engine.Step{Tool: "create_comment", Does: "on a post tells its voters"}, engine.Step{Tool: "update_post", Does: "tells them too, with sendStatusUpdateEmail and a status that is new"}) +
		d.handOver("tells the voters, once it is published (put your words into content)", "create_comment", told...)
}

// shippedNote is what the plan writes under each post.
const shippedNote = "This is available now."
