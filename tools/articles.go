package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// articleView hides the slug, which the address contains, and what the page shows around the text.
var articleView = &render.View{
	Row: "id title state|shared collectionId=parentId|shared link=externalUrl/featurebaseUrl|link updated=updatedAt|date " +
		"unpublishedChanges=isDraftDiffersFromLive|flag visibleTo=visibleBy|few excerpt=body|gist",
	Lines: "id title description state url=featurebaseUrl externalUrl collectionId=parentId helpCenterId path author locale availableLocales publishedLocales published=isPublished|flag " +
		"unpublishedChanges=isDraftDiffersFromLive|flag visibleBy surveyId created=createdAt updated=updatedAt|new liveUpdated=liveUpdatedAt|new",
	Hide:    "slug icon order avatarUrl defaultLocale",
	Written: "id title link=externalUrl/featurebaseUrl|link state collectionId=parentId helpCenterId unpublishedChanges=isDraftDiffersFromLive|flag visibleTo=visibleBy|few",
	Stored:  "authorId=author.name icon=icon.value",
	Body:    "body", Translated: "translations", HTML: "body", Staff: true,
}

// articleOperations are the operations on articles of help centers.
var articleOperations = []*engine.Operation{
	{
		Name:        "search_articles",
		Title:       "Search articles",
		Description: "Search help center articles by words and meaning, by filters, or both.",
		Default:     true,
		Effect:      engine.Read,
		Method:      http.MethodPost,
		Path:        "/v2/help_center/articles/search",
		Input:       input.Args[searchArticles](),
		Output:      articleView,
		Refs:        engine.Refs{"author_id": {Kind: kind.Admin}, "id": {Kind: kind.Article}},
		Example:     `{"search":"invite a teammate"}`,
	},
	{
		Name:        "list_articles",
		Title:       "List articles",
		Description: "List help center articles, live ones unless state says otherwise.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/articles",
		Browsed:     true,
		Input:       input.Args[listArticles](),
		Output:      articleView,
		Example:     `{"state":"all","limit":5}`,
	},
	{
		Name:        "get_article",
		Title:       "Get article",
		Description: "Get one help center article with its text. state draft shows unpublished changes, compare what differs.",
		Default:     true,
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/articles/{articleId}",
		Input:       input.Args[getArticle](),
		Versions:    &engine.Versions{Argument: "state", Published: "live", Draft: "draft", IsPublished: "isPublished", Differs: "isDraftDiffersFromLive", Fields: "title description"},
		Output:      articleView,
		Example:     `{"articleId":"<articleId>"}`,
	},
	{
		Name:        "create_article",
		Title:       "Create article",
		Description: "Create a help center article: a draft, unless state is live.",
		Effect:      engine.Write,
		Method:      http.MethodPost,
		Path:        "/v2/help_center/articles",
		Undo:        "delete_article articleId=made",
		Confirm:     []engine.Asked{{When: "state=live", Because: "Visitors of the help center can read a live article at once."}},
		Input:       input.Args[createArticle](),
		Output:      articleView,
		Example:     `{"title":"How to invite a teammate","body":"Open **Settings**, then *People*.","parentId":"<collectionId>"}`,
	},
	{
		Name:        "update_article",
		Title:       "Update article",
		Description: "Change the given fields of a help center article; state live publishes it.",
		Effect:      engine.Write,
		Method:      http.MethodPatch,
		Path:        "/v2/help_center/articles/{articleId}",
		Confirm:     []engine.Asked{{When: "state=live", Because: "Visitors of the help center can read a live article at once."}},
		Input:       input.Args[updateArticle](),
		Keeps:       &engine.Kept{Argument: "body", Field: "body", Markdown: true},
		Output:      articleView,
		Refs:        engine.Refs{"authorId": {Kind: kind.Admin}},
		Example:     `{"articleId":"<articleId>","title":"How to invite your team"}`,
	},
	{
		Name:        "delete_article",
		Title:       "Delete article",
		Description: "Delete a help center article for good.",
		Effect:      engine.Destroy,
		Method:      http.MethodDelete,
		Path:        "/v2/help_center/articles/{articleId}",
		Input:       input.Args[deleteArticle](),
		Example:     `{"articleId":"<articleId>"}`,
	},
}

type searchArticles struct {
	Search string        `json:"search,omitempty" jsonschema:"minLength=1,maxLength=500"`
	Query  input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"id,help_center_id,parent_id,author_id,slug,state:live|draft,created_at:date,updated_at:date"`
	Sort   string        `json:"sort,omitempty" jsonschema:"enum=created_at:desc,enum=created_at:asc,enum=updated_at:desc,enum=updated_at:asc"`
	input.Page
	input.Detail
}

type listArticles struct {
	HelpCenterID string `json:"helpCenterId,omitempty"`
	ParentID     string `json:"parentId,omitempty" jsonschema_description:"Or name."`
	State        string `json:"state,omitempty" jsonschema:"enum=live,enum=draft,enum=all"`
	input.Page
	input.Detail
}

type getArticle struct {
	ArticleID string `json:"articleId" jsonschema_description:"Or link."`
	State     string `json:"state,omitempty" jsonschema:"enum=live,enum=draft"`
	Compare   bool   `json:"compare,omitempty"`
	input.Document
}

type createArticle struct {
	Title        string                              `json:"title"`
	Body         markup.Body                         `json:"body,omitempty" jsonschema_description:"Markdown or HTML."`
	Description  string                              `json:"description,omitempty"`
	State        string                              `json:"state,omitempty" jsonschema:"enum=live,enum=draft"`
	ParentID     string                              `json:"parentId,omitempty" jsonschema_description:"Or name."`
	HelpCenterID string                              `json:"helpCenterId,omitempty" jsonschema_description:"Only without parentId."`
	Icon         icon                                `json:"icon,omitempty" jsonschema_description:"Emoji or icon name."`
	Formatter    string                              `json:"formatter,omitempty" jsonschema:"enum=default,enum=ai" jsonschema_description:"ai rewrites body."`
	Translations map[input.Locale]articleTranslation `json:"translations,omitempty" jsonschema_description:"{title, description, body} by locale."`
}

// articleTranslation is the text of an article in another language.
type articleTranslation struct {
	Title       string      `json:"title,omitempty"`
	Description string      `json:"description,omitempty"`
	Body        markup.Body `json:"body,omitempty"`
}

type updateArticle struct {
	ArticleID    string                              `json:"articleId" jsonschema_description:"Or link."`
	Title        string                              `json:"title,omitempty"`
	Body         markup.Body                         `json:"body,omitempty" jsonschema_description:"Markdown or HTML."`
	Description  string                              `json:"description,omitempty"`
	State        string                              `json:"state,omitempty" jsonschema:"enum=live,enum=draft"`
	ParentID     string                              `json:"parentId,omitempty" jsonschema_description:"Or name."`
	AuthorID     string                              `json:"authorId,omitempty" jsonschema_description:"Or name."`
	Icon         icon                                `json:"icon,omitempty" jsonschema_description:"Emoji or icon name."`
	Clear        []string                            `json:"clear,omitempty" jsonschema:"enum=icon,enum=parentId"`
	Formatter    string                              `json:"formatter,omitempty" jsonschema:"enum=default,enum=ai" jsonschema_description:"ai rewrites body."`
	Translations map[input.Locale]articleTranslation `json:"translations,omitempty" jsonschema_description:"{title, description, body} by locale."`
}

type deleteArticle struct {
	ArticleID string `json:"articleId" jsonschema_description:"Or link."`
}
