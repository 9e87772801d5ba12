package resources

import (
	"slices"
	"strings"

	"featurebase-mcp/internal/render"
)

// resource is one row of the table: a URI and what it reads. A {hole} of the URI is named after the id that it takes, and the name without
// Id ("board" for {boardId}) is the kind that completes it.
type resource struct {
	uri         string
	name        string // the name for programs
	title       string // the name for people, in menus
	description string
	priority    float64 // from 0 to 1: how likely it is what a model needs
	parts       []part  // read in order and joined
}

// part is one read. A resource exists for a caller who may read all its parts (see [Set.isOn]).
type part struct {
	operation string
	arguments map[string]any // a text in braces is replaced by the value in the URI
	outline   render.Outline // the form of a list
	of        string         // reads the owner of a list by the values in the URI, to tell an empty list from an owner that does not exist
}

const scheme = "featurebase://"

// most is the limit of a list.
const most = "50"

// table has all resources. It is the only place in this package that names operations.
var table = []*resource{
	{
		uri: "featurebase://boards", name: "boards", title: "Boards",
		description: "All feedback boards.",
		priority:    0.6,
		parts:       []part{{operation: "list_boards", outline: render.Outline{Heading: "Boards", Things: "boards", Link: to("boards")}}},
	},
	{
		uri: "featurebase://boards/{boardId}", name: "board", title: "Board",
		description: "One board, by name or id: access, features, post defaults.",
		priority:    0.4,
		parts:       []part{{operation: "get_board", arguments: map[string]any{"boardId": "{boardId}"}}},
	},
	{
		uri: "featurebase://boards/{boardId}/posts", name: "board-posts", title: "Posts of board",
		description: "The newest posts of a board, by its name or id, and how many it has.",
		priority:    0.8,
		parts: []part{{
			operation: "search_posts",
			arguments: map[string]any{
				"query": []any{map[string]any{"field": "boardId", "operator": "=", "value": "{boardId}"}},
				"sort":  "createdAt:desc", "limit": most,
			},
			outline: render.Outline{Heading: "Posts", Things: "posts", Order: "newest first", Link: to("posts")},
			of:      "get_board",
		}},
	},
	{
		uri: "featurebase://changelogs", name: "changelogs", title: "Changelogs",
		description: "Release notes, drafts among them.",
		priority:    0.5,
		parts: []part{{
			operation: "list_changelogs", arguments: map[string]any{"state": "all", "limit": most},
			outline: render.Outline{Heading: "Changelogs", Things: "changelogs", Order: "newest first", Link: to("changelogs")},
		}},
	},
	{
		uri: "featurebase://changelogs/{changelogId}", name: "changelog", title: "Changelog",
		description: "One changelog with its text, by id or slug.",
		priority:    0.7,
		parts:       []part{{operation: "get_changelog", arguments: map[string]any{"changelogId": "{changelogId}"}}},
	},
	{
		uri: "featurebase://posts/{postId}", name: "post", title: "Post",
		description: "One feedback post with its text.",
		priority:    0.9,
		parts:       []part{{operation: "get_post", arguments: map[string]any{"postId": "{postId}"}}},
	},
	{
		uri: "featurebase://help-center", name: "help-center", title: "Help center",
		description: "The collections of the help center and its live articles.",
		priority:    0.5,
		parts: []part{
			{
				operation: "list_collections", arguments: map[string]any{"limit": most},
				outline: render.Outline{Heading: "Collections", Things: "collections", Link: to("collections")},
			},
			{
				operation: "list_articles", arguments: map[string]any{"limit": most},
				outline: render.Outline{Heading: "Articles", Things: "live articles", Link: to("articles")},
			},
		},
	},
	{
		uri: "featurebase://collections/{collectionId}", name: "collection", title: "Help center collection",
		description: "One collection of the help center with its live articles, by name or id.",
		priority:    0.5,
		parts: []part{
			{operation: "get_collection", arguments: map[string]any{"collectionId": "{collectionId}"}},
			{
				operation: "list_articles", arguments: map[string]any{"parentId": "{collectionId}", "limit": most},
				outline: render.Outline{Heading: "Articles", Things: "live articles", Link: to("articles")},
			},
		},
	},
	{
		uri: "featurebase://articles/{articleId}", name: "article", title: "Help center article",
		description: "One live article with its text.",
		priority:    0.8,
		parts:       []part{{operation: "get_article", arguments: map[string]any{"articleId": "{articleId}"}}},
	},
	{
		uri: "featurebase://conversations/{conversationId}", name: "conversation", title: "Conversation",
		description: "One conversation of the inbox as a transcript.",
		priority:    0.9,
		parts:       []part{{operation: "get_conversation", arguments: map[string]any{"conversationId": "{conversationId}"}}},
	},
	{
		uri: "featurebase://contacts/{contactId}", name: "contact", title: "Contact",
		description: "One customer or lead, with companies.",
		priority:    0.6,
		parts:       []part{{operation: "get_contact", arguments: map[string]any{"contactId": "{contactId}"}}},
	},
}

// listed are the kinds whose objects resources/list shows by name, so that a person can pick one.
var listed = []struct {
	kind string
	uris []string // the resources that read an object of the kind
	most int      // the most objects listed; 0: all known ones
}{
	{"board", []string{"featurebase://boards/{boardId}", "featurebase://boards/{boardId}/posts"}, 0},
	{"changelog", []string{"featurebase://changelogs/{changelogId}"}, 20},
	{"collection", []string{"featurebase://collections/{collectionId}"}, 0},
}

// lookup returns the resource with a URI of the table, or nil.
func lookup(uri string) *resource {
	if i := slices.IndexFunc(table, func(r *resource) bool { return r.uri == uri }); i >= 0 {
		return table[i]
	}
	return nil
}

// to returns a function from an id to the URI of that object.
func to(folder string) func(id string) string {
	return func(id string) string { return scheme + folder + "/" + escape(id) }
}

// isTemplate reports whether the URI has holes.
func (r *resource) isTemplate() bool { return strings.Contains(r.uri, "{") }

// holes returns the names of the holes.
func (r *resource) holes() []string {
	var names []string
	for segment := range strings.SplitSeq(r.uri, "/") {
		if name, ok := hole(segment); ok {
			names = append(names, name)
		}
	}
	return names
}

// kindOf returns the word of the kind whose id a hole takes.
func kindOf(hole string) string { return strings.TrimSuffix(hole, "Id") }
