package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func (a *api) everyWebhookOperation() {
	a.t.Helper()
	path := "/v2/webhooks/" + text(a.newWebhook(), "id")
	a.do("GET", "/v2/webhooks", nil).rows()
	a.do("GET", path, nil).ok()
	a.do("PATCH", path, object{"name": "Renamed"}).ok()
	a.do("POST", path+"/secret", nil).ok()
	a.do("DELETE", path, nil).ok()
}

func (a *api) newWebhook(topics ...any) object {
	a.t.Helper()
	return a.do("POST", "/v2/webhooks", object{"name": "Ours", "url": "https://hooks.example/in", "topics": append([]any{}, topics...)}).ok()
}

// deliveries returns the topics that would have been sent to a webhook.
func (a *api) deliveries(webhook object) []string {
	a.t.Helper()
	topics := []string{}
	for _, entry := range a.do("GET", "/_sandbox/outbox", nil).rows() {
		if entry["type"] == "webhook" && at(entry, "detail", "webhookId") == webhook["id"] {
			if at(entry, "detail", "url") != webhook["url"] {
				a.t.Errorf("sent to %v", entry["detail"])
			}
			topics = append(topics, text(entry, "subject"))
		}
	}
	return topics
}

func TestANewWebhookIsActiveAndHasASecret(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	got := a.do("POST", "/v2/webhooks", object{
		"name": "Ours", "url": "https://hooks.example/in", "topics": []any{"post.created"}, "requestConfig": object{"headers": object{"X-Team": "core"}},
	}).ok()
	if !strings.HasPrefix(text(got, "secret"), "whsec_") || got["status"] != "active" || got["version"] != "2026-01-01.nova" || got["description"] != nil ||
		at(got, "requestConfig", "headers", "X-Team") != "core" || at(got, "requestConfig", "timeoutMs") != 5000.0 || at(got, "health", "consecutiveFailures") != 0.0 {
		t.Errorf("created: %v", got)
	}
	path := "/v2/webhooks/" + text(got, "id")
	now := a.do("PATCH", path, object{"topics": []any{"post.deleted"}, "description": "for us", "requestConfig": object{"headers": object{}}}).ok()
	if stringOf(now["topics"]) != `["post.deleted"]` || now["description"] != "for us" || at(now, "requestConfig", "headers") != nil || now["secret"] != got["secret"] {
		t.Errorf("updated: %v", now)
	}
	if now = a.do("PATCH", path, object{"description": nil}).ok(); now["description"] != nil || now["name"] != "Ours" {
		t.Errorf("cleared: %v", now)
	}
	rotated := a.do("POST", path+"/secret", nil).ok()
	if rotated["secret"] == got["secret"] || !strings.HasPrefix(text(rotated, "secret"), "whsec_") || a.do("GET", path, nil).ok()["secret"] != rotated["secret"] {
		t.Errorf("refreshed: %v", rotated)
	}
	if again := a.do("POST", path+"/secret", nil).ok(); again["secret"] == rotated["secret"] || again["secret"] == got["secret"] {
		t.Errorf("refreshed twice: %v", again)
	}
	if deleted := a.do("DELETE", path, nil).ok(); stringOf(deleted) != stringOf(object{"id": got["id"], "object": "webhook", "deleted": true}) {
		t.Errorf("deleted: %v", deleted)
	}
	a.do("POST", path+"/secret", nil).fails(http.StatusNotFound, "resource_not_found")
}

func TestRefusedWebhooksChangeNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path := "/v2/webhooks/" + text(a.newWebhook("post.created"), "id")
	before := a.do("GET", path, nil)
	headers := object{}
	for i := range 11 {
		headers[fmt.Sprint("X-", i)] = "v"
	}
	for name, body := range map[string]object{
		"plain HTTP":          {"url": "http://hooks.example/in", "name": "Worse"},
		"no host":             {"url": "https:///in", "name": "Worse"},
		"no URL":              {"url": "hooks", "name": "Worse"},
		"an unknown topic":    {"topics": []any{"post.liked"}, "name": "Worse"},
		"eleven headers":      {"requestConfig": object{"headers": headers}, "name": "Worse"},
		"a timeout":           {"requestConfig": object{"timeoutMs": 100}, "name": "Worse"},
		"suspended by hand":   {"status": "suspended", "name": "Worse"},
		"a name that is long": {"name": strings.Repeat("x", 101)},
	} {
		t.Run(name, func(t *testing.T) {
			a := a.in(t)
			a.do("PATCH", path, body).fails(http.StatusBadRequest, "invalid_request")
			if now := a.do("GET", path, nil); string(now.body) != string(before.body) {
				t.Errorf("left %s", now.body)
			}
		})
	}
	for len(a.do("GET", "/v2/webhooks?limit=100", nil).rows()) < maxWebhooks {
		a.newWebhook()
	}
	a.do("POST", "/v2/webhooks", object{"name": "Eleventh", "url": "https://hooks.example/in", "topics": []any{}}).fails(http.StatusBadRequest, "invalid_request")
	if n := len(a.do("GET", "/v2/webhooks?limit=100", nil).rows()); n != maxWebhooks {
		t.Errorf("%d webhooks", n)
	}
	a.do("DELETE", path, nil).ok()
	a.newWebhook()
}

