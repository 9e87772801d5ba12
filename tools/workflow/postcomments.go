package workflow

import (
	"cmp"
	"context"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/rawjson"
)

// postComment is a comment on a post, with the fields that jobs read.
type postComment struct {
	postID, author    string
	by                string // the side of its author
	at                time.Time
	private, inReview bool
	content           rawjson.Value
	source            rawjson.Value // where it stands in the response
}

// public reports whether the customers see it.
func (c postComment) public() bool { return !c.private && !c.inReview }

// comments reads the comments of a list. It leaves out those that were deleted, that are spam or that are not on a post.
func (j *work) comments(items engine.Collection) []postComment {
	var all []postComment
	for _, item := range objects(items.Items) {
		v := rawjson.Repair(item)
		c := postComment{source: v, postID: j.lineOf(v, "postId"), content: v.Get("content"), private: v.Get("isPrivate").Bool(), inReview: v.Get("inReview").Bool()}
		if c.postID == "" || v.Get("isDeleted").Bool() || v.Get("isSpam").Bool() {
			continue
		}
		c.author = j.lineIn(v.Get("author", "name"))
		c.by = side(v.Get("author", "type").Text())
		c.at, _ = time.Parse(time.RFC3339, v.Get("createdAt").Text())
		all = append(all, c)
	}
	return all
}

// Bounds of the reading of comments.
const (
	commentsRead   = 2000 // comments of a period
	commentedPosts = 50   // posts whose comments one search asks for
	commentsOfSome = 500  // comments of those posts
)

// commentsOn reads the comments on posts, those before a time if it is not zero. whole reports whether all were read.
func (j *work) commentsOn(ctx context.Context, what string, posts []string, before time.Time) (all []postComment, whole bool, err error) {
	whole = true
	for ids := range slices.Chunk(posts, commentedPosts) {
		filters := []any{below(ids)}
		if !before.IsZero() {
			filters = append(filters, where("createdAt", "<", before.Unix()))
		}
		c, failed := j.searchComments(ctx, what, commentsOfSome, filters...)
		all, whole, err = append(all, j.comments(c)...), whole && c.Whole, cmp.Or(err, failed)
	}
	return all, whole, err
}

// below returns the filter for the comments on posts.
func below(posts []string) any { return where("postId", "IN", posts) }

// searchComments searches comments by filters, the newest first.
func (j *work) searchComments(ctx context.Context, what string, most int, filters ...any) (engine.Collection, error) {
	by := inOrder("createdAt:desc")
	by["query"] = map[string]any{"operator": "AND", "value": filters}
	return j.List(ctx, what, "search_comments", by, most)
}
