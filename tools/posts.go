package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// postView hides the slug, which the address contains, the fields of a status that follow from its type (color, isDefault), and a picture.
var postView = &render.View{
	Row: "id title link=postUrl|link status=status.name|shared upvotes comments=commentCount|some boardId|shared author=author.name by=author.type|side created=createdAt|date " +
		"tags=tags.name awaitingModeration=inReview|flag visibleTo=access|few excerpt=content|gist",
	Lines: "id title url=postUrl status|id,name boardId author upvotes comments=commentCount created=createdAt updated=updatedAt|new tags assigneeId eta opportunityAmount customFields " +
		"pinned=isPinned|flag awaitingModeration=inReview|flag off=features|off access integrations",
	Hide:    "slug color isDefault profilePicture",
	Written: "id title link=postUrl|link author=author.name status=status.name boardId upvotes tags=tags.name awaitingModeration=inReview|flag visibleTo=access|few",
	Stored:  "statusId=status.name tags=tags.name author=author.name commentsEnabled=features.commentsEnabled",
	Body:    "content", HTML: "content", Customer: "title author tags customFields excerpt",
}

// statusView hides the color of a status.
var statusView = &render.View{Row: "id name type isDefault|flag", Lines: "id name type isDefault|flag", Hide: "color"}

// customFieldView hides the age of a definition.
var customFieldView = &render.View{
	Row:   "id label type options required|flag internal|flag allowMultiple|flag",
	Lines: "id label type options required|flag public internal|flag allowMultiple|flag placeholder",
	Hide:  "createdAt updatedAt",
}

