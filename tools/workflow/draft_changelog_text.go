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
	"featurebase-mcp/internal/render"
)

// write returns the answer.
func (d *drafting) write() string {
	var b strings.Builder
	b.WriteString(engine.Marked("titles in quotes", render.IndentedLines))
	fmt.Fprintf(&b, "since: %s\n", d.beginning())
	if d.finished == nil {
		b.WriteString("finished posts: none, since no status of posts has the type completed\n")
		return strings.TrimSuffix(b.String(), "\n")
	}
	names := []string{}
	for _, s := range d.statuses {
		if s.kind == completedKind {
			names = append(names, s.called())
		}
	}
	which := "in " + strings.Join(names, ", ")
	if !d.since.IsZero() {
		which += ", changed since then"
	}
	looked := d.finished.OfPosts(which)
	if !d.finished.Whole {
		looked += ", those with the most votes"
	}
	fmt.Fprintf(&b, "looked at: %s%s\n", looked, d.caution())
	if d.unknown {
		b.WriteString("check also: posts of boards that customers cannot see may be among them\n")
	}
	shown := d.drafted[:min(len(d.drafted), draftedShown)]
	d.draft(&b, groups(shown))
	if more := d.drafted[len(shown):]; len(more) > 0 {
		fmt.Fprintf(&b, "not in the draft: %s with fewer votes, %s in all%s\n", legible.Count(len(more), "post"), sum(more, votesOf), d.Hint("search_posts", "; search_posts has them"))
	}
	if len(d.mentioned) > 0 {
		b.WriteString("left out, since a changelog mentions them already (by link or title):\n")
		for _, m := range d.mentioned {
			fmt.Fprintf(&b, "- %s; in the %s one %s: %s\n", legible.Commas(m.id, legible.Count(m.votes, "vote"), render.LeftOut(m.hidden)), m.in.State, inQuotes(d.Line(m.in.Title)), inQuotes(m.title))
		}
	}
	d.leftPrivate(&b)
	return strings.TrimSuffix(b.String(), "\n") + d.steps()
}

// caution states that older changelogs were not searched, and that the API does not show when a post was finished.
func (d *drafting) caution() string {
	if len(d.finished.posts) == 0 {
		return ""
	}
	text := ". The API keeps no history of statuses: one that was finished earlier and changed since is among them, so check before you announce it"
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
		return fmt.Sprintf("%s, the date of the last published changelog (%s): %s", stamp, d.Line(d.last.ID), inQuotes(d.Line(d.last.Title)))
	}
}

// draft writes the changelog, indented, and below it the posts in the same order.
func (d *drafting) draft(b *strings.Builder, groups []*group) {
	if len(groups) == 0 {
		b.WriteString("to announce: nothing\n")
		return
	}
	var tags []string
	var text strings.Builder
	for _, g := range groups {
		heading := "Other"
		if g.tag != "" {
			heading = g.tag
			tags = append(tags, g.tag)
		}
		if len(groups) > 1 || g.tag != "" {
			fmt.Fprintf(&text, "\n## %s\n", markup.Escape(heading))
		}
		for _, p := range g.posts {
			text.WriteString("- " + markdownLink(p) + "\n")
		}
	}
	fmt.Fprintf(b, "title:\n  %s\nmarkdownContent, two spaces deep (customers' titles: put them into your words):\n", d.proposedTitle(tags))
	b.Write(legible.AppendIndented(nil, text.String()))
	b.WriteString("voters to tell, in the order of the draft:\n")
	for _, g := range groups {
		for _, p := range g.posts {
			fmt.Fprintf(b, "- %s: %s\n", p.id, legible.Commas(legible.Count(p.votes, "vote"), "changed "+cmp.Or(dayIn(time.UTC, p.updated), "unknown date"), render.LeftOut(p.hidden)))
		}
	}
}

// proposedTitle names the tags with the most votes.
func (d *drafting) proposedTitle(tags []string) string {
	const most = 3
	switch tags = tags[:min(len(tags), most)]; len(tags) {
	case 0:
		return "What's new, " + d.Now().Format("January 2006")
	case 1:
		return "What's new: " + tags[0]
	default:
		return "What's new: " + strings.Join(tags[:len(tags)-1], ", ") + " and " + tags[len(tags)-1]
	}
}

// markdownLink returns a link to a post in Markdown, with the title escaped.
func markdownLink(p postFacts) string {
	title := markup.Escape(cmp.Or(p.title, untitled))
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
	return d.Next("", engine.Step{Tool: "create_changelog", Does: "with title and markdownContent makes a draft that nobody sees"},
		engine.Step{Tool: "publish_changelog", Does: "makes it public, and with sendEmail e-mails subscribers: ask before"},
		engine.Step{Tool: "create_comment", Does: "on a post tells its voters"}, engine.Step{Tool: "update_post", Does: "tells them too, with sendStatusUpdateEmail and a status that is new"})
}

// group are posts with the same first tag.
type group struct {
	tag   string // empty: posts without a tag
	posts []postFacts
	votes int
}

// groups groups the posts by their first tag, most votes first and posts without a tag last.
func groups(posts []postFacts) []*group {
	var all []*group
	for _, p := range posts {
		tag := ""
		if len(p.tags) > 0 {
			tag = p.tags[0]
		}
		i := slices.IndexFunc(all, func(g *group) bool { return g.tag == tag })
		if i < 0 {
			i, all = len(all), append(all, &group{tag: tag})
		}
		all[i].posts = append(all[i].posts, p)
		all[i].votes += p.votes
	}
	slices.SortStableFunc(all, func(a, b *group) int {
		if (a.tag == "") != (b.tag == "") {
			return cmp.Compare(len(b.tag), len(a.tag))
		}
		return cmp.Or(cmp.Compare(b.votes, a.votes), strings.Compare(a.tag, b.tag))
	})
	return all
}
