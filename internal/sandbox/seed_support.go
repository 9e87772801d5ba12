package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// supportSeeder makes conversations and tickets. It has dice of its own, so that a change here does not change the rest of the seed.
type supportSeeder struct {
	*seeder
	dice    dice
	support support
}

// support has the form of seed/support.json, where rows are lists to keep the file short.
type support struct {
	Tags         []string    `json:"tags"`
	ArchivedTags []string    `json:"archivedTags"`
	Attributes   [][7]any    `json:"attributes"`
	Categories   [][4]string `json:"categories"`
	Statuses     [][3]string `json:"statuses"`
	Fields       [][4]any    `json:"fields"`
	Night        []string    `json:"night"`
}

// inbox makes tags, attributes, conversations and tickets.
func (s *seeder) inbox() {
	own := &supportSeeder{seeder: s, dice: s.cast(4242)}
	readSeed("seed/support.json", &own.support)
	own.conversationDefinitions()
	own.ticketDefinitions()
	own.conversations()
	own.tickets()
	own.night()
	own.cite()
}

func (s *supportSeeder) conversationDefinitions() {
	founded := s.daysAgo(1100)
	for _, name := range s.support.Tags {
		s.put("tag", founded, object{"type": "tag", "name": name, "_archived": slices.Contains(s.support.ArchivedTags, name)})
	}
	for _, row := range s.support.Attributes {
		attribute := object{
			"id": row[0], "object": "conversation_attribute", "identifier": row[1], "name": row[2], "dataType": row[3], "fieldSubType": row[4],
			"archived": row[6], "createdAt": stamp(founded), "updatedAt": stamp(founded),
		}
		s.addOptions(attribute, row[5])
		s.Kind("conversation_attribute").Add(attribute)
	}
}

func (s *supportSeeder) ticketDefinitions() {
	founded := s.daysAgo(900)
	var fieldIDs []any
	for _, row := range s.support.Fields {
		field := s.put("ticket_custom_field", founded, object{
			"object": "custom_field", "label": row[0], "type": row[1], "public": row[3], "internal": row[3] != true, "required": false,
			"createdAt": stamp(founded), "updatedAt": stamp(founded),
		})
		s.addOptions(field, row[2])
		fieldIDs = append(fieldIDs, field["id"])
	}
	for i, row := range s.support.Statuses {
		s.put("ticket_status", founded, object{"object": "post_status", "name": row[0], "color": row[1], "type": row[2], "isDefault": i == 0})
	}
	for _, row := range s.support.Categories {
		s.put("ticket_category", founded, object{
			"object": "board", "name": row[0], "createdAt": stamp(founded), "customFields": fieldIDs, "_type": row[2],
			"icon":     object{"type": "emoji", "value": row[1]},
			"access":   object{"adminOnly": row[2] != "customer", "allowedRoles": []any{}, "deniedRoles": []any{}, "segments": []any{}},
			"features": object{"commentsEnabled": true, "createdDatesVisible": true, "postingEnabled": row[2] == "customer"},
			"localization": object{
				"name": object{"en": row[0]}, "description": object{"en": row[3]}, "formPlaceholder": nil, "heroDescription": nil,
				"heroTitle": nil, "submitButtonText": nil,
			},
			"postDefaults": object{"visibility": "authorOnly"},
		})
	}
}

// addOptions adds an option to a definition for each label.
func (s *supportSeeder) addOptions(definition object, labels any) {
	var options []any
	for _, label := range labels.([]any) {
		options = append(options, object{"id": s.IDAt("support_option", s.Epoch), "label": label})
	}
	if options != nil {
		definition["options"] = options
	}
}

// script is the course of a matter: a header, the openings of several customers, and the lines that followed. The first character of a line says
// who speaks: < the customer, > an admin, * an admin in an internal note, ~ the bot; ^ is the rating of the customer. || separates wordings, which
// the openings take in turn.
type script struct {
	header   []string
	openings []string
	lines    []string
}

