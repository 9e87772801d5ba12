package sandbox

import (
	"net/http"
	"slices"
	"testing"
)

func TestUpsertCreatesOrUpdatesByUserIDThenEmail(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	person := a.the("contact", customer)
	upsert := func(body object, status int) object {
		t.Helper()
		got := a.do("POST", "/v2/contacts", body)
		if got.status != status {
			t.Errorf("%v: status %d, want %d: %s", body, got.status, status, got.body)
		}
		return got.ok()
	}
	made := upsert(object{"userId": "ada-1", "email": "ada@lovelace.example", "name": "Ada", "customFields": object{"team": "engines"}}, http.StatusCreated)
	if made["type"] != "customer" || made["userId"] != "ada-1" || at(made, "customFields", "team") != "engines" {
		t.Errorf("made %v", made)
	}
	if got := upsert(object{"userId": "ada-1", "email": "new@lovelace.example"}, http.StatusOK); got["id"] != made["id"] || got["email"] != "new@lovelace.example" || got["name"] != "Ada" {
		t.Errorf("by userId: %v", got)
	}
	if got := upsert(object{"email": "NEW@lovelace.example", "name": "Countess"}, http.StatusOK); got["id"] != made["id"] || got["name"] != "Countess" {
		t.Errorf("by e-mail: %v", got)
	}
	if got := upsert(object{"userId": person["userId"], "email": "new@lovelace.example"}, http.StatusOK); got["id"] != person["id"] {
		t.Errorf("userId goes before e-mail: %v", got)
	}
	bare := upsert(object{"email": "grace@hopper.example"}, http.StatusCreated)
	if got := upsert(object{"userId": "grace-1", "email": "grace@hopper.example"}, http.StatusOK); got["id"] != bare["id"] || got["userId"] != "grace-1" || bare["name"] != "grace" {
		t.Errorf("a userId for somebody without: %v", got)
	}
	if got := upsert(object{"userId": "grace-2", "email": "grace@hopper.example"}, http.StatusCreated); got["id"] == bare["id"] {
		t.Error("another userId took over a contact that has one")
	}
}

func TestUpsertLinksCompaniesByTheirExternalID(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	known := a.the("company", named("Tessellate"))
	users := number(known, "linkedUsers")
	got := a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example", "companies": []any{
		object{"id": known["companyId"], "name": "Tessellate Inc.", "monthlySpend": 4000},
		object{"id": "engines", "name": "Analytical Engines", "companyHash": "x"},
	}}).ok()
	companies := list(got, "companies")
	if len(companies) != 2 {
		t.Fatalf("companies %v", companies)
	}
	first, second := companies[0].(object), companies[1].(object)
	if first["id"] != known["id"] || first["name"] != "Tessellate Inc." || first["monthlySpend"] != 4000.0 || first["plan"] != "Business" || first["linkedUsers"] != users+1 {
		t.Errorf("known company %v", first)
	}
	if second["companyId"] != "engines" || second["linkedUsers"] != 1.0 || second["companyHash"] != nil {
		t.Errorf("new company %v", second)
	}
	again := a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example", "companies": []any{object{"id": "engines", "name": "Analytical Engines"}}}).ok()
	if companies := list(again, "companies"); len(companies) != 2 || at(companies[1].(object), "linkedUsers") != 1.0 {
		t.Errorf("linking again: %v", companies)
	}
	a.do("DELETE", "/v2/contacts/"+text(got, "id"), nil).ok()
	if left := number(a.the("company", func(o object) bool { return o["id"] == known["id"] }), "linkedUsers"); left != users {
		t.Errorf("%v linked users after the contact is gone, want %v", left, users)
	}
}

