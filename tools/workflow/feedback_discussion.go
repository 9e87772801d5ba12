package workflow

import (
	"cmp"
	"context"
	"slices"

	"featurebase-mcp/internal/engine"
)

// discussion is the comments of a period on posts, whenever the posts were made.
type discussion struct {
	comments         []postComment
	whole            bool          // all comments of the period were read
	total            int           // by the API's count, where they were not
	earlier          []postComment // of the period before
	earlierWhole     bool
	commented        []string        // the posts, most comments first
	counts           map[string]int  // comments by post
	shown            []commentedPost // the first of them
	scoped, scopeAll bool            // the comments were limited to some posts; all of these are known
}

// commentedPost is a post with the comments of the period.
type commentedPost struct {
	postFacts
	fresh, byTeam int
}

// gatherDiscussion reads the comments of both periods. The API does not know the board, tag or status of a comment, so with such a filter the
// posts are read, too.
func (r *periodReport) gatherDiscussion(ctx context.Context) error {
	var now, before engine.Collection
	var scope map[string]bool
	d := &discussion{scoped: len(r.scope()) > 0, scopeAll: true, counts: map[string]int{}}
	failures := make([]error, 3)
	err := r.All(ctx,
		engine.Part{What: "the comments of the period", Do: func(ctx context.Context) error {
			now, failures[0] = r.commentsOf(ctx, r.period)
			return failures[0]
		}},
		engine.Part{What: "the comments of the period before", Do: func(ctx context.Context) error {
			before, failures[1] = r.commentsOf(ctx, r.before)
			return failures[1]
		}},
		engine.Part{What: "the posts that the comments are on", Do: func(ctx context.Context) error {
			if !d.scoped {
				return nil
			}
			var list *reading
			list, failures[2] = r.search(ctx, "the posts that the comments are on", "commentCount:desc", reportedPosts, append(r.scope(), where("commentCount", ">", 0))...)
			if list != nil {
				scope, d.scopeAll = map[string]bool{}, list.Whole
				for _, p := range list.posts {
					scope[p.id] = true
				}
			}
			return failures[2]
		}},
	)
	if err != nil || failures[0] != nil || failures[2] != nil {
		return err // the parts have named what is missing
	}
	d.whole, d.total, d.earlierWhole = now.Whole, now.Total, failures[1] == nil && before.Whole
	in := func(c engine.Collection) []postComment {
		return slices.DeleteFunc(r.comments(c), func(c postComment) bool { return d.scoped && !scope[c.postID] })
	}
	d.comments, d.earlier = in(now), in(before)
	for _, c := range d.comments {
		d.counts[c.postID]++
	}
	d.commented = byCount(d.counts)
	r.talk = d
	return nil
}

// commentsOf reads the comments on posts that were made in a period.
func (r *periodReport) commentsOf(ctx context.Context, p period) (engine.Collection, error) {
	return r.searchComments(ctx, "the comments", commentsRead,
		where("changelogId", "=", nil), where("createdAt", ">=", p.start.Unix()), where("createdAt", "<", p.end.Unix()))
}

// gatherCommented reads the posts with the most comments of the period, where no list has them.
func (r *periodReport) gatherCommented(ctx context.Context) error {
	if r.talk == nil {
		return nil
	}
	first := r.talk.commented[:min(len(r.talk.commented), reportedOthers)]
	r.talk.shown = make([]commentedPost, len(first))
	parts := []engine.Part{}
	for i, id := range first {
		r.talk.shown[i] = commentedPost{postFacts: postFacts{id: id}, fresh: r.talk.counts[id]}
		for _, c := range r.talk.comments {
			if c.postID == id && c.by == teamSide {
				r.talk.shown[i].byTeam++
			}
		}
		if known := r.known(id); known != nil {
			r.talk.shown[i].postFacts = *known
			continue
		}
		parts = append(parts, engine.Part{What: "post " + id, Do: func(ctx context.Context) error {
			body, err := r.Get(ctx, "the post", "get_post", map[string]any{"postId": id})
			if err == nil {
				r.talk.shown[i].postFacts = r.post(body)
				r.talk.shown[i].id = cmp.Or(r.talk.shown[i].id, id)
			}
			return err
		}})
	}
	return r.All(ctx, parts...)
}

// known returns a post that a list of the report has.
func (r *periodReport) known(id string) *postFacts {
	lists := []*reading{r.posts, r.byVotes, r.rising}
	if r.waiting != nil {
		lists = append(lists, r.waiting.looked)
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for i := range list.posts {
			if list.posts[i].id == id {
				return &list.posts[i]
			}
		}
	}
	return nil
}
