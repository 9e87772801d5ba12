package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

const nobody = "000000000000000000000000"

func (a *api) everyConversationOperation() {
	a.t.Helper()
	admin, contact := text(a.the("admin", anyone), "id"), text(a.the("contact", customer), "id")
	a.do("GET", "/v2/conversations", nil).rows()
	a.do("POST", "/v2/conversations/search", object{}).rows()
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	a.do("GET", path, nil).ok()
	a.do("PATCH", path, object{"title": "A title"}).ok()
	part := a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": "reply", "bodyMarkdown": "Hello"}).ok()
	a.do("POST", "/v2/conversations/redact", object{"type": "conversation_part", "conversationId": path[len("/v2/conversations/"):], "conversationPartId": part["id"]}).ok()
	other := text(a.the("contact", func(o object) bool { return customer(o) && o["id"] != contact }), "id")
	a.do("POST", path+"/participants", object{"participant": object{"id": other}}).ok()
	a.do("DELETE", path+"/participants", object{"id": other}).ok()

	a.do("GET", "/v2/tags", nil).rows()
	tag := text(a.do("POST", "/v2/tags", object{"name": "Brand new"}).ok(), "id")
	a.do("GET", "/v2/tags/"+tag, nil).ok()
	a.do("POST", path+"/tags", object{"tagId": tag, "actingAdminId": admin}).ok()
	a.do("DELETE", path+"/tags/"+tag, object{"actingAdminId": admin}).ok()
	a.do("DELETE", "/v2/tags/"+tag, nil).ok()
	a.do("GET", "/v2/conversation_attributes", nil).rows()
	a.do("GET", "/v2/conversation_attributes/product_area", nil).ok()
	a.do("DELETE", path, nil).ok()
}

func anyone(object) bool { return true }

// newConversation starts a conversation as a contact of a type.
func (a *api) newConversation(contactType string, extra object) object {
	a.t.Helper()
	contact := a.the("contact", func(o object) bool { return o["type"] == contactType })
	body := object{"from": object{"type": "contact", "id": contact["id"]}, "bodyMarkdown": "The **timer** is wrong.\nSince Monday."}
	maps.Copy(body, extra)
	return a.do("POST", "/v2/conversations", body).ok()
}

// thread returns the parts of a conversation or a ticket.
func (a *api) thread(path string) []object {
	a.t.Helper()
	var out []object
	for _, v := range list(a.do("GET", path, nil).ok(), "conversationParts") {
		out = append(out, v.(object))
	}
	return out
}

func partTypes(parts []object) string {
	var types []string
	for _, part := range parts {
		types = append(types, text(part, "partType"))
	}
	return strings.Join(types, " ")
}