// posts are the operations on feedback: posts, the people who voted for them, their statuses and custom fields.
var posts = &engine.Toolset{
	Name: "posts", Description: "Feedback posts with their voters, statuses and custom fields.",
	Also: "feature requests, ideas, bug reports, roadmap, upvotes",
	Refs: engine.Refs{
		"boardId":    {Kind: kind.Board},
		"statusId":   {Kind: kind.PostStatus},
		"assigneeId": {Kind: kind.Admin},
		"postId":     {Kind: kind.Post},
		"tagId":      {Kind: kind.PostTag},
		"authorId":   {Kind: kind.Contact},
		"voterId":    {Kind: kind.Contact},

		"customFieldId": {Kind: kind.CustomField},
		"customFields":  {Kind: kind.CustomField, Keys: true},
	},
	Operations: []*engine.Operation{
		{
			Name:        "search_posts",
			Title:       "Search posts",
			Description: "Search feedback posts by words and meaning, by filters, or both. Never finds spam or merged posts.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodPost,
			Path:        "/v2/posts/search",
			Input:       input.Args[searchPosts](),
			Output:      postView,
			Example:     `{"search":"dark mode","query":[{"field":"upvotes","operator":">=","value":5}],"limit":5}`,
		},
		{
			Name:        "list_posts",
			Title:       "List posts",
			Description: "List feedback posts by board, status or tag, sorted. To find posts about something, use search_posts.",
			Effect:      engine.Read,
			Browsed:     true,
			Method:      http.MethodGet,
			Path:        "/v2/posts",
			Input:       input.Args[listPosts](),
			Output:      postView,
			Example:     `{"sortBy":"upvotes","limit":5}`,
		},
		{
			Name:        "get_post",
			Title:       "Get post",
			Description: "Get one post with its text.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/posts/{postId}",
			Input:       input.Args[getPost](),
			Output:      postView,
			Example:     `{"postId":"<postId>"}`,
		},
		{
			Name:        "create_post",
			Title:       "Create post",
			Description: "Create a feedback post. Search for duplicates first; to add a supporter to an existing post, use add_post_voter.",
			Effect:      engine.Write,
			Default:     true,
			Method:      http.MethodPost,
			Path:        "/v2/posts",
			Undo:        "delete_post postId=made",
			Input:       input.Args[createPost](),
			Output:      postView,
			Notifies: []engine.Notice{
				{When: "notifyAdmins=true", To: "the organization's admins"},
				{When: "assigneeId", To: "the admin whom it is assigned to", Indirect: true},
				{
					When: "integrations.clickup=true|integrations.discord=true|integrations.github=true|integrations.jira=true|integrations.linear=true|integrations.slack=true",
					To:   "the connected tools among its integrations",
				},
			},
			Example: `{"boardId":"<boardId>","title":"Export reports as CSV","content":"Finance asks for the **raw numbers** every month.","tags":["Reporting"]}`,
		},
		{
			Name:        "update_post",
			Title:       "Update post",
			Description: "Change the given fields of a post. Voters are e-mailed about a new status only with sendStatusUpdateEmail.",
			Effect:      engine.Write,
			Default:     true,
			Method:      http.MethodPatch,
			Path:        "/v2/posts/{postId}",
			Confirm:     []engine.Asked{{When: "visibility=public", Because: "Everybody who sees the board can read the post and its comments."}},
			Input:       input.Args[updatePost](),
			Keeps:       &engine.Kept{Argument: "content", Field: "content"},
			Output:      postView,
			Notifies: []engine.Notice{
				{When: "sendStatusUpdateEmail=true", To: "the voters of the post", Count: "upvotes"},
				{When: "assigneeId", To: "the admin whom it is assigned to", Indirect: true},
			},
			Example: `{"postId":"<postId>","statusId":"<statusId>","clear":["eta"]}`,
		},
		{
			Name:        "delete_post",
			Title:       "Delete post",
			Description: "Delete a post for good, with its comments and votes.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/posts/{postId}",
			Input:       input.Args[deletePost](),
			Example:     `{"postId":"<postId>"}`,
		},
		{
			Name:        "list_post_voters",
			Title:       "List post voters",
			Description: "List who upvoted a post, with companies. Imported votes have no voter.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/posts/{postId}/voters",
			Input:       input.Args[listPostVoters](),
			Output:      contactView,
			Example:     `{"postId":"<postId>","limit":5}`,
		},
		{
			Name:        "add_post_voter",
			Title:       "Add post voter",
			Description: "Upvote a post for a user, found by id, userId or email; an unknown email makes a new user.",
			Effect:      engine.Write,
			Default:     true,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/posts/{postId}/voters",
			Input:       input.Args[addPostVoter](),
			Rules:       []input.Rule{{Need: "id|userId|email"}},
			Refs:        engine.Refs{"id": {Kind: kind.Contact}},
			Example:     `{"postId":"<postId>","email":"jo@example.com","name":"Jo Example"}`,
		},
		{
			Name:        "remove_post_voter",
			Title:       "Remove post voter",
			Description: "Take back a user's upvote of a post.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Method:      http.MethodDelete,
			Path:        "/v2/posts/{postId}/voters",
			Undo:        "add_post_voter postId id userId email",
			Input:       input.Args[removePostVoter](),
			Rules:       []input.Rule{{Need: "id|userId|email"}},
			Refs:        engine.Refs{"id": {Kind: kind.Contact}},
			Example:     `{"postId":"<postId>","userId":"<userId>"}`,
		},
		{
			Name:        "list_post_statuses",
			Title:       "List post statuses",
			Description: "List the statuses that posts can have, with their ids.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/post_statuses",
			Browsed:     true,
			Input:       input.Args[listPostStatuses](),
			Output:      statusView,
			Example:     `{}`,
		},
		{
			Name:        "get_post_status",
			Title:       "Get post status",
			Description: "Get one post status.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/post_statuses/{statusId}",
			Input:       input.Args[getPostStatus](),
			Output:      statusView,
			Example:     `{"statusId":"<statusId>"}`,
		},
		{
			Name:        "list_custom_fields",
			Title:       "List custom fields",
			Description: "List the custom fields of posts: ids, types and options.",
			Effect:      engine.Read,
			Browsed:     true,
			Method:      http.MethodGet,
			Path:        "/v2/custom_fields",
			Input:       input.Args[listCustomFields](),
			Output:      customFieldView,
			Example:     `{}`,
		},
		{
			Name:        "get_custom_field",
			Title:       "Get custom field",
			Description: "Get one custom field of posts.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/custom_fields/{customFieldId}",
			Input:       input.Args[getCustomField](),
			Output:      customFieldView,
			Example:     `{"customFieldId":"<customFieldId>"}`,
		},
	},
}

