package workflow

import (
	"cmp"
	"slices"
	"strings"

	"featurebase-mcp/internal/markup"
)

// A draft is read by customers, and tags are words of the team: "Churn risk" is none for a heading. The API does not say which tags are public.
// So a tag becomes a heading only if the organization has used its words in public before.

// headings are the words that published changelogs make public.
type headings struct {
	categories map[string]int    // how many of the published changelogs are in each
	names      map[string]string // categories by their bare words
	words      string            // the titles and texts, as bare words
}

// headingsOf reads the categories and texts of published changelogs.
func (d *drafting) headingsOf(published []release) headings {
	h := headings{categories: map[string]int{}, names: map[string]string{}}
	var words strings.Builder
	for _, r := range published {
		words.WriteString(" " + bareWords(d.Line(r.Title)) + " . " + bareWords(d.Text(markup.Excerpt(r.Content, len(r.Content)))) + " ")
		for _, c := range r.Categories {
			if name := d.Line(c.Name); name != "" {
				h.categories[name]++
				h.names[bareWords(name)] = name
			}
		}
	}
	h.words = words.String()
	return h
}

// of returns the heading of a post: the category that one of its tags is called like, or a tag whose words stand in a published changelog. It is
// empty if there is neither.
func (h headings) of(p postFacts) string {
	for _, tag := range p.tags {
		if name := h.names[bareWords(tag)]; name != "" {
			return name
		}
	}
	for _, tag := range p.tags {
		if words := bareWords(tag); words != "" && strings.Contains(h.words, " "+words+" ") {
			return tag
		}
	}
	return ""
}

// unused returns the tags of the posts that are no headings.
func (h headings) unused(posts []postFacts) []string {
	var unused []string
	for _, p := range posts {
		for _, tag := range p.tags {
			words := bareWords(tag)
			if h.names[words] == "" && (words == "" || !strings.Contains(h.words, " "+words+" ")) && !slices.Contains(unused, short(inList(tag))) {
				unused = append(unused, short(inList(tag)))
			}
		}
	}
	slices.Sort(unused)
	return unused
}

// group are posts below one heading.
type group struct {
	heading string // empty: none fits
	posts   []postFacts
	votes   int
}

// groups groups the posts by their headings, most votes first and posts without one last.
func (h headings) groups(posts []postFacts) []*group {
	var all []*group
	for _, p := range posts {
		heading := h.of(p)
		i := slices.IndexFunc(all, func(g *group) bool { return g.heading == heading })
		if i < 0 {
			i, all = len(all), append(all, &group{heading: heading})
		}
		all[i].posts = append(all[i].posts, p)
		all[i].votes += p.votes
	}
	slices.SortStableFunc(all, func(a, b *group) int {
		if (a.heading == "") != (b.heading == "") {
			return cmp.Compare(len(b.heading), len(a.heading))
		}
		return cmp.Or(cmp.Compare(b.votes, a.votes), strings.Compare(a.heading, b.heading))
	})
	return all
}
