package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// conversations returns the kind of inbox conversations. Only source holds the opening message; all that follows is a part. Four keys stand
// beside the plain fields: _authorId of the opening message, _participantIds, _tags (see tags.go) and _parts (see parts.go).
func conversations() *kind {
	return &kind{
		name: "conversation", title: "conversation", path: "/v2/conversations", isID: store.IsShortID,
		render: renderConversation,
		whole:  showThread,
		found:  foundConversation,
		keep:   keepConversations,
		order:  func(*call) ordering { return byField("lastActivityAt", true) },
		fields: map[string]func(*call, object) any{
			"tagIds":            func(c *call, o object) any { return c.tagIDs(o) },
			"userId":            func(_ *call, o object) any { return o["_participantIds"] },
			"participantId":     func(_ *call, o object) any { return o["_participantIds"] },
			"companyId":         participantCompanies,
			"mentionedAdminIds": mentionedAdmins,
		},
		texts: conversationTexts,
		sort:  "lastActivityAt:desc",
		set: map[string]setter{
			"actingAdminId":    checkActingAdmin,
			"adminAssigneeId":  reference("adminAssigneeId", "admin"),
			"teamAssigneeId":   reference("teamAssigneeId", "team"),
			"customAttributes": setValues("customAttributes", "conversation_attribute"),
			"snoozedUntil":     setSnoozedUntil,
			"state":            setState,
			"markAsRead":       setMarkAsRead,
		},
		changed: conversationChanged,
	}
}

// keepConversationAttributes leaves archived definitions out unless the query asks for them.
func keepConversationAttributes(c *call) (func(object) bool, error) {
	return func(o object) bool { return !flag(o, "archived") || flag(c.query, "includeArchived") }, nil
}

func renderConversation(c *call, shown, stored object) {
	shown["participants"] = c.participants(stored)
	shown["tags"] = c.shownTags(stored)
	shown["isBlocked"] = slices.ContainsFunc(list(stored, "_participantIds"), func(id any) bool {
		contactID, _ := id.(string)
		return flag(c.store.Kind("contact").Get(contactID), "_blocked")
	})
	source, _ := stored["source"].(object)
	source = maps.Clone(source)
	if author := c.participant(stored["_authorId"]); author != nil {
		source["author"] = author
	}
	c.showBodies(source)
	source["bodyMarkdown"] = withoutFiles(text(source, "bodyMarkdown"))
	shown["source"] = source
	if c.expands("customAttributeDefinitions") {
		shown["customAttributeValues"] = c.attributeValues(stored)
	}
}

// expands reports whether the request asks for an expansion of the answer.
func (c *call) expands(expansion string) bool {
	return slices.Contains(list(c.query, "include"), any(expansion)) || slices.Contains(list(c.body, "include"), any(expansion))
}

// attributeValues shows the custom attributes of a conversation with their definitions.
func (c *call) attributeValues(o object) []any {
	values, _ := o["customAttributes"].(object)
	out := []any{}
	for _, definition := range c.store.Kind("conversation_attribute").All() {
		value, set := values[text(definition, "id")]
		if !set {
			continue
		}
		shown := object{"value": value}
		for _, field := range []string{"id", "dataType", "fieldSubType", "identifier", "name", "options"} {
			if definition[field] != nil {
				shown[field] = definition[field]
			}
		}
		out = append(out, shown)
	}
	return out
}

// keepConversations applies the filter of listConversations: a conversation must carry every tag.
func keepConversations(c *call) (func(object) bool, error) {
	wanted := list(c.query, "tagIds")
	if err := checkIDs(wanted, "tagIds"); err != nil {
		return nil, err
	}
	return func(o object) bool {
		carried := c.tagIDs(o)
		return !slices.ContainsFunc(wanted, func(id any) bool { return !slices.Contains(carried, id) })
	}, nil
}

// checkIDs refuses a list that holds anything but ids.
func checkIDs(ids []any, param string) error {
	for _, id := range ids {
		if s, _ := id.(string); !store.IsObjectID(s) {
			return invalid("invalid_id", "Invalid ID: "+s, param)
		}
	}
	return nil
}

