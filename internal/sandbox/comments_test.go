package sandbox

import (
	"net/http"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func TestCommentsAreFoundBySubjectAndCount(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	post := a.newPost(nil)
	id, slug := text(post, "id"), text(post, "slug")
	count := func() any { return a.do("GET", "/v2/posts/"+id, nil).ok()["commentCount"] }

	byID := a.do("POST", "/v2/comments", object{"postId": id, "content": "<p>First</p>"}).ok()
	if byID["postId"] != id || byID["changelogId"] != nil || byID["parentCommentId"] != nil || at(byID, "author", "type") != "admin" || byID["score"] != 0.0 {
		t.Errorf("comment %v", byID)
	}
	if _, shown := byID["author"].(object)["email"]; shown {
		t.Error("authors of comments have no e-mail")
	}
	reply := a.do("POST", "/v2/comments", object{
		"postId": slug, "content": "<p>Reply</p>", "parentCommentId": byID["id"], "author": object{"email": "ada@lovelace.example"}, "upvotes": 5, "downvotes": 2,
	}).ok()
	if reply["postId"] != id || reply["parentCommentId"] != byID["id"] || reply["score"] != 3.0 || at(reply, "author", "name") != "ada" {
		t.Errorf("reply %v", reply)
	}
	if count() != 2.0 {
		t.Errorf("%v comments counted", count())
	}
	for _, query := range []string{"postId=" + id, "postId=" + slug} {
		if rows := a.do("GET", "/v2/comments?"+query, nil).rows(); len(rows) != 2 {
			t.Errorf("%s lists %d", query, len(rows))
		}
	}
	if rows := a.do("GET", "/v2/comments?postId=000000000000000000000000", nil).rows(); len(rows) != 0 {
		t.Errorf("an unknown post has %d comments", len(rows))
	}

	changelog := a.the("changelog", named("Recurring tasks are here"))
	if got := a.do("POST", "/v2/comments", object{"changelogId": changelog["slug"], "content": "x"}).ok(); got["changelogId"] != changelog["id"] || got["postId"] != nil {
		t.Errorf("on a changelog: %v", got)
	}

	for name, c := range map[string]struct {
		body   object
		status int
		code   string
	}{
		"an unknown post":         {object{"postId": "no-such-post"}, 404, "resource_not_found"},
		"an unknown changelog":    {object{"changelogId": "no-such-changelog"}, 404, "resource_not_found"},
		"an unknown parent":       {object{"postId": id, "parentCommentId": "000000000000000000000000"}, 404, "resource_not_found"},
		"a parent that is no id":  {object{"postId": id, "parentCommentId": "first"}, 400, "invalid_id"},
		"a parent elsewhere":      {object{"changelogId": changelog["id"], "parentCommentId": byID["id"]}, 400, "invalid_request"},
		"a post and a changelog":  {object{"postId": id, "changelogId": changelog["id"]}, 400, "invalid_request"},
		"neither":                 {object{"parentCommentId": byID["id"]}, 400, "invalid_request"},
		"an author nobody knows":  {object{"postId": id, "author": object{"userId": "nobody"}}, 400, "invalid_request"},
		"a number for a content":  {object{"postId": id, "content": 7}, 400, "invalid_request"},
		"a date from nowhere":     {object{"postId": id, "createdAt": "then"}, 400, "invalid_request"},
		"a key nobody recognises": {object{"postId": id, "private": true}, 400, "invalid_request"},
	} {
		if c.body["content"] == nil {
			c.body["content"] = "x"
		}
		t.Run(name, func(t *testing.T) {
			a.in(t).do("POST", "/v2/comments", c.body).fails(c.status, c.code)
		})
	}
	if count() != 2.0 {
		t.Errorf("%v comments counted after refusals", count())
	}
}

func TestUpdatingAComment(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	comment := a.do("POST", "/v2/comments", object{"postId": a.newPost(nil)["id"], "content": "<p>x</p>"}).ok()
	path := "/v2/comments/" + text(comment, "id")
	got := a.do("PATCH", path, object{"content": "<p>better</p>", "upvotes": 7, "downvotes": 3, "isPinned": true, "isPrivate": true, "inReview": true}).ok()
	if got["content"] != "<p>better</p>" || got["score"] != 4.0 || got["isPinned"] != true || got["isPrivate"] != true || got["inReview"] != true {
		t.Errorf("updated: %v", got)
	}
	if got = a.do("PATCH", path, object{"isPrivate": nil, "inReview": false}).ok(); got["isPrivate"] != true || got["inReview"] != false {
		t.Errorf("null leaves alone: %v", got)
	}
	a.do("PATCH", path, object{"content": "x"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("PATCH", path, object{"upvotes": -1}).fails(http.StatusBadRequest, "invalid_request")
}

func TestDeletingACommentBlanksItWhenItHasReplies(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	post := text(a.newPost(nil), "id")
	parent := text(a.do("POST", "/v2/comments", object{"postId": post, "content": "<p>parent</p>"}).ok(), "id")
	reply := text(a.do("POST", "/v2/comments", object{"postId": post, "content": "<p>reply</p>", "parentCommentId": parent}).ok(), "id")
	count := func() any { return a.do("GET", "/v2/posts/"+post, nil).ok()["commentCount"] }

	if got := a.do("DELETE", "/v2/comments/"+parent, nil).ok(); got["deleted"] != true || got["id"] != parent {
		t.Errorf("answer %v", got)
	}
	if blank := a.do("GET", "/v2/comments/"+parent, nil).ok(); blank["isDeleted"] != true || blank["content"] != "" || blank["author"] != nil {
		t.Errorf("blanked: %v", blank)
	}
	if count() != 1.0 {
		t.Errorf("%v comments counted", count())
	}
	a.do("DELETE", "/v2/comments/"+parent, nil).ok()
	if count() != 1.0 {
		t.Errorf("%v comments counted after blanking twice", count())
	}
	if got := a.do("DELETE", "/v2/comment", object{"id": reply}); string(got.body) != `{"success":true}` {
		t.Errorf("legacy answer %s", got.body)
	}
	a.do("GET", "/v2/comments/"+reply, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("DELETE", "/v2/comment", object{"id": reply}).fails(http.StatusNotFound, "resource_not_found")
	a.do("DELETE", "/v2/comment", object{"id": "x"}).fails(http.StatusBadRequest, "invalid_id")
	if count() != 0.0 {
		t.Errorf("%v comments counted at the end", count())
	}
}

func TestListCommentsFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for query, fits := range map[string]func(object) bool{
		"privacy=public":                 func(o object) bool { return !flag(o, "isPrivate") },
		"privacy=private":                func(o object) bool { return flag(o, "isPrivate") },
		"privacy=all":                    func(object) bool { return true },
		"inReview=true":                  func(o object) bool { return flag(o, "inReview") },
		"inReview=false":                 func(o object) bool { return !flag(o, "inReview") },
		"privacy=private&inReview=false": func(o object) bool { return flag(o, "isPrivate") && !flag(o, "inReview") },
	} {
		want := 0
		for _, o := range seed(0, store.Shipped).Kind("comment").All() {
			if fits(o) {
				want++
			}
		}
		got := a.all(contract.Load().Operation("listComments"), "/v2/comments?"+query, nil, 100)
		for _, o := range got {
			if !fits(o) {
				t.Errorf("%s lists %v", query, o)
			}
		}
		if len(got) != want || want == 0 {
			t.Errorf("%s lists %d, want %d", query, len(got), want)
		}
	}
}

func TestNotificationsGoToTheOutbox(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	post := a.newPost(object{"notifyAdmins": true, "integrations": object{"slack": true, "jira": false}})
	id := post["id"]
	a.do("POST", "/v2/comments", object{"postId": id, "content": "loud"}).ok()
	a.do("POST", "/v2/comments", object{"postId": id, "content": "silent", "sendNotification": false}).ok()
	a.do("POST", "/v2/comments", object{"postId": id, "content": "secret", "isPrivate": true}).ok()
	status := a.the("post_status", named("Shipped"))["id"]
	a.do("PATCH", "/v2/posts/"+text(post, "id"), object{"statusId": status, "sendStatusUpdateEmail": true}).ok()
	a.do("PATCH", "/v2/posts/"+text(post, "id"), object{"statusId": status, "sendStatusUpdateEmail": true}).ok() // changes nothing
	var kinds []string
	for _, entry := range a.outbox() {
		kinds = append(kinds, text(entry, "type"))
	}
	if got, want := stringOf(kinds), `["new_post_email","integration_push","comment_email","status_update_email"]`; got != want {
		t.Errorf("outbox %s, want %s", got, want)
	}
}
