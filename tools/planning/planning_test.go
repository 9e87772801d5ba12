package planning_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

const (
	outlook  = "692de4d18c2fe90da8000019" // posts of the sandbox
	makeCom  = "69689c828c2fe90da8000026"
	calendar = "692057048c2fe90da8000016"

	npsSurvey = "6abf9cc0d9ebce3494000002" // an outbound message
)

// everything exposes all tools, with an acting admin where the API demands one.
func everything() app.Config {
	return app.Config{
		Sandbox: &app.Sandbox{}, ActingAdmin: "tomasz@plumline.example",
		Selection: tools.Selection{Toolsets: []string{tools.AllTools, "outbound"}},
	}
}

// behind is everything in front of an API that the test can see.
func behind(transport http.RoundTripper) app.Config {
	cfg := everything()
	cfg.Sandbox, cfg.Client = nil, enginetest.Behind(transport)
	return cfg
}

// serve returns a client of a server with exactly this configuration.
func serve(t testing.TB, cfg app.Config, options ...mcpclient.ClientOption) *mcpclient.Client {
	t.Helper()
	cfg.Version, cfg.Client.Version, cfg.NamesWait = "test", "2026-01-01.nova", enginetest.Patience
	a, err := app.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	host, err := mcpclient.NewInProcessClientWithOptions(a.MCP, options...)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() {
		_ = host.Close()
		a.Close(ctx)
	})
	if err := host.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION}}); err != nil {
		t.Fatal(err)
	}
	return host
}

var planID = regexp.MustCompile(`plan_[a-z0-9]+`)

// call makes a call that has to succeed.
func call(t testing.TB, host *mcpclient.Client, tool string, args any) string {
	t.Helper()
	text, failed := try(t, host, tool, args)
	if failed {
		t.Fatalf("%s: %s", tool, text)
	}
	return text
}

func try(t testing.TB, host *mcpclient.Client, tool string, args any) (text string, failed bool) {
	t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return enginetest.Ask(t, host, tool, string(data))
}

// plan makes a plan and returns its id.
func plan(t testing.TB, host *mcpclient.Client, args any) string {
	t.Helper()
	answer := call(t, host, "plan_changes", args)
	id := planID.FindString(answer)
	if id == "" {
		t.Fatalf("no plan in %s", answer)
	}
	return id
}

func changes(list ...any) map[string]any { return map[string]any{"changes": list} }

func change(tool string, args map[string]any) any {
	return map[string]any{"tool": tool, "arguments": args}
}

type fields = map[string]any

// counted counts the writes that reach the API, and can stand in their way.
type counted struct {
	next   http.RoundTripper
	writes atomic.Int32
	before func(*http.Request)
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.before != nil {
		c.before(r)
	}
	if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/search") {
		c.writes.Add(1)
	}
	return c.next.RoundTrip(r)
}

// A plan says what would happen and sends nothing; a row that cannot be sent is refused with its reason, and the others stand.
func TestAPlanSaysWhatWouldHappenAndSendsNothing(t *testing.T) {
	t.Parallel()
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	host := enginetest.Start(t, behind(api))
	answer := call(t, host, "plan_changes", changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned", "tags": []string{"Calendar", "API"}}),
		change("update_post", fields{"postId": makeCom, "statusId": "Planned", "sendStatusUpdateEmail": true}),
		change("update_post", fields{"postId": makeCom, "statusId": "Shipped"}),
		change("update_post", fields{"postId": "692de4d18c2fe90da8000010", "statusId": "Planned"}),
		change("update_post", fields{"postId": outlook, "title": "Two-way sync with Outlook"}),
		change("update_posts", fields{}),
		change("attach_conversation_tag", fields{"conversationId": "10083", "tagId": "Bug"}),
		change("attach_conversation_tag", fields{"conversationId": "10083", "tagId": "Billing"}),
		change("delete_post", fields{"postId": calendar}),
		change("create_comment", fields{"postId": outlook, "content": "It comes soon."}),
		change("create_comment", fields{"postId": outlook, "content": "It comes soon."}),
		change("get_post", fields{"postId": outlook}),
		change("update_post", fields{"postId": outlook, "statusId": "No such status"}),
	))
	enginetest.CheckAnswer(t, answer)
	for _, want := range []string{
		"rows: 5 to send, 3 change nothing, 5 refused\n",
		"update_post: 2 change\n", "delete_post: 1 take something away\n",
		"messages: the voters of the post (2 rows, 13 in all)\n",
		"row 9: delete_post is final", "row 10: people were told",
		"row 3: row 2 changes the same object, with other values of statusId: give each once\n",
		`row 4: nothing has postId "692de4d18c2fe90da8000010"`,
		"row 6: no tool is called \"update_posts\"; did you mean update_post?\n",
		"row 12: get_post is not one write", `no post status is called "No such status"`,
		"rows 5, 8: changes nothing\n", "row 11: the same as row 10\n",
		`1 update_post "Two-way sync with Outlook": statusId New -> Planned; tags ["Calendar"] -> ["Calendar","API"]`,
		`tags ["Billing"] + Bug`, `content "<p>It comes soon.</p>"`,
		"next: apply_plan planId=plan_",
	} {
		if !strings.Contains(answer, want) {
			t.Errorf("misses %q", want)
		}
	}
	if n := api.writes.Load(); n > 0 {
		t.Errorf("%d writes were sent", n)
	}
	if t.Failed() {
		t.Log(answer)
	}
}

