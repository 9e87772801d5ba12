package sandbox

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/sandbox/store"
)

func TestTheSeedHasABelievableInbox(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		conversations, tickets := st.Kind("conversation").All(), st.Kind("ticket").All()
		count := func(all []object, fits func(object) bool) (n int) {
			for _, o := range all {
				if fits(o) {
					n++
				}
			}
			return n
		}
		holds := func(partType string) func(object) bool {
			return func(o object) bool {
				return slices.ContainsFunc(parts(o), func(part object) bool { return part["partType"] == partType })
			}
		}
		opening := func(o object) string { return text(o["source"].(object), "bodyMarkdown") }
		state := func(wanted string) func(object) bool { return func(o object) bool { return threadState(o) == wanted } }
		languages, types := map[any]bool{}, map[any]bool{}
		for _, o := range conversations {
			languages[o["userPreferredLanguage"]] = true
		}
		for _, o := range tickets {
			types[st.Kind("ticket_category").Get(text(o, "ticketCategoryId"))["_type"]] = true
		}
		for what, enough := range map[string]bool{
			"80 conversations":             len(conversations) >= 80,
			"open ones":                    count(conversations, state("open")) >= 20,
			"closed ones":                  count(conversations, state("closed")) >= 30,
			"snoozed ones":                 count(conversations, state("snoozed")) >= 4,
			"unassigned ones":              count(conversations, func(o object) bool { return o["adminAssigneeId"] == nil }) >= 3,
			"important ones":               count(conversations, func(o object) bool { return flag(o, "priority") }) >= 5,
			"tagged ones":                  count(conversations, func(o object) bool { return len(list(o, "_tags")) > 0 }) >= 60,
			"internal notes":               count(conversations, holds("admin_note")) >= 20,
			"messages of the bot":          count(conversations, holds("bot_msg")) >= 8,
			"ratings":                      count(conversations, holds("rating_submitted")) >= 4,
			"e-mail":                       count(conversations, holds("email_msg")) >= 8,
			"invited colleagues":           count(conversations, holds("part_add")) >= 4,
			"opening messages with files":  count(conversations, func(o object) bool { return strings.Contains(opening(o), storageURL) }) >= 4,
			"one of about 24 parts":        count(conversations, func(o object) bool { return len(parts(o)) >= 22 && len(parts(o)) <= 30 }) >= 1,
			"one of more than 60":          count(conversations, func(o object) bool { return len(parts(o)) > 60 }) >= 1,
			"none without parts":           count(conversations, func(o object) bool { return len(parts(o)) < 2 }) == 0,
			"five languages":               len(languages) >= 5,
			"outreach":                     count(conversations, func(o object) bool { return at(o, "source", "deliveredAs") == "admin_initiated" }) >= 3,
			"ten live tags":                count(st.Kind("tag").All(), live) >= 10,
			"an archived tag":              count(st.Kind("tag").All(), func(o object) bool { return !live(o) }) == 1,
			"an archived attribute":        count(st.Kind("conversation_attribute").All(), func(o object) bool { return flag(o, "archived") }) == 1,
			"thirty tickets":               len(tickets) >= 30,
			"tickets of all types":         len(types) == 3,
			"open, closed, snoozed ones":   count(tickets, state("open")) > 5 && count(tickets, state("closed")) > 5 && count(tickets, state("snoozed")) > 2,
			"tickets with replies":         count(tickets, holds("user_msg")) >= 5,
			"tickets with conversations":   count(tickets, func(o object) bool { return len(list(o, "_conversationIds")) > 0 }) >= 10,
			"tickets with files in fields": count(tickets, func(o object) bool { return strings.Contains(stringOf(o["customFields"]), storageURL) }) >= 3,
		} {
			if !enough {
				t.Errorf("the seed lacks %s", what)
			}
		}
	})
}

// What decides who waits occurs in every organization, so that whoever tells it wrong is found out.
func TestTheSeedHasWhoeverWaits(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		counts := map[string]int{}
		for _, o := range append(slices.Clone(st.Kind("conversation").All()), st.Kind("ticket").All()...) {
			where := "conversation"
			theirs, answered, last := true, false, ""
			if o["state"] == nil {
				where = "ticket"
			}
			if st.Kind("admin").Get(text(o, "_authorId")) != nil {
				theirs, answered = false, true
			}
			for _, part := range parts(o) {
				switch kind := text(part, "partType"); {
				case kind == "admin_msg":
					theirs, answered, last = false, true, kind
				case isMessage(part) && kind != "bot_msg":
					theirs, last = true, kind
				case isWritten(part):
					last = kind
				}
			}
			switch {
			case threadState(o) == "closed" && theirs:
				counts["closed "+where+" in which the customer spoke last"]++
			case theirs:
				counts[map[bool]string{true: "answered ", false: "unanswered "}[answered]+where+" in which a customer waits"]++
				counts[where+" in which a customer waits behind "+last]++
			case threadState(o) != "closed":
				counts[where+" in which the team waits"]++
			}
		}
		spoken := map[any]string{}
		for _, o := range st.Kind("comment").All() {
			by := "a customer"
			if st.Kind("admin").Get(text(o, "_authorId")) != nil {
				by = "the team"
			}
			if flag(o, "isPrivate") && spoken[o["postId"]] == "a customer" {
				counts["posts on which a private comment follows a customer"]++
			}
			if !flag(o, "isPrivate") {
				spoken[o["postId"]] = by
			}
		}
		for id, by := range spoken {
			if id != nil {
				counts["posts on which "+by+" spoke last"]++
			}
		}
		for _, o := range st.Kind("company").All() {
			if o["monthlySpend"] == nil {
				counts["companies of unknown spend"]++
			}
		}
		for _, o := range st.Kind("post").All() {
			if number(o, "upvotes") > float64(len(list(o, "_voters"))) {
				counts["posts with votes of nobody on record"]++
			}
		}
		for what, least := range map[string]int{
			"answered conversation in which a customer waits": 5, "unanswered conversation in which a customer waits": 1, "conversation in which the team waits": 5,
			"conversation in which a customer waits behind bot_msg": 2, "conversation in which a customer waits behind admin_note": 1, "closed conversation in which the customer spoke last": 5,
			"answered ticket in which a customer waits": 1, "unanswered ticket in which a customer waits": 2, "ticket in which a customer waits behind admin_note": 1,
			"closed ticket in which the customer spoke last": 1,
			"posts on which a customer spoke last":           50, "posts on which the team spoke last": 20, "posts on which a private comment follows a customer": 5,
			"companies of unknown spend": 2, "posts with votes of nobody on record": 20,
		} {
			if counts[what] < least {
				t.Errorf("%d: %s; at least %d are meant", counts[what], what, least)
			}
		}
	})
}

