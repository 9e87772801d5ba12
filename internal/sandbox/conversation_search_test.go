package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func TestConversationsAreFoundByEveryField(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	op := contract.Load().Operation("searchConversations")
	everything := a.all(op, op.Path, object{}, 100)
	admin, tag := a.the("admin", named("Ben Castellano"))["id"], a.the("tag", named("Billing"))["id"]
	o := a.the("conversation", func(o object) bool { return len(participantCompanies(&call{Sandbox: a.sandbox}, o).([]any)) > 0 })
	contact := list(o, "_participantIds")[0]
	company := participantCompanies(&call{Sandbox: a.sandbox}, o).([]any)[0]
	const autumn = 1790812800.0 // 2026-10-01
	is := func(field string, value any) func(object) bool {
		return func(o object) bool { return o[field] == value }
	}
	attribute := func(id string, value any) func(object) bool {
		return func(o object) bool { return at(o, "customAttributes", id) == value }
	}
	stored := func(fits func(object) bool) func(object) bool {
		return func(o object) bool { return fits(a.sandbox.store.Kind("conversation").Get(text(o, "id"))) }
	}
	takesPart := stored(func(o object) bool { return slices.Contains(list(o, "_participantIds"), contact) })
	tagged := func(o object) bool { return slices.Contains(tagNames(o), "Billing") }
	for _, c := range []struct {
		clauses []object
		fits    func(object) bool
	}{
		{[]object{where("state", "=", "snoozed")}, is("state", "snoozed")},
		{[]object{where("state", "!=", "closed")}, func(o object) bool { return o["state"] != "closed" }},
		{[]object{where("state", "IN", []any{"closed", "snoozed"})}, func(o object) bool { return o["state"] != "open" }},
		{[]object{where("priority", "=", true)}, is("priority", true)},
		{[]object{where("priority", "!=", true)}, is("priority", false)},
		{[]object{where("adminAssigneeId", "=", admin)}, is("adminAssigneeId", admin)},
		{[]object{where("admin_assignee_id", "=", nil)}, is("adminAssigneeId", nil)},
		{[]object{where("adminAssigneeId", "!=", nil), where("state", "=", "open")}, func(o object) bool { return o["adminAssigneeId"] != nil && o["state"] == "open" }},
		{[]object{where("teamAssigneeId", "=", nil)}, is("teamAssigneeId", nil)},
		{[]object{where("brandId", "=", nil)}, is("brandId", nil)},
		{[]object{where("tagIds", "=", tag)}, tagged},
		{[]object{where("tagIds", "NIN", []any{tag}), where("state", "=", "closed")}, func(o object) bool { return !tagged(o) && o["state"] == "closed" }},
		{[]object{where("userId", "=", contact)}, takesPart},
		{[]object{where("participantId", "IN", []any{contact})}, takesPart},
		{[]object{where("companyId", "=", company)}, stored(func(o object) bool {
			return slices.Contains(participantCompanies(&call{Sandbox: a.sandbox}, o).([]any), company)
		})},
		{[]object{where("mentionedAdminIds", "=", a.the("admin", named("Yuki Tanabe"))["id"])}, stored(func(o object) bool {
			return strings.Contains(stringOf(o["_parts"]), "@Yuki Tanabe")
		})},
		{[]object{where("createdAt", ">", autumn)}, func(o object) bool { at, _ := store.Seconds(text(o, "createdAt")); return at > autumn }},
		{[]object{where("created_at", "<", autumn)}, func(o object) bool { at, _ := store.Seconds(text(o, "createdAt")); return at < autumn }},
		{[]object{where("customAttributes.product_area", "=", "Mobile")}, attribute("product_area", "Mobile")},
		{[]object{where("customAttributes.product_area", "IN", []any{"Mobile", "nothing"})}, attribute("product_area", "Mobile")},
		{[]object{where("customAttributes.product_area", "!=", "Mobile"), where("priority", "=", false)}, func(o object) bool {
			return !attribute("product_area", "Mobile")(o) && o["priority"] == false
		}},
		{[]object{where("customAttributes.platforms", "=", "Android")}, func(o object) bool { return strings.Contains(stringOf(o["customAttributes"]), "Android") }},
		{[]object{where("customAttributes.escalated", "=", true)}, attribute("escalated", true)},
		{[]object{where("customAttributes.severity", "=", nil)}, attribute("severity", nil)},
	} {
		t.Run(stringOf(c.clauses), func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			got := a.found(op.Path, c.clauses...)
			want := 0
			for _, o := range everything {
				if c.fits(o) {
					want++
				}
			}
			if len(got) != want || want == 0 || want == len(everything) && !strings.Contains(stringOf(c.clauses), "null") {
				t.Errorf("%d found, %d fit", len(got), want)
			}
			for _, o := range got {
				if !c.fits(o) {
					t.Errorf("found %v", o)
				}
			}
		})
	}
	for name, clause := range map[string]object{
		"an operator of other fields":     where("customAttributes.affected_seats", ">", 3.0),
		"an attribute without a name":     where("customAttributes.", "=", "x"),
		"a field nobody knows":            where("subject", "=", "x"),
		"a state that is none":            where("state", "=", "asleep"),
		"a list for one value":            where("customAttributes.severity", "=", []any{"Low"}),
		"an operator the field lacks":     where("createdAt", ">=", 1.0),
		"the name of the hole in a field": where("customAttributes", "=", "x"),
	} {
		if got := a.do("POST", op.Path, object{"query": clause}); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	a.do("POST", op.Path, object{"query": where("customAttributes.severity", "!=", "Low")}).fails(http.StatusBadRequest, "query_too_broad")
}

