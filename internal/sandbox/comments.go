package sandbox

import (
	"maps"
	"math"
	"net/http"
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// comments returns the kind of comments on posts and changelogs. One key stands beside the plain fields: _authorId.
func comments() *kind {
	return &kind{
		name: "comment", title: "comment", path: "/v2/comments", isID: store.IsObjectID,
		render: renderComment,
		keep:   keepComments,
		order:  orderComments,
		fields: map[string]func(*call, object) any{
			"authorId":        func(_ *call, o object) any { return o["_authorId"] },
			"score":           func(_ *call, o object) any { return score(o) },
			"confidenceScore": func(_ *call, o object) any { return confidence(o) },
		},
		texts: func(o object) (string, string) { return "", text(o, "content") },
		sort:  "createdAt:desc",
		start: startComment,
		set: map[string]setter{
			"author":          setAuthor,
			"postId":          setSubject("postId", "post"),
			"changelogId":     setSubject("changelogId", "changelog"),
			"parentCommentId": setParent,
			"createdAt":       setTime("createdAt", false),
			// commentMade reads this field. It is not stored.
			"sendNotification": notStored,
		},
		made: commentMade,
		gone: commentGone,
	}
}

func renderComment(c *call, shown, stored object) {
	shown["score"] = score(stored)
	shown["author"] = nil
	if author, ok := byline(c.store, text(stored, "_authorId")).(object); ok {
		delete(author, "email")
		shown["author"] = author
	}
}

func score(o object) float64 { return number(o, "upvotes") - number(o, "downvotes") }

// confidence returns the lower bound of the Wilson score of a comment at 80 %, so that many good votes rank above a few perfect ones.
func confidence(o object) float64 {
	const z = 1.281551565545
	up, down := number(o, "upvotes"), number(o, "downvotes")
	n := up + down
	if n <= 0 || up < 0 || down < 0 {
		return 0
	}
	share := up / n
	lower := (share + z*z/(2*n) - z*math.Sqrt((share*(1-share)+z*z/(4*n))/n)) / (1 + z*z/n)
	return math.Round(lower*1e6) / 1e6
}

// keepComments applies the filters of listComments. Without a filter it keeps all comments, because the key may see all of them.
func keepComments(c *call) (func(object) bool, error) {
	subjects := object{}
	for field, kindName := range subjectKinds() {
		if wanted := text(c.query, field); wanted != "" {
			subjects[field] = wanted // an unknown subject has no comments
			if o := c.subject(kindName, wanted); o != nil {
				subjects[field] = o["id"]
			}
		}
	}
	privacy := text(c.query, "privacy")
	inReview, narrowed := c.query["inReview"].(bool)
	return func(o object) bool {
		for field, id := range subjects {
			if o[field] != id {
				return false
			}
		}
		if narrowed && flag(o, "inReview") != inReview {
			return false
		}
		switch privacy {
		case "public":
			return !flag(o, "isPrivate")
		case "private":
			return flag(o, "isPrivate")
		}
		return true
	}, nil
}

// subjectKinds gives the kind of each field that names the subject of a comment.
func subjectKinds() map[string]string {
	return map[string]string{"postId": "post", "changelogId": "changelog"}
}

func orderComments(c *call) ordering {
	switch text(c.query, "sortBy") {
	case "top":
		return ordering{name: "top", desc: true, key: func(o object) any { return score(o) }}
	case "new":
		return byField("createdAt", true)
	case "old":
		return byField("createdAt", false)
	}
	return ordering{name: "best", desc: true, key: func(o object) any { return confidence(o) }}
}

func startComment(c *call, draft object) {
	maps.Copy(draft, object{
		"postId": nil, "changelogId": nil, "parentCommentId": nil,
		"upvotes": 0.0, "downvotes": 0.0, "inReview": false, "isDeleted": false, "isPinned": false, "isPrivate": false, "isSpam": false,
		"_authorId": c.store.KeyAdmin()["id"],
	})
}

// subject finds the post or changelog of a comment, by id or slug.
func (c *call) subject(kindName, idOrSlug string) object {
	all := c.store.Kind(kindName)
	if o := all.Get(idOrSlug); o != nil {
		return o
	}
	return all.Find(func(o object) bool { return o["slug"] == idOrSlug })
}

func setSubject(field, kindName string) setter {
	return func(c *call, draft object, value any) error {
		if c.body["postId"] != nil && c.body["changelogId"] != nil {
			return refused(field, "Give postId or changelogId, not both")
		}
		idOrSlug, _ := value.(string)
		o := c.subject(kindName, idOrSlug)
		if o == nil {
			return notFound(kindName)
		}
		draft[field] = o["id"]
		return nil
	}
}

// setParent makes the comment a reply. It refuses a parent whose subject is not the one that the body names.
func setParent(c *call, draft object, value any) error {
	id, _ := value.(string)
	if !store.IsObjectID(id) {
		return invalid("invalid_id", "Invalid comment ID: "+id, "parentCommentId")
	}
	parent := c.store.Kind("comment").Get(id)
	if parent == nil {
		return notFound("parent comment")
	}
	for field, kindName := range subjectKinds() {
		if wanted, ok := c.body[field].(string); ok {
			if o := c.subject(kindName, wanted); o == nil || o["id"] != parent[field] {
				return refused("parentCommentId", "The parent comment belongs to something else")
			}
		}
	}
	draft["parentCommentId"] = parent["id"]
	return nil
}

func commentMade(c *call, o object) {
	c.counted(text(o, "_authorId"), "commentsCreated", 1)
	subject := c.commented(o)
	subject["commentCount"] = number(subject, "commentCount") + 1
	notify, given := c.body["sendNotification"].(bool)
	if (!given || notify) && !flag(o, "isPrivate") {
		c.store.Send(store.OutboxEntry{
			Type: "comment_email", Subject: text(subject, "title"), Recipients: len(list(subject, "_voters")),
			Detail: object{"commentId": o["id"], "postId": o["postId"], "changelogId": o["changelogId"]},
		})
	}
}

// removeComments removes the comments of a post or changelog that is being removed.
func (c *call) removeComments(field string, subject object) {
	comments := c.store.Kind("comment")
	for _, comment := range slices.Clone(comments.All()) {
		if comment[field] == subject["id"] {
			c.counted(text(comment, "_authorId"), "commentsCreated", -1)
			comments.Remove(text(comment, "id"))
		}
	}
}

// commented returns the post or changelog of a comment. It always exists, because removing it removes its comments.
func (c *call) commented(o object) object {
	if id := text(o, "postId"); id != "" {
		return c.store.Kind("post").Get(id)
	}
	return c.store.Kind("changelog").Get(text(o, "changelogId"))
}

// commentGone lowers the counters. A comment that was blanked before does not count any more.
func commentGone(c *call, o object) {
	if flag(o, "isDeleted") {
		return
	}
	c.counted(text(o, "_authorId"), "commentsCreated", -1)
	subject := c.commented(o)
	subject["commentCount"] = max(0, number(subject, "commentCount")-1)
}

func deleteComment(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.deleted(o), nil
}

// deleted removes a comment, or blanks it if it has replies.
func (c *call) deleted(o object) object {
	reply := c.store.Kind("comment").Find(func(other object) bool { return other["parentCommentId"] == o["id"] })
	if reply == nil {
		return c.removed(o)
	}
	commentGone(c, o)
	maps.Copy(o, object{"content": "", "isDeleted": true, "_authorId": nil, "updatedAt": stamp(c.store.Now())})
	return object{"id": o["id"], "object": "comment", "deleted": true}
}

func deleteCommentLegacy(c *call) (int, any, error) {
	c.endpoint = &endpoint{op: c.op, kind: c.kinds.named("comment")} // the path of this operation belongs to no kind
	c.path = map[string]string{"id": text(c.body, "id")}
	if !c.kind.isID(c.path["id"]) {
		return 0, nil, invalid("invalid_id", "Invalid comment ID: "+c.path["id"], "id")
	}
	if _, _, err := deleteComment(c); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, object{"success": true}, nil
}
