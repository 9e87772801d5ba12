package sandbox

import (
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) events(query string) []object {
	a.t.Helper()
	return a.all(contract.Load().Operation("listAuditLogs"), "/v2/audit-logs?"+query, nil, 100)
}

func TestWritesOfTheTeamAreAudited(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	before := a.events("")
	person := a.the("contact", customer)
	webhook := a.newWebhook("post.created")
	path := "/v2/webhooks/" + text(webhook, "id")
	a.do("PATCH", path, object{"url": "https://hooks.example/secret-token", "name": "Theirs"}).ok()
	a.do("PATCH", path, object{"url": "nowhere"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", path+"/secret", nil).ok()
	a.do("POST", "/v2/contacts/"+text(person, "id")+"/block", nil).ok()
	a.newPost(nil) // no business of the audit log
	a.do("DELETE", path, nil).ok()
	a.do("DELETE", "/v2/contacts/by-user-id/"+text(person, "userId"), nil).ok()

	events := a.events("")
	fresh := events[:len(events)-len(before)]
	var actions []string
	for _, e := range fresh {
		actions = append(actions, text(e, "action"))
		if at(e, "actor", "type") != "api_key" || at(e, "actor", "email") != "nora@plumline.example" || !isEventID(text(e, "id")) {
			t.Errorf("event %v", e)
		}
	}
	if want := []string{"data.user_data_deleted", "webhook.deleted", "security.user_banned", "webhook.secret_rotated", "webhook.updated", "webhook.created"}; !slices.Equal(actions, want) {
		t.Fatalf("actions %q, want %q", actions, want)
	}
	updated, deleted := fresh[4], fresh[1]
	if updated["description"] != "Updated webhook Theirs" || updated["domain"] != "integrations" || stringOf(at(updated, "metadata", "fields")) != `["name","url"]` ||
		stringOf(updated["resource"]) != stringOf(object{"id": webhook["id"], "name": "Theirs", "type": "webhook"}) {
		t.Errorf("updated: %v", updated)
	}
	if deleted["description"] != "Deleted webhook Theirs" {
		t.Errorf("deleted: %v", deleted["description"])
	}
	if at(fresh[2], "resource", "name") != person["name"] || at(fresh[0], "resource", "id") != person["id"] {
		t.Errorf("contacts: %v %v", fresh[2]["resource"], fresh[0]["resource"])
	}
	if rest := ids(events[len(fresh):]); !slices.Equal(rest, ids(before)) {
		t.Error("older events have changed")
	}
}

func TestTheAuditLogIsFilteredAndNewestFirst(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	all := a.events("")
	if len(all) < 60 || !slices.IsSortedFunc(all, func(x, y object) int { return store.CompareValues(y["createdAt"], x["createdAt"]) }) ||
		text(all[0], "createdAt") >= stamp(store.Shipped) {
		t.Errorf("%d events from %v", len(all), all[0]["createdAt"])
	}
	middle := text(all[len(all)/2], "createdAt")
	for query, fits := range map[string]func(object) bool{
		"action=auth.login":                           func(o object) bool { return o["action"] == "auth.login" },
		"domain=integrations":                         func(o object) bool { return o["domain"] == "integrations" },
		"domain=security&action=security.user_banned": func(o object) bool { return o["action"] == "security.user_banned" },
		"startDate=" + middle:                         func(o object) bool { return text(o, "createdAt") >= middle },
		"endDate=" + middle:                           func(o object) bool { return text(o, "createdAt") <= middle },
		"startDate=" + middle + "&endDate=" + middle:  func(o object) bool { return o["createdAt"] == middle },
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !fits(o) })
		if got := a.events(query); !slices.Equal(ids(got), ids(want)) || len(want) == 0 || len(want) == len(all) {
			t.Errorf("%s lists %d, want %d of %d", query, len(got), len(want), len(all))
		}
	}
	if none := a.events("domain=security&action=auth.login"); len(none) != 0 {
		t.Errorf("both filters hold for %d", len(none))
	}
	for _, query := range []string{"action=auth.levitated", "domain=weather", "startDate=soon", "endDate=2026"} {
		a.do("GET", "/v2/audit-logs?"+query, nil).fails(http.StatusBadRequest, "invalid_request")
	}
}

// The contract knows each action of the tables, and its domain.
func TestTheAuditTablesSpeakTheContractsWords(t *testing.T) {
	t.Parallel()
	document := contract.Load()
	words := func(schema string) []any {
		return list(document.Resolve(object{"$ref": "#/components/schemas/" + schema}), "enum")
	}
	for operation, what := range deeds() {
		if op := document.Operation(operation); op == nil || op.Effect == "read" {
			t.Errorf("%s is no write", operation)
		}
		if !slices.Contains(words("AuditLogAction"), any(what.action)) {
			t.Errorf("%s: no action is called %s", operation, what.action)
		}
	}
	for _, domain := range domains {
		if !slices.Contains(words("AuditLogDomain"), any(domain)) {
			t.Errorf("no domain is called %s", domain)
		}
	}
	for operation := range occasions() {
		if op := document.Operation(operation); op == nil || op.Effect == "read" {
			t.Errorf("%s is no write", operation)
		}
	}
}
