package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) everyTicketOperation() {
	a.t.Helper()
	a.do("GET", "/v2/tickets", nil).rows()
	path := ticketPath(a.newTicket(nil))
	a.do("GET", path, nil).ok()
	a.do("PATCH", path, object{"title": "A better ticket"}).ok()
	a.do("POST", path+"/reply", object{"type": "admin", "adminId": a.the("admin", anyone)["id"], "body": "<p>x</p>"}).ok()
	a.do("DELETE", path, nil).ok()
	for path, kindName := range map[string]string{
		"/v2/tickets/categories": "ticket_category", "/v2/tickets/statuses": "ticket_status", "/v2/tickets/custom_fields": "ticket_custom_field",
	} {
		a.do("GET", path, nil).rows()
		a.do("GET", path+"/"+text(a.the(kindName, anyone), "id"), nil).ok()
	}
}

// newTicket creates a support request of a customer.
func (a *api) newTicket(extra object) object {
	a.t.Helper()
	body := object{"author": object{"id": a.the("contact", customer)["id"]}, "ticketCategoryId": a.the("ticket_category", named("Support request"))["id"], "title": "The timer is wrong"}
	maps.Copy(body, extra)
	return a.do("POST", "/v2/tickets", body).ok()
}

func ticketPath(o object) string { return "/v2/tickets/" + stringOf(o["ticketNumber"]) }

func (a *api) ticketField(label string) string {
	a.t.Helper()
	return text(a.the("ticket_custom_field", func(o object) bool { return o["label"] == label }), "id")
}

