package sandbox

import (
	"net/http"
	"slices"
	"testing"
)

func TestAttachingAndDetachingATag(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, tag := a.the("admin", named("Ben Castellano")), a.the("tag", named("Refund"))
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	body := object{"actingAdminId": admin["id"], "tagId": tag["id"]}
	opening := a.do("POST", path+"/tags", body).ok()
	if opening["name"] != "Refund" || opening["type"] != "tag" || opening["targetPartId"] != nil || at(opening, "appliedBy", "name") != "Ben Castellano" || opening["removedAt"] != nil {
		t.Errorf("on the opening message: %v", opening)
	}
	parts := a.thread(path)
	again := a.do("POST", path+"/tags", body).ok()
	if stringOf(again) != stringOf(opening) || len(a.thread(path)) != len(parts) {
		t.Errorf("attaching twice: %v", again)
	}
	if partTypes(parts) != "tags" || parts[0]["action"] != "added" || parts[0]["tagName"] != "Refund" || at(parts[0], "actor", "id") != admin["id"] {
		t.Errorf("parts %v", parts)
	}
	if names := tagNames(a.do("GET", path, nil).ok()); !slices.Equal(names, []string{"Refund"}) {
		t.Errorf("tags %v", names)
	}
	off := a.do("DELETE", path+"/tags/"+text(tag, "id"), object{"actingAdminId": admin["id"]}).ok()
	if off["removedAt"] == nil || at(off, "removedBy", "id") != admin["id"] || off["appliedAt"] != opening["appliedAt"] {
		t.Errorf("detached: %v", off)
	}
	if names := tagNames(a.do("GET", path, nil).ok()); len(names) != 0 || partTypes(a.thread(path)) != "tags tags" {
		t.Errorf("tags %v", names)
	}
	a.do("DELETE", path+"/tags/"+text(tag, "id"), object{"actingAdminId": admin["id"]}).fails(http.StatusNotFound, "resource_not_found")

	message := a.do("POST", path+"/reply", object{"type": "admin", "id": admin["id"], "messageType": "reply", "bodyMarkdown": "x"}).ok()
	if got := a.do("POST", path+"/tags", body).ok(); got["targetPartId"] != message["id"] {
		t.Errorf("on the latest message: %v", got)
	}
	if applied := list(a.thread(path)[2], "tagApplications"); len(applied) != 1 || at(applied[0].(object), "tag", "name") != "Refund" {
		t.Errorf("the message carries %v", applied)
	}
	a.refuses("POST", path+"/tags", http.StatusBadRequest, map[string]object{
		"no acting admin":         {"tagId": tag["id"]},
		"an unknown acting admin": {"tagId": tag["id"], "actingAdminId": nobody},
		"a bad acting admin":      {"tagId": tag["id"], "actingAdminId": "ben"},
		"a name for an id":        {"tagId": "Refund", "actingAdminId": admin["id"]},
	}, path)
	a.refuses("POST", path+"/tags", http.StatusNotFound, map[string]object{
		"an unknown tag":  {"tagId": nobody, "actingAdminId": admin["id"]},
		"an archived tag": {"tagId": a.the("tag", named("Beta 2024"))["id"], "actingAdminId": admin["id"]},
	}, path)
	a.refuses("DELETE", path+"/tags/"+text(tag, "id"), http.StatusBadRequest, map[string]object{
		"no acting admin":         {},
		"an unknown acting admin": {"actingAdminId": nobody},
	}, path)
	a.do("DELETE", path+"/tags/Refund", object{"actingAdminId": admin["id"]}).fails(http.StatusBadRequest, "invalid_id")
	a.do("DELETE", path+"/tags/"+nobody, object{"actingAdminId": admin["id"]}).fails(http.StatusNotFound, "resource_not_found")
}

func TestTheTagsOfTheWorkspace(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin := a.the("admin", anyone)["id"]
	listed := func() []string { return ids(a.do("GET", "/v2/tags", nil).rows()) }
	before := listed()
	made := a.do("POST", "/v2/tags", object{"name": " Legal ", "actingAdminId": admin}).ok()
	if made["name"] != "Legal" || len(listed()) != len(before)+1 {
		t.Errorf("made %v", made)
	}
	if same := a.do("POST", "/v2/tags", object{"name": "legal"}).ok(); same["id"] != made["id"] {
		t.Errorf("a second tag of the same name: %v", same)
	}
	if got := a.do("POST", "/v2/tags", object{"id": made["id"], "name": "Contracts"}).ok(); got["id"] != made["id"] || got["name"] != "Contracts" {
		t.Errorf("renamed: %v", got)
	}
	a.refuses("POST", "/v2/tags", http.StatusBadRequest, map[string]object{
		"no name":                 {"name": " "},
		"a name that is taken":    {"id": made["id"], "name": "bug"},
		"a bad id":                {"id": "Contracts", "name": "Legal"},
		"an unknown acting admin": {"name": "Legal", "actingAdminId": nobody},
	}, "/v2/tags")
	a.do("POST", "/v2/tags", object{"id": nobody, "name": "Legal"}).fails(http.StatusNotFound, "resource_not_found")

	bug := a.the("tag", named("Bug"))
	o := a.the("conversation", func(o object) bool { return carried(o, bug["id"]) != nil })
	path := "/v2/tags/" + text(bug, "id")
	a.refuses("DELETE", path, http.StatusBadRequest, map[string]object{"an unknown acting admin": {"actingAdminId": nobody}}, "/v2/tags")
	if got := a.do("DELETE", path, object{"actingAdminId": admin}).ok(); stringOf(got) != stringOf(object{"id": bug["id"], "object": "tag", "deleted": true}) {
		t.Errorf("answer %v", got)
	}
	if got := a.do("GET", path, nil).ok(); got["name"] != "Bug" || slices.Contains(listed(), text(bug, "id")) {
		t.Errorf("a deleted tag is archived: %v", got)
	}
	if names := tagNames(a.do("GET", "/v2/conversations/"+text(o, "id"), nil).ok()); slices.Contains(names, "Bug") {
		t.Errorf("still carried: %v", names)
	}
	a.do("DELETE", path, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("POST", "/v2/tags", object{"id": bug["id"], "name": "Bugs"}).fails(http.StatusNotFound, "resource_not_found")
}
