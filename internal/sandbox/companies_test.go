package sandbox

import (
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) everyCompanyOperation() {
	a.t.Helper()
	person := text(a.the("contact", customer), "id")
	a.do("GET", "/v2/companies", nil).rows()
	a.do("POST", "/v2/companies/search", object{}).rows()
	path := "/v2/companies/" + text(a.do("POST", "/v2/companies", object{"companyId": "engines", "name": "Analytical Engines"}).ok(), "id")
	a.do("GET", path, nil).ok()
	a.do("POST", path+"/contacts", object{"contactId": person}).ok()
	a.do("GET", path+"/contacts", nil).rows()
	a.do("DELETE", path+"/contacts/"+person, nil).ok()
	a.do("DELETE", "/v2/companies/by-company-id/engines", nil).ok()
	a.do("DELETE", "/v2/companies/"+text(a.the("company", named("Paperkite")), "id"), nil).ok()
}

func TestUpsertCompanyCreatesOrUpdatesByExternalID(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	created := a.do("POST", "/v2/companies", object{
		"companyId": "engines", "name": "Analytical Engines", "monthlySpend": 120, "companySize": 3, "createdAt": "1837-12-01T00:00:00Z",
		"customFields": object{"region": "London", "pilot": true},
	})
	got := created.ok()
	if created.status != http.StatusCreated || got["companyId"] != "engines" || got["monthlySpend"] != 120.0 || got["createdAt"] != "1837-12-01T00:00:00.000Z" ||
		got["linkedUsers"] != 0.0 || got["plan"] != nil || at(got, "customFields", "pilot") != true {
		t.Errorf("created: %d %v", created.status, got)
	}
	again := a.do("POST", "/v2/companies", object{"companyId": "engines", "name": "Engines Ltd", "plan": "Growth", "companySize": nil})
	if now := again.ok(); again.status != http.StatusOK || now["id"] != got["id"] || now["name"] != "Engines Ltd" || now["plan"] != "Growth" ||
		now["monthlySpend"] != 120.0 || now["companySize"] != nil || now["createdAt"] != got["createdAt"] || now["updatedAt"] == got["updatedAt"] {
		t.Errorf("updated: %d %v", again.status, now)
	}
	bare := a.do("POST", "/v2/companies", object{"companyId": "looms", "name": "Jacquard Looms"}).ok()
	if bare["createdAt"] != bare["updatedAt"] || bare["id"] == got["id"] {
		t.Errorf("a second company: %v", bare)
	}
	a.do("POST", "/v2/companies", object{"companyId": "engines", "name": "Other", "createdAt": "soon"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", "/v2/companies", object{"name": "Nobody"}).fails(http.StatusBadRequest, "invalid_request")
	if now := a.do("GET", "/v2/companies/"+text(got, "id"), nil).ok(); now["name"] != "Engines Ltd" {
		t.Errorf("a refused upsert left %v", now)
	}
	a.do("GET", "/v2/companies/engines", nil).fails(http.StatusBadRequest, "invalid_id") // the path takes Featurebase's own
}

func TestContactsJoinAndLeaveCompanies(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	company := a.do("POST", "/v2/companies", object{"companyId": "engines", "name": "Analytical Engines"}).ok()
	person := a.the("contact", customer)
	others := len(list(person, "_companyIds"))
	path := "/v2/companies/" + text(company, "id")
	expect := func(when string, users int) {
		t.Helper()
		linked, members := number(a.do("GET", path, nil).ok(), "linkedUsers"), a.do("GET", path+"/contacts", nil).rows()
		if linked != float64(users) || len(members) != users {
			t.Errorf("%s: %v linked users, %d listed, want %d", when, linked, len(members), users)
		}
	}
	expect("at first", 0)
	for range 2 {
		got := a.do("POST", path+"/contacts", object{"contactId": person["id"]}).ok()
		if got["id"] != person["id"] || len(list(got, "companies")) != others+1 {
			t.Errorf("attached: %v", got["companies"])
		}
		expect("attached", 1)
	}
	a.do("POST", path+"/contacts", object{"contactId": a.the("contact", lead)["id"]}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", path+"/contacts", object{"contactId": person["userId"]}).fails(http.StatusBadRequest, "invalid_id")
	a.do("POST", path+"/contacts", object{"contactId": "000000000000000000000000"}).fails(http.StatusNotFound, "resource_not_found")
	a.do("POST", "/v2/companies/000000000000000000000000/contacts", object{"contactId": person["id"]}).fails(http.StatusNotFound, "resource_not_found")
	expect("after what was refused", 1)

	got := a.do("DELETE", path+"/contacts/"+text(person, "id"), nil).ok()
	if got["id"] != person["id"] || len(list(got, "companies")) != others {
		t.Errorf("detached: %v", got["companies"])
	}
	expect("detached", 0)
	a.do("DELETE", path+"/contacts/"+text(person, "id"), nil).fails(http.StatusBadRequest, "invalid_request")
	a.do("DELETE", path+"/contacts/somebody", nil).fails(http.StatusBadRequest, "invalid_id")
	expect("detached twice", 0)
}

func TestDeletingACompanyUnlinksItsContacts(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for name, path := range map[string]func(object) string{
		"Tessellate":   func(o object) string { return "/v2/companies/" + text(o, "id") },
		"Lumen Energy": func(o object) string { return "/v2/companies/by-company-id/" + text(o, "companyId") },
	} {
		company := a.the("company", named(name))
		person := a.the("contact", func(o object) bool { return slices.Contains(list(o, "_companyIds"), company["id"]) })
		if got := a.do("DELETE", path(company), nil).ok(); stringOf(got) != stringOf(object{"id": company["id"], "object": "company", "deleted": true}) {
			t.Errorf("%s: answer %v", name, got)
		}
		a.do("DELETE", path(company), nil).fails(http.StatusNotFound, "resource_not_found")
		a.do("GET", "/v2/companies/"+text(company, "id"), nil).fails(http.StatusNotFound, "resource_not_found")
		if left := a.do("GET", "/v2/contacts/"+text(person, "id"), nil).ok(); len(list(left, "companies")) != 0 {
			t.Errorf("%s: a contact is still with %v", name, left["companies"])
		}
	}
}

func TestSearchingCompanies(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	all := a.all(contract.Load().Operation("listCompanies"), "/v2/companies", nil, 100)
	if len(all) != len(a.sandbox.store.Kind("company").All()) {
		t.Fatalf("%d companies listed", len(all))
	}
	if !slices.IsSortedFunc(all, func(x, y object) int { return store.CompareValues(y["createdAt"], x["createdAt"]) }) {
		t.Error("the list does not begin with the newest")
	}
	known := all[4]
	created, _ := store.Seconds(text(known, "createdAt"))
	active, _ := store.Seconds(text(known, "lastActivity"))
	more := func(field string, than float64) func(object) bool {
		return func(o object) bool { return number(o, field) > than }
	}
	later := func(field string, than float64) func(object) bool {
		return func(o object) bool { at, ok := store.Seconds(text(o, field)); return ok && at > than }
	}
	is := func(field string) func(object) bool { return func(o object) bool { return o[field] == known[field] } }
	for name, c := range map[string]struct {
		clause object
		fits   func(object) bool
	}{
		"externalId":           {where("externalId", "=", known["companyId"]), is("companyId")},
		"external_id":          {where("external_id", "IN", []any{known["companyId"]}), is("companyId")},
		"name":                 {where("name", "=", known["name"]), is("name")},
		"a word of the name":   {where("name", "~", "studio"), named("Brightwater Studio")},
		"monthlySpend":         {where("monthlySpend", ">", 2000.0), more("monthlySpend", 2000)},
		"plan":                 {where("plan", "=", known["plan"]), is("plan")},
		"industry":             {where("industry", "IN", []any{known["industry"]}), is("industry")},
		"website":              {where("website", "=", known["website"]), is("website")},
		"companySize":          {where("companySize", ">", 500.0), more("companySize", 500)},
		"linkedUsers":          {where("linkedUsers", ">", 4.0), more("linkedUsers", 4)},
		"lastActivity":         {where("lastActivity", ">", active), later("lastActivity", active)},
		"createdAt":            {where("createdAt", ">", created), later("createdAt", created)},
		"a date that is equal": {where("createdAt", "=", created), is("createdAt")},
	} {
		want := 0
		for _, o := range all {
			if c.fits(o) {
				want++
			}
		}
		got := a.found("/v2/companies/search", c.clause)
		if len(got) != want || want == 0 || want == len(all) || slices.ContainsFunc(got, func(o object) bool { return !c.fits(o) }) {
			t.Errorf("%s finds %d, want %d of %d", name, len(got), want, len(all))
		}
	}
	richest := a.do("POST", "/v2/companies/search", object{"sort": "monthlySpend:desc", "limit": 5})
	spend := func(o object) float64 { return number(o, "monthlySpend") }
	if rows := richest.rows(); !slices.IsSortedFunc(rows, func(x, y object) int { return store.CompareValues(spend(y), spend(x)) }) || spend(rows[0]) != 12500 ||
		richest.ok()["totalCount"] != float64(len(all)) {
		t.Errorf("by spend: %s", richest.body)
	}
	a.do("POST", "/v2/companies/search", object{"query": where("plan", "!=", "Growth")}).fails(http.StatusBadRequest, "query_too_broad")
	a.do("POST", "/v2/companies/search", object{"query": where("plan", "~", "Gro")}).fails(http.StatusBadRequest, "invalid_request")
}
