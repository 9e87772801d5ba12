package engine_test

import (
	"errors"
	"strings"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/tools"
)

func TestMaskEmails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{"nobody", "nobody"},
		{"jo@example.com", "j***@example.com"},
		{"Write to jo.h+news@example.com, or <JO_2@mail.example>.", "Write to j***@example.com, or <J***@mail.example>."},
		{"a@x.example b@y.example", "a***@x.example b***@y.example"},
		{`jo\_h@example.com`, "j***@example.com"},
		{"[**jo@example.com**](mailto:jo@example.com)", "[**j***@example.com**](mailto:j***@example.com)"},
		{"https://x.example/?email=jo%40example.com&b=1", "https://x.example/?email=j***%40example.com&b=1"},
		{"50%4 of jo%41", "50%4 of jo%41"},
		{"élodie@example.com", "é***@example.com"},
		{"jo@exam…", "j***@exam…"},
		{"@nora could you, please @ ten", "@nora could you, please @ ten"},
		{"@@", "@@"},
		{strings.Repeat("@", 100000), strings.Repeat("@", 100000)},
	} {
		if got := legible.MaskEmails(tc.text); got != tc.want {
			t.Errorf("%.60q: got %.60q, want %.60q", tc.text, got, tc.want)
		}
		if again := legible.MaskEmails(tc.want); again != tc.want {
			t.Errorf("%.60q masked again: %.60q", tc.want, again)
		}
	}
}

// The API's words for a failure, and the current values of a dry run, are masked as answers are.
func TestFailuresAreMasked(t *testing.T) {
	t.Parallel()
	api := newAPI(t, 409, `{"error":{"type":"conflict","code":"conflict","message":"jo.hart@example.com is taken"}}`)
	text, isError := callIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: true}, Account: engine.Account{Client: api.client(t)}}, tools.Inventory().Lookup("create_post"), `{"title":"xx","boardId":"`+anID+`"}`)
	if !isError || !strings.Contains(text, "j***@example.com is taken") {
		t.Error(text)
	}
	if a := tools.Inventory().Lookup("get_post").Failed(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, &client.Error{Err: errors.New("x")}, input.Arguments{}).Masked(false); strings.Contains(a.Text, "***") {
		t.Error(a.Text)
	}
	api = newAPI(t, 200, `{"id":"`+anID+`","title":"Ask jo.hart@example.com"}`)
	text, isError = callIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: true, DryRun: true}, Account: engine.Account{Client: api.client(t)}}, tools.Inventory().Lookup("update_post"), `{"postId":"`+anID+`","title":"new"}`)
	if isError || !strings.Contains(text, "Ask j***@example.com") {
		t.Error(text)
	}
}