// refuses sends bodies that must be refused with a status, and checks that they changed nothing: the answers of these paths, the journal, and the
// next ids.
func (a *api) refuses(method, path string, status int, bodies map[string]object, unchanged ...string) {
	a.t.Helper()
	snapshot := func() string {
		var b strings.Builder
		for _, target := range append(unchanged, "/_sandbox/journal", "/_sandbox/outbox") {
			b.Write(a.do("GET", target, nil).body)
		}
		return b.String() + stringOf(a.sandbox.store.Made)
	}
	before := snapshot()
	for name, body := range bodies {
		if got := a.do(method, path, body); got.status != status {
			a.t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if after := snapshot(); after != before {
		a.t.Errorf("%s %s: a refused call has changed something", method, path)
	}
}

func TestAContactStartsAConversation(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	contact := a.the("contact", customer)
	got := a.newConversation("customer", object{"bodyMarkdown": "Hello,\n\nthe **timer** is wrong\n\n![a clock](https://x.example/c/clock.png) ![y](data:image/png;base64,AAAA)"})
	for name, c := range map[string][2]any{
		"open":                        {got["state"], "open"},
		"a short id":                  {store.IsShortID(text(got, "id")), true},
		"a title past the greeting":   {got["title"], "the **timer** is wrong"},
		"waiting for an answer":       {got["waitingSince"], got["createdAt"]},
		"not for the customer":        {got["awaitingCustomerReply"], false},
		"from the customer":           {at(got, "source", "deliveredAs"), "customer_initiated"},
		"in the messenger":            {at(got, "source", "channel"), "desktop"},
		"the author":                  {at(got, "source", "author", "id"), contact["id"]},
		"files leave no address here": {at(got, "source", "bodyMarkdown"), "Hello,\n\nthe **timer** is wrong\n\n![Image]() ![Image]()"},
		"the participant":             {stringOf(got["participants"]), stringOf([]any{object{"id": contact["id"], "type": "customer"}})},
		"no parts in this answer":     {got["conversationParts"], nil},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	body, _ := at(got, "source", "bodyHtml").(string)
	for _, want := range []string{"<strong>timer</strong>", storageURL, "/clock.png?", "/image.png?", "X-Amz-Expires=3600&amp;", `alt="a clock"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, "x.example") || strings.Contains(body, "base64") {
		t.Errorf("files are not copied: %s", body)
	}
	if parts := a.thread("/v2/conversations/" + text(got, "id")); len(parts) != 0 {
		t.Errorf("the opening message is a part: %v", parts)
	}
	if sent := a.outbox(); len(sent) != 1 || sent[0]["type"] != "new_conversation_email" || at(sent[0], "detail", "conversationId") != got["id"] {
		t.Errorf("outbox %v", sent)
	}
	imported := a.newConversation("lead", object{"createdAt": "2024-02-03T04:05:06Z"})
	if imported["createdAt"] != "2024-02-03T04:05:06.000Z" || imported["lastActivityAt"] != imported["createdAt"] || at(imported, "participants") == nil {
		t.Errorf("imported: %v", imported)
	}
}

func TestAnAdminReachesOut(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, contact := a.the("admin", named("Yuki Tanabe")), a.the("contact", customer)
	got := a.do("POST", "/v2/conversations", object{
		"from": object{"type": "admin", "id": admin["id"]}, "channel": "email", "subject": "Your renewal", "bodyMarkdown": "Hello!",
		"recipients": object{
			"to":  object{"ids": []any{contact["id"]}, "emails": []any{"ada@lovelace.example", contact["email"]}},
			"cc":  object{"emails": []any{"grace@hopper.example", "ADA@lovelace.example"}},
			"bcc": object{"emails": []any{"secret@hopper.example"}},
		},
	}).ok()
	if at(got, "source", "deliveredAs") != "admin_initiated" || at(got, "source", "subject") != "Your renewal" || at(got, "source", "channel") != "email" ||
		got["title"] != "Your renewal" || got["awaitingCustomerReply"] != true || got["waitingSince"] != nil || at(got, "source", "author", "id") != admin["id"] {
		t.Errorf("got %v", got)
	}
	people := list(got, "participants")
	if len(people) != 3 || people[0].(object)["id"] != contact["id"] {
		t.Fatalf("participants %v: want each recipient once, without blind copies", people)
	}
	if ada := a.do("GET", "/v2/contacts/"+text(people[1].(object), "id"), nil).ok(); ada["email"] != "ada@lovelace.example" {
		t.Errorf("the new recipient is %v", ada)
	}
	if sent := a.outbox(); len(sent) != 1 || sent[0]["type"] != "conversation_email" || sent[0]["subject"] != "Your renewal" {
		t.Errorf("outbox %v", sent)
	}
}

func TestConversationsThatCannotStart(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	contact := object{"type": "contact", "id": a.the("contact", customer)["id"]}
	admin := object{"type": "admin", "id": a.the("admin", anyone)["id"]}
	fresh := object{"to": object{"emails": []any{"fresh@nowhere.example"}}}
	a.refuses("POST", "/v2/conversations", http.StatusBadRequest, map[string]object{
		"an unknown contact":            {"from": object{"type": "contact", "id": nobody}, "bodyMarkdown": "x"},
		"an admin as a contact":         {"from": object{"type": "contact", "id": admin["id"]}, "bodyMarkdown": "x"},
		"a bad id":                      {"from": object{"type": "contact", "id": "ada"}, "bodyMarkdown": "x"},
		"nobody":                        {"bodyMarkdown": "x"},
		"nothing to say":                {"from": contact, "bodyMarkdown": " "},
		"a contact with recipients":     {"from": contact, "bodyMarkdown": "x", "recipients": fresh},
		"an admin without recipients":   {"from": admin, "bodyMarkdown": "x"},
		"an admin with nobody to tell":  {"from": admin, "bodyMarkdown": "x", "recipients": object{"to": object{"emails": []any{}}}},
		"an e-mail without a subject":   {"from": admin, "bodyMarkdown": "x", "channel": "email", "recipients": fresh},
		"an address that is none":       {"from": admin, "bodyMarkdown": "x", "recipients": object{"to": object{"emails": []any{"fresh"}}}},
		"an unknown recipient":          {"from": admin, "bodyMarkdown": "x", "recipients": object{"to": fresh["to"], "cc": object{"ids": []any{nobody}}}},
		"a new recipient, but no text":  {"from": admin, "bodyMarkdown": "", "recipients": fresh},
		"an unknown channel":            {"from": contact, "bodyMarkdown": "x", "channel": "pigeon"},
		"a new recipient, but bad date": {"from": admin, "bodyMarkdown": "x", "recipients": fresh, "createdAt": "soon"},
	}, "/v2/conversations?limit=100", "/v2/contacts?limit=100")
}

func TestRepliesAppendParts(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, contact := a.the("admin", named("Yuki Tanabe")), a.the("contact", customer)
	o := a.newConversation("customer", nil)
	path := "/v2/conversations/" + text(o, "id")
	sent := len(a.outbox())

	note := a.do("POST", path+"/reply", object{"type": "admin", "id": admin["id"], "messageType": "note", "bodyMarkdown": "Look at *this*"}).ok()
	if note["partType"] != "admin_note" || at(note, "author", "name") != "Yuki Tanabe" || note["bodyHtml"] != "<p>Look at <em>this</em></p>" || note["bodyMarkdown"] != "Look at *this*" {
		t.Errorf("note %v", note)
	}
	if now := a.do("GET", path, nil).ok(); now["waitingSince"] != o["waitingSince"] || now["lastActivityAt"] != o["lastActivityAt"] || len(a.outbox()) != sent {
		t.Errorf("a note is no answer, and nobody hears of it: %v", now)
	}
	answer := a.do("POST", path+"/reply", object{"type": "admin", "id": admin["id"], "messageType": "reply", "bodyMarkdown": "On it"})
	if part := answer.ok(); answer.status != http.StatusCreated || part["partType"] != "admin_msg" || part["channel"] != "desktop" {
		t.Errorf("%d %v", answer.status, part)
	}
	if now := a.do("GET", path, nil).ok(); now["waitingSince"] != nil || now["awaitingCustomerReply"] != true || now["lastActivityAt"] == o["lastActivityAt"] {
		t.Errorf("after an answer: %v", now)
	}
	if all := a.outbox(); len(all) != sent+1 || all[sent]["type"] != "conversation_reply_email" {
		t.Errorf("outbox %v", all)
	}
	a.do("POST", path+"/reply", object{"type": "admin", "id": admin["id"], "messageType": "reply", "bodyMarkdown": "Imported", "skipNotifications": true}).ok()
	if all := a.outbox(); len(all) != sent+1 {
		t.Errorf("skipNotifications sends %v", all)
	}
	reply := a.do("POST", path+"/reply", object{"type": "contact", "userId": contact["userId"], "messageType": "reply", "bodyMarkdown": "![s](https://x.example/s.png)"}).ok()
	if at(reply, "author", "id") != contact["id"] || reply["partType"] != "user_msg" || !strings.Contains(text(reply, "bodyMarkdown"), "X-Amz-Signature=") {
		t.Errorf("reply %v", reply)
	}
	if now := a.do("GET", path, nil).ok(); now["waitingSince"] != reply["createdAt"] || now["awaitingCustomerReply"] != false {
		t.Errorf("after a contact's reply: %v", now)
	}
	if got := partTypes(a.thread(path)); got != "admin_note admin_msg admin_msg user_msg" {
		t.Errorf("parts %s", got)
	}
	mail := a.newConversation("customer", object{"channel": "email"})
	other := a.the("contact", func(o object) bool { return customer(o) && o["id"] != contact["id"] })
	mailPath := "/v2/conversations/" + text(mail, "id")
	if part := a.do("POST", mailPath+"/reply", object{"type": "contact", "id": other["id"], "messageType": "reply", "bodyMarkdown": "Me too"}).ok(); part["partType"] != "email_msg" {
		t.Errorf("a reply by e-mail is %v", part)
	}
	if people := list(a.do("GET", mailPath, nil).ok(), "participants"); len(people) != 2 {
		t.Errorf("who answers takes part: %v", people)
	}
	a.refuses("POST", path+"/reply", http.StatusBadRequest, map[string]object{
		"a contact without an id": {"type": "contact", "messageType": "reply", "bodyMarkdown": "x"},
		"an unknown contact":      {"type": "contact", "id": nobody, "messageType": "reply", "bodyMarkdown": "x"},
		"an unknown userId":       {"type": "contact", "userId": "nobody", "messageType": "reply", "bodyMarkdown": "x"},
		"a bad id":                {"type": "contact", "id": "ada", "messageType": "reply", "bodyMarkdown": "x"},
		"a contact's note":        {"type": "contact", "id": contact["id"], "messageType": "note", "bodyMarkdown": "x"},
		"an unknown admin":        {"type": "admin", "id": nobody, "messageType": "reply", "bodyMarkdown": "x"},
		"a contact as an admin":   {"type": "admin", "id": contact["id"], "messageType": "reply", "bodyMarkdown": "x"},
		"an admin without type":   {"id": admin["id"], "messageType": "reply", "bodyMarkdown": "x"},
		"nothing to say":          {"type": "admin", "id": admin["id"], "messageType": "reply", "bodyMarkdown": "\n"},
	}, path)
}

func TestAContactsReplyReopens(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	contact, admin := a.the("contact", customer)["id"], a.the("admin", anyone)["id"]
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	for _, change := range []object{{"state": "closed"}, {"state": "snoozed", "snoozedUntil": "2026-12-24T00:00:00Z"}} {
		a.do("PATCH", path, change).ok()
		a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": "reply", "bodyMarkdown": "x"}).ok()
		if now := a.do("GET", path, nil).ok(); now["state"] != change["state"] {
			t.Errorf("an admin's reply makes it %v", now["state"])
		}
		a.do("POST", path+"/reply", object{"type": "contact", "id": contact, "messageType": "reply", "bodyMarkdown": "y"}).ok()
		now := a.do("GET", path, nil).ok()
		parts := a.thread(path)
		if last := parts[len(parts)-1]; now["state"] != "open" || now["snoozedUntil"] != nil || last["partType"] != "status" || last["status"] != "open" {
			t.Errorf("%v, last part %v", now["state"], last)
		}
	}
}

func TestUpdatingAConversation(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin := a.the("admin", named("Ben Castellano"))["id"]
	acting := a.the("admin", named("Yuki Tanabe"))["id"]
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	got := a.do("PATCH", path, object{"title": "Timer", "adminAssigneeId": admin, "actingAdminId": acting, "state": "snoozed", "snoozedUntil": "2026-12-24T10:00:00+01:00"}).ok()
	if got["title"] != "Timer" || got["adminAssigneeId"] != admin || got["state"] != "snoozed" || got["snoozedUntil"] != "2026-12-24T09:00:00.000Z" {
		t.Errorf("updated: %v", got)
	}
	parts := a.thread(path)
	if partTypes(parts) != "assign status" || parts[0]["adminAssigneeId"] != admin || parts[0]["adminAssignerId"] != acting ||
		parts[1]["status"] != "snoozed" || parts[1]["snoozedUntil"] != got["snoozedUntil"] {
		t.Errorf("parts %v", parts)
	}
	a.do("PATCH", path, object{"adminAssigneeId": admin, "title": "Timer, again"}).ok()
	if again := a.thread(path); len(again) != len(parts) {
		t.Errorf("what changes nothing is written down: %s", partTypes(again))
	}
	a.do("PATCH", path, object{"snoozedUntil": "2026-12-31T00:00:00Z"}).ok()
	got = a.do("PATCH", path, object{"adminAssigneeId": nil, "state": "closed"}).ok()
	if got["adminAssigneeId"] != nil || got["snoozedUntil"] != nil || got["waitingSince"] != nil || got["state"] != "closed" {
		t.Errorf("closed: %v", got)
	}
	if got := partTypes(a.thread(path)); got != "assign status status assign status" {
		t.Errorf("parts %s", got)
	}
	a.do("PATCH", path, object{"snoozedUntil": nil}).ok()

	a.refuses("PATCH", path, http.StatusBadRequest, map[string]object{
		"snoozed without a time":      {"title": "x", "state": "snoozed"},
		"snoozed until null":          {"title": "x", "state": "snoozed", "snoozedUntil": nil},
		"snoozed until the past":      {"title": "x", "state": "snoozed", "snoozedUntil": "2026-10-31T00:00:00Z"},
		"a time for a closed one":     {"title": "x", "snoozedUntil": "2026-12-24T00:00:00Z"},
		"a time for one to be closed": {"state": "closed", "snoozedUntil": "2026-12-24T00:00:00Z"},
		"an unknown admin":            {"state": "open", "adminAssigneeId": nobody},
		"an unknown team":             {"state": "open", "teamAssigneeId": nobody},
		"a bad team":                  {"state": "open", "teamAssigneeId": "support"},
		"an unknown acting admin":     {"state": "open", "actingAdminId": nobody},
		"an unknown attribute":        {"state": "open", "customAttributes": object{"mood": "good"}},
		"an archived attribute":       {"state": "open", "customAttributes": object{"old_queue": "x"}},
		"a value that does not fit":   {"state": "open", "customAttributes": object{"affected_seats": "many"}},
		"an option that is none":      {"state": "open", "customAttributes": object{"platforms": []any{"Web", "Desktop"}}},
		"an unknown state":            {"state": "asleep"},
	}, path)
	a.do("PATCH", "/v2/conversations/99999", object{"title": "x"}).fails(http.StatusNotFound, "resource_not_found")
	a.do("PATCH", "/v2/conversations/"+nobody, object{"title": "x"}).fails(http.StatusBadRequest, "invalid_id")
	a.do("GET", "/v2/conversations/12a", nil).fails(http.StatusBadRequest, "invalid_id")
}

func TestCustomAttributesAreMergedAndExpanded(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	a.do("PATCH", path, object{"customAttributes": object{"product_area": "Mobile", "affected_seats": 12}}).ok()
	got := a.do("PATCH", path, object{"customAttributes": object{"affected_seats": nil, "platforms": []any{"iOS"}}}).ok()
	if stringOf(got["customAttributes"]) != stringOf(object{"product_area": "Mobile", "platforms": []any{"iOS"}}) || got["customAttributeValues"] != nil {
		t.Errorf("merged: %v", got)
	}
	for name, o := range map[string]object{
		"get":    a.do("GET", path+"?include=customAttributeDefinitions", nil).ok(),
		"list":   a.do("GET", "/v2/conversations?limit=1&include=customAttributeDefinitions", nil).rows()[0],
		"search": a.do("POST", "/v2/conversations/search", object{"limit": 1, "include": []any{"customAttributeDefinitions"}}).rows()[0],
	} {
		values := list(o, "customAttributeValues")
		if len(values) != 2 || at(values[0].(object), "name") != "Product area" || at(values[0].(object), "value") != "Mobile" || at(values[1].(object), "fieldSubType") != "multi-select" {
			t.Errorf("%s: %v", name, values)
		}
	}
	live, all := a.do("GET", "/v2/conversation_attributes", nil).rows(), a.do("GET", "/v2/conversation_attributes?includeArchived=true", nil).rows()
	if len(live) != len(all)-1 || slices.ContainsFunc(live, func(o object) bool { return flag(o, "archived") }) {
		t.Errorf("%d live of %d", len(live), len(all))
	}
	if got := a.do("GET", "/v2/conversation_attributes/old_queue", nil).ok(); got["archived"] != true {
		t.Errorf("archived: %v", got)
	}
	a.do("GET", "/v2/conversation_attributes/nothing", nil).fails(http.StatusNotFound, "resource_not_found")
}

func TestMarkingAsReadMovesReceipts(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	admin, contact := a.the("admin", named("Ben Castellano"))["id"], a.the("contact", customer)["id"]
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	say := func(body object) any {
		body["messageType"], body["bodyMarkdown"] = "reply", "x"
		return a.do("POST", path+"/reply", body).ok()["id"]
	}
	receipts := func() map[any]any {
		out := map[any]any{}
		for _, v := range list(a.do("GET", path, nil).ok(), "readReceipts") {
			out[v.(object)["id"]] = v.(object)["lastReadPartId"]
		}
		return out
	}
	a.do("PATCH", path, object{"markAsRead": object{"allAdmins": true, "allContacts": true}}).ok()
	if got := receipts(); len(got) != 0 {
		t.Errorf("receipts without parts: %v", got)
	}
	first, second := say(object{"type": "contact", "id": contact}), say(object{"type": "admin", "id": admin})
	if got := receipts(); got[contact] != first || got[admin] != second {
		t.Errorf("who writes has read: %v", got)
	}
	a.do("PATCH", path, object{"markAsRead": object{"contactIds": []any{nobody}, "adminIds": []any{nobody}}}).ok()
	if got := receipts(); len(got) != 2 || got[contact] != first {
		t.Errorf("people without a receipt are ignored: %v", got)
	}
	a.do("PATCH", path, object{"markAsRead": object{"contactIds": []any{contact}}}).ok()
	if got := receipts(); got[contact] != second {
		t.Errorf("by id: %v", got)
	}
	third := say(object{"type": "contact", "id": contact})
	a.do("PATCH", path, object{"markAsRead": object{"allAdmins": true}}).ok()
	if got := receipts(); got[admin] != third {
		t.Errorf("all admins: %v", got)
	}
}

func TestParticipantsComeAndGo(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	first := a.the("contact", customer)
	second := a.the("contact", func(o object) bool { return customer(o) && o["id"] != first["id"] })
	third, fourth := a.the("contact", lead), a.the("contact", named(text(second, "name")))
	admin := a.the("admin", anyone)["id"]
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	for _, ref := range []object{
		{"id": third["id"]},
		{"userId": second["userId"]},
		{"email": strings.ToUpper(text(second, "email"))},
		{"id": nobody, "userId": fourth["userId"]},
		{"id": first["id"], "email": second["email"]},
	} {
		a.do("POST", path+"/participants", object{"participant": ref, "actingAdminId": admin}).ok()
	}
	got := list(a.do("GET", path, nil).ok(), "participants")
	if len(got) != 3 || got[1].(object)["id"] != third["id"] || got[1].(object)["type"] != "lead" || got[2].(object)["id"] != second["id"] {
		t.Errorf("participants %v", got)
	}
	if parts := a.thread(path); partTypes(parts) != "part_add part_add" || at(parts[0], "participant", "id") != third["id"] {
		t.Errorf("parts %v", parts)
	}
	a.refuses("POST", path+"/participants", http.StatusBadRequest, map[string]object{
		"nobody":                  {"participant": object{}},
		"an unknown id":           {"participant": object{"id": nobody}},
		"a bad id":                {"participant": object{"id": "ada"}},
		"an admin":                {"participant": object{"id": admin}},
		"an unknown e-mail":       {"participant": object{"email": "nobody@nowhere.example"}},
		"an unknown acting admin": {"participant": object{"id": first["id"]}, "actingAdminId": nobody},
	}, path)
	for _, person := range []object{first, third} {
		a.do("DELETE", path+"/participants", object{"id": person["id"]}).ok()
	}
	a.do("DELETE", path+"/participants", object{"id": first["id"]}).fails(http.StatusNotFound, "resource_not_found")
	a.refuses("DELETE", path+"/participants", http.StatusBadRequest, map[string]object{
		"the last one": {"id": second["id"]},
		"a bad id":     {"id": "ada"},
		"no id":        {},
	}, path)
}

func TestRedactingBlanksAMessageForGood(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin := a.the("admin", anyone)["id"]
	o := a.newConversation("customer", nil)
	path := "/v2/conversations/" + text(o, "id")
	say := func(kind, body string) any {
		return a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": kind, "bodyMarkdown": body}).ok()["id"]
	}
	message, note := say("reply", "My password is zebra42"), say("note", "internal")
	a.do("PATCH", path, object{"state": "closed"}).ok()
	redact := object{"type": "conversation_part", "conversationId": o["id"], "conversationPartId": message, "actingAdminId": admin}
	for range 2 {
		if got := a.do("POST", "/v2/conversations/redact", redact).ok(); got["id"] != o["id"] {
			t.Errorf("answer %v", got)
		}
	}
	parts := a.thread(path)
	if part := parts[0]; part["redacted"] != true || part["bodyHtml"] != nil || part["bodyMarkdown"] != nil || at(part, "author", "id") != admin || parts[1]["bodyMarkdown"] != "internal" {
		t.Errorf("parts %v", parts)
	}
	if hits := a.do("POST", "/v2/conversations/search", object{"search": "zebra42"}).rows(); len(hits) != 0 {
		t.Errorf("still found: %v", hits)
	}
	with := func(key string, value any) object {
		body := maps.Clone(redact)
		body[key] = value
		return body
	}
	a.refuses("POST", "/v2/conversations/redact", http.StatusBadRequest, map[string]object{
		"a note":                  with("conversationPartId", note),
		"a change of state":       with("conversationPartId", parts[2]["id"]),
		"a part of another":       with("conversationPartId", "500001"),
		"a bad conversation id":   with("conversationId", "x"),
		"an unknown acting admin": with("actingAdminId", nobody),
		"another type":            with("type", "conversation"),
	}, path)
	a.do("POST", "/v2/conversations/redact", with("conversationId", "99999")).fails(http.StatusNotFound, "resource_not_found")
}

func TestTheBotsMessagesCanBeRedactedToo(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	isBot := func(part object) bool { return part["partType"] == "bot_msg" }
	o := a.the("conversation", func(o object) bool { return slices.ContainsFunc(parts(o), isBot) })
	i := slices.IndexFunc(parts(o), isBot)
	part := parts(o)[i]
	a.do("POST", "/v2/conversations/redact", object{"type": "conversation_part", "conversationId": o["id"], "conversationPartId": part["id"]}).ok()
	if got := a.thread("/v2/conversations/" + text(o, "id"))[i]; got["redacted"] != true || at(got, "author", "type") != "bot" {
		t.Errorf("part %v", got)
	}
}

func TestOnlyTheLatestPartsAreShown(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	admin := a.the("admin", anyone)["id"]
	path := "/v2/conversations/" + text(a.newConversation("customer", nil), "id")
	for i := range maxParts + 3 {
		a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": "note", "bodyMarkdown": strconv.Itoa(i)}).ok()
	}
	parts := a.thread(path)
	if len(parts) != maxParts || parts[0]["bodyMarkdown"] != "3" || parts[maxParts-1]["bodyMarkdown"] != strconv.Itoa(maxParts+2) {
		t.Errorf("%d parts from %v to %v", len(parts), parts[0]["bodyMarkdown"], parts[len(parts)-1]["bodyMarkdown"])
	}
}

func TestDeletingAConversation(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	ticket := a.the("ticket", func(o object) bool { return len(list(o, "_conversationIds")) == 1 })
	id := list(ticket, "_conversationIds")[0].(string)
	if got := a.do("DELETE", "/v2/conversations/"+id, nil).ok(); stringOf(got) != stringOf(object{"id": id, "object": "conversation", "deleted": true}) {
		t.Errorf("answer %v", got)
	}
	a.do("GET", "/v2/conversations/"+id, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("DELETE", "/v2/conversations/"+id, nil).fails(http.StatusNotFound, "resource_not_found")
	if got := a.do("GET", "/v2/tickets/"+stringOf(ticket["ticketNumber"]), nil).ok(); len(list(got, "linkedConversations")) != 0 {
		t.Errorf("the ticket still links %v", got["linkedConversations"])
	}
}

func TestAThreadOutlivesItsPeople(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	o := a.the("conversation", func(o object) bool { return len(parts(o)) > 5 && len(list(o, "_participantIds")) == 1 })
	a.do("DELETE", "/v2/contacts/"+list(o, "_participantIds")[0].(string), nil).ok()
	got := a.do("GET", "/v2/conversations/"+text(o, "id"), nil).ok()
	if len(list(got, "participants")) != 0 || at(got, "source", "author") != nil || at(got, "source", "bodyMarkdown") == "" {
		t.Errorf("without the contact: %v", got)
	}
	a.do("POST", "/v2/conversations/search", object{"search": "thank", "limit": 100}).rows()
}

func TestABlockedContactBlocksTheConversation(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	o := a.newConversation("customer", nil)
	contact := at(list(o, "participants")[0].(object), "id").(string)
	a.do("POST", "/v2/contacts/"+contact+"/block", nil).ok()
	if got := a.do("GET", "/v2/conversations/"+text(o, "id"), nil).ok(); o["isBlocked"] != false || got["isBlocked"] != true {
		t.Errorf("blocked: %v, before %v", got["isBlocked"], o["isBlocked"])
	}
}

func TestListConversationsByTags(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	op := contract.Load().Operation("listConversations")
	bug, churn := text(a.the("tag", named("Bug")), "id"), text(a.the("tag", named("Churn risk")), "id")
	size := func(query string, names ...string) int {
		all := a.all(op, "/v2/conversations"+query, nil, 30)
		for _, o := range all {
			for _, name := range names {
				if !slices.Contains(tagNames(o), name) {
					t.Errorf("%s lists one with %v", query, tagNames(o))
				}
			}
			if o["conversationParts"] != nil {
				t.Fatal("a list carries threads")
			}
		}
		return len(all)
	}
	everything, one, both := size(""), size("?tagIds="+bug, "Bug"), size("?tagIds="+bug+","+churn, "Bug", "Churn risk")
	if everything < 80 || both == 0 || both >= one || one >= everything {
		t.Errorf("%d of %d of %d", both, one, everything)
	}
	a.do("GET", "/v2/conversations?tagIds=Bug", nil).fails(http.StatusBadRequest, "invalid_id")
	if archived := size("?tagIds=" + text(a.the("tag", named("Beta 2024")), "id")); archived != 0 {
		t.Errorf("%d carry an archived tag", archived)
	}
}
