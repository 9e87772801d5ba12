package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

const (
	specsPath    = "/v2/help_center/api_specs"
	messagesPath = "/v2/outbound/messages"
)

func labelled(label string) func(object) bool {
	return func(o object) bool { return o["versionLabel"] == label }
}

func ofType(messageType string) func(object) bool {
	return func(o object) bool {
		definition, _ := o["definition"].(object)
		return definition["type"] == messageType
	}
}

func (a *api) everyPreview() {
	a.t.Helper()
	spec := specsPath + "/" + text(a.do("POST", specsPath, object{"name": "Plumline API", "versionLabel": "v3"}).ok(), "id")
	a.do("POST", spec+"/import", object{"content": "openapi: 3.1.0\npaths:\n  /v3/tasks:\n    get: {}\n"})
	draft := a.do("GET", spec+"/draft", nil).ok()
	a.do("POST", spec+"/publish", object{"baseRevision": draft["baseRevision"], "draftRevision": draft["revision"]}).ok()
	a.do("POST", spec+"/sync", object{"openapi": "3.1.0", "paths": object{"/v3/tasks": object{"get": object{}, "post": object{}}}})
	a.do("GET", spec, nil).ok()
	a.do("GET", spec+"/revisions", nil).rows()
	a.do("POST", spec+"/discard_draft", object{"draftRevision": a.do("GET", spec+"/draft", nil).ok()["revision"]}).ok()
	a.do("PATCH", spec, object{"status": "deprecated"}).ok()
	a.do("DELETE", spec, nil).ok()

	message := messagesPath + "/" + text(a.the(outboundKind, ofType("banner")), "id")
	survey := messagesPath + "/" + text(a.the(outboundKind, ofType("survey")), "id")
	a.do("POST", messagesPath+"/search", object{}).rows()
	a.do("GET", message, nil).ok()
	a.do("PATCH", message, object{"type": "banner", "content": object{"text": "Over."}, "idempotencyKey": "k1"}).ok()
	a.do("PATCH", message+"/state", object{"targetState": "paused"}).ok()
	a.do("POST", message+"/duplicate", object{"name": "Again"}).ok()
	a.do("GET", message+"/analytics/summary", nil).ok()
	a.do("GET", survey+"/survey_responses", nil).rows()
	a.do("GET", survey+"/survey_responses/stats", nil).ok()
	a.do("POST", "/v2/outbound/validate", object{"definition": object{"type": "chat"}}).ok()
	a.do("POST", "/v2/outbound/audience/preview", object{"audience": object{"everyone": true}}).ok()
	operation := a.do("PATCH", message, object{"type": "banner", "content": object{"text": "Over."}, "idempotencyKey": "k1"}).header.Get("Outbound-Operation-Id")
	a.do("GET", "/v2/outbound/operations/"+operation, nil).ok()
	a.do("DELETE", message, nil).ok()
	changelog := text(a.the("changelog", named("Recurring tasks are here")), "id")
	a.do("POST", "/v2/outbound/changelogs/"+changelog+"/publish", object{}).ok()
}

// keyed sends an import with a key.
func (a *api) keyed(path, key string, body object) object {
	a.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+path, strings.NewReader(string(sent)))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test")
	r.Header.Set("Idempotency-Key", key)
	return a.send(r).ok()
}

