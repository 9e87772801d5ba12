package kind

import (
	"encoding/json"
	"strconv"
	"strings"

	"featurebase-mcp/internal/names"
)

// Where the objects of a kind are looked for that are too many to be listed. The API's search ranks by meaning and keywords, so the words of a
// slug find its object unless the title was changed since or the slug is in other letters than the title. An address was copied from an existing
// object, so for an address the newest objects are looked through as well.

// lookedThrough is how many of the newest objects are looked through for an address.
const lookedThrough = 500

func few(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// where is the query of a search with one filter.
func where(field, value string) map[string]any {
	return map[string]any{"operator": "AND", "value": []any{map[string]any{"field": field, "operator": "=", "value": value}}}
}

// seekPost looks for a post by its slug or title.
func seekPost(g names.Given) []names.Question {
	list := []names.Question{{Operation: "search_posts", Arguments: map[string]any{"search": g.Words(), "limit": few(page)}, Most: page}}
	if g.IsLink {
		newest := map[string]any{"sortBy": "createdAt", "sortOrder": "desc", "inReview": true, "limit": few(page)}
		list = append(list, names.Question{Operation: "list_posts", Arguments: newest, Most: lookedThrough})
	}
	return list
}

// seekChangelog looks for a changelog by its slug, which its list takes, or by its title.
func seekChangelog(g names.Given) []names.Question {
	all := func(more map[string]any) map[string]any {
		more["state"], more["limit"] = "all", few(page)
		return more
	}
	var list []names.Question
	if g.Slug != "" {
		list = append(list, names.Question{Operation: "list_changelogs", Arguments: all(map[string]any{"id": g.Slug}), Most: page})
	}
	if !g.IsLink {
		return append(list, names.Question{Operation: "list_changelogs", Arguments: all(map[string]any{"q": g.Words()}), Most: page})
	}
	return append(list, names.Question{Operation: "list_changelogs", Arguments: all(map[string]any{}), Most: lookedThrough}) // a slug in another language
}

// seekArticle looks for an article by the id in its address, its slug or its title.
func seekArticle(g names.Given) []names.Question {
	ask := func(arguments map[string]any) names.Question {
		arguments["limit"] = few(page)
		return names.Question{Operation: "search_articles", Arguments: arguments, Most: page}
	}
	var list []names.Question
	if g.ID != "" {
		list = append(list, ask(map[string]any{"query": where("id", g.ID)}))
	}
	if g.Slug != "" && (g.ID == "" || !g.IsLink) {
		list = append(list, ask(map[string]any{"query": where("slug", g.Step)}))
	}
	if !g.IsLink {
		return append(list, ask(map[string]any{"search": g.Words()}))
	}
	return append(list, names.Question{Operation: "list_articles", Arguments: map[string]any{"state": "all", "limit": few(page)}, Most: lookedThrough})
}

// seekTicket has the address of any ticket to compare with, since an address of a ticket has its number.
func seekTicket(names.Given) []names.Question {
	return []names.Question{{Operation: "list_tickets", Arguments: map[string]any{"limit": few(1)}, Most: 1}}
}

// seekContact looks for a contact by e-mail or name.
func seekContact(g names.Given) []names.Question {
	field := "name"
	if strings.Contains(g.Text, "@") {
		field = "email"
	}
	return []names.Question{{Operation: "search_contacts", Arguments: map[string]any{"query": where(field, g.Text), "limit": few(page)}, Most: page}}
}

// seekCompany looks for a company by name.
func seekCompany(g names.Given) []names.Question {
	return []names.Question{{Operation: "search_companies", Arguments: map[string]any{"query": where("name", g.Text), "limit": few(page)}, Most: page}}
}

// seekTag looks for a tag of posts by a post that has it, since no operation lists these tags.
func seekTag(g names.Given) []names.Question {
	return []names.Question{{
		Operation: "list_posts", Arguments: map[string]any{"tags": []any{g.Text}, "inReview": true, "limit": few(1)}, Most: 1, Inside: "tags",
	}}
}