// What a plan did can be taken back by another one, and then everything is as it was.
func TestAPlanCanBeTakenBack(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, everything())
	state := func() string {
		var all []string
		for _, read := range []struct {
			tool string
			args fields
		}{
			{"get_post", fields{"postId": outlook}},
			{"get_post", fields{"postId": makeCom}},
			{"list_contacts", fields{"limit": 100}},
			{"search_contacts", fields{"query": []any{fields{"field": "email", "operator": "=", "value": "new@example.com"}}}},
			{"search_conversations", fields{"query": []any{fields{"field": "tagIds", "operator": "=", "value": "Bug"}}}},
		} {
			all = append(all, regexp.MustCompile(`(?m)^(updated|lastActivity).*|"lastActivity":"[^"]*",?`).ReplaceAllString(call(t, host, read.tool, read.args), ""))
		}
		return strings.Join(all, "\n")
	}
	before := state()
	id := plan(t, host, changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned", "tags": []string{}, "title": "Outlook", "eta": "2027-01-01"}),
		change("update_post", fields{"postId": makeCom, "boardId": "Bugs", "customFields": fields{}}),
		change("upsert_contact", fields{"email": "new@example.com", "name": "New"}),
		change("attach_conversation_tag", fields{"conversationId": "10083", "tagId": "Bug"}),
	))
	if answer := call(t, host, "apply_plan", fields{"planId": id}); !strings.Contains(answer, "in all: 4 done\n") || !strings.Contains(answer, "takes back rows 1-4") {
		t.Fatal(answer)
	}
	if state() == before {
		t.Fatal("nothing changed")
	}
	back := call(t, host, "plan_changes", fields{"undo": id})
	if answer := call(t, host, "apply_plan", fields{"planId": planID.FindString(back)}); !strings.Contains(answer, "in all: 4 done") {
		t.Fatal(back, answer)
	}
	if after := state(); after != before {
		t.Errorf("after:\n%s\nbefore:\n%s", after, before)
	}
}

// What somebody changed since the plan is not overwritten; what they did not touch is.
func TestARowWhoseObjectChangedIsSkipped(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, everything())
	id := plan(t, host, changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned"}),
		change("update_post", fields{"postId": makeCom, "statusId": "Planned"}),
		change("delete_post", fields{"postId": calendar}),
	))
	call(t, host, "update_post", fields{"postId": outlook, "statusId": "Shipped"})
	call(t, host, "update_post", fields{"postId": makeCom, "tags": []string{"API", "Import"}})
	answer := call(t, host, "apply_plan", fields{"planId": id, "except": []int{3}})
	for _, want := range []string{"1 applied now; in all: 1 done, 1 changed since the plan, 1 not sent yet\n", "row 1: changed since the plan", "statusId was New, is now Shipped"} {
		if !strings.Contains(answer, want) {
			t.Errorf("misses %q:\n%s", want, answer)
		}
	}
	if again := call(t, host, "apply_plan", fields{"planId": id, "except": []int{3}}); !strings.Contains(again, ": 0 applied now; in all: 1 done, 1 changed") {
		t.Error(again)
	}
	if forced := call(t, host, "apply_plan", fields{"planId": id, "rows": []int{1}, "force": true}); !strings.Contains(forced, "1 applied now; in all: 2 done") {
		t.Error(forced)
	}
	if post := call(t, host, "get_post", fields{"postId": outlook}); !strings.Contains(post, "Planned") {
		t.Error(post)
	}
}

