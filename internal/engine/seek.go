package engine

import (
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/render"
)

// sought reports whether the objects of a kind are looked for one by one, because they are too many to be listed.
func sought(k *names.Kind) bool { return k.Links != nil && k.Links.Seek != nil }

// seek replaces an address, a slug, a title or an e-mail among the arguments by the id of the object that has exactly this. What does not lead
// to one object is a problem of the arguments. It returns the final answer if the search fails.
func (c *call) seek(ctx context.Context, m mention, p *input.Problems) *answer {
	k := m.Kind
	switch {
	case strings.TrimSpace(m.value) == "":
		p.Add(m.path, "empty: give the id of a "+k.Word+c.orWhat(k))
		return nil
	case c.Names == nil, isDamaged(k, m.value):
		form := "ids are 24 hex digits"
		if k.IsID(aNumber) {
			form = "these are short, such as " + aNumber
		}
		p.Add(m.path, "not an id: "+form+", got "+input.Show(m.value)+". Look it up, do not guess it")
		return nil
	}
	s, by, err := c.Names.Seek(ctx, k, m.value)
	switch {
	case err != nil:
		what := c.op.Name + " sent nothing, since no " + k.Word + " could be looked up by " + input.Show(m.value)
		a := c.of(c.Inventory.Lookup(by), nil).failed(what, err)
		return &a
	case len(s.Found) == 1 && (!s.IsLink || !names.Elsewhere(s.Host, s.Found[0].Hosts)):
		m.Put(s.Found[0].ID)
	default:
		p.Add(m.path, c.unsought(k, s))
	}
	return nil
}

// aNumber is an id of the kinds whose ids are short.
const aNumber = "10021362"

// isDamaged reports whether a text was meant as an id and is none: hex digits alone, a few too many or too few, or a step of a path.
func isDamaged(k *names.Kind, text string) bool {
	const shortest = 6 // characters; a shorter one may be a word, such as a code name
	text = strings.TrimSpace(text)
	if strings.Contains(text, "..") && !input.IsLink(text) {
		return true
	}
	return !k.IsID(text) && len(text) >= shortest && strings.Trim(text, "0123456789abcdefABCDEF") == "" && strings.ContainsAny(text, "0123456789")
}

// orWhat says what an argument takes besides an id.
func (c *call) orWhat(k *names.Kind) string {
	var ways []string
	if k.Links.Step != "" {
		ways = append(ways, "link")
	}
	ways = append(ways, k.Links.Has)
	return ", or its " + strings.Join(ways, ", ")
}

// unsought explains why a text does not lead to one object, and what would. It tells of other objects only if the caller may read them.
func (c *call) unsought(k *names.Kind, s names.Sought) string {
	told := c.reads(k.Finder())
	what := input.Show(s.Text)
	switch {
	case s.IsLink && k.Links.Step == "":
		return fmt.Sprintf("%s have no links that lead to them: give the id%s", k.Plural, c.orWhat(k))
	case s.IsLink && s.Slug == "" && s.ID == "":
		return fmt.Sprintf("%s is not the link of a %s, which has /%s/ before its slug", what, k.Word, k.Links.Step)
	case len(s.Found) > 1 && !told:
		return fmt.Sprintf("%d %s are called %s; give the id of one", len(s.Found), k.Plural, what)
	case len(s.Found) > 1:
		return fmt.Sprintf("%d %s are called %s; give the id of one: %s", len(s.Found), k.Plural, what, c.listed(s.Found))
	case names.Elsewhere(s.Host, s.Hosts):
		return fmt.Sprintf("the link leads to %s, and the %s of this organization are at %s: it is another organization's", input.Show(s.Host), k.Plural, hostsShown(s.Hosts))
	}
	text := fmt.Sprintf("no %s has the id, %s %s", k.Word, k.Links.Has, what)
	if s.IsLink {
		text = fmt.Sprintf("no %s has the link %s", k.Word, what)
	}
	if s.Looked > 0 {
		text += fmt.Sprintf(", of %s looked at", legible.Thousands(s.Looked))
	}
	if told && len(s.Near) > 0 {
		text += "; nearest: " + c.listed(s.Near)
	}
	if tool := k.Finder(); c.off(tool) == "" {
		text += "; " + tool + " finds it by other words"
	}
	return text
}

// hostsShown returns hosts for a sentence.
func hostsShown(hosts []string) string {
	const most = 3
	shown := make([]string, 0, most)
	for _, host := range hosts[:min(most, len(hosts))] {
		shown = append(shown, input.Show(host))
	}
	return strings.Join(shown, " and ")
}

// listed returns objects for a sentence: the id of each with its title in quotes, and its slug where there is one.
func (c *call) listed(things []names.Thing) string {
	const most, longest = 5, 60 // objects, characters of a title
	w := &render.Writer{View: &render.PlainView, Mask: c.MaskEmails}
	var list []string
	for _, t := range things[:min(most, len(things))] {
		text := t.ID
		if title := markup.PlainExcerpt(legible.OneLine(w.Words(t.Called())), longest); title != "" {
			text += " " + input.Show(title)
		}
		if email := w.Words(t.Email); email != "" && t.Email != t.Called() {
			text += " " + email
		}
		if len(t.Slugs) > 0 {
			text += " (" + input.Show(w.Words(t.Slugs[0])) + ")"
		}
		list = append(list, text)
	}
	if more := len(things) - most; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}