func TestAnAPIReferenceIsPublishedFromTheDraftThatWasReviewed(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	spec := specsPath + "/" + text(a.the(apiSpecKind, labelled("v2")), "id")
	before := a.do("GET", spec+"/draft", nil).ok()
	if before["breaking"] != true || before["revision"] != 3.0 || before["baseRevision"] != 2.0 {
		t.Fatalf("%v", before)
	}
	first := a.keyed(spec+"/import", "build-7", object{"url": "https://plumline.example/openapi.json"})
	again := a.keyed(spec+"/import", "build-7", object{"url": "https://plumline.example/openapi.json"})
	if first["syncId"] == "" || first["syncId"] != again["syncId"] {
		t.Errorf("the same key imports twice: %v, %v", first, again)
	}
	shown := a.do("GET", spec, nil).ok()
	if shown["hasDraft"] != true || shown["draftRevision"] != 4.0 || shown["liveRevision"] != 2.0 {
		t.Errorf("%v", shown)
	}
	a.do("POST", spec+"/publish", object{"baseRevision": 2, "draftRevision": 3}).fails(http.StatusConflict, "revision_conflict")
	a.do("POST", spec+"/discard_draft", object{"draftRevision": 3}).fails(http.StatusConflict, "revision_conflict")
	if live := a.do("POST", spec+"/publish", object{"baseRevision": 2, "draftRevision": 4}).ok(); live["liveRevision"] != 4.0 {
		t.Errorf("%v", live)
	}
	a.do("GET", spec+"/draft", nil).fails(http.StatusNotFound, "resource_not_found")
	if revisions := a.do("GET", spec+"/revisions", nil).rows(); len(revisions) != 3 || revisions[0]["revision"] != 4.0 {
		t.Errorf("%v", revisions)
	}
	for _, body := range []object{{}, {"url": "https://e.example/a", "content": "x"}, {"url": "http://e.example/a"}, {"content": "swagger: 2.0"}, {"content": `{"openapi":"2.0"}`}} {
		a.do("POST", spec+"/import", body).fails(http.StatusBadRequest, "invalid_request")
	}
	a.do("POST", spec+"/import", object{"url": "https://nowhere.invalid/openapi.json"})
	if sync, _ := a.do("GET", spec, nil).ok()["lastSync"].(object); sync["status"] != "failed" {
		t.Errorf("%v", sync)
	}
	a.do("PATCH", spec, object{"versionSlug": "next"}).fails(http.StatusBadRequest, "invalid_request")
	old := specsPath + "/" + text(a.the(apiSpecKind, labelled("v1")), "id")
	a.do("DELETE", old, nil).fails(http.StatusBadRequest, "invalid_request")
	a.do("PATCH", old, object{"status": "archived"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("PATCH", spec, object{"isDefault": true}).ok()
	if a.do("GET", old, nil).ok()["isDefault"] != false {
		t.Error("two versions are the default")
	}
	a.do("DELETE", old, nil).ok()
}

func TestOutboundWritesAreMadeOnce(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	message := messagesPath + "/" + text(a.the(outboundKind, ofType("banner")), "id")
	change := object{"type": "banner", "content": object{"color": "red"}, "revision": 1, "idempotencyKey": "key-1"}
	made := a.do("PATCH", message, change)
	definition, _ := made.ok()["definition"].(object)
	content, _ := definition["content"].(object)
	if made.ok()["revision"] != 2.0 || content["color"] != "red" || content["text"] == nil {
		t.Errorf("content is not merged by key: %s", made.body)
	}
	again := a.do("PATCH", message, change)
	if again.ok()["revision"] != 2.0 || again.header.Get("Outbound-Operation-Id") != made.header.Get("Outbound-Operation-Id") {
		t.Errorf("the same key changes twice: %s", again.body)
	}
	change["content"] = object{"color": "blue"}
	a.do("PATCH", message, change).fails(http.StatusConflict, "idempotency_conflict")
	delete(change, "idempotencyKey")
	a.do("PATCH", message, change).fails(http.StatusConflict, "revision_conflict")
	a.do("PATCH", message, object{"type": "chat", "name": "x"}).fails(http.StatusBadRequest, "invalid_request")
	operation := a.do("GET", "/v2/outbound/operations/"+made.header.Get("Outbound-Operation-Id"), nil).ok()
	if operation["status"] != "completed" || operation["operation"] != "updateOutboundMessage" {
		t.Errorf("%v", operation)
	}
}

func TestOutboundMessagesChangeStateAsThePageSays(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	set := func(path, state string) answer { return a.do("PATCH", path+"/state", object{"targetState": state}) }
	banner, mail := messagesPath+"/"+text(a.the(outboundKind, ofType("banner")), "id"), messagesPath+"/"+text(a.the(outboundKind, ofType("email")), "id")
	chat := messagesPath + "/" + text(a.the(outboundKind, ofType("chat")), "id")
	set(mail, "draft").fails(http.StatusBadRequest, "invalid_request") // sent, which cannot be taken back
	set(banner, "paused").ok()
	set(banner, "live").ok()
	set(chat, "sent").fails(http.StatusBadRequest, "invalid_request") // a dynamic audience
	set(chat, "scheduled").fails(http.StatusBadRequest, "invalid_request")
	a.do("PATCH", chat, object{"type": "chat", "schedule": object{"startsAt": "2099-01-01T00:00:00Z"}}).ok()
	set(chat, "scheduled").ok()
	set(chat, "paused").fails(http.StatusBadRequest, "invalid_request")
	if copied := a.do("POST", chat+"/duplicate", object{"name": "Copy"}).ok(); copied["state"] != "draft" {
		t.Errorf("%v", copied)
	}
	if rows := a.do("POST", messagesPath+"/search", object{"filter": object{"field": "type", "operator": "=", "value": "chat"}}).rows(); len(rows) != 2 {
		t.Errorf("%d chats", len(rows))
	}
	survey := messagesPath + "/" + text(a.the(outboundKind, ofType("survey")), "id")
	stats := a.do("GET", survey+"/survey_responses/stats", nil).ok()
	first, _ := list(stats, "pages")[0].(object)
	if stats["responseCount"] != 12.0 || first["npsScore"] != 33.0 {
		t.Errorf("%v", stats)
	}
	if rows := a.do("GET", survey+"/survey_responses?pageId=page-2&limit=100", nil).rows(); len(rows) != 9 {
		t.Errorf("%d answers to the second page", len(rows))
	}
	a.do("GET", chat+"/survey_responses", nil).fails(http.StatusBadRequest, "invalid_request")
}