func TestConversationsAreFoundByWhatWasSaid(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	admin := a.the("admin", anyone)["id"]
	o := a.newConversation("customer", object{"bodyMarkdown": "Our zeppelin does not land"})
	path := "/v2/conversations/" + text(o, "id")
	find := func(search string) object {
		t.Helper()
		got := a.do("POST", "/v2/conversations/search", object{"search": search})
		rows := got.rows()
		if len(rows) != 1 || rows[0]["id"] != o["id"] || got.ok()["totalCount"] != 1.0 || number(rows[0], "relevanceScore") <= 0 {
			t.Fatalf("%q finds %s", search, got.body)
		}
		return rows[0]
	}
	row := find("zeppelin")
	if row["matchingPart"] != nil || row["matchingBodyPreviewMarkdown"] != "Our zeppelin does not land" || at(row, "matchingPartAuthor", "type") != "customer" {
		t.Errorf("in the opening message: %v", row)
	}
	for _, field := range []string{"waitingSince", "readReceipts", "conversationParts", "snoozedUntil"} {
		if _, there := row[field]; there {
			t.Errorf("a row carries %s", field)
		}
	}
	long := "Please vent the ballonets. " + strings.Repeat("More words. ", 40)
	part := a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": "reply", "bodyMarkdown": long}).ok()
	row = find("ballonets")
	around := list(row, "surroundingConversationParts")
	if at(row, "matchingPart", "id") != part["id"] || at(row, "matchingPart", "partType") != "admin_msg" || at(row, "matchingPartAuthor", "id") != admin || len(around) != 1 {
		t.Errorf("in a part: %v", row)
	}
	if preview := around[0].(object); preview["previewMarkdownTruncated"] != true || !strings.HasPrefix(long, text(preview, "previewMarkdown")) {
		t.Errorf("preview %v", preview)
	}
	a.do("POST", path+"/reply", object{"type": "admin", "id": admin, "messageType": "note", "bodyMarkdown": "He means the blimp"}).ok()
	if row = find("blimp"); at(row, "matchingPart", "partType") != "admin_note" {
		t.Errorf("in a note: %v", row)
	}
	filtered := a.do("POST", "/v2/conversations/search", object{"query": where("state", "=", "open"), "limit": 1}).rows()[0]
	for _, field := range []string{"matchingPart", "relevanceScore", "surroundingConversationParts"} {
		if _, there := filtered[field]; there {
			t.Errorf("without a search text there is %s", field)
		}
	}
	if at(filtered, "conversationUser", "id") == nil {
		t.Errorf("nobody on the other side: %v", filtered)
	}
}

func TestAMatchInALongThreadIsShownWithItsSurroundings(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	row := a.do("POST", "/v2/conversations/search", object{"search": "harbour bridge phase", "limit": 1}).rows()[0]
	around := list(row, "surroundingConversationParts")
	match := at(row, "matchingPart", "id")
	i := slices.IndexFunc(around, func(v any) bool { return v.(object)["id"] == match })
	if len(around) != surrounding || i < 3 || i > surrounding-3 {
		t.Errorf("match %v at %d of %d", match, i, len(around))
	}
}

func TestPagesOfConversationsAddUp(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	op := contract.Load().Operation("searchConversations")
	a.the("conversation", anyone)
	total := len(a.sandbox.store.Kind("conversation").All())
	for _, body := range []object{{}, {"sort": "lastActivityAt:asc"}, {"sort": "last_activity_at:desc"}} {
		got := ids(a.all(op, op.Path, body, 23))
		if len(slices.Compact(slices.Sorted(slices.Values(got)))) != total || len(got) != total {
			t.Errorf("%v: %d items, want %d", body, len(got), total)
		}
	}
	oldest := a.do("POST", op.Path, object{"sort": "lastActivityAt:asc", "limit": 100})
	if rows := oldest.rows(); !slices.IsSortedFunc(rows, func(a, b object) int { return strings.Compare(text(a, "lastActivityAt"), text(b, "lastActivityAt")) }) {
		t.Error("not in order")
	}
	cursor := text(a.do("POST", op.Path, object{"limit": 2}).ok(), "nextCursor")
	a.do("POST", op.Path, object{"limit": 2, "cursor": cursor, "search": "timer"}).fails(http.StatusBadRequest, "invalid_cursor")
	if all := a.do("POST", op.Path, object{"limit": 1}).ok(); all["totalCount"] != float64(total) || all["totalCountCapped"] != false {
		t.Errorf("total %v of %d, capped %v", all["totalCount"], total, all["totalCountCapped"])
	}
}