func TestANewTicketGetsDefaultsAndANumber(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	contact := a.the("contact", customer)
	company := a.the("company", named("Tessellate"))
	conversation := a.the("conversation", anyone)["id"]
	first := a.newTicket(nil)
	got := a.newTicket(object{"content": "<p>Since <b>Monday</b></p>", "companyId": company["companyId"], "linkedConversationId": conversation, "createdAt": "2025-01-02T03:04:05Z"})
	for name, c := range map[string][2]any{
		"the next number":         {got["ticketNumber"], number(first, "ticketNumber") + 1},
		"a long id":               {store.IsObjectID(text(got, "id")), true},
		"an address":              {got["ticketUrl"], siteURL + "/tickets/" + stringOf(got["ticketNumber"])},
		"the default status":      {at(got, "status", "name"), "Submitted"},
		"the kind of the ticket":  {got["categoryType"], "customer"},
		"open":                    {got["open"], true},
		"the author":              {at(got, "author", "id"), contact["id"]},
		"the company by its own":  {got["companyId"], company["id"]},
		"the content as it is":    {got["content"], "<p>Since <b>Monday</b></p>"},
		"the link":                {stringOf(got["linkedConversations"]), stringOf([]any{object{"id": conversation, "role": "customer"}})},
		"the time it was made":    {got["createdAt"], "2025-01-02T03:04:05.000Z"},
		"no thread in the answer": {got["conversationParts"], nil},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	if sent := a.outbox(); len(sent) != 2 || sent[1]["type"] != "new_ticket_email" {
		t.Errorf("outbox %v", sent)
	}
	a.newTicket(object{"skipNotifications": true})
	if sent := a.outbox(); len(sent) != 2 {
		t.Errorf("skipNotifications sends %v", sent)
	}
	by := a.newTicket(object{"author": object{"email": "ada@lovelace.example", "name": "Ada"}})
	if at(by, "author", "name") != "Ada" || at(by, "author", "type") != "customer" {
		t.Errorf("a new author: %v", by["author"])
	}
	a.do("DELETE", ticketPath(by), nil).ok()
	if next := a.newTicket(nil); next["ticketNumber"] != number(by, "ticketNumber")+1 {
		t.Errorf("number %v after %v was deleted", next["ticketNumber"], by["ticketNumber"])
	}
}

func TestTicketsThatAreRefused(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	base := object{"author": object{"email": "fresh@nowhere.example"}, "ticketCategoryId": a.the("ticket_category", anyone)["id"], "title": "Hello"}
	bodies := map[string]object{}
	for name, change := range map[string]object{
		"an unknown category":            {"ticketCategoryId": nobody},
		"a name for a category":          {"ticketCategoryId": "Support request"},
		"an unknown status":              {"statusId": nobody},
		"the status of a post":           {"statusId": a.the("post_status", anyone)["id"]},
		"an unknown admin":               {"assigneeId": nobody},
		"an unknown company":             {"companyId": "nobody"},
		"an unknown conversation":        {"linkedConversationId": "99999"},
		"a long conversation id":         {"linkedConversationId": nobody},
		"an unknown field":               {"customFields": object{nobody: "x"}},
		"the field of a post":            {"customFields": object{text(a.the("custom_field", anyone), "id"): "x"}},
		"a value that does not fit":      {"customFields": object{a.ticketField("Severity"): "Terrible"}},
		"a file without a name":          {"customFields": object{a.ticketField("Screenshots"): object{"url": "https://x.example/a.png"}}},
		"a file over plain HTTP":         {"customFields": object{a.ticketField("Screenshots"): object{"url": "http://x.example/a.png", "name": "a"}}},
		"one file of two without an URL": {"customFields": object{a.ticketField("Screenshots"): []any{object{"url": "https://x.example/a.png", "name": "a"}, object{"name": "b"}}}},
		"an unknown author":              {"author": object{"userId": "nobody"}},
		"a short title":                  {"title": "x"},
		"a bad date":                     {"createdAt": "soon"},
	} {
		bodies[name] = maps.Clone(base)
		maps.Copy(bodies[name], change)
	}
	a.refuses("POST", "/v2/tickets", http.StatusBadRequest, bodies, "/v2/tickets?limit=100", "/v2/contacts?limit=100")
}

func TestTicketsAreAddressedByNumber(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	o := a.newTicket(nil)
	if got := a.do("GET", ticketPath(o), nil).ok(); got["id"] != o["id"] {
		t.Errorf("got %v", got["id"])
	}
	for _, bad := range []string{text(o, "id"), "0", "-1", "TK-1", "1.5"} {
		a.do("GET", "/v2/tickets/"+bad, nil).fails(http.StatusBadRequest, "invalid_id")
	}
	a.do("GET", "/v2/tickets/9999", nil).fails(http.StatusNotFound, "resource_not_found")
	if got := a.do("DELETE", ticketPath(o), nil).ok(); stringOf(got) != stringOf(object{"id": o["id"], "object": "ticket", "deleted": true}) {
		t.Errorf("answer %v: want the long id", got)
	}
	a.do("GET", ticketPath(o), nil).fails(http.StatusNotFound, "resource_not_found")
}

func TestUpdatingATicket(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, status := a.the("admin", named("Ben Castellano"))["id"], a.the("ticket_status", named("Resolved"))["id"]
	company := a.the("company", anyone)
	path := ticketPath(a.newTicket(object{"skipNotifications": true}))
	got := a.do("PATCH", path, object{"title": "New title", "content": "<p>y</p>", "statusId": status, "assigneeId": admin, "companyId": company["id"], "snoozedUntil": "2026-12-24T00:00:00Z"}).ok()
	if got["title"] != "New title" || got["content"] != "<p>y</p>" || at(got, "status", "id") != status || got["assigneeId"] != admin || got["companyId"] != company["id"] ||
		got["snoozedUntil"] != "2026-12-24T00:00:00.000Z" || got["open"] != true {
		t.Errorf("updated: %v", got)
	}
	got = a.do("PATCH", path, object{"open": false, "skipNotifications": true}).ok()
	if got["open"] != false || got["snoozedUntil"] != nil || at(got, "status", "id") != status {
		t.Errorf("closed: %v", got)
	}
	got = a.do("PATCH", path, object{"open": true, "snoozedUntil": nil, "assigneeId": nil, "companyId": nil}).ok()
	if got["open"] != true || got["assigneeId"] != nil || got["companyId"] != nil || at(got, "status", "id") != status {
		t.Errorf("reopened: %v", got)
	}
	parts := a.thread(path)
	if partTypes(parts) != "assign status status assign status" || parts[1]["status"] != "snoozed" || parts[2]["status"] != "closed" || parts[4]["status"] != "open" || parts[0]["adminAssigneeId"] != admin {
		t.Errorf("parts %v", parts)
	}
	if sent := a.outbox(); len(sent) != 2 || sent[0]["type"] != "ticket_update_email" {
		t.Errorf("outbox %v", sent)
	}
	a.do("PATCH", path, object{"open": false}).ok()
	a.refuses("PATCH", path, http.StatusBadRequest, map[string]object{
		"a closed one snoozed":   {"title": "x", "snoozedUntil": "2026-12-24T00:00:00Z"},
		"closed and snoozed":     {"open": false, "snoozedUntil": "2026-12-24T00:00:00Z"},
		"snoozed until the past": {"open": true, "snoozedUntil": "2026-10-24T00:00:00Z"},
		"an unknown status":      {"open": true, "statusId": nobody},
		"an unknown admin":       {"open": true, "assigneeId": nobody},
		"an unknown company":     {"open": true, "companyId": nobody},
		"another category":       {"ticketCategoryId": nobody},
		"an unknown field":       {"open": true, "customFields": object{nobody: "x"}},
	}, path)
}

func TestCustomFieldsOfTicketsHoldFiles(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	files, severity := a.ticketField("Screenshots"), a.ticketField("Severity")
	path := ticketPath(a.newTicket(object{"customFields": object{severity: "Low", files: object{"url": "https://x.example/one.png", "name": "One"}}}))
	values := func() object { return a.do("GET", path, nil).ok()["customFields"].(object) }
	type file struct {
		Key  string `json:"key"`
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	var one file
	if err := json.Unmarshal([]byte(text(values(), files)), &one); err != nil || one.Name != "One" || !strings.HasPrefix(one.URL, storageURL+one.Key+"?X-Amz-") || !strings.Contains(one.URL, "X-Amz-Expires=3600&") {
		t.Errorf("one file: %v %v", one, err)
	}
	a.do("PATCH", path, object{"customFields": object{files: []any{object{"url": "https://x.example/one.png", "name": "One"}, object{"url": "https://x.example/b/two.png", "name": "Two"}}}}).ok()
	var several []file
	if err := json.Unmarshal([]byte(text(values(), files)), &several); err != nil || len(several) != 2 || !strings.Contains(several[1].URL, "/two.png?") || values()[severity] != "Low" {
		t.Errorf("several files: %v %v", several, err)
	}
	content := `<p><img src="` + one.URL + `"></p>`
	for range 2 { // what was shown may be sent back
		content = text(a.do("PATCH", path, object{"content": content}).ok(), "content")
	}
	if strings.Count(content, "X-Amz-Signature=") != 1 || !strings.HasSuffix(content, `"></p>`) {
		t.Errorf("content %s", content)
	}
	a.do("PATCH", path, object{"customFields": object{files: nil}}).ok()
	if got := values(); len(got) != 1 {
		t.Errorf("cleared: %v", got)
	}
}

func TestRepliesToTickets(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	admin, contact := a.the("admin", named("Ben Castellano"))["id"], a.the("contact", customer)
	o := a.newTicket(nil)
	path := ticketPath(o)
	sent := len(a.outbox())
	if got := a.do("POST", path+"/reply", object{"type": "admin", "adminId": admin, "body": "<p>A <b>word</b></p>", "attachmentUrls": []any{"https://x.example/log.txt"}}).ok(); got["id"] != o["id"] || got["object"] != "ticket" {
		t.Errorf("answer %v", got)
	}
	a.do("POST", path+"/reply", object{"type": "admin", "adminId": admin, "body": "<p>internal</p>", "messageType": "note"}).ok()
	if all := a.outbox(); len(all) != sent+1 || all[sent]["type"] != "ticket_reply_email" {
		t.Errorf("outbox %v", all)
	}
	a.do("PATCH", path, object{"open": false, "skipNotifications": true}).ok()
	a.do("POST", path+"/reply", object{"type": "contact", "contactEmail": strings.ToUpper(text(contact, "email")), "body": "<p>Still wrong</p>", "createdAt": "2026-10-01T00:00:00Z", "skipNotifications": true}).ok()
	parts := a.thread(path)
	if partTypes(parts) != "admin_msg admin_note status user_msg status" {
		t.Fatalf("parts %s", partTypes(parts))
	}
	if part := parts[0]; !strings.HasPrefix(text(part, "bodyHtml"), `<p>A <b>word</b></p><p><a href="`+storageURL) || !strings.Contains(text(part, "bodyHtml"), "X-Amz-Signature=") ||
		!strings.HasPrefix(text(part, "bodyMarkdown"), "A **word**") {
		t.Errorf("message %v", part)
	}
	if part := parts[3]; part["createdAt"] != "2026-10-01T00:00:00.000Z" || at(part, "author", "id") != contact["id"] {
		t.Errorf("message %v", part)
	}
	if now := a.do("GET", path, nil).ok(); now["open"] != true || len(a.outbox()) != sent+1 {
		t.Errorf("a contact's reply opens: %v", now["open"])
	}
	a.refuses("POST", path+"/reply", http.StatusBadRequest, map[string]object{
		"a contact without an id":  {"type": "contact", "body": "x"},
		"an unknown contact":       {"type": "contact", "contactId": nobody, "body": "x"},
		"an unknown e-mail":        {"type": "contact", "contactEmail": "nobody@nowhere.example", "body": "x"},
		"a contact's note":         {"type": "contact", "contactId": contact["id"], "body": "x", "messageType": "note"},
		"an unknown admin":         {"type": "admin", "adminId": nobody, "body": "x"},
		"an admin without an id":   {"type": "admin", "body": "x"},
		"nothing to say":           {"type": "admin", "adminId": admin, "body": " "},
		"an attachment from disk":  {"type": "admin", "adminId": admin, "body": "x", "attachmentUrls": []any{"file:///etc/passwd"}},
		"an attachment that is no": {"type": "admin", "adminId": admin, "body": "x", "attachmentUrls": []any{"https://x.example/a.png", "b.png"}},
		"a bad date":               {"type": "admin", "adminId": admin, "body": "x", "createdAt": "soon"},
	}, path)
}

func TestDeletingACustomersTicketTakesItsConversation(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	mine, shared := text(a.newConversation("customer", nil), "id"), text(a.newConversation("customer", nil), "id")
	a.do("DELETE", ticketPath(a.newTicket(object{"linkedConversationId": mine})), nil).ok()
	a.do("GET", "/v2/conversations/"+mine, nil).fails(http.StatusNotFound, "resource_not_found")
	tracker := a.newTicket(object{"linkedConversationId": shared, "ticketCategoryId": a.the("ticket_category", named("Known issue"))["id"]})
	if at(list(tracker, "linkedConversations")[0].(object), "role") != "tracker" || tracker["categoryType"] != "tracker" {
		t.Errorf("tracker %v", tracker)
	}
	a.do("DELETE", ticketPath(tracker), nil).ok()
	a.do("GET", "/v2/conversations/"+shared, nil).ok()
}

func TestListTicketsFiltersAndSorts(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	category, status := a.the("ticket_category", named("Known issue"))["id"], a.the("ticket_status", named("Resolved"))["id"]
	admin := a.the("ticket", func(o object) bool { return o["assigneeId"] != nil })["assigneeId"]
	op := contract.Load().Operation("listTickets")
	all := a.all(op, "/v2/tickets", nil, 7)
	for query, fits := range map[string]func(object) bool{
		"ticketCategoryIds=" + category.(string): func(o object) bool { return o["ticketCategoryId"] == category },
		"categoryType=tracker":                   func(o object) bool { return o["ticketCategoryId"] == category },
		"categoryType=back-office":               func(o object) bool { return o["categoryType"] == "back-office" },
		"statusIds=" + status.(string):           func(o object) bool { return at(o, "status", "id") == status },
		"assigneeId=" + admin.(string):           func(o object) bool { return o["assigneeId"] == admin },
		"q=invoices": func(o object) bool {
			return strings.Contains(strings.ToLower(text(o, "title")+text(o, "content")), "invoice")
		},
		"statusIds=" + status.(string) + "&categoryType=customer": func(o object) bool { return at(o, "status", "id") == status && o["categoryType"] == "customer" },
	} {
		got := ids(a.all(op, "/v2/tickets?"+query, nil, 3))
		want := ids(slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !fits(o) }))
		if !slices.Equal(got, want) || len(want) == 0 || len(want) == len(all) {
			t.Errorf("%s lists %d of %d: %v, want %v", query, len(got), len(all), got, want)
		}
	}
	for query, key := range map[string]func(a, b object) int{
		"sortBy=date":                       func(a, b object) int { return strings.Compare(text(b, "createdAt"), text(a, "createdAt")) },
		"sortBy=recent":                     func(a, b object) int { return strings.Compare(text(b, "updatedAt"), text(a, "updatedAt")) },
		"sortBy=ticketNumber&sortOrder=asc": func(a, b object) int { return int(number(a, "ticketNumber") - number(b, "ticketNumber")) },
	} {
		if rows := a.do("GET", "/v2/tickets?limit=100&"+query, nil).rows(); len(rows) != len(all) || !slices.IsSortedFunc(rows, key) {
			t.Errorf("%s: not in order", query)
		}
	}
	for _, query := range []string{"statusIds=Resolved", "ticketCategoryIds=x", "assigneeId=ben"} {
		a.do("GET", "/v2/tickets?"+query, nil).fails(http.StatusBadRequest, "invalid_id")
	}
	for path, bare := range map[string]bool{"/v2/tickets/categories": true, "/v2/tickets/statuses": true, "/v2/tickets/custom_fields": false} {
		if got := a.do("GET", path, nil); strings.HasPrefix(string(got.body), "[") != bare || len(got.rows()) < 3 {
			t.Errorf("%s: %.80s", path, got.body)
		}
	}
}