func scripts(path string) []*script {
	var all []*script
	for line := range strings.Lines(seedText(path)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), `\n`, "\n")
		if header, ok := strings.CutPrefix(line, "# "); ok {
			all = append(all, &script{header: strings.Split(header, " | ")})
			continue
		}
		current := all[len(all)-1]
		if opening, ok := strings.CutPrefix(line, "? "); ok {
			current.openings = append(current.openings, opening)
		} else {
			current.lines = append(current.lines, line)
		}
	}
	return all
}

// telling is one run through a script.
type telling struct {
	*supportSeeder
	number  int // place among all tellings
	variant int // place of its opening in the script
	opening string
	header  []string
	lines   []string
	whole   bool // told to the end
	created time.Time

	thread  object
	at      time.Time
	format  string // of the messages: bodyMarkdown or bodyHtml
	channel string
	contact object
	admin   object
}

// tellings spreads the scripts over the past days. Some openings run through the whole script; others stop early and are recent.
func (s *supportSeeder) tellings(path string, days int) []*telling {
	var all []*telling
	for _, script := range scripts(path) {
		for variant, opening := range script.openings {
			t := &telling{supportSeeder: s, variant: variant, opening: opening, header: script.header, lines: script.lines, whole: true}
			age := 4 + s.dice.roll(days)
			if n := len(script.lines); variant%2 == 1 && n > 2 {
				t.whole, t.lines = false, script.lines[:2+s.dice.roll(n-2)]
				age = 1 + s.dice.roll(6)
			}
			t.created = s.daysAgo(age + len(t.lines)/4).Add(-time.Duration(s.dice.roll(40_000)) * time.Second)
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b *telling) int { return a.created.Compare(b.created) })
	admins := s.Kind("admin").All()
	for i, t := range all {
		t.number, t.at, t.admin = i, t.created, admins[s.dice.roll(len(admins))]
	}
	return all
}

// tick lets time pass, but never up to the present, because the present belongs to the user.
func (t *telling) tick() {
	pause := time.Duration(5+t.dice.roll(600)) * time.Minute
	t.at = t.at.Add(min(pause, t.Epoch.Sub(t.at)/2)).Truncate(time.Second)
}

// tell adds a part to the thread for each line.
func (t *telling) tell() {
	for _, line := range t.lines {
		wordings := strings.Split(line[2:], " || ")
		mark, said := line[:1], wordings[t.variant%len(wordings)]
		t.tick()
		switch mark {
		case "<":
			partType := "user_msg"
			if t.channel == "email" {
				partType = "email_msg"
			}
			t.say(partType, t.contact, said)
		case ">":
			t.assign()
			t.say("admin_msg", t.admin, said)
		case "*":
			t.say("admin_note", t.admin, said)
		case "~":
			t.say("bot_msg", object{"id": botID}, said)
		case "^":
			t.rate(said)
		default:
			panic("seed: no speaker is marked in " + line)
		}
	}
	t.thread["updatedAt"] = stamp(t.at)
}

func (t *telling) say(partType string, author object, said string) {
	body := object{"bodyHtml": said}
	if t.format == "bodyMarkdown" {
		body = object{"bodyMarkdown": withCopies(said)}
	}
	r := reply{author: author, partType: partType, channel: t.channel, body: body, at: t.at}
	if partType == "admin_note" {
		r.channel = ""
	}
	extend(t.thread, newMessage(t.Store, r))
}

// assign assigns the thread to its admin before the admin answers for the first time.
func (t *telling) assign() {
	field := "assigneeId"
	if t.thread["object"] == "conversation" {
		field = "adminAssigneeId"
	}
	if t.thread[field] != nil {
		return
	}
	t.thread[field], t.thread["teamAssigneeId"] = t.admin["id"], t.team()
	extend(t.thread, newPart(t.Store, "assign", t.at, object{"adminAssigneeId": t.admin["id"], "teamAssigneeId": t.team(), "adminAssignerId": nil}))
	t.tick()
}

// team returns the id of the first team that the admin belongs to.
func (t *telling) team() any {
	return t.Kind("team").Find(func(team object) bool { return slices.Contains(list(team, "members"), t.admin["id"]) })["id"]
}

