package engine_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

const (
	theAdmins = `{"object":"list","data":[null,{"id":"64b0c2f19d3e5a7788990055","email":"Ann@Example.com"},{"id":"64b0c2f19d3e5a7788990066","email":"bob@example.com"}]}`
	ann       = "64b0c2f19d3e5a7788990055"
	attach    = `{"conversationId":"10042","tagId":"` + anID + `"}`
)

func actingAs(t *testing.T, idOrEmail string) *engine.ActingAdmin {
	t.Helper()
	admin, err := engine.NewActingAdmin(kind.Admin, idOrEmail)
	if err != nil {
		t.Fatal(err)
	}
	return admin
}

// withNames returns surroundings in which names are looked up, as in a server.
func withNames(c *client.Client, admin *engine.ActingAdmin) engine.Env {
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), ActingAdmin: admin}, Account: engine.Account{Client: c, Names: enginetest.Names(c)}}
}

// split counts the lookups among requests, and returns whom the others were made as.
func split(t *testing.T, requests []enginetest.Sent) (lookups int, admins []string) {
	t.Helper()
	for _, s := range requests {
		if s.Path == "/v2/admins" {
			lookups++
			continue
		}
		id, _ := s.Body["actingAdminId"].(string)
		admins = append(admins, id)
	}
	return lookups, admins
}

// However many calls need the admin, at once or later, the e-mail is looked up once, and not before one does.
func TestTheActingAdminIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	const calls = 20
	a := enginetest.NewAPI(t, http.StatusOK, theAdmins)
	env := withNames(a.Client(t), actingAs(t, "ann@example.com"))
	if got := a.Arrived(); len(got) != 0 {
		t.Fatalf("asked before any call: %+v", got)
	}
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() { enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach) })
	}
	wg.Wait()
	enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach)
	lookups, admins := split(t, a.Arrived())
	if lookups != 1 || len(admins) != calls+1 {
		t.Errorf("%d lookups for %d calls", lookups, len(admins))
	}
	for _, id := range admins {
		if id != ann {
			t.Errorf("acted as %q", id)
		}
	}
}

func TestAnActingAdminGivenAsIDIsNotLookedUp(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, `{}`)
	enginetest.CallIn(t, withNames(a.Client(t), actingAs(t, ann)), tools.Inventory().Lookup("attach_conversation_tag"), attach)
	if lookups, admins := split(t, a.Arrived()); lookups != 0 || len(admins) != 1 || admins[0] != ann {
		t.Errorf("%d lookups, acted as %v", lookups, admins)
	}
}

func TestAnActingAdminThatCannotBeFoundIsToldInWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		answer string
		admin  *engine.ActingAdmin
		want   string
	}{
		"nobody has the e-mail": {http.StatusOK, theAdmins, actingAs(t, "eve@example.com"), "attach_conversation_tag sent nothing: no admin of the organization has the e-mail eve@example.com, which --acting-admin names. Do not retry unchanged"},
		"the lookup is refused": {http.StatusForbidden, `{"error":{"message":"Missing permission","status":403}}`, actingAs(t, "ann@example.com"), "attach_conversation_tag sent nothing, since the admin to act as could not be looked up: the API key is valid but may not do this"},
		"none is configured":    {http.StatusOK, theAdmins, nil, "attach_conversation_tag sent nothing: actingAdminId: required: the id of the admin to act as, from list_admins. The user can set a default with --acting-admin"},
	} {
		a := enginetest.NewAPI(t, tc.status, tc.answer)
		text, isError := enginetest.CallIn(t, withNames(a.Client(t), tc.admin), tools.Inventory().Lookup("attach_conversation_tag"), attach)
		if !isError || !strings.HasPrefix(text, tc.want) {
			t.Errorf("%s: %s", name, text)
		}
		if _, admins := split(t, a.Arrived()); len(admins) != 0 {
			t.Errorf("%s: sent all the same", name)
		}
	}
	for _, neither := range []string{"ann", "@", "64b0c2f1", "ann@"} {
		if _, err := engine.NewActingAdmin(kind.Admin, neither); err == nil {
			t.Errorf("%q passes for an admin", neither)
		}
	}
}

// Where the list of admins is switched off, a model is not sent to it.
func TestTheAdminsAreNotNamedWhereTheyAreOff(t *testing.T) {
	t.Parallel()
	selection := tools.Selection{Toolsets: []string{"none"}, Tools: []string{"attach_conversation_tag"}}
	for _, tc := range []struct {
		status int
		answer string
		admin  *engine.ActingAdmin
	}{
		{http.StatusOK, theAdmins, nil},
		{http.StatusOK, theAdmins, actingAs(t, "eve@example.com")},
		{http.StatusForbidden, `{}`, actingAs(t, "ann@example.com")},
		{http.StatusNotFound, `{}`, actingAs(t, "ann@example.com")},
		{http.StatusInternalServerError, `{}`, actingAs(t, "ann@example.com")},
	} {
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), ActingAdmin: tc.admin}, Account: engine.Account{Client: enginetest.NewAPI(t, tc.status, tc.answer).Client(t), OffBy: selection.OffBy}}
		text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach)
		if !isError || !strings.HasPrefix(text, "attach_conversation_tag sent nothing") || strings.Contains(text, "list_admin") {
			t.Error(text)
		}
	}
}

// A failed lookup is not remembered: the next call asks again.
func TestAFailedLookupIsTriedAgain(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusInternalServerError, `{}`)
	env := withNames(a.Client(t), actingAs(t, "ann@example.com"))
	enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach)
	a.Status, a.Answer = http.StatusOK, theAdmins
	enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach)
	if lookups, admins := split(t, a.Arrived()); lookups != 2 || len(admins) != 1 || admins[0] != ann {
		t.Errorf("%d lookups, acted as %v", lookups, admins)
	}
}

func TestADryRunNamesTheActingAdmin(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, theAdmins)
	env := withNames(a.Client(t), actingAs(t, "ann@example.com"))
	env.DryRun = true
	text, _ := enginetest.CallIn(t, env, tools.Inventory().Lookup("attach_conversation_tag"), attach)
	if _, admins := split(t, a.Arrived()); len(admins) != 0 || !strings.Contains(text, `"actingAdminId": "`+ann+`"`) {
		t.Errorf("%v %s", admins, text)
	}
}

// Every operation that can speak in a customer's name refuses to, unless it is allowed; what it says instead as an admin goes through.
func TestNobodyIsImpersonatedUnlessAllowed(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, op := range tools.Inventory().All() {
		if op.Impersonates == "" {
			continue
		}
		for _, args := range enginetest.Samples(op, false) {
			speaks := input.Holds(op.Impersonates, args)
			for _, allowed := range []bool{false, true} {
				api := enginetest.NewAPI(t, http.StatusOK, `{"id":"1"}`)
				env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), ActingAdmin: engine.ActingAs(anID), AllowImpersonation: allowed}, Account: engine.Account{Client: api.Client(t)}}
				text, isError := enginetest.CallIn(t, env, op, string(rawjson.Encode(args)))
				if refused := speaks && !allowed; isError != refused || refused != (len(api.Arrived()) == 0) {
					t.Errorf("%s %s, allowed %v: %s", op.Name, rawjson.Encode(args), allowed, text)
				}
				if isError && (!strings.Contains(text, "customer's name") || !strings.Contains(text, "--allow-impersonation")) {
					t.Error(text)
				}
				tried++
			}
		}
	}
	if tried < 12 {
		t.Errorf("only %d calls tried", tried)
	}
}
