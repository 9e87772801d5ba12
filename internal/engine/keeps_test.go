package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/tools"
)

// The protocol calls a tool destructive that changes or takes away what was there. What only adds is declared so by its method; a POST that
// does more has to say so.
func TestHintsFollowTheWordsOfTheProtocol(t *testing.T) {
	t.Parallel()
	adds := []string{"create_", "add_", "attach_", "reply_to_", "duplicate_"} // names of operations that only add
	replace := []string{"create_training_file", "create_qna"}                 // they replace what has the same external id
	for _, op := range tools.Inventory().All() {
		only := false
		for _, prefix := range adds {
			only = only || strings.HasPrefix(op.Name, prefix) && !slices.Contains(replace, op.Name)
		}
		hints := tools.Inventory().Bare(op).Annotations
		if want := op.Effect != engine.Read && !only; *hints.DestructiveHint != want {
			t.Errorf("%s: destructiveHint %v, want %v", op.Name, *hints.DestructiveHint, want)
		}
		if *hints.ReadOnlyHint != (op.Effect == engine.Read) {
			t.Errorf("%s: readOnlyHint %v", op.Name, *hints.ReadOnlyHint)
		}
	}
}

// What takes away and can be given back needs what a delete needs; the same operation with other arguments does not.
func TestWhatTakesAwayNeedsWhatADeleteNeeds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tool, arguments string
		refused         bool
	}{
		{"update_contact_email_preferences", `{"contactId":"` + anID + `","preferences":{"postUpdates":"unsubscribed"}}`, true},
		{"update_contact_email_preferences", `{"contactId":"` + anID + `","preferences":{"postUpdates":"subscribed","all":"unsubscribed"}}`, true},
		{"update_contact_email_preferences", `{"contactId":"` + anID + `","preferences":{"postUpdates":"subscribed"}}`, false},
		{"update_contact_email_preferences_by_user_id", `{"userId":"u1","preferences":{"changelog":"unsubscribed"}}`, true},
		{"upsert_conversation_tag", `{"id":"` + anID + `","name":"Renamed"}`, true},
		{"upsert_conversation_tag", `{"name":"New"}`, false},
		{"block_contact", `{"contactId":"` + anID + `"}`, true},
		{"unpublish_changelog", `{"changelogId":"` + anID + `"}`, true},
		{"update_post", `{"postId":"` + anID + `","title":"Another"}`, false},
	} {
		api := enginetest.NewAPI(t, http.StatusOK, `{"id":"`+anID+`"}`)
		env := engine.Env{
			Engine:  &engine.Engine{Inventory: tools.Inventory(), AllowImpersonation: true},
			Account: engine.Account{Client: api.Client(t), Keeps: "--no-destructive"},
		}
		text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup(tc.tool), tc.arguments)
		if isError != tc.refused || tc.refused && (len(api.Arrived()) > 0 || !strings.Contains(text, "--no-destructive forbids")) {
			t.Errorf("%s %s: %s", tc.tool, tc.arguments, text)
		}
	}
}

// Going live, opening up and writing to addresses is publishing, whatever the call; the same call without that is not asked about.
func TestPublishingIsAskedAboutWhateverTheCall(t *testing.T) {
	t.Parallel()
	for tool, argumentsOf := range map[string][2]string{
		"create_changelog":    {`{"title":"T","markdownContent":"x","state":"live"}`, `{"title":"T","markdownContent":"x","state":"draft"}`},
		"create_article":      {`{"title":"T","state":"live"}`, `{"title":"T"}`},
		"update_article":      {`{"articleId":"7","state":"live"}`, `{"articleId":"7","state":"draft"}`},
		"update_post":         {`{"postId":"` + anID + `","visibility":"public"}`, `{"postId":"` + anID + `","visibility":"authorOnly"}`},
		"update_comment":      {`{"commentId":"` + anID + `","isPrivate":false}`, `{"commentId":"` + anID + `","isPrivate":true}`},
		"create_conversation": {`{"from":{"type":"admin","id":"` + anID + `"},"bodyMarkdown":"Hi","channel":"email","subject":"S","recipients":{"to":{"emails":["jo@example.com"]}}}`, `{"from":{"type":"admin","id":"` + anID + `"},"bodyMarkdown":"Hi","recipients":{"to":{"ids":["` + anID + `"]}}}`},
	} {
		op := tools.Inventory().Lookup(tool)
		if !op.Asked(engine.ConfirmAuto, argumentsOf[0]) {
			t.Errorf("%s %s is not asked about", tool, argumentsOf[0])
		}
		if op.Asked(engine.ConfirmAuto, argumentsOf[1]) {
			t.Errorf("%s %s is asked about", tool, argumentsOf[1])
		}
	}
}

// A name that leads nowhere is answered without the names that there are, where the operation that lists them is off.
func TestRefusalsTellNoNamesThatAreLeftOut(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `{"data":[{"id":"`+anID+`","name":"Secret plans"}]}`)
	for _, reads := range []bool{true, false} {
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{
			Client: api.Client(t), Names: names.NewCache(api.Client(t), tools.Inventory()), Reads: func(string) bool { return reads },
		}}
		text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup("create_post"), `{"boardId":"Ideas","title":"Hello"}`)
		if !isError || strings.Contains(text, "Secret plans") != reads || !reads && !strings.Contains(text, "give the id (list_boards, which lists them, is switched off)") {
			t.Errorf("told %v: %s", reads, text)
		}
	}
}