// brand returns the id of the brand to which the customer wrote. It is nearly always the first brand. Conversations from before the time of
// brands have none.
func (t *telling) brand() any {
	brands := t.Kind("brand").All()
	switch {
	case t.number < 4:
		return nil
	case t.number%9 == 5:
		return brands[1]["id"]
	}
	return brands[0]["id"]
}

// rate asks the customer for a rating and gets one: from 1 to 5, and a remark.
func (t *telling) rate(said string) {
	score, remark, _ := strings.Cut(said, " ")
	csat := object{
		"channel": t.channel, "requestId": t.IDAt("csat_request", t.at), "requestSource": "workflow", "requestedAt": stamp(t.at), "status": "pending",
	}
	extend(t.thread, newPart(t.Store, "rating_requested", t.at, object{"csat": csat}))
	t.tick()
	rated := maps.Clone(csat)
	maps.Copy(rated, object{
		"status": "rated", "ratedAt": stamp(t.at), "score": float64(score[0] - '0'),
		"ratedAgent": object{"type": "teammate", "id": t.thread["adminAssigneeId"]},
	})
	if remark != "" {
		rated["remark"] = remark
	}
	extend(t.thread, newPart(t.Store, "rating_submitted", t.at, object{"csat": rated}))
	summary := maps.Clone(rated)
	summary["lastUpdatedAt"] = stamp(t.at)
	t.thread["csatSummary"] = summary
}

func (s *supportSeeder) conversations() {
	for _, t := range s.tellings("seed/conversations.txt", 170) {
		t.conversation()
	}
}

// conversation makes a conversation of a script with the header: tags, channel, product area, language; then for outreach this word and the
// subject.
func (t *telling) conversation() {
	t.format, t.channel = "bodyMarkdown", t.header[1]
	t.contact = t.someone("customer")
	if t.channel == "desktop" && (strings.Contains(t.header[0], "Onboarding") || t.number%9 == 4) {
		t.contact = t.someone("lead")
	}
	author, subject, outreach := t.contact, "", len(t.header) > 4
	if outreach {
		author, subject = t.admin, t.header[5]
	}
	t.thread = newConversation(openingMessage(withCopies(t.opening), t.channel, subject, outreach), author, []any{t.contact["id"]})
	t.put("conversation", t.created, t.thread)
	maps.Copy(t.thread, object{
		"title": cmp.Or(subject, headline(t.opening)), "priority": false, "prioritySetAt": nil, "createdAt": stamp(t.created),
		"adminAssigneeId": nil, "teamAssigneeId": nil, "brandId": t.brand(), "snoozedUntil": nil, "userPreferredLanguage": t.header[3],
	})
	t.prioritize()
	t.tell()
	t.invite()
	t.tag()
	t.describe()
	t.settle()
}

// someone returns a contact of a type.
func (s *supportSeeder) someone(contactType string) object {
	all := slices.DeleteFunc(slices.Clone(s.Kind("contact").All()), func(o object) bool { return o["type"] != contactType })
	return all[s.dice.roll(len(all))]
}

func (t *telling) prioritize() {
	if t.number%8 != 3 && !strings.Contains(t.header[0], "Bug, ") {
		return
	}
	t.tick()
	t.thread["priority"], t.thread["prioritySetAt"] = true, stamp(t.at)
	extend(t.thread, newPart(t.Store, "priority", t.at, object{"isPriority": true}))
}

// invite adds a colleague to a few conversations.
func (t *telling) invite() {
	colleague := t.someone("customer")
	if t.number%10 != 6 || colleague["id"] == t.contact["id"] {
		return
	}
	t.tick()
	t.thread["_participantIds"] = []any{t.contact["id"], colleague["id"]}
	extend(t.thread, newPart(t.Store, "part_add", t.at, object{"participant": object{"id": colleague["id"], "type": "customer"}}))
}

