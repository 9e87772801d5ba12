package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/fulltext"
	"featurebase-mcp/internal/sandbox/store"
)

// tickets returns the kind of support tickets, which paths name by their number. Four keys stand beside the plain fields: _authorId, _statusId,
// _conversationIds of the linked conversations, and _parts (see parts.go). A ticket and its linked conversation have separate messages.
func tickets() *kind {
	return &kind{
		name: "ticket", title: "ticket", path: "/v2/tickets", isID: isTicketNumber, lookup: ticketNumbered,
		render: renderTicket,
		whole:  showThread,
		keep:   keepTickets,
		order:  orderTickets,
		start:  startTicket,
		set: map[string]setter{
			"author":               setAuthor,
			"ticketCategoryId":     reference("ticketCategoryId", "ticket_category"),
			"statusId":             reference("_statusId", "ticket_status"),
			"assigneeId":           reference("assigneeId", "admin"),
			"companyId":            setCompany,
			"customFields":         setValues("customFields", "ticket_custom_field"),
			"linkedConversationId": setLinkedConversation,
			"createdAt":            setTime("createdAt", false),
			"open":                 setOpen,
			"snoozedUntil":         setWakeUp,
			// ticketMade and ticketChanged read this field. It is not stored.
			"skipNotifications": notStored,
		},
		made:    ticketMade,
		changed: ticketChanged,
		gone:    ticketGone,
	}
}

func isTicketNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0
}

func ticketNumbered(all *store.Collection, name string) object {
	n, err := strconv.ParseFloat(name, 64)
	if err != nil {
		return nil
	}
	return all.Find(func(o object) bool { return o["ticketNumber"] == n })
}

func renderTicket(c *call, shown, stored object) {
	category := c.ticketCategory(stored)
	status := c.store.Kind("ticket_status").Get(text(stored, "_statusId"))
	shown["author"] = byline(c.store, text(stored, "_authorId"))
	shown["status"] = c.shown(c.kinds.named("ticket_status"), status)
	shown["categoryType"] = category["_type"]
	shown["ticketUrl"] = siteURL + "/tickets/" + strconv.Itoa(int(number(stored, "ticketNumber")))
	shown["content"] = signedHTML(text(stored, "content"), c.store.Now())
	linked := []any{}
	for _, id := range list(stored, "_conversationIds") {
		conversationID, _ := id.(string)
		if c.store.Kind("conversation").Get(conversationID) != nil {
			linked = append(linked, object{"id": id, "role": category["_type"]})
		}
	}
	shown["linkedConversations"] = linked
	values, _ := stored["customFields"].(object)
	shown["customFields"] = c.signedFiles(values)
}

// signedFiles signs the addresses of files in custom fields.
func (c *call) signedFiles(values object) object {
	out := maps.Clone(values)
	for id, value := range out {
		if stored, ok := value.(string); ok {
			out[id] = signed(stored, c.store.Now())
		}
	}
	return out
}

// ticketCategory returns the category of a ticket. Its key _type holds the type of its tickets.
func (c *call) ticketCategory(ticket object) object {
	return c.store.Kind("ticket_category").Get(text(ticket, "ticketCategoryId"))
}

func keepTickets(c *call) (func(object) bool, error) {
	categories, statuses := list(c.query, "ticketCategoryIds"), list(c.query, "statusIds")
	for param, ids := range map[string][]any{"ticketCategoryIds": categories, "statusIds": statuses} {
		if err := checkIDs(ids, param); err != nil {
			return nil, err
		}
	}
	assignee, byAssignee := c.query["assigneeId"].(string)
	if byAssignee {
		if err := checkIDs([]any{assignee}, "assigneeId"); err != nil {
			return nil, err
		}
	}
	categoryType := text(c.query, "categoryType")
	terms := fulltext.Words(text(c.query, "q"))
	return func(o object) bool {
		switch {
		case categories != nil && !slices.Contains(categories, o["ticketCategoryId"]):
			return false
		case statuses != nil && !slices.Contains(statuses, o["_statusId"]):
			return false
		case byAssignee && o["assigneeId"] != assignee:
			return false
		case categoryType != "" && c.ticketCategory(o)["_type"] != categoryType:
			return false
		}
		return fulltext.HoldsAll(text(o, "title"), text(o, "content"), terms)
	}, nil
}

func orderTickets(c *call) ordering {
	field := map[string]string{"date": "createdAt", "recent": "updatedAt", "ticketNumber": "ticketNumber"}[text(c.query, "sortBy")]
	return byField(field, text(c.query, "sortOrder") == "desc")
}

