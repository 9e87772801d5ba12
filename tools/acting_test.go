package tools

import (
	"net/http"
	"strings"
	"testing"
)

const attach = `{"conversationId":"10042","tagId":"` + anID + `"}`

func TestAnEmailOfTheActingAdminIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	api := newAPI(t, http.StatusOK, `{"object":"list","data":[null,{"id":"`+strings.Repeat("a", 24)+`","email":"other@example.com"},{"id":"`+anID+`","email":"Nora@Example.com"}]}`)
	acting, err := NewActingAdmin("nora@example.com")
	if err != nil {
		t.Fatal(err)
	}
	env := Env{Client: api.client(t), ActingAdmin: acting}
	for range 3 {
		if text, isError := callIn(t, env, "attach_conversation_tag", attach); isError {
			t.Fatal(text)
		}
	}
	var paths []string
	for _, r := range api.arrived() {
		paths = append(paths, r.method+" "+r.path)
		if r.method == http.MethodPost && r.body["actingAdminId"] != anID {
			t.Errorf("sent as %v", r.body["actingAdminId"])
		}
	}
	want := "GET /v2/admins" + strings.Repeat(" POST /v2/conversations/10042/tags", 3)
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("%s arrived, want %s", got, want)
	}
}

func TestWithoutAnActingAdminNothingIsSent(t *testing.T) {
	t.Parallel()
	api := newAPI(t, http.StatusOK, `{"object":"list","data":[]}`)
	text, isError := callIn(t, Env{Client: api.client(t)}, "attach_conversation_tag", attach)
	if !isError || !strings.HasPrefix(text, "actingAdminId: required: the id of the admin to act as, from list_admins.") || !strings.Contains(text, "--acting-admin") {
		t.Error(text)
	}
	if n := len(api.arrived()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
	acting, err := NewActingAdmin("nobody@example.com")
	if err != nil {
		t.Fatal(err)
	}
	text, isError = callIn(t, Env{Client: api.client(t), ActingAdmin: acting}, "reply_to_ticket", `{"ticketNumber":1,"type":"admin","body":"x"}`)
	if !isError || !strings.Contains(text, "nobody@example.com") || !strings.Contains(text, "Nothing was sent") {
		t.Error(text)
	}
	if got := api.arrived(); len(got) != 1 || got[0].path != "/v2/admins" {
		t.Errorf("%v arrived", got)
	}
}

func TestAFailedLookUpOfTheActingAdminIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	api := newAPI(t, http.StatusForbidden, `{"error":{"type":"authorization_error","code":"forbidden","message":"No"}}`)
	acting, err := NewActingAdmin("nora@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		text, isError := callIn(t, Env{Client: api.client(t), ActingAdmin: acting}, "attach_conversation_tag", attach)
		if !isError || !strings.HasPrefix(text, "The admin to act as could not be looked up, so nothing was sent.") {
			t.Error(text)
		}
	}
	if n := len(api.arrived()); n != 2 {
		t.Errorf("%d requests arrived, want one for each call", n)
	}
}

func TestWhoCannotBeAnActingAdmin(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "nora", "64b921c0", "@", "@example.com", "nora@"} {
		if _, err := NewActingAdmin(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// Every operation that can speak in a customer's name refuses to, unless it is allowed; what it says instead as an admin goes through.
func TestNobodyIsImpersonatedUnlessAllowed(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, op := range All() {
		if op.Impersonates == "" {
			continue
		}
		for _, args := range samples(op, false) {
			speaks := holds(op.Impersonates, args)
			for _, allowed := range []bool{false, true} {
				api := newAPI(t, http.StatusOK, `{"id":"1"}`)
				env := Env{Client: api.client(t), ActingAdmin: &ActingAdmin{id: anID}, AllowImpersonation: allowed}
				text, isError := callIn(t, env, op.Name, string(encode(args)))
				if refused := speaks && !allowed; isError != refused || refused != (len(api.arrived()) == 0) {
					t.Errorf("%s %s, allowed %v: %s", op.Name, encode(args), allowed, text)
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
