package sandbox

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
)

func (a *api) everyOrganizationOperation() {
	a.t.Helper()
	for path, kindName := range map[string]string{"/v2/admins": "admin", "/v2/teams": "team", "/v2/brands": "brand"} {
		a.do("GET", path, nil).rows()
		a.do("GET", path+"/"+text(a.the(kindName, func(object) bool { return true }), "id"), nil).ok()
	}
	a.do("GET", "/v2/admins/roles", nil).rows()
	a.do("GET", "/v2/audit-logs", nil).rows()
}

func TestAdminsHaveRolesAndTeamsHaveMembers(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	admins, roles := a.do("GET", "/v2/admins", nil), a.do("GET", "/v2/admins/roles", nil)
	people := ids(admins.rows())
	if len(people) != 7 {
		t.Errorf("%d admins", len(people))
	}
	allowed := map[any]int{} // permissions by role
	for _, role := range roles.rows() {
		permissions, _ := role["permissions"].(object)
		for _, granted := range permissions {
			if granted == true {
				allowed[role["id"]]++
			}
		}
		if len(permissions) != 47 || allowed[role["id"]] == 0 {
			t.Errorf("role %v grants %d of %d permissions", role["name"], allowed[role["id"]], len(permissions))
		}
	}
	for _, admin := range admins.rows() {
		if allowed[admin["roleId"]] == 0 {
			t.Errorf("admin %v has the role %v", admin["name"], admin["roleId"])
		}
	}
	if owner := admins.rows()[0]; allowed[owner["roleId"]] != 47 {
		t.Errorf("the key's admin may do %d things", allowed[owner["roleId"]])
	}
	for _, team := range a.do("GET", "/v2/teams", nil).rows() {
		members := list(team, "members")
		if len(members) == 0 || slices.ContainsFunc(members, func(id any) bool { return !slices.Contains(people, id.(string)) }) {
			t.Errorf("team %v has the members %v", team["name"], members)
		}
	}
	defaults := 0
	for _, brand := range a.do("GET", "/v2/brands", nil).rows() {
		if flag(brand, "isDefault") {
			defaults++
		}
	}
	if defaults != 1 {
		t.Errorf("%d default brands", defaults)
	}
}

// These lists differ in their envelopes alone.
func TestOrganizationListsSayAsMuchAsTheirContractAboutPages(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for path, paged := range map[string]bool{"/v2/admins": true, "/v2/admins/roles": true, "/v2/teams": false, "/v2/brands": true} {
		got := a.do("GET", path, nil).ok()
		if next, has := got["nextCursor"]; has != paged || next != nil {
			t.Errorf("%s: nextCursor %v, %t", path, next, has)
		}
	}
	for _, path := range []string{"/v2/admins", "/v2/teams", "/v2/brands"} {
		a.do("GET", path+"/000000000000000000000000", nil).fails(http.StatusNotFound, "resource_not_found")
		a.do("GET", path+"/nora", nil).fails(http.StatusBadRequest, "invalid_id")
	}
}

func TestARoleIsNoBusinessOfVoters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for _, voter := range a.do("GET", "/v2/posts/"+text(a.newPost(nil), "id")+"/voters", nil).rows() {
		if voter["roleId"] != nil || voter["type"] != "admin" {
			t.Errorf("voter %v", voter)
		}
	}
}

// organizationReads are the reads of companies, organization, webhooks, audit log and reports.
func (a *api) organizationReads() []answer {
	a.t.Helper()
	var answers []answer
	for _, path := range []string{
		"/v2/admins", "/v2/admins/roles", "/v2/teams", "/v2/brands", "/v2/companies?limit=100", "/v2/webhooks", "/v2/audit-logs?limit=100",
		"/v2/reports/datasets", "/v2/companies/" + text(a.the("company", named("Tessellate")), "id") + "/contacts",
	} {
		answers = append(answers, a.do("GET", path, nil))
	}
	return append(answers,
		a.do("POST", "/v2/companies/search", object{"sort": "lastActivity:desc"}),
		a.do("POST", "/v2/reports/query", quarter(object{"aggregation": "count", "groupBy": "post.tag", "segmentBy": "post.company"})),
		a.do("POST", "/v2/reports/drill-in", quarter(object{"pageSize": 200})),
		a.do("POST", "/v2/reports/filter-values", object{"fieldId": "post.author", "limit": 50}),
	)
}

func TestTheOrganizationIsKeptInTheStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := start(t, Options{StateFile: path})
	first.everyCompanyOperation()
	webhook := "/v2/webhooks/" + text(first.newWebhook("post.created"), "id")
	first.do("POST", webhook+"/secret", nil).ok()
	first.do("PATCH", webhook, object{"status": "paused"}).ok()
	second := start(t, Options{StateFile: path}).organizationReads()
	for i, was := range first.organizationReads() {
		if is := second[i]; is.status != http.StatusOK || string(was.body) != string(is.body) {
			t.Errorf("answer %d differs:\n%.300s\n%.300s", i, was.body, is.body)
		}
	}
}

func TestTheOrganizationCanBeOdd(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Quirks: true})
	for i, got := range a.organizationReads() {
		if got.status != http.StatusOK || !json.Valid(got.body) {
			t.Errorf("answer %d: %d %.300s", i, got.status, got.body)
		}
	}
	a.everyWebhookOperation()
	a.everyCompanyOperation()
}