// tag adds the tags of the header to a thread that somebody has answered. Old threads also have the archived tag.
func (t *telling) tag() {
	if t.thread["adminAssigneeId"] == nil {
		return
	}
	names := strings.Split(t.header[0], ", ")
	if t.created.Before(t.daysAgo(150)) {
		names = append(names, t.support.ArchivedTags...)
	}
	actor := object{"type": "admin", "id": t.admin["id"], "name": t.admin["name"]}
	for _, name := range names {
		t.tick()
		tag := t.named("tag", name)
		application := newApplication(t.thread, tag, actor, stamp(t.at))
		t.thread["_tags"] = append(list(t.thread, "_tags"), any(application))
		extend(t.thread, newPart(t.Store, "tags", t.at, object{
			"action": "added", "occurredAt": stamp(t.at), "tagId": tag["id"], "tagName": name, "actor": actor, "targetPartId": application["targetPartId"],
		}))
	}
}

// describe fills custom attributes.
func (t *telling) describe() {
	values := object{"product_area": t.header[2]}
	switch t.number % 5 {
	case 0:
		values["severity"] = t.dice.pick([]string{"Low", "Normal", "Urgent"})
	case 1:
		values["affected_seats"] = float64(1 + t.dice.roll(120))
	case 2:
		values["escalated"] = flag(t.thread, "priority")
	case 3:
		values["platforms"] = []any{"Web", "Android"}
	}
	if t.created.Before(t.daysAgo(140)) {
		values["old_queue"] = "Level 1"
	}
	t.thread["customAttributes"] = values
}

// settle closes the threads that were told to the end, snoozes some that wait for the customer, and sets the read receipts.
func (t *telling) settle() {
	var lastWritten, waiting object // the last message, and the first message of the customer without an answer
	for _, part := range parts(t.thread) {
		if !isMessage(part) {
			continue
		}
		lastWritten = part
		if byContact := part["_authorId"] == t.contact["id"]; !byContact {
			waiting = nil
		} else if waiting == nil {
			waiting = part
		}
	}
	t.thread["lastActivityAt"] = lastWritten["createdAt"]
	t.thread["awaitingCustomerReply"] = waiting == nil
	switch {
	case t.whole && t.number%11 != 7:
		t.thread["state"] = "closed"
		t.recordState(nil)
	case waiting == nil && t.number%3 != 0:
		t.thread["state"] = "snoozed"
		t.recordState(stamp(t.Epoch.AddDate(0, 0, 1+t.number%10)))
	case waiting != nil:
		t.thread["waitingSince"] = waiting["createdAt"]
	}
	t.settleBot()
	t.thread["updatedAt"] = stamp(t.at)
	seenBy(t.thread, t.contact, text(t.contact, "type"))
	if t.thread["adminAssigneeId"] != nil {
		seenBy(t.thread, t.admin, "admin")
	}
}

// recordState adds the part that says that the thread was closed or snoozed.
func (t *telling) recordState(snoozedUntil any) {
	t.tick()
	t.thread["snoozedUntil"] = snoozedUntil
	extend(t.thread, newPart(t.Store, "status", t.at, object{"status": threadState(t.thread), "snoozedUntil": snoozedUntil}))
}

// settleBot sets the state of the bot's part in the conversation, if it had one.
func (t *telling) settleBot() {
	state := "handed_off_to_human"
	switch {
	case t.thread["adminAssigneeId"] != nil:
	case t.thread["state"] == "closed":
		state = "resolved"
	default:
		state = "active"
	}
	for _, part := range parts(t.thread) {
		if part["partType"] == "bot_msg" {
			t.thread["botConversationState"], t.thread["botConversationStateLastUpdatedAt"] = state, part["createdAt"]
		}
	}
}

// night lets the bot or a note be the last in some of the threads in which a customer waits: neither is an answer. The lines take turns, an empty one
// leaves a thread as it is. It comes last and rolls no dice, so that all that was made before stays.
func (s *supportSeeder) night() {
	turn := 0
	for _, thread := range append(slices.Clone(s.Kind("conversation").All()), s.Kind("ticket").All()...) {
		last := text(thread, "createdAt")
		theirs := thread["state"] != nil || s.Kind("admin").Get(text(thread, "_authorId")) == nil
		for _, part := range parts(thread) {
			if last = text(part, "createdAt"); isMessage(part) {
				theirs = reply{partType: text(part, "partType")}.byContact()
			}
		}
		if !theirs || threadState(thread) == "closed" {
			continue
		}
		turn++
		line := s.support.Night[turn%len(s.support.Night)]
		if line == "" {
			continue
		}
		at, _ := time.Parse(time.RFC3339, last)
		s.speakAtNight(thread, line, at.Add(min(3*time.Hour, s.Epoch.Sub(at)/2)).Truncate(time.Second))
	}
}

