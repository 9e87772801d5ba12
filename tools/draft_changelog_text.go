package tools

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// write makes the answer.
func (d *drafting) write() string {
	var b strings.Builder
	b.WriteString(marked("titles in quotes", indentedLines))
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
	looked := d.finished.ofPosts(which)
	if !d.finished.whole {
		looked += ", those with the most votes"
	}
	fmt.Fprintf(&b, "looked at: %s%s\n", looked, d.caution())
	if d.unknown {
		b.WriteString("check also: posts of boards that customers cannot see may be among them\n")
	}
	shown := d.drafted[:min(len(d.drafted), draftedShown)]
	d.draft(&b, groups(shown))
	if more := d.drafted[len(shown):]; len(more) > 0 {
		fmt.Fprintf(&b, "not in the draft: %s with fewer votes, %s in all%s\n", some(len(more), "post"), sum(more, votesOf), d.hint("search_posts", "; search_posts has them"))
	}
	if len(d.mentioned) > 0 {
		b.WriteString("left out, since a changelog mentions them already (by link or title):\n")
		for _, m := range d.mentioned {
			fmt.Fprintf(&b, "- %s, %s; in the %s one %s: %s\n", m.id, some(m.votes, "vote"), m.in.State, inQuotes(d.line(m.in.Title)), inQuotes(m.title))
		}
	}
	d.leftPrivate(&b)
	return strings.TrimSuffix(b.String(), "\n") + d.steps()
}

// caution says what is not known of the posts: in older changelogs, they were not looked for.
func (d *drafting) caution() string {
	if len(d.finished.posts) == 0 {
		return ""
	}
	text := ". The API keeps no history of statuses: one that was finished earlier and changed since is among them, so check before you announce it"
	if d.olderToo {
		text = "; mentions of them were looked for in the latest " + some(len(d.told), "changelog") + " alone" + text
	}
	return text
}

// beginning says since when, and why.
func (d *drafting) beginning() string {
	stamp := d.since.Format(minuteLayout)
	switch {
	case d.since.IsZero():
		return "the beginning; no changelog has been published"
	case d.last == nil:
		return stamp
	default:
		return fmt.Sprintf("%s, the date of the last published changelog (%s): %s", stamp, d.line(d.last.ID), inQuotes(d.line(d.last.Title)))
	}
}

// draft writes the changelog, indented, and below it the posts in its order.
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
			fmt.Fprintf(&text, "\n## %s\n", escaped(heading))
		}
		for _, p := range g.posts {
			text.WriteString("- " + markdownLink(p) + "\n")
		}
	}
	fmt.Fprintf(b, "title:\n  %s\nmarkdownContent, two spaces deep (customers' titles: put them into your words):\n", d.proposedTitle(tags))
	b.Write(appendIndented(nil, text.String()))
	b.WriteString("voters to tell, in the order of the draft:\n")
	for _, g := range groups {
		for _, p := range g.posts {
			fmt.Fprintf(b, "- %s: %s, changed %s\n", p.id, some(p.votes, "vote"), cmp.Or(dayIn(time.UTC, p.updated), "unknown date"))
		}
	}
}

// proposedTitle names what most voters get.
func (d *drafting) proposedTitle(tags []string) string {
	const most = 3
	switch tags = tags[:min(len(tags), most)]; len(tags) {
	case 0:
		return "What's new, " + d.now().Format("January 2006")
	case 1:
		return "What's new: " + tags[0]
	default:
		return "What's new: " + strings.Join(tags[:len(tags)-1], ", ") + " and " + tags[len(tags)-1]
	}
}

// markdownLink is a post in Markdown, with its title as text that means nothing else.
func markdownLink(p postFacts) string {
	title := escaped(cmp.Or(p.title, untitled))
	if address := hosted(p.url); address != "" {
		return "[" + title + "](" + address + ")"
	}
	return title
}

// hosted is the address of a thing on the web, as the target of a Markdown link; empty for any other.
func hosted(address string) string {
	if s := schemeOf(address); s != "http" && s != "https" || strings.ContainsFunc(address, isControl) {
		return ""
	}
	return destination(address)
}

// escaped is a text as Markdown shows it.
func escaped(s string) string {
	t := textWriter{text: []byte(s), inLink: true}
	for t.at < len(t.text) {
		t.writeByte()
	}
	return string(t.out)
}

// leftPrivate counts the posts that a changelog would give away.
func (d *drafting) leftPrivate(b *strings.Builder) {
	counts := map[string]int{}
	for _, p := range d.private {
		counts[d.privacy(p)]++
	}
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(b, "left out: %s %s\n", some(counts[why], "post"), why)
	}
}

// steps says what can be done with the draft. A status that is set already tells nobody.
func (d *drafting) steps() string {
	if len(d.drafted) == 0 {
		return ""
	}
	return d.next("", step{"create_changelog", "with title and markdownContent makes a draft that nobody sees"},
		step{"publish_changelog", "makes it public, and with sendEmail e-mails subscribers: ask before"},
		step{"create_comment", "on a post tells its voters"}, step{"update_post", "tells them too, with sendStatusUpdateEmail and a status that is new"})
}
