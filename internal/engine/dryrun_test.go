package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// rehearse runs an operation on a server that sends no writes.
func rehearse(t *testing.T, a *enginetest.API, op *engine.Operation, arguments string) (text string, isError bool) {
	t.Helper()
	return enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), DryRun: true, AllowImpersonation: true}, Account: engine.Account{Client: a.Client(t)}}, op, arguments)
}

func TestADryRunSendsNoWriteWhatever(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect == engine.Read {
			continue
		}
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			a := enginetest.NewAPI(t, http.StatusOK, `{}`)
			text, isError := rehearse(t, a, op, string(rawjson.Encode(enginetest.Sample(op, false))))
			if isError || !strings.HasPrefix(text, "Dry run: nothing was sent") || !strings.Contains(text, "\n"+op.Method+" /v2/") {
				t.Errorf("%v %s", isError, text)
			}
			reads := 0
			if op.Method == http.MethodPatch && slices.ContainsFunc(tools.Inventory().Endpoints(), func(read *engine.Operation) bool { return read.Method == http.MethodGet && read.Path == op.Path }) {
				reads = 1
			}
			arrived := a.Arrived()
			for _, s := range arrived {
				if s.Method != http.MethodGet || s.Body != nil {
					t.Errorf("%s %s was sent", s.Method, s.Path)
				}
			}
			if len(arrived) != reads {
				t.Errorf("%d requests, want %d", len(arrived), reads)
			}
		})
	}
}

// The version of a request is shown where the call decides it, and is the one that the call would be sent with.
func TestADryRunShowsTheVersionThatTheCallNeeds(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, `{}`)
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect == engine.Read {
			continue
		}
		sample := enginetest.Sample(op, false)
		want := op.Version
		for _, b := range op.Brings() {
			if sample[b.Argument] != nil {
				want = b.Version
			}
		}
		text, _ := rehearse(t, a, op, string(rawjson.Encode(sample)))
		if shown := strings.Contains(text, "\nFeaturebase-Version: "); shown != (want != "") || !strings.Contains(text, want) {
			t.Errorf("%s: shown %v, want %q: %s", op.Name, shown, want, text)
		}
	}
}

func TestADryRunReadsAsUsual(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, `[{"id":"1","name":"Ideas"}]`)
	if text, isError := rehearse(t, a, tools.Inventory().Lookup("list_boards"), `{}`); isError || text != `{"data":[{"id":"1","name":"Ideas"}]}` {
		t.Error(text)
	}
	a = enginetest.NewAPI(t, http.StatusOK, `{"data":[]}`)
	if text, _ := rehearse(t, a, tools.Inventory().Lookup("search_posts"), `{"search":"x"}`); text != `{"data":[]}` || len(a.Arrived()) != 1 {
		t.Errorf("a search is a POST and still a read: %s", text)
	}
}

// The whole answer, as a model gets it.
func TestADryRunShowsTheRequestAndTheDiff(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("All of it is as it was. ", 30)
	a := enginetest.NewAPI(t, http.StatusOK, `{
		"id": "`+anID+`", "title": "Dark\u200b mode", "content": "<p>`+long+`Before.</p>", "upvotes": 3, "eta": "2026-03-02", "assigneeId": null,
		"status": {"id": "64b0c2f19d3e5a7788990022", "name": "Open"}, "tags": [{"id": "1", "name": "UI"}, {"id": "2", "name": "Web"}]
	}`)
	text, _ := rehearse(t, a, tools.Inventory().Lookup("update_post"), `{
		"postId": "`+anID+`", "title": "Dark theme & more", "content": "`+long+`After.", "statusId": "64b0c2f19d3e5a7788990033", "upvotes": 3,
		"tags": ["UI"], "assigneeId": "64b0c2f19d3e5a7788990044", "sendStatusUpdateEmail": true, "clear": ["eta"]
	}`)
	golden.File(t, "testdata/dry_run.txt", text+"\n")
	if got := a.Arrived(); len(got) != 1 || got[0].Method != http.MethodGet || got[0].Path != "/v2/posts/"+anID {
		t.Errorf("%+v", got)
	}
}