func startTicket(c *call, draft object) {
	status := c.store.Kind("ticket_status").Find(func(o object) bool { return flag(o, "isDefault") })
	maps.Copy(draft, object{
		"object": "ticket", "content": "", "open": true, "snoozedUntil": nil, "assigneeId": nil, "teamAssigneeId": nil, "companyId": nil,
		"customFields": object{}, "_statusId": status["id"], "_conversationIds": []any{}, "_parts": []any{},
	})
}

// setCompany finds the company by either of its ids, because the API reference does not say which one it takes.
func setCompany(c *call, draft object, value any) error {
	id, ok := value.(string)
	if !ok {
		draft["companyId"] = nil
		return nil
	}
	companies := c.store.Kind("company")
	company := companies.Get(id)
	if company == nil {
		company = companies.Find(func(o object) bool { return o["companyId"] == id })
	}
	if company == nil {
		return refused("companyId", "No company has the ID "+id)
	}
	draft["companyId"] = company["id"]
	return nil
}

func setLinkedConversation(c *call, draft object, value any) error {
	id, _ := value.(string)
	conversation, err := c.referred("conversation", id, "linkedConversationId")
	if err != nil {
		return err
	}
	draft["_conversationIds"] = []any{conversation["id"]}
	return nil
}

// setOpen closes or reopens a ticket and keeps its status. It ends the snooze of a ticket that it closes.
func setOpen(_ *call, draft object, value any) error {
	draft["open"] = value
	if value == false {
		draft["snoozedUntil"] = nil
	}
	return nil
}

// setWakeUp runs after setOpen, since keys apply in alphabetical order.
func setWakeUp(c *call, draft object, value any) error {
	if value != nil && !flag(draft, "open") {
		return refused("snoozedUntil", "A closed ticket cannot be snoozed; reopen it with open")
	}
	return setFuture("snoozedUntil")(c, draft, value)
}

func ticketMade(c *call, o object) {
	o["ticketNumber"] = float64(c.store.Made["ticket"]) // deleted tickets count, too, so that no number is used twice
	c.notifyOfTicket("new_ticket_email", o)
}

func ticketChanged(c *call, before, o object) {
	c.recordChanges(before, o, "assigneeId")
	c.notifyOfTicket("ticket_update_email", o)
}

func (c *call) notifyOfTicket(kind string, o object) {
	if !flag(c.body, "skipNotifications") {
		c.store.Send(store.OutboxEntry{Type: kind, Subject: text(o, "title"), Recipients: 1, Detail: object{"ticketId": o["id"]}})
	}
}

// ticketGone removes the conversations of a ticket that customers see.
func ticketGone(c *call, o object) {
	if c.ticketCategory(o)["_type"] != "customer" {
		return
	}
	for _, id := range list(o, "_conversationIds") {
		conversationID, _ := id.(string)
		c.store.Kind("conversation").Remove(conversationID)
	}
}

// replyToTicket adds a message of a contact, or a message or note of an admin. It answers with the ticket.
func replyToTicket(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	r := reply{partType: "admin_msg", channel: "desktop", at: c.store.Now(), quiet: flag(c.body, "skipNotifications")}
	if c.body["messageType"] == "note" {
		r.partType, r.channel = "admin_note", ""
	}
	if c.body["type"] == "contact" {
		r.partType = "user_msg"
		r.author, err = c.contact(c.body, "", "contactId", "contactEmail")
	} else {
		r.author, err = c.referred("admin", text(c.body, "adminId"), "adminId")
	}
	if err != nil {
		return 0, nil, err
	}
	created := object{}
	if err := setTime("createdAt", false)(c, created, c.body["createdAt"]); err != nil {
		return 0, nil, err
	}
	if at, err := time.Parse(store.TimeFormat, text(created, "createdAt")); err == nil {
		r.at = at
	}
	body, err := c.withAttachments(text(c.body, "body"))
	if err != nil {
		return 0, nil, err
	}
	r.body = object{"bodyHtml": body}
	c.add(o, r)
	return c.created(), c.shown(c.kind, o), nil
}

// withAttachments returns the HTML of a message with links to the copies of its attachments.
func (c *call) withAttachments(body string) (string, error) {
	if err := checkMessage(c.body, "body"); err != nil {
		return "", err
	}
	for i, v := range list(c.body, "attachmentUrls") {
		source, _ := v.(string)
		if !isWebAddress(source) {
			return "", refused("attachmentUrls."+strconv.Itoa(i), "Invalid url")
		}
		at := hosted(source)
		body += `<p><a href="` + at + `">` + at[strings.LastIndex(at, "/")+1:] + `</a></p>`
	}
	return body, nil
}
