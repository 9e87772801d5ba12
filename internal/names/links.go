package names

import (
	"net/url"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
)

// Links says how the objects of a kind are found by what people have of them other than ids: an address, the slug in it, a title, an e-mail.
type Links struct {
	// Step is the step of an address before the one that tells the object: "p" in https://feedback.example.com/p/dark-mode. It is empty
	// for objects without addresses.
	Step string
	// Leads reports that the telling step begins with the id: 10021302-invite-your-team.
	Leads bool
	// Seek returns the requests that may find the object, to be made in turn until one does. It is nil for a kind whose list is complete.
	Seek func(Given) []Question
	// Sample reports that an id in an address is right as it stands, and that the answers to Seek only show where addresses of the
	// organization lead.
	Sample bool
	// Has says what finds an object besides its id, for the words of a refusal: "slug or title".
	Has string
}

// Question is a request for objects among which one is sought.
type Question struct {
	Operation string
	Arguments map[string]any // in the API's form
	Most      int            // objects to look at
	Inside    string         // the list in each object that has the sought ones; empty: the objects themselves
}

// Given is what a call has in the place of an id.
type Given struct {
	Text   string // as it was written, without surrounding space
	IsLink bool   // it is an address
	Host   string // the host of the address
	ID     string // the id in the address, or before a slug
	Slug   string // the slug, without the id before it; for a text without spaces that text
	Step   string // the slug with what stands before it
}

// Words returns the slug or the text as words to search for.
func (g Given) Words() string {
	const longest = 500 // characters that a search takes
	text := g.Text
	if g.Slug != "" {
		text = strings.ReplaceAll(g.Slug, "-", " ")
	}
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest])
	}
	return text
}

// Read takes apart what a call has in the place of an id of the kind.
func (k *Kind) Read(text string) Given {
	g := Given{Text: strings.TrimSpace(text)}
	step := g.Text
	if input.IsLink(g.Text) {
		g.IsLink = true
		g.Host, step = k.addressed(g.Text)
	} else if strings.ContainsAny(step, " \t\n/") {
		return g
	}
	g.Slug, g.Step = step, step
	switch id, rest, found := strings.Cut(step, "-"); {
	case k.Links == nil || step == "":
	case k.Links.Leads && k.IsID(id) && (found || g.IsLink):
		g.ID, g.Slug = id, rest
	case g.IsLink && k.IsID(step):
		g.ID, g.Slug = step, ""
	}
	return g
}

// addressed returns the host of an address and the step of its path that tells an object of the kind, which is empty if there is none.
func (k *Kind) addressed(address string) (host, step string) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	host = strings.ToLower(u.Host)
	steps := strings.Split(strings.Trim(u.Path, "/"), "/")
	if k.Links == nil {
		return host, ""
	}
	if at := slices.Index(steps, k.Links.Step); at >= 0 && at+1 < len(steps) {
		return host, steps[at+1]
	}
	return host, ""
}

// is reports whether a thing has exactly what was given.
func (t Thing) is(k *Kind, g Given) bool {
	slug := g.Step // a slug can begin like an id: 2024-roadmap
	if g.IsLink {
		slug = g.Slug
	}
	switch {
	case g.ID != "" && t.ID == g.ID:
		return true
	case g.IsLink && g.ID != "":
		return false
	case slug != "" && slices.ContainsFunc(t.Slugs, func(s string) bool { return strings.EqualFold(s, slug) }):
		return true
	case g.IsLink:
		return false
	}
	plain := plainName(g.Text)
	return t.ID == g.Text || plain == plainName(t.Name) || plain == plainName(t.Title) || (k.ByEmail || k.Links != nil) && plain == plainName(t.Email)
}

// addressFields are the fields of objects with their addresses.
var addressFields = []string{"postUrl", "url", "featurebaseUrl", "externalUrl", "ticketUrl"}

// readLinks reads the slugs and the hosts of an object of a kind with addresses.
func (t *Thing) readLinks(k *Kind, object rawjson.Value) {
	if k.Links == nil || k.Links.Step == "" {
		return
	}
	note := func(list []string, s string) []string {
		if s == "" || slices.Contains(list, s) || len(s) > longestThing {
			return list
		}
		return append(list, strings.Clone(s))
	}
	t.Slugs = note(t.Slugs, object.Get("slug").Text())
	for _, slug := range object.Get("slugs").Members() {
		t.Slugs = note(t.Slugs, slug.Text())
	}
	for _, name := range addressFields {
		if g := k.Read(object.Get(name).Text()); g.IsLink {
			t.Slugs, t.Hosts = note(t.Slugs, g.Slug), note(t.Hosts, g.Host)
		}
	}
}

// Elsewhere reports whether a host is known to be another organization's, by the hosts of this one. Featurebase gives each organization a host of
// its own, and an organization may have hosts of its own besides, so only hosts of the same sort can be compared.
func Elsewhere(host string, own []string) bool {
	given := func(host string) bool { return strings.HasSuffix(host, ".featurebase.app") }
	other := false
	for _, h := range own {
		if h == host {
			return false
		}
		other = other || given(h) == given(host)
	}
	return other && host != ""
}
