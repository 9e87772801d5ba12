package main

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

const (
	organization = "65f0c3a1b2d4e6f809200001"
	helpCenter   = "65f0c3a1b2d4e6f809210001"
	collection   = "10021300"
	articleSize  = 9000 // bytes of one article, as JSON
)

var topics = []string{"Export your feedback", "Merge two companies", "Invite a teammate", "Verify webhooks", "Show the widget in an app"}

// newArticle returns an article whose body is as long as it takes to make articleSize.
func newArticle(n int) map[string]any {
	return grow(articleSize, func(size int) map[string]any { return articleWith(n, text(n, size)) })
}

func articleWith(n int, body string) map[string]any {
	title := topics[n%len(topics)]
	slug := fmt.Sprintf("%d-%s", 10021362+n, strings.ToLower(strings.ReplaceAll(title, " ", "-")))
	return map[string]any{
		"object": "article", "id": strconv.Itoa(10021362 + n), "organization": organization, "helpCenterId": helpCenter,
		"parentId": collection, "title": title, "description": "What it takes, where it is, and what to do when it does not work", "body": body,
		"slug": slug, "path": "/en/articles/" + slug, "state": "live", "isPublished": true, "isDraftDiffersFromLive": n%4 == 1, "locale": "en", "defaultLocale": "en",
		"availableLocales": []any{"en", "de"}, "publishedLocales": []any{"en"}, "icon": map[string]any{"type": "emoji", "value": "📦"}, "order": n,
		"author":         map[string]any{"authorId": admin, "name": adminName, "avatarUrl": "https://cdn.example.com/avatars/admin.png"},
		"featurebaseUrl": "https://example.featurebase.app/help/articles/" + slug, "externalUrl": "https://help.example.com/en/articles/" + slug,
		"translations": map[string]any{}, "visibleBy": []any{}, "createdAt": "2026-01-12T08:00:00.000Z", "updatedAt": "2026-03-02T09:30:00.000Z",
		"liveUpdatedAt": "2026-03-02T09:30:00.000Z", "translationCreatedAt": "2026-01-12T08:00:00.000Z", "translationUpdatedAt": "2026-03-02T09:30:00.000Z",
	}
}

const (
	customer     = "65f0c3a1b2d4e6f809220001"
	customerName = "Noor de Vries"
	admin        = "65f0c3a1b2d4e6f809230001"
	adminName    = "Sam Okafor"
	parts        = 24 // of the conversation
)

// said is what the two sides of the conversation write in turns; after every third message something happens that is none.
var said = []string{
	"The export of last night ends after <b>500 rows</b>, although we have 1,204 posts. We need the file for a meeting at 3 pm.",
	"Sorry about that! Which filter was set when you started it, and how did you start it: by hand or on a schedule?",
	"On a schedule, without a filter. The one of last week was complete.<br>Nothing was changed since.",
	"Thank you. I can see the run: it was cut off by a time limit of ours. I have started it again with a longer one.",
	"Great. Will the scheduled one of tonight be cut off again? I would rather not look after it every day.",
	`It will not: the limit is raised for your organization. See <a href="https://help.example.com/en/articles/1042-export">how exports work</a>.`,
}

// events are those, in the API's form.
var events = []map[string]any{
	{"partType": "assign", "adminAssigneeId": admin, "adminAssignerId": admin, "teamAssigneeId": nil},
	{"partType": "tags", "action": "added", "tagId": "65f0c3a1b2d4e6f809240001", "tagName": "Export", "occurredAt": "2026-03-02T09:30:00.000Z"},
	{"partType": "status", "status": "snoozed", "snoozedUntil": "2026-03-03T08:00:00.000Z"},
}