func TestTheInboxIsConsistent(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		seen := map[any]bool{}
		for _, o := range append(slices.Clone(st.Kind("conversation").All()), st.Kind("ticket").All()...) {
			at := text(o, "createdAt")
			for _, part := range parts(o) {
				if seen[part["id"]] || !store.IsShortID(text(part, "id")) {
					t.Errorf("%v: part id %v is no new short one", o["title"], part["id"])
				}
				seen[part["id"]] = true
				if text(part, "createdAt") < at || text(part, "createdAt") >= stamp(st.Epoch) {
					t.Errorf("%v: a part of %v after %v", o["title"], part["createdAt"], at)
				}
				at = text(part, "createdAt")
				if author, written := part["_authorId"].(string); written && speaker(st, author) == nil {
					t.Errorf("%v: nobody wrote %v", o["title"], part)
				}
			}
			if text(o, "updatedAt") < at {
				t.Errorf("%v: updated at %v before its last part at %v", o["title"], o["updatedAt"], at)
			}
			if until := text(o, "snoozedUntil"); (until != "") != (threadState(o) == "snoozed") || until != "" && until <= stamp(st.Epoch) {
				t.Errorf("%v is %v until %q", o["title"], threadState(o), until)
			}
		}
		for _, o := range st.Kind("conversation").All() {
			values, _ := o["customAttributes"].(object)
			for id, value := range values {
				if wrong := wrongFieldValue(st.Kind("conversation_attribute").Get(id), value); wrong != "" {
					t.Errorf("%v: %s takes %s", o["title"], id, wrong)
				}
			}
		}
	})
}

// All conversations and tickets are shown as the contract says, however rare their parts are. With quirks they are shown, too, oddly.
func TestEveryThreadOfTheSeedCanBeShown(t *testing.T) {
	t.Parallel()
	for _, options := range []Options{{}, {Quirks: true}} {
		a := start(t, options)
		for path, kindName := range map[string]string{"/v2/conversations/": "conversation", "/v2/tickets/": "ticket"} {
			a.the(kindName, anyone)
			for _, o := range a.sandbox.store.Kind(kindName).All() {
				name := text(o, "id")
				if kindName == "ticket" {
					name = stringOf(o["ticketNumber"])
				}
				a.do("GET", path+name, nil).ok()
			}
		}
		for _, path := range []string{"/v2/conversations?limit=100", "/v2/tickets?limit=100", "/v2/tags", "/v2/tickets/statuses", "/v2/conversation_attributes"} {
			if got := a.do("GET", path, nil); got.status != 200 {
				t.Errorf("%s: %d", path, got.status)
			}
		}
		a.do("POST", "/v2/conversations/search", object{"search": "import", "limit": 50}).ok()
	}
}

func TestTheStateFileKeepsThreads(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := start(t, Options{StateFile: path})
	admin := first.the("admin", anyone)["id"]
	conversation := "/v2/conversations/" + text(first.newConversation("customer", nil), "id")
	ticket := ticketPath(first.newTicket(object{"customFields": object{first.ticketField("Seats affected"): 3}}))
	tag := first.the("tag", anyone)["id"]
	first.do("POST", conversation+"/tags", object{"tagId": tag, "actingAdminId": admin}).ok()
	first.do("PATCH", conversation, object{"state": "closed", "customAttributes": object{"affected_seats": 4}}).ok()
	first.do("POST", ticket+"/reply", object{"type": "admin", "adminId": admin, "body": "<p>x</p>"}).ok()
	first.do("POST", conversation+"/reply", object{"type": "admin", "id": admin, "messageType": "reply", "bodyMarkdown": "x"}).ok()
	second := start(t, Options{StateFile: path})
	for _, target := range []string{conversation, ticket, "/v2/conversations?limit=100", "/v2/tickets?limit=100", "/v2/tags"} {
		if was, is := first.do("GET", target, nil), second.do("GET", target, nil); string(was.body) != string(is.body) {
			t.Errorf("%s differs:\n%.300s\n%.300s", target, was.body, is.body)
		}
	}
	part := second.do("POST", conversation+"/reply", object{"type": "admin", "id": admin, "messageType": "reply", "bodyMarkdown": "y"}).ok()
	thread := second.thread(conversation)
	if last := thread[len(thread)-1]; last["id"] != part["id"] || slices.ContainsFunc(thread[:len(thread)-1], func(p object) bool { return p["id"] == part["id"] }) {
		t.Errorf("the second process starts over: %v", part["id"])
	}
}
