package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// commentView hides the upvotes, which follow from the score and the downvotes, and a picture.
var commentView = &render.View{
	Row: "id author=author.name side=author.type|side postId|shared changelogId|shared parentCommentId score|some created=createdAt|date isPrivate|flag awaitingModeration=inReview|flag isPinned|flag isSpam|flag isDeleted|flag excerpt=content|excerpt",
	Lines: "id postId changelogId parentCommentId author created=createdAt updated=updatedAt|new score downvotes|some isPrivate|flag awaitingModeration=inReview|flag isPinned|flag isSpam|flag " +
		"isDeleted|flag",
	Hide:    "upvotes profilePicture",
	Written: "id postId changelogId parentCommentId isPrivate|flag awaitingModeration=inReview|flag isPinned|flag",
	Stored:  "author=author.name",
	Body:    "content", HTML: "content", Customer: "author excerpt",
}

// comments are the operations on comments, which belong to posts and changelogs.
var comments = &engine.Toolset{
	Name: "comments", Description: "Comments on posts and changelogs.",
	Also: "replies, discussion, remarks, thread",
	Refs: engine.Refs{"postId": {Kind: kind.Post}, "changelogId": {Kind: kind.Changelog}, "authorId": {Kind: kind.Contact}},
	Operations: []*engine.Operation{
		{
			Name:        "list_comments",
			Title:       "List comments",
			Description: "List comments, best first: of a post, a changelog or all.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/comments",
			Input:       input.Args[listComments](),
			Output:      commentView,
			Example:     `{"postId":"<postId>","limit":5}`,
		},
		{
			Name:        "search_comments",
			Title:       "Search comments",
			Description: "Search comments by words and meaning, by filters, or both.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/comments/search",
			Input:       input.Args[searchComments](),
			Output:      commentView,
			Example:     `{"search":"spreadsheet","limit":5}`,
		},
		{
			Name:        "get_comment",
			Title:       "Get comment",
			Description: "Get one comment with its text.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/comments/{commentId}",
			Input:       input.Args[getComment](),
			Output:      commentView,
			Example:     `{"commentId":"<commentId>"}`,
		},
		{
			Name:         "create_comment",
			Title:        "Create comment",
			Description:  "Comment on a post or changelog, or reply to a comment. Voters are e-mailed unless sendNotification is false; isPrivate comments are for admins only.",
			Effect:       engine.Write,
			Default:      true,
			Method:       http.MethodPost,
			Path:         "/v2/comments",
			Undo:         "delete_comment commentId=made",
			Input:        input.Args[createComment](),
			Rules:        []input.Rule{{Need: "postId|changelogId"}},
			Impersonates: "author",
			Output:       commentView,
			Refs:         engine.Refs{"postId": {Kind: kind.Post, Slugs: true}, "changelogId": {Kind: kind.Changelog, Slugs: true}},
			About:        "postId=get_post|changelogId=get_changelog",
			Notifies: []engine.Notice{
				{When: "postId", Unless: "sendNotification=false|isPrivate=true", To: "the voters of the post", Count: "upvotes"},
				{When: "changelogId", Unless: "sendNotification=false|isPrivate=true", To: "those who follow the changelog"},
			},
			Example: `{"postId":"<postId>","content":"Planned for **next quarter**."}`,
		},
		{
			Name:        "update_comment",
			Title:       "Update comment",
			Description: "Change a comment: text, privacy, pin, moderation.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/comments/{commentId}",
			Confirm:     []engine.Asked{{When: "isPrivate=false", Because: "A comment that is not private is read by everybody who sees the post."}},
			Input:       input.Args[updateComment](),
			Keeps:       &engine.Kept{Argument: "content", Field: "content"},
			Output:      commentView,
			Example:     `{"commentId":"<commentId>","isPinned":true}`,
		},
		{
			Name:        "delete_comment",
			Title:       "Delete comment",
			Description: "Delete a comment for good. One that has replies is blanked instead.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/comments/{commentId}",
			Input:       input.Args[deleteComment](),
			Example:     `{"commentId":"<commentId>"}`,
		},
		{
			Name:        "delete_comment_legacy",
			Title:       "Delete comment (legacy)",
			Description: "Delete a comment through the old endpoint. Prefer delete_comment.",
			Effect:      engine.Destroy,
			Legacy:      true,
			Method:      http.MethodDelete,
			Path:        "/v2/comment",
			Input:       input.Args[deleteCommentLegacy](),
			About:       "id=get_comment",
			ShownBy:     "get_comment",
			Example:     `{"id":"<commentId>"}`,
		},
	},
}

type listComments struct {
	PostID      string `json:"postId,omitempty" jsonschema_description:"Or link."`
	ChangelogID string `json:"changelogId,omitempty" jsonschema_description:"Or link."`
	Privacy     string `json:"privacy,omitempty" jsonschema:"enum=public,enum=private,enum=all"`
	InReview    bool   `json:"inReview,omitempty" jsonschema_description:"true: awaits moderation."`
	SortBy      string `json:"sortBy,omitempty" jsonschema:"enum=best,enum=top,enum=new,enum=old"`
	input.Page
	input.Detail
}

type searchComments struct {
	Search string        `json:"search,omitempty" jsonschema:"minLength=1,maxLength=500"`
	Query  input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"authorId,postId?,changelogId?,parentCommentId?,isPrivate:boolean,inReview:boolean,createdAt:date,upvotes:number,score:number,confidenceScore:number"`
	Sort   string        `json:"sort,omitempty" jsonschema:"enum=createdAt:desc,enum=createdAt:asc,enum=confidenceScore:desc,enum=confidenceScore:asc,enum=score:desc"`
	input.Page
	input.Detail
}

type getComment struct {
	CommentID input.ObjectID `json:"commentId"`
	input.Document
}

type createComment struct {
	Content          markup.Markdown `json:"content" jsonschema_description:"Markdown."`
	PostID           string          `json:"postId,omitempty" jsonschema_description:"Or link."`
	ChangelogID      string          `json:"changelogId,omitempty" jsonschema_description:"Or link."`
	ParentCommentID  string          `json:"parentCommentId,omitempty"`
	IsPrivate        bool            `json:"isPrivate,omitempty"`
	SendNotification bool            `json:"sendNotification,omitempty"`
	Author           input.Author    `json:"author,omitzero" jsonschema_description:"Customer to credit."`
	CreatedAt        string          `json:"createdAt,omitempty" jsonschema:"format=date-time"`
	Upvotes          float64         `json:"upvotes,omitempty"`
	Downvotes        float64         `json:"downvotes,omitempty"`
}

type updateComment struct {
	CommentID input.ObjectID  `json:"commentId"`
	Content   markup.Markdown `json:"content,omitempty" jsonschema:"minLength=2" jsonschema_description:"Markdown."`
	IsPrivate bool            `json:"isPrivate,omitempty" jsonschema_description:"true: for admins only."`
	IsPinned  bool            `json:"isPinned,omitempty"`
	InReview  bool            `json:"inReview,omitempty" jsonschema_description:"false approves."`
	Upvotes   int             `json:"upvotes,omitempty" jsonschema:"minimum=0"`
	Downvotes int             `json:"downvotes,omitempty" jsonschema:"minimum=0"`
	CreatedAt string          `json:"createdAt,omitempty" jsonschema:"format=date-time"`
}

type deleteComment struct {
	CommentID input.ObjectID `json:"commentId"`
}

type deleteCommentLegacy struct {
	ID input.ObjectID `json:"id" jsonschema_description:"Comment id."`
}