func TestLeadsAreNotFoundByUserIDAndHaveNoPreferences(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	someone := text(a.the("contact", lead), "id")
	a.do("GET", "/v2/contacts/"+someone, nil).ok()
	a.do("GET", "/v2/contacts/"+someone+"/email-preferences", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("PATCH", "/v2/contacts/"+someone+"/email-preferences", object{"preferences": object{"all": "subscribed"}}).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", "/v2/contacts/by-user-id/"+someone, nil).fails(http.StatusNotFound, "resource_not_found")
	for query, want := range map[string][]string{"": {"customer"}, "contactType=lead": {"lead"}, "contactType=all": {"customer", "lead"}} {
		var types []string
		for _, o := range a.do("GET", "/v2/contacts?limit=100&"+query, nil).rows() {
			types = append(types, text(o, "type"))
		}
		slices.Sort(types)
		if types = slices.Compact(types); !slices.Equal(types, want) {
			t.Errorf("%q lists %v", query, types)
		}
	}
}

func TestEmailPreferencesFollowTheMasterSwitch(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	person := a.the("contact", func(o object) bool { return customer(o) && flag(o, "subscribedToChangelog") })
	byID, byUser := "/v2/contacts/"+text(person, "id")+"/email-preferences", "/v2/contacts/by-user-id/"+text(person, "userId")+"/email-preferences"
	states := func(path, name string) [2]any {
		got := a.do("GET", path, nil).ok()
		return [2]any{at(got, "preferences", name, "status"), at(got, "preferences", name, "effectiveStatus")}
	}
	on, off := [2]any{"subscribed", "subscribed"}, [2]any{"unsubscribed", "unsubscribed"}
	if got := states(byID, "postUpdates"); got != on {
		t.Errorf("at first %v", got)
	}
	a.do("PATCH", byUser, object{"preferences": object{"all": "unsubscribed", "postUpdates": "unsubscribed"}}).ok()
	if got := states(byID, "postUpdates"); got != off {
		t.Errorf("switched off: %v", got)
	}
	if got := states(byUser, "changelog"); got != [2]any{"subscribed", "unsubscribed"} {
		t.Errorf("under the master switch: %v", got)
	}
	a.do("PATCH", byID, object{"preferences": object{"all": "subscribed"}}).ok()
	if got := states(byID, "changelog"); got != on {
		t.Errorf("with the master switch back: %v", got)
	}
	if got := states(byID, "postUpdates"); got != off {
		t.Errorf("what was switched off by itself stays off: %v", got)
	}
	a.do("PATCH", byID, object{"preferences": object{"changelog": "unsubscribed"}}).ok()
	if got := a.do("GET", "/v2/contacts/"+text(person, "id"), nil).ok(); got["subscribedToChangelog"] != false {
		t.Errorf("the contact still says %v", got["subscribedToChangelog"])
	}
}

func TestBlockingIsRepeatable(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	path := "/v2/contacts/" + text(a.the("contact", lead), "id")
	for range 2 {
		if got := a.do("POST", path+"/block", nil).ok(); got["blocked"] != true || got["object"] != "contact" {
			t.Errorf("block: %v", got)
		}
	}
	for range 2 {
		if got := a.do("POST", path+"/unblock", object{}).ok(); got["unblocked"] != true {
			t.Errorf("unblock: %v", got)
		}
	}
}

func TestDeletingAContactLeavesWhatItWroteAndWithdrawsItsVotes(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	post := a.the("post", func(o object) bool {
		return number(o, "upvotes") > 20 && a.sandbox.store.Kind("contact").Get(text(o, "_authorId")) != nil
	})
	author, votes, path := text(post, "_authorId"), number(post, "upvotes"), "/v2/posts/"+text(post, "id")
	a.do("DELETE", "/v2/contacts/"+author, nil).ok()
	a.do("GET", "/v2/contacts/"+author, nil).fails(http.StatusNotFound, "resource_not_found")
	if got := a.do("GET", path, nil).ok(); got["author"] != nil || got["upvotes"] != votes-1 {
		t.Errorf("author %v, upvotes %v of %v", got["author"], got["upvotes"], votes)
	}
}