func (s *supportSeeder) speakAtNight(thread object, line string, at time.Time) {
	r := reply{partType: "admin_note", author: s.Kind("admin").All()[0], body: object{"bodyMarkdown": line[2:]}, at: at}
	if thread["state"] == nil {
		r.body = object{"bodyHtml": "<p>" + line[2:] + "</p>"}
	} else if line[:1] == "~" {
		r.partType, r.author, r.channel = "bot_msg", object{"id": botID}, "desktop"
		thread["lastActivityAt"], thread["awaitingCustomerReply"], thread["waitingSince"] = stamp(at), true, nil
		thread["botConversationState"], thread["botConversationStateLastUpdatedAt"] = "active", stamp(at)
	}
	extend(thread, newMessage(s.Store, r))
	thread["updatedAt"] = stamp(at)
}

func (s *supportSeeder) tickets() {
	for _, t := range s.tellings("seed/tickets.txt", 50) {
		t.ticket()
	}
}

// ticket makes a ticket of a script with the header: category, status, title, and words of the conversations that it is about.
func (t *telling) ticket() {
	t.format, t.channel = "bodyHtml", "desktop"
	category, status := t.named("ticket_category", t.header[0]), t.named("ticket_status", t.header[1])
	author := t.admin
	linked := []any{}
	t.contact = t.someone("customer")
	for _, conversation := range t.linked() {
		linked = append(linked, conversation["id"])
		t.contact = t.Kind("contact").Get(list(conversation, "_participantIds")[0].(string))
	}
	if category["_type"] == "customer" {
		author = t.contact
	}
	open := status["type"] != "completed" && status["type"] != "canceled"
	t.thread = object{
		"object": "ticket", "title": t.header[2], "content": t.opening, "ticketCategoryId": category["id"], "createdAt": stamp(t.created),
		"assigneeId": nil, "teamAssigneeId": nil, "companyId": nil, "customFields": t.values(), "open": open, "snoozedUntil": nil,
		"_authorId": author["id"], "_statusId": status["id"], "_conversationIds": linked, "_parts": []any{},
	}
	t.put("ticket", t.created, t.thread)
	t.thread["ticketNumber"] = float64(t.Made["ticket"])
	for _, company := range t.CompaniesOf(text(author, "id")) {
		t.thread["companyId"] = company["id"]
	}
	t.tell()
	switch {
	case !open:
		t.recordState(nil)
	case t.header[1] == "Waiting for customer":
		t.recordState(stamp(t.Epoch.AddDate(0, 0, 2+t.number%5)))
	}
	t.thread["updatedAt"] = stamp(t.at)
}

// linked finds the conversations whose opening message has the words of the header, if the header has such words.
func (t *telling) linked() []object {
	if len(t.header) < 4 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.Kind("conversation").All()), func(o object) bool {
		source, _ := o["source"].(object)
		return !strings.Contains(text(source, "bodyMarkdown"), t.header[3])
	})
}

// values fills custom fields of a ticket.
func (t *telling) values() object {
	fields := t.Kind("ticket_custom_field").All()
	id := func(i int) string { return text(fields[i], "id") }
	values := object{id(0): t.dice.pick([]string{"Low", "Normal", "Urgent"})}
	switch t.number % 4 {
	case 0:
		values[id(1)] = []any{"Web app", "iOS"}
	case 1:
		values[id(2)] = float64(5 * (1 + t.dice.roll(30)))
	case 2:
		values[id(4)] = true
	case 3:
		values[id(6)] = storedFiles(object{"url": "https://uploads.customer.example/screenshot.png", "name": "screenshot.png"})
	}
	return values
}