type searchPosts struct {
	Search string        `json:"search,omitempty" jsonschema:"minLength=1,maxLength=500"`
	Query  input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"boardId,statusId,tagId,authorId,voterId/match,assigneeId?,companyId,createdAt:date,updatedAt:date,eta:date,upvotes:number,commentCount:number,monthlySpend:number,opportunityAmount:number,inReview:boolean,isPinned:boolean"`
	Sort   string        `json:"sort,omitempty" jsonschema:"enum=createdAt:desc,enum=createdAt:asc,enum=updatedAt:desc,enum=updatedAt:asc,enum=upvotes:desc,enum=upvotes:asc,enum=eta:desc,enum=eta:asc,enum=monthlySpend:desc,enum=monthlySpend:asc,enum=opportunityAmount:desc,enum=opportunityAmount:asc,enum=commentCount:desc,enum=commentCount:asc"`
	input.Page
	input.Detail
}

type listPosts struct {
	Q         string   `json:"q,omitempty"`
	BoardID   []string `json:"boardId,omitempty" jsonschema_description:"Or name."`
	StatusID  []string `json:"statusId,omitempty" jsonschema_description:"Or name."`
	Tags      []string `json:"tags,omitempty" jsonschema_description:"Tag names."`
	InReview  bool     `json:"inReview,omitempty" jsonschema_description:"true includes posts awaiting moderation."`
	SortBy    string   `json:"sortBy,omitempty" jsonschema:"enum=createdAt,enum=upvotes,enum=trending,enum=recent"`
	SortOrder string   `json:"sortOrder,omitempty" jsonschema:"enum=asc,enum=desc"`
	input.Page
	input.Detail
}

type getPost struct {
	PostID string `json:"postId" jsonschema_description:"Or link."`
	input.Document
}

type createPost struct {
	BoardID         string          `json:"boardId" jsonschema_description:"Or name."`
	Title           string          `json:"title" jsonschema:"minLength=2"`
	Content         markup.Markdown `json:"content,omitempty" jsonschema_description:"Markdown."`
	Author          input.Author    `json:"author,omitzero" jsonschema_description:"Customer to credit."`
	StatusID        string          `json:"statusId,omitempty" jsonschema_description:"Or name."`
	Tags            []string        `json:"tags,omitempty" jsonschema_description:"Tag names."`
	AssigneeID      string          `json:"assigneeId,omitempty" jsonschema_description:"Or name."`
	ETA             string          `json:"eta,omitempty" jsonschema_description:"Date."`
	CustomFields    map[string]any  `json:"customFields,omitempty" jsonschema_description:"By name or id."`
	Visibility      string          `json:"visibility,omitempty" jsonschema:"enum=public,enum=authorOnly,enum=companyOnly"`
	CommentsEnabled bool            `json:"commentsEnabled,omitempty"`
	InReview        bool            `json:"inReview,omitempty" jsonschema_description:"true awaits moderation."`
	NotifyAdmins    bool            `json:"notifyAdmins,omitempty"`
	Upvotes         float64         `json:"upvotes,omitempty"`
	CreatedAt       string          `json:"createdAt,omitempty" jsonschema:"format=date-time"`
	Integrations    integrations    `json:"integrations,omitzero"`
}

type integrations struct {
	Clickup bool `json:"clickup,omitempty"`
	Discord bool `json:"discord,omitempty"`
	GitHub  bool `json:"github,omitempty"`
	Jira    bool `json:"jira,omitempty"`
	Linear  bool `json:"linear,omitempty"`
	Slack   bool `json:"slack,omitempty"`
}

type updatePost struct {
	PostID                string          `json:"postId" jsonschema_description:"Or link."`
	Title                 string          `json:"title,omitempty" jsonschema:"minLength=2"`
	Content               markup.Markdown `json:"content,omitempty" jsonschema_description:"Markdown."`
	StatusID              string          `json:"statusId,omitempty" jsonschema_description:"Or name."`
	BoardID               string          `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Tags                  []string        `json:"tags,omitempty" jsonschema_description:"Tag names; replaces all."`
	AssigneeID            string          `json:"assigneeId,omitempty" jsonschema_description:"Or name."`
	ETA                   string          `json:"eta,omitempty" jsonschema_description:"Date."`
	Clear                 []string        `json:"clear,omitempty" jsonschema:"enum=assigneeId,enum=eta"`
	CustomFields          map[string]any  `json:"customFields,omitempty" jsonschema_description:"By name or id."`
	SendStatusUpdateEmail bool            `json:"sendStatusUpdateEmail,omitempty"`
	Visibility            string          `json:"visibility,omitempty" jsonschema:"enum=public,enum=authorOnly,enum=companyOnly"`
	CommentsEnabled       bool            `json:"commentsEnabled,omitempty"`
	InReview              bool            `json:"inReview,omitempty" jsonschema_description:"false approves."`
	Author                input.Author    `json:"author,omitzero"`
	Upvotes               float64         `json:"upvotes,omitempty"`
	CreatedAt             string          `json:"createdAt,omitempty" jsonschema:"format=date-time"`
}

type deletePost struct {
	PostID string `json:"postId" jsonschema_description:"Or link."`
}

type listPostVoters struct {
	PostID string `json:"postId" jsonschema_description:"Or link."`
	input.Page
	input.Detail
}

type addPostVoter struct {
	PostID         string         `json:"postId" jsonschema_description:"Or link."`
	ID             string         `json:"id,omitempty" jsonschema_description:"Or e-mail."`
	UserID         string         `json:"userId,omitempty" jsonschema_description:"Your own system's user id."`
	Email          string         `json:"email,omitempty"`
	Name           string         `json:"name,omitempty"`
	ProfilePicture markup.Address `json:"profilePicture,omitempty"`
}

type removePostVoter struct {
	PostID string `json:"postId" jsonschema_description:"Or link."`
	ID     string `json:"id,omitempty" jsonschema_description:"Or e-mail."`
	UserID string `json:"userId,omitempty" jsonschema_description:"Your own system's user id."`
	Email  string `json:"email,omitempty"`
}

type listPostStatuses struct {
	input.Detail
	input.Onward
}

type getPostStatus struct {
	StatusID string `json:"statusId" jsonschema_description:"Or name."`
}

type listCustomFields struct {
	input.Detail
	input.Onward
}

type getCustomField struct {
	CustomFieldID string `json:"customFieldId" jsonschema_description:"Or name."`
}