func TestResumingAWebhookForgetsItsFailures(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	listed := func(status string) []string { return ids(a.do("GET", "/v2/webhooks?status="+status, nil).rows()) }
	if active := listed("active"); len(active) != 2 {
		t.Errorf("%d webhooks are active", len(active))
	}
	suspended := a.do("GET", "/v2/webhooks?status=suspended", nil).rows()
	if len(suspended) != 1 || number(suspended[0]["health"].(object), "consecutiveFailures") == 0 {
		t.Fatalf("suspended: %v", suspended)
	}
	path := "/v2/webhooks/" + text(suspended[0], "id")
	a.do("PATCH", path, object{"name": "Still failing"}).ok()
	if health := at(a.do("GET", path, nil).ok(), "health", "consecutiveFailures"); health == 0.0 {
		t.Error("a new name resets the failures")
	}
	got := a.do("PATCH", path, object{"status": "active"}).ok()
	if got["status"] != "active" || at(got, "health", "consecutiveFailures") != 0.0 || at(got, "health", "errorsSinceLastSuccess") != 0.0 || at(got, "health", "lastSuccessAt") == nil {
		t.Errorf("resumed: %v", got)
	}
	a.do("PATCH", path, object{"status": "paused"}).ok()
	if paused := listed("paused"); !slices.Equal(paused, []string{text(got, "id")}) {
		t.Errorf("paused: %v", paused)
	}
}

func TestWritesAreNewsForActiveWebhooksThatListen(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	all := a.newWebhook("post.created", "post.updated", "post.voted", "post.deleted", "comment.created", "comment.deleted", "audit_log.created")
	deaf := a.newWebhook("ticket.created")
	paused := a.newWebhook("post.created")
	a.do("PATCH", "/v2/webhooks/"+text(paused, "id"), object{"status": "paused"}).ok()

	post := "/v2/posts/" + text(a.newPost(nil), "id")
	a.do("PATCH", post, object{"title": "Better"}).ok()
	a.do("PATCH", post, object{"boardId": "000000000000000000000000"}).fails(http.StatusBadRequest, "invalid_request")
	for range 2 { // the second vote changes nothing
		a.do("POST", post+"/voters", object{"email": "ada@lovelace.example"}).ok()
	}
	comment := a.do("POST", "/v2/comments", object{"postId": post[len("/v2/posts/"):], "content": "x"}).ok()
	a.do("DELETE", "/v2/comment", object{"id": comment["id"]}).ok()
	a.do("DELETE", post, nil).ok()
	// The first four are audit events: three webhooks were made, this one among them, and one was paused.
	want := []string{
		"audit_log.created", "audit_log.created", "audit_log.created", "audit_log.created",
		"post.created", "post.updated", "post.voted", "comment.created", "comment.deleted", "post.deleted",
	}
	if got := a.deliveries(all); !slices.Equal(got, want) {
		t.Errorf("delivered %q, want %q", got, want)
	}
	if got := a.deliveries(deaf); len(got) != 0 {
		t.Errorf("delivered %q to one that does not listen", got)
	}
	if got := a.deliveries(paused); len(got) != 0 {
		t.Errorf("delivered %q to one that is paused", got)
	}
}

// The webhook topics of conversation operations follow from their bodies and the earlier state.
func TestTopicsOfConversations(t *testing.T) {
	t.Parallel()
	open, snoozed := object{"state": "open", "adminAssigneeId": "a"}, object{"state": "snoozed"}
	for name, c := range map[string]struct {
		operation    string
		body, before object
		want         []string
	}{
		"a customer writes":            {"createConversation", object{"from": object{"type": "contact"}}, nil, []string{"conversation.user.created"}},
		"an admin reaches out":         {"createConversation", object{"from": object{"type": "admin"}}, nil, nil},
		"a customer answers":           {"replyToConversation", object{"type": "contact"}, open, []string{"conversation.user.replied"}},
		"an admin answers":             {"replyToConversation", object{"type": "admin", "messageType": "reply"}, open, []string{"conversation.admin.replied"}},
		"an admin notes":               {"replyToConversation", object{"type": "admin", "messageType": "note"}, open, []string{"conversation.admin.noted"}},
		"closing":                      {"updateConversation", object{"state": "closed"}, open, []string{"conversation.admin.closed"}},
		"closing twice":                {"updateConversation", object{"state": "closed"}, object{"state": "closed"}, nil},
		"reopening":                    {"updateConversation", object{"state": "open"}, object{"state": "closed"}, []string{"conversation.admin.opened"}},
		"snoozing":                     {"updateConversation", object{"state": "snoozed"}, open, []string{"conversation.admin.snoozed"}},
		"waking":                       {"updateConversation", object{"state": "open"}, snoozed, []string{"conversation.admin.unsnoozed"}},
		"assigning a team and closing": {"updateConversation", object{"state": "closed", "teamAssigneeId": "t"}, open, []string{"conversation.admin.closed", "conversation.admin.assigned"}},
		"unassigning":                  {"updateConversation", object{"adminAssigneeId": nil}, open, []string{"conversation.admin.assigned"}},
		"unassigning nobody":           {"updateConversation", object{"adminAssigneeId": nil}, snoozed, nil},
		"a title":                      {"updateConversation", object{"title": "Invoices"}, open, nil},
		"reading":                      {"updateConversation", object{"markAsRead": object{"type": "admin"}}, open, []string{"conversation.read"}},
		"publishing":                   {"publishChangelog", object{}, nil, []string{"changelog.published"}},
		"scheduling":                   {"publishChangelog", object{"scheduledDate": "2027-01-01T00:00:00Z"}, nil, nil},
	} {
		if got := occasions()[c.operation](&call{body: c.body}, c.before); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
