package workflow

import (
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// postLinks is how the links of the posts of an answer begin. It is empty where they have nothing in common.
type postLinks string

func linksOf(lists ...[]postFacts) postLinks {
	var all []string
	for _, list := range lists {
		for _, p := range list {
			all = append(all, p.url)
		}
	}
	return postLinks(render.LinkStart(all...))
}

// line says once how the links begin, for the rows that show the rest.
func (l postLinks) line() string {
	if l == "" {
		return ""
	}
	return "links: " + string(l) + " and the word that the row begins with\n"
}

// of returns what the row of a post begins with: its slug, its whole link, or its id if the link is missing or longer than a title.
func (l postLinks) of(p *postFacts) string {
	const longest = 40 // tokens
	link := strings.TrimPrefix(p.url, string(l))
	if link == "" || tokens(link) > longest {
		return p.id
	}
	return link
}

// Tokens of a title in a row, and characters of a text from which the first words are taken.
const (
	rowTitle   = 24
	rowExcerpt = 240
)

// quoted returns the title of a post for a row, in quotes.
func (p *postFacts) quoted() string { return `"` + fit(titled(p.title), rowTitle) + `"` }

// sayTheSame reports whether a link has the words of the title of its post, and no others.
func (p *postFacts) sayTheSame(link string) bool {
	plain := func(s string) string { return string(legible.PlainLetters(strings.ReplaceAll(bareWords(s), " ", ""))) }
	return plain(link) == plain(p.title)
}

// firstWords returns the beginning of a text in HTML on one line, of at most so many tokens, and how many characters people would not see of it.
func (j *work) firstWords(html rawjson.Value, most int) (text string, hidden int) {
	if html.Kind() != rawjson.String {
		return "", 0
	}
	text, hidden = markup.ExcerptOf([]byte(html.Text()), rowExcerpt)
	if most == 0 {
		return "", hidden
	}
	return fit(j.Line(text), most), hidden
}

// indented writes a customer's text below its row, or nothing.
func indented(b *strings.Builder, text string) {
	if text != "" {
		b.Write(legible.AppendIndented(nil, text))
	}
}