// newConversation returns a conversation of an opening message and 24 parts, every fourth of them an event.
func newConversation() map[string]any {
	thread := make([]any, parts)
	for n := range thread {
		thread[n] = newPart(n)
	}
	first, last := partTime(-1), partTime(parts-1)
	return map[string]any{
		"object": "conversation", "id": "10042", "title": "The scheduled export is incomplete", "state": "open", "priority": true, "prioritySetAt": first,
		"adminAssigneeId": admin, "teamAssigneeId": nil, "brandId": nil, "isBlocked": false, "createdAt": first, "updatedAt": last, "lastActivityAt": last,
		"waitingSince": last, "snoozedUntil": nil, "botConversationStateLastUpdatedAt": nil, "hasAdminOverriddenLanguage": false, "userPreferredLanguage": "en",
		"awaitingCustomerReply": false,
		"participants":          []any{map[string]any{"id": customer, "type": "customer"}, map[string]any{"id": admin, "type": "admin"}},
		"tags":                  []any{map[string]any{"type": "tag", "id": "65f0c3a1b2d4e6f809240001", "name": "Export"}},
		"readReceipts":          []any{map[string]any{"id": admin, "userType": "admin", "lastReadPartId": partID(parts - 1)}},
		"source": map[string]any{
			"channel": "email", "subject": "The scheduled export is incomplete", "bodyHtml": "<p>" + said[0] + "</p>", "bodyMarkdown": said[0],
			"author": map[string]any{"id": customer, "type": "customer"}, "deliveredAs": "customer_initiated", "url": "https://app.example.com/export",
		},
		"conversationParts": thread,
	}
}

func partID(n int) string { return strconv.Itoa(500001 + n) }

func partTime(n int) string {
	return time.Date(2026, 3, 2, 9, 30+7*n, 0, 0, time.UTC).Format("2006-01-02T15:04:05.000Z")
}

func newPart(n int) map[string]any {
	part := map[string]any{"object": "conversation_part", "id": partID(n), "createdAt": partTime(n), "updatedAt": partTime(n)}
	if n%4 == 3 {
		maps.Copy(part, events[n/4%len(events)])
		return part
	}
	// The opening message is the customer's, so an admin answers first.
	part["partType"], part["channel"], part["author"] = "admin_msg", "desktop", person(admin, "admin", adminName)
	if n%2 == 1 {
		part["partType"], part["channel"], part["author"] = "user_msg", "email", person(customer, "customer", customerName)
	}
	message := said[(n+1)%len(said)]
	part["bodyHtml"], part["bodyMarkdown"], part["redacted"] = "<p>"+message+"</p>", message, false
	return part
}

func person(id, role, name string) map[string]any {
	mail := strings.ToLower(strings.Fields(name)[0]) + "@example.com"
	return map[string]any{"id": id, "type": role, "name": name, "email": mail, "profilePicture": "https://cdn.example.com/avatars/" + id + ".png"}
}

var (
	givenNames  = []string{"Noor", "Jonas", "Mei", "Tomasz", "Ana", "Kwame", "Ingrid"}
	familyNames = []string{"de Vries", "Lindqvist", "Chen", "Nowak", "Ferreira"}
	companies   = []string{"Brightwater Logistics", "Northwind Robotics", "Kestrel Health", "Fjord Analytics", "Alder & Sons"}
)

func newContact(n int) map[string]any {
	name := givenNames[n%len(givenNames)] + " " + familyNames[n%len(familyNames)]
	contact := person(fmt.Sprintf("65f0c3a1b2d4e6f80922%04x", n), "customer", name)
	maps.Copy(contact, map[string]any{
		"object": "contact", "userId": fmt.Sprintf("usr_%05d", 4711+n), "organizationId": organization, "companies": []any{newCompany(n)},
		"customFields": map[string]any{"65f0c3a1b2d4e6f809250001": "Planning"}, "description": "", "locale": "en", "lastActivity": "2026-03-09T16:05:12.000Z",
		"postsCreated": n % 4, "commentsCreated": n % 9, "manuallyOptedOutFromChangelog": false, "subscribedToChangelog": n%2 == 0, "roles": []any{}, "verified": true,
	})
	return contact
}

func newCompany(n int) map[string]any {
	name := companies[n%len(companies)]
	slug := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, " & ", "-"), " ", "-"))
	return map[string]any{
		"object": "company", "id": fmt.Sprintf("65f0c3a1b2d4e6f80926%04x", n), "companyId": fmt.Sprintf("acct_%04d", 100+n), "name": name, "plan": "Enterprise",
		"monthlySpend": 250 + 40*n, "industry": "Logistics", "companySize": 40 + n, "linkedUsers": 3 + n%5, "website": "https://" + slug + ".example.com",
		"lastActivity": "2026-03-09T16:05:12.000Z", "createdAt": "2025-06-01T09:00:00.000Z", "updatedAt": "2026-03-09T16:05:12.000Z",
		"customFields": map[string]any{"tier": "gold", "seats": 40 + n},
	}
}

// many returns the first ones of a kind.
func many(size int, newItem func(n int) map[string]any) []any {
	items := make([]any, size)
	for n := range items {
		items[n] = newItem(n)
	}
	return items
}
