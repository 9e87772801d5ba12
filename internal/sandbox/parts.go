package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// A thread is a conversation or a ticket. It holds its parts under _parts, in the order in which they came. A part that somebody wrote has the
// key _authorId beside its plain fields.

// maxParts is the greatest number of parts that the API shows of a thread. It shows the latest ones.
const maxParts = 500

// botID is the id of the system bot, which is the author of changes without an acting admin.
const botID = "5f0c9a7e1d2b3c4d5e6f7082"

// newPart returns a part of a thread.
func newPart(st *store.Store, partType string, at time.Time, extra object) object {
	part := object{
		"id": st.IDAt("conversation_part", at), "object": "conversation_part", "partType": partType,
		"createdAt": stamp(at), "updatedAt": stamp(at),
	}
	maps.Copy(part, extra)
	return part
}

// extend adds a part to a thread.
func extend(thread, part object) {
	thread["_parts"] = append(slices.Clip(list(thread, "_parts")), any(part))
}

// parts returns the parts of a thread.
func parts(thread object) []object {
	stored := list(thread, "_parts")
	out := make([]object, len(stored))
	for i, v := range stored {
		out[i], _ = v.(object)
	}
	return out
}

// amend changes a part of a thread. It changes a copy, because answers and the records of a write share nested values with the store.
func amend(thread object, partID string, changes object) {
	amended := slices.Clone(list(thread, "_parts"))
	for i, part := range parts(thread) {
		if part["id"] == partID {
			part = maps.Clone(part)
			maps.Copy(part, changes)
			amended[i] = part
		}
	}
	thread["_parts"] = amended
}

// isMessage reports whether a part is a message of a person or the bot to the other side.
func isMessage(part object) bool {
	return slices.Contains([]string{"user_msg", "admin_msg", "email_msg", "bot_msg"}, text(part, "partType"))
}

// isWritten reports whether a part has a text: it is a message or an internal note.
func isWritten(part object) bool { return isMessage(part) || part["partType"] == "admin_note" }

// showThread adds the latest parts to a conversation or a ticket.
func showThread(c *call, shown, stored object) {
	thread := parts(stored)
	latest := []any{}
	for _, part := range thread[max(0, len(thread)-maxParts):] {
		latest = append(latest, c.shownPart(stored, part))
	}
	shown["conversationParts"] = latest
}

func (c *call) shownPart(thread, part object) object {
	shown := object{}
	for key, value := range part {
		if !strings.HasPrefix(key, "_") {
			shown[key] = value
		}
	}
	if id, written := part["_authorId"].(string); written {
		shown["author"] = speaker(c.store, id)
		shown["tagApplications"] = c.tagApplications(thread, part)
	}
	c.showBodies(shown)
	return shown
}

// showBodies adds the form of a message that is not stored. Conversations store Markdown and tickets store HTML, as it was written; the API shows
// both, with signed addresses of files.
func (c *call) showBodies(message object) {
	if markdown, ok := message["bodyMarkdown"].(string); ok {
		message["bodyHtml"] = messageToHTML(markdown)
	} else if fragment, ok := message["bodyHtml"].(string); ok {
		message["bodyMarkdown"] = htmlToMarkdown(fragment)
	}
	for field, sign := range map[string]func(string, time.Time) string{"bodyHtml": signedHTML, "bodyMarkdown": signed} {
		if body, ok := message[field].(string); ok {
			message[field] = sign(body, c.store.Now())
		}
	}
}

// speaker shows who wrote a part, or null if that person was deleted.
func speaker(st *store.Store, id string) any {
	if id == botID {
		return object{"id": botID, "type": "bot", "name": "Plumline Assistant", "profilePicture": nil}
	}
	author, ok := byline(st, id).(object)
	if !ok {
		return nil
	}
	if author["email"] == nil { // the schema allows no null here
		delete(author, "email")
	}
	return author
}

// reply is something that a contact or an admin adds to a thread.
type reply struct {
	author   object
	partType string
	channel  string // empty for notes
	body     object // bodyMarkdown or bodyHtml
	at       time.Time
	quiet    bool // no notification is noted
}

func (r reply) byContact() bool { return r.partType == "user_msg" || r.partType == "email_msg" }

// newMessage returns the part for a reply.
func newMessage(st *store.Store, r reply) object {
	part := newPart(st, r.partType, r.at, object{"_authorId": r.author["id"]})
	maps.Copy(part, r.body)
	if r.channel != "" {
		part["channel"] = r.channel
	}
	return part
}