// setState closes, opens or snoozes. A snoozed conversation must have a time at which it wakes up, and no other conversation has one.
func setState(c *call, draft object, value any) error {
	draft["state"] = value
	switch {
	case value == "snoozed" && c.body["snoozedUntil"] == nil:
		return refused("snoozedUntil", "Required when state is snoozed")
	case value != "snoozed":
		draft["snoozedUntil"] = nil
	}
	return nil
}

// setSnoozedUntil runs before setState, since keys apply in alphabetical order. The time has to agree with the state.
func setSnoozedUntil(c *call, draft object, value any) error {
	snoozed := cmp.Or(text(c.body, "state"), text(draft, "state")) == "snoozed"
	switch {
	case value == nil && snoozed:
		return refused("snoozedUntil", "A snoozed conversation needs a time; set state to open to wake it")
	case value == nil:
		return nil
	case !snoozed:
		return refused("snoozedUntil", "Only goes with state snoozed")
	}
	return setFuture("snoozedUntil")(c, draft, value)
}

func conversationChanged(c *call, before, o object) {
	c.recordChanges(before, o, "adminAssigneeId")
	if o["state"] == "closed" {
		o["waitingSince"] = nil
	}
}

// createConversation starts a conversation as a contact, or as an admin who writes to contacts.
func createConversation(c *call) (int, any, error) {
	from, _ := c.body["from"].(object)
	outreach := from["type"] == "admin"
	check := c.checkFromContact
	if outreach {
		check = c.checkOutreach
	}
	draft := object{}
	author, people, err := check(text(from, "id"))
	if err == nil {
		err = setTime("createdAt", false)(c, draft, c.body["createdAt"])
	}
	if err == nil {
		err = checkMessage(c.body, "bodyMarkdown")
	}
	if err != nil {
		return 0, nil, err
	}
	markdown, subject := withCopies(text(c.body, "bodyMarkdown")), text(c.body, "subject")
	source := openingMessage(markdown, cmp.Or(text(c.body, "channel"), "desktop"), subject, outreach)
	maps.Copy(draft, newConversation(source, author, c.letIn(people)))
	draft["title"] = cmp.Or(subject, headline(markdown))
	draft["userPreferredLanguage"] = cmp.Or(text(people[0].found, "locale"), "en")
	c.insert(c.kind, draft)
	draft["lastActivityAt"] = draft["createdAt"]
	notice := store.OutboxEntry{Type: "conversation_email", Subject: text(draft, "title"), Recipients: len(people), Detail: object{"conversationId": draft["id"]}}
	if !outreach {
		draft["waitingSince"] = draft["createdAt"]
		notice.Type, notice.Recipients = "new_conversation_email", len(c.store.Kind("admin").All())
	}
	c.store.Send(notice)
	return c.created(), c.shown(c.kind, draft), nil
}

// checkMessage refuses a message without a text.
func checkMessage(body object, field string) error {
	if strings.TrimSpace(text(body, field)) == "" {
		return refused(field, "A message needs a text")
	}
	return nil
}

// letIn returns the ids of the people in a new conversation, each once.
func (c *call) letIn(people []identified) []any {
	participants := []any{}
	for _, who := range people {
		if who.found == nil { // the body may name a new address twice
			who.found = c.customerWith("email", text(who.create, "email"))
		}
		if id := c.person(who)["id"]; !slices.Contains(participants, id) {
			participants = append(participants, id)
		}
	}
	return participants
}

// checkFromContact returns the contact who starts a conversation as its only participant.
func (c *call) checkFromContact(id string) (author object, people []identified, err error) {
	if author, err = c.referred("contact", id, "from.id"); err != nil {
		return nil, nil, err
	}
	if c.body["recipients"] != nil {
		return nil, nil, refused("recipients", "Only an admin chooses recipients")
	}
	return author, []identified{{found: author}}, nil
}

// checkOutreach returns the admin who starts a conversation, and its participants. Recipients of blind copies do not become participants.
func (c *call) checkOutreach(id string) (author object, people []identified, err error) {
	if author, err = c.referred("admin", id, "from.id"); err != nil {
		return nil, nil, err
	}
	if c.body["channel"] == "email" && strings.TrimSpace(text(c.body, "subject")) == "" {
		return nil, nil, refused("subject", "An e-mail from an admin needs a subject")
	}
	recipients, _ := c.body["recipients"].(object)
	for _, name := range []string{"to", "cc", "bcc"} {
		set, _ := recipients[name].(object)
		found, err := c.recipients(set, "recipients."+name)
		if err != nil {
			return nil, nil, err
		}
		if name == "to" && len(found) == 0 {
			return nil, nil, refused("recipients.to", "Give at least one e-mail or ID to write to")
		}
		if name != "bcc" {
			people = append(people, found...)
		}
	}
	return author, people, nil
}