func TestADryRunWithoutADiffSaysWhy(t *testing.T) {
	t.Parallel()
	gone := enginetest.NewAPI(t, http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Post not found","status":404}}`)
	text, isError := rehearse(t, gone, tools.Inventory().Lookup("update_post"), `{"postId":"`+anID+`","title":"New"}`)
	want := `No diff, since the current values could not be read: nothing has postId "` + anID + `" (HTTP 404, resource_not_found). Featurebase says: "Post not found". Do not retry with this id: search_posts finds the right postId.`
	if isError || !strings.HasSuffix(text, want) || !strings.Contains(text, `"title": "New"`) {
		t.Errorf("%v %s", isError, text)
	}
	a := enginetest.NewAPI(t, http.StatusOK, `{}`)
	unread := *tools.Inventory().Lookup("update_post")
	unread.Path = "/v2/elsewhere/{postId}"
	if text, _ := rehearse(t, a, &unread, `{"postId":"`+anID+`","title":"New"}`); !strings.HasSuffix(text, "No diff: there is no operation that reads the current values.") || len(a.Arrived()) != 0 {
		t.Error(text)
	}
}

// A wrong call gets the same refusal as without --dry-run.
func TestADryRunChecksAsUsual(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, `{}`)
	for arguments, want := range map[string]string{
		`{"content":"x"}`: "give at least one of postId, changelogId",
		`{"content":"x","postId":"p","author":{"email":"jo@example.com"}}`: "--allow-impersonation",
	} {
		if text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), DryRun: true}, Account: engine.Account{Client: a.Client(t)}}, tools.Inventory().Lookup("create_comment"), arguments); !isError || !strings.Contains(text, want) {
			t.Errorf("%s: %s", arguments, text)
		}
	}
	if got := a.Arrived(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// Neither a secret that a call gives nor one that is there now is shown, nor whether they are the same.
func TestADryRunWithholdsSecrets(t *testing.T) {
	t.Parallel()
	op := *tools.Inventory().Lookup("update_post")
	op.Output = &render.View{Secret: "title customFields"}
	for _, now := range []string{"hush", "other"} {
		a := enginetest.NewAPI(t, http.StatusOK, `{"title":"`+now+`","customFields":{"key":"`+now+`"}}`)
		text, _ := rehearse(t, a, &op, `{"postId":"`+anID+`","title":"hush","customFields":{"key":"hush","further":["hush"]}}`)
		if strings.Contains(text, "hush") || strings.Contains(text, "other") {
			t.Errorf("a secret is shown: %s", text)
		}
		for _, want := range []string{
			`  "customFields": {"further":"(withheld)","key":"(withheld)"}`, `  "title": "(withheld)"`,
			`customFields: {"key":"(withheld)"} -> {"further":"(withheld)","key":"(withheld)"}`, `title: "(withheld)" -> "(withheld)"`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is missing: %s", want, text)
			}
		}
	}
	op.Output = &render.View{Secret: "key"}
	a := enginetest.NewAPI(t, http.StatusOK, `{"customFields":[{"key":"hush"}]}`)
	if text, _ := rehearse(t, a, &op, `{"postId":"`+anID+`","customFields":{"key":"hush","plain":1}}`); strings.Contains(text, "hush") || !strings.Contains(text, `"plain":1`) {
		t.Errorf("an inner secret: %s", text)
	}
}

// What goes out beside the body is shown, too: arguments in the query, and the key that makes a write repeatable.
func TestADryRunShowsWhatStandsOutsideOfTheBody(t *testing.T) {
	t.Parallel()
	a := enginetest.NewAPI(t, http.StatusOK, `{}`)
	for tool, want := range map[string]string{
		"delete_outbound_message":     "DELETE /v2/outbound/messages/" + anID + "?idempotencyKey=a+b&revision=1\n",
		"import_help_center_api_spec": "\nIdempotency-Key: \"a b\"\n",
	} {
		arguments := `{"outboundMessageId":"` + anID + `","revision":1,"idempotencyKey":"a b"}`
		if tool == "import_help_center_api_spec" {
			arguments = `{"specId":"` + anID + `","url":"https://example.com/a.json","idempotencyKey":"a b"}`
		}
		if text, isError := rehearse(t, a, tools.Inventory().Lookup(tool), arguments); isError || !strings.Contains(text, want) {
			t.Errorf("%s: %s", tool, text)
		}
	}
}