// add adds a reply to a thread and returns the part. A reply of a contact opens the thread again.
func (c *call) add(thread object, r reply) object {
	part := newMessage(c.store, r)
	extend(thread, part)
	if r.byContact() && threadState(thread) != "open" {
		wake(thread)
		extend(thread, newPart(c.store, "status", r.at, object{"status": "open", "snoozedUntil": nil}))
	}
	thread["updatedAt"] = stamp(c.store.Now())
	if !r.quiet && r.partType != "admin_note" {
		c.store.Send(store.OutboxEntry{
			Type: c.kind.name + "_reply_email", Subject: text(thread, "title"), Recipients: c.otherSide(thread, r.byContact()),
			Detail: object{c.kind.name + "Id": thread["id"], "partId": part["id"]},
		})
	}
	return part
}

// otherSide counts who is notified of a message: the customers, or the assigned admin, or all admins if none is assigned.
func (c *call) otherSide(thread object, byContact bool) int {
	switch {
	case !byContact:
		return max(1, len(list(thread, "_participantIds"))) // a ticket has one customer
	case thread["adminAssigneeId"] != nil || thread["assigneeId"] != nil:
		return 1
	}
	return len(c.store.Kind("admin").All())
}

// threadState returns the state of a conversation, or of a ticket, whose state is spread over two fields.
func threadState(thread object) string {
	switch {
	case text(thread, "state") != "":
		return text(thread, "state")
	case !flag(thread, "open"):
		return "closed"
	case thread["snoozedUntil"] != nil:
		return "snoozed"
	}
	return "open"
}

// wake opens a thread.
func wake(thread object) {
	if _, conversation := thread["state"]; conversation {
		thread["state"] = "open"
	} else {
		thread["open"] = true
	}
	thread["snoozedUntil"] = nil
}

// recordChanges adds a part for a new assignment and a part for a new state. assignee is the field that holds the assigned admin.
func (c *call) recordChanges(before, after object, assignee string) {
	now := c.store.Now()
	if before[assignee] != after[assignee] || before["teamAssigneeId"] != after["teamAssigneeId"] {
		extend(after, newPart(c.store, "assign", now, object{
			"adminAssigneeId": after[assignee], "teamAssigneeId": after["teamAssigneeId"], "adminAssignerId": c.body["actingAdminId"],
		}))
	}
	if threadState(before) != threadState(after) || before["snoozedUntil"] != after["snoozedUntil"] {
		extend(after, newPart(c.store, "status", now, object{"status": threadState(after), "snoozedUntil": after["snoozedUntil"]}))
	}
}

// setFuture returns the setter of a time that must be in the future. null clears it.
func setFuture(field string) setter {
	set := setTime(field, true)
	return func(c *call, draft object, value any) error {
		if err := set(c, draft, value); err != nil {
			return err
		}
		if value != nil && text(draft, field) <= stamp(c.store.Now()) {
			return refused(field, "The time must be in the future; it is "+stamp(c.store.Now()))
		}
		return nil
	}
}

// checkActingAdmin is the setter of the acting admin. The admin must exist and is not stored.
func checkActingAdmin(c *call, _ object, value any) error {
	id, _ := value.(string)
	_, err := c.referred("admin", id, "actingAdminId")
	return err
}

// actedOn returns the object that the path names and checks the acting admin, if the body has one.
func (c *call) actedOn() (object, error) {
	o, err := c.target()
	if id, given := c.body["actingAdminId"]; err == nil && given {
		err = checkActingAdmin(c, nil, id)
	}
	return o, err
}

// actor shows who makes the change: the acting admin, or the system bot if the body names no admin.
func (c *call) actor() object {
	admin := c.store.Kind("admin").Get(text(c.body, "actingAdminId"))
	if admin == nil {
		return object{"type": "bot", "id": botID, "name": nil}
	}
	return object{"type": "admin", "id": admin["id"], "name": admin["name"]}
}

// redactConversationPart blanks a message for good.
func redactConversationPart(c *call) (int, any, error) {
	c.path = map[string]string{"id": text(c.body, "conversationId")}
	if !c.kind.isID(c.path["id"]) {
		return 0, nil, invalid("invalid_id", "Invalid conversation ID: "+c.path["id"], "conversationId")
	}
	o, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	id := text(c.body, "conversationPartId")
	all := parts(o)
	i := slices.IndexFunc(all, func(part object) bool { return part["id"] == id })
	switch {
	case i < 0:
		return 0, nil, refused("conversationPartId", "No part of this conversation has the ID "+id)
	case !isMessage(all[i]):
		return 0, nil, refused("conversationPartId", "Only messages can be redacted; this part is of type "+text(all[i], "partType"))
	}
	now := stamp(c.store.Now())
	blank := object{"bodyHtml": nil, "bodyMarkdown": nil, "redacted": true, "updatedAt": now}
	if all[i]["sources"] != nil {
		blank["sources"] = []any{} // they tell what it was about
	}
	amend(o, id, blank)
	o["updatedAt"] = now
	return http.StatusOK, c.shown(c.kind, o), nil
}