// recipients finds the contacts of a set. An e-mail address that nobody has makes a new contact.
func (c *call) recipients(set object, path string) ([]identified, error) {
	var people []identified
	for _, v := range list(set, "ids") {
		id, _ := v.(string)
		contact, err := c.referred("contact", id, path+".ids")
		if err != nil {
			return nil, err
		}
		people = append(people, identified{found: contact})
	}
	for _, v := range list(set, "emails") {
		email, _ := v.(string)
		if name, domain, ok := strings.Cut(email, "@"); !ok || name == "" || domain == "" {
			return nil, refused(path+".emails", "Invalid email: "+email)
		}
		who, err := c.identify(object{"email": email}, path, true)
		if err != nil {
			return nil, err
		}
		people = append(people, who)
	}
	return people, nil
}

// openingMessage makes the source of a conversation.
func openingMessage(markdown, channel, subject string, outreach bool) object {
	source := object{"bodyMarkdown": markdown, "channel": channel, "deliveredAs": "customer_initiated"}
	if outreach {
		source["deliveredAs"] = "admin_initiated"
	}
	if subject != "" {
		source["subject"] = subject
	}
	return source
}

// newConversation returns an open conversation without parts.
func newConversation(source, author object, participants []any) object {
	return object{
		"object": "conversation", "state": "open", "source": source, "customAttributes": object{}, "readReceipts": []any{},
		"awaitingCustomerReply": source["deliveredAs"] == "admin_initiated",
		"_authorId":             author["id"], "_participantIds": participants, "_tags": []any{}, "_parts": []any{},
	}
}

// headline makes a title from the first line of a message that is not a greeting.
func headline(markdown string) string {
	const longest = 60
	line, rest, more := strings.Cut(strings.TrimSpace(withoutFiles(markdown)), "\n")
	if more && strings.HasSuffix(strings.TrimSpace(line), ",") {
		line, _, _ = strings.Cut(strings.TrimSpace(rest), "\n")
	}
	line = strings.TrimLeft(line, "# ")
	if characters := []rune(line); len(characters) > longest {
		line = string(characters[:longest]) + "…"
	}
	return line
}

// replyToConversation adds a message of a contact, or a message or note of an admin.
func replyToConversation(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	source, _ := o["source"].(object)
	r := reply{partType: "admin_msg", channel: text(source, "channel"), at: c.store.Now(), quiet: flag(c.body, "skipNotifications")}
	if c.body["messageType"] == "note" {
		r.partType, r.channel = "admin_note", ""
	}
	if c.body["type"] == "contact" {
		r.partType = "user_msg"
		if r.channel == "email" {
			r.partType = "email_msg"
		}
		r.author, err = c.contact(c.body, "", "id", "userId")
	} else {
		r.author, err = c.referred("admin", text(c.body, "id"), "id")
	}
	if err != nil {
		return 0, nil, err
	}
	if err := checkMessage(c.body, "bodyMarkdown"); err != nil {
		return 0, nil, err
	}
	r.body = object{"bodyMarkdown": withCopies(text(c.body, "bodyMarkdown"))}
	part := c.add(o, r)
	c.replied(o, r)
	return c.created(), c.shownPart(o, part), nil
}

// replied updates who waits for whom, and who has read the conversation.
func (c *call) replied(o object, r reply) {
	_, personType := c.store.Person(text(r.author, "id"))
	seenBy(o, r.author, personType)
	if r.partType == "admin_note" {
		return
	}
	o["lastActivityAt"] = stamp(r.at)
	o["awaitingCustomerReply"] = !r.byContact()
	switch {
	case !r.byContact():
		o["waitingSince"] = nil
	case o["waitingSince"] == nil:
		o["waitingSince"] = stamp(r.at)
	}
	if present := list(o, "_participantIds"); r.byContact() && !slices.Contains(present, r.author["id"]) {
		o["_participantIds"] = append(slices.Clip(present), r.author["id"]) // whoever answers becomes a participant
	}
}