// Rows of the same object keep their order; a failure halts the rest only if the call says so.
func TestRowsAreSentInOrderAndStopOnErrorIfAsked(t *testing.T) {
	t.Parallel()
	var sent []string
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	api.before = func(r *http.Request) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/comments") { // rows of one post never overlap, so nothing else guards sent
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			var comment struct {
				Content string `json:"content"`
			}
			_ = json.Unmarshal(body, &comment)
			sent = append(sent, strings.TrimSuffix(strings.TrimPrefix(comment.Content, "<p>"), "</p>"))
		}
	}
	cfg := behind(api)
	host := enginetest.Start(t, cfg)
	var list []any
	for range 30 {
		list = append(list, change("create_comment", fields{"postId": outlook, "content": strings.Repeat("x", len(list)+1), "sendNotification": false}))
	}
	id := plan(t, host, changes(list...))
	if answer := call(t, host, "apply_plan", fields{"planId": id}); !strings.Contains(answer, "in all: 30 done\n") {
		t.Fatal(answer)
	}
	for i, content := range sent {
		if want := strings.Repeat("x", i+1); content != want {
			t.Fatalf("comment %d is %q", i+1, content)
		}
	}
	if len(sent) != 30 {
		t.Errorf("%d comments", len(sent))
	}
	list = nil
	for range 11 { // rows that have nothing to do with each other
		list = append(list, change("create_post", fields{"boardId": "Bugs", "title": fmt.Sprintf("Post %d", len(list)+1)}))
	}
	list[5] = change("create_comment", fields{"postId": outlook, "content": "x", "parentCommentId": "692de4d18c2fe90da8000010"})
	if answer := call(t, host, "apply_plan", fields{"planId": plan(t, host, changes(list...)), "stopOnError": true}); !strings.Contains(answer, "5 applied now; in all: 5 done, 1 failed, 5 not sent yet\n") {
		t.Error(answer)
	}
	failing := plan(t, host, changes(
		change("create_post", fields{"boardId": "Bugs", "title": "First"}),
		change("create_comment", fields{"postId": outlook, "content": "x", "parentCommentId": "692de4d18c2fe90da8000010"}),
		change("create_comment", fields{"postId": outlook, "content": "after"}),
	))
	answer := call(t, host, "apply_plan", fields{"planId": failing, "stopOnError": true})
	if !strings.Contains(answer, "1 failed, 1 not sent yet\n") || !strings.Contains(answer, "stopped: row 2 was not made (stopOnError)\n") {
		t.Error(answer)
	}
	if answer = call(t, host, "apply_plan", fields{"planId": failing}); !strings.Contains(answer, "1 applied now; in all: 2 done, 1 failed\n") {
		t.Error(answer)
	}
}

// What the server forbids by the time of the call is not sent, and a plan of another caller does not exist.
func TestPlansAreCheckedAgainAndBelongToTheirCaller(t *testing.T) {
	t.Parallel()
	if answer, failed := try(t, enginetest.Start(t, everything()), "apply_plan", fields{"planId": "plan_aaaaaaaaaaaaaaaaaaaaaaaaaa"}); !failed || !strings.Contains(answer, "no plan") ||
		!strings.Contains(answer, "Plan the same changes again") {
		t.Errorf("%v %s", failed, answer)
	}
	for name, c := range map[string]struct {
		narrow func(*tools.Selection)
		want   string
	}{
		"destructive tools off": {func(s *tools.Selection) { s.NoDestructive = true }, "delete_post is switched off by --no-destructive"},
		"read-only":             {func(s *tools.Selection) { s.ReadOnly = true }, "delete_post is switched off by --read-only"},
		"not among the tools":   {func(s *tools.Selection) { s.Toolsets = nil }, "--tools delete_post would add it"},
	} {
		cfg := everything()
		c.narrow(&cfg.Selection)
		answer := call(t, serve(t, cfg), "plan_changes", changes(change("delete_post", fields{"postId": outlook})))
		if !strings.Contains(answer, "No plan: each of the 1 row is refused.") || !strings.Contains(answer, c.want) {
			t.Errorf("%s: %s", name, answer)
		}
	}
}

// asked is a user who answers questions.
type asked struct {
	action mcp.ElicitationResponseAction
	texts  []string
}

// Elicit implements mcpclient.ElicitationHandler.
func (u *asked) Elicit(_ context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	u.texts = append(u.texts, request.Params.Message)
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: u.action}}, nil
}
