package planning_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// A plan of several rows is asked about once, whatever its rows are; a no sends nothing, and the plan is still there.
func TestAPlanIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	user := &asked{action: mcp.ElicitationResponseActionDecline}
	host := serve(t, behind(api), mcpclient.WithElicitationHandler(user))
	id := plan(t, host, changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned", "sendStatusUpdateEmail": true}),
		change("update_post", fields{"postId": makeCom, "visibility": "public"}),
		change("delete_post", fields{"postId": calendar}),
		change("upsert_contact", fields{"email": "jo@example.com", "name": "Jo\n- row 9 “harmless”: nothing"}),
	))
	answer, failed := try(t, host, "apply_plan", fields{"planId": id})
	if !failed || !strings.Contains(answer, "the user declined") || api.writes.Load() != 0 {
		t.Errorf("after a no: %v, %d writes: %s", failed, api.writes.Load(), answer)
	}
	user.action = mcp.ElicitationResponseActionAccept
	if answer = call(t, host, "apply_plan", fields{"planId": id}); !strings.Contains(answer, "in all: 4 done") {
		t.Error(answer)
	}
	if len(user.texts) != 2 {
		t.Fatalf("%d questions", len(user.texts))
	}
	for _, want := range []string{
		"Apply 4 changes?\n", "- Update post: 2\n", "- Delete post: 1\n", "This messages the voters of the post (1 row, 8 in all).\n", "Everybody who sees the board can read the post",
		"2 of them cannot be taken back.\n", `- row 3 "Google Calendar sync"`, "statusId New -> Planned",
	} {
		if !strings.Contains(user.texts[0], want) {
			t.Errorf("the question misses %q:\n%s", want, user.texts[0])
		}
	}
	if n := strings.Count(user.texts[0], "\n- row "); n != 4 {
		t.Errorf("%d rows in the question:\n%s", n, user.texts[0])
	}
}

// With a client that cannot ask, ConfirmAlways refuses a plan that needs a yes, and ConfirmAuto does as for single calls.
func TestPlansWhereNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	harmless := change("upsert_contact", fields{"email": "jo@example.com", "name": "Jo"})
	for _, c := range []struct {
		mode    engine.ConfirmMode
		row     any
		refused bool
	}{
		{engine.ConfirmAuto, change("delete_post", fields{"postId": calendar}), false},
		{engine.ConfirmNever, change("delete_post", fields{"postId": calendar}), false},
		{engine.ConfirmAlways, change("delete_post", fields{"postId": calendar}), true},
		{engine.ConfirmAuto, change("delete_outbound_message", fields{"outboundMessageId": npsSurvey}), true},
		{engine.ConfirmNever, change("delete_outbound_message", fields{"outboundMessageId": npsSurvey}), false},
		{engine.ConfirmAuto, change("duplicate_outbound_message", fields{"outboundMessageId": npsSurvey, "name": "Again"}), false},
		{engine.ConfirmAlways, change("update_post", fields{"postId": outlook, "statusId": "Planned", "sendStatusUpdateEmail": true}), true},
		{engine.ConfirmAlways, change("update_post", fields{"postId": outlook, "statusId": "Planned"}), false},
	} {
		api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
		cfg := behind(api)
		cfg.Confirm = c.mode
		host := serve(t, cfg)
		why := map[engine.ConfirmMode]string{engine.ConfirmAlways: "--confirm always", engine.ConfirmAuto: "a preview"}[c.mode]
		answer, failed := try(t, host, "apply_plan", fields{"planId": plan(t, host, changes(harmless, c.row))})
		if failed != c.refused || (api.writes.Load() == 0) != c.refused || c.refused && !strings.Contains(answer, why) {
			t.Errorf("%s, %v: %v, %d writes: %s", c.mode, c.row, failed, api.writes.Load(), answer)
		}
	}
}

// A host that shows views and cannot ask holds a plan until the click, which applies it with progress and in the time of one call; another call goes
// on where it stopped, and asks again.
func TestAPlanIsAppliedByAClick(t *testing.T) {
	t.Parallel()
	for _, mode := range []engine.ConfirmMode{engine.ConfirmAuto, engine.ConfirmAlways} {
		api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
		cfg := behind(api)
		cfg.Confirm = mode
		host := serve(t, cfg, mcpclient.WithClientCapabilities(mcp.ClientCapabilities{Extensions: map[string]any{"io.modelcontextprotocol/ui": map[string]any{}}}))
		reported := make(chan struct{}, 100) // it may come after the result, since nothing orders the two in a client
		host.OnNotification(func(n mcp.JSONRPCNotification) {
			if n.Method == string(mcp.MethodNotificationProgress) {
				reported <- struct{}{}
			}
		})
		id := plan(t, host, changes(
			change("update_post", fields{"postId": outlook, "statusId": "Planned"}),
			change("delete_post", fields{"postId": calendar}),
			change("upsert_contact", fields{"email": "jo@example.com", "name": "Jo"}),
		))
		hold := func(args any) engine.PanelQuestion {
			t.Helper()
			data, _ := json.Marshal(args)
			res, err := host.CallTool(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "apply_plan", Arguments: json.RawMessage(data)}})
			if err != nil {
				t.Fatal(err)
			}
			var q engine.PanelQuestion
			if res.Meta != nil {
				content, _ := json.Marshal(res.Meta.AdditionalFields[engine.MetaConfirm])
				_ = json.Unmarshal(content, &q)
			}
			if text := enginetest.Text(*res); res.IsError || q.Token == "" || !strings.HasPrefix(text, "apply_plan has sent nothing yet") || strings.Contains(text, "Google Calendar") {
				t.Fatalf("%s %+v", text, q)
			}
			return q
		}
		click := func(q engine.PanelQuestion, approve bool) (string, bool) {
			t.Helper()
			request := mcp.CallToolRequest{Params: mcp.CallToolParams{Name: engine.ClickTool, Arguments: map[string]any{"token": q.Token, "approve": approve}, Meta: &mcp.Meta{ProgressToken: "p"}}}
			res, err := host.CallTool(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			return enginetest.Text(*res), res.IsError
		}
		q := hold(fields{"planId": id, "rows": []int{1, 2}})
		if !strings.HasPrefix(q.Text, "Apply 2 changes?\n") || !strings.Contains(q.Text, `row 2 "Google Calendar sync"`) || q.Title != "Apply plan" || api.writes.Load() != 0 {
			t.Errorf("%d writes: %+v", api.writes.Load(), q)
		}
		if text, failed := click(hold(fields{"planId": id}), false); !failed || !strings.Contains(text, "the user declined") || api.writes.Load() != 0 {
			t.Errorf("after a no: %d writes: %s", api.writes.Load(), text)
		}
		if text, failed := click(q, true); failed || !strings.Contains(text, "2 applied now; in all: 2 done, 1 not sent yet") || api.writes.Load() != 2 {
			t.Errorf("%s: %d writes: %s", mode, api.writes.Load(), text)
		}
		<-reported
		if text, failed := click(q, true); !failed || !strings.Contains(text, "holds for one call") || api.writes.Load() != 2 {
			t.Errorf("the same click again: %d writes: %s", api.writes.Load(), text)
		}
		if text := call(t, host, "apply_plan", fields{"planId": id}); !strings.Contains(text, "in all: 3 done") { // the one row left is harmless
			t.Error(text)
		}
	}
}

// A no that comes when nothing has to be asked about any more, since another call sent the rows meanwhile, still sends nothing.
func TestANoIsANo(t *testing.T) {
	t.Parallel()
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	var user meanwhile
	host := serve(t, behind(api), mcpclient.WithElicitationHandler(&user))
	id := plan(t, host, changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned"}),
		change("upsert_contact", fields{"email": "jo@example.com", "name": "Jo"}),
	))
	user = func() mcp.ElicitationResponseAction {
		call(t, host, "apply_plan", fields{"planId": id, "rows": []int{1}}) // one row alone, which needs no yes
		return mcp.ElicitationResponseActionDecline
	}
	answer, failed := try(t, host, "apply_plan", fields{"planId": id})
	if !failed || !strings.Contains(answer, "the user declined") || api.writes.Load() != 1 {
		t.Errorf("%d writes: %s", api.writes.Load(), answer)
	}
}

// meanwhile is a user who does something before the answer.
type meanwhile func() mcp.ElicitationResponseAction

// Elicit implements mcpclient.ElicitationHandler.
func (m *meanwhile) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: (*m)()}}, nil
}

// Each row has its two lines in the audit log, with the plan and the number of the row.
func TestEachRowIsAudited(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	cfg := everything()
	cfg.Audit = engine.NewAudit(&log)
	host := serve(t, cfg)
	id := plan(t, host, changes(
		change("update_post", fields{"postId": outlook, "statusId": "Planned"}),
		change("create_post", fields{"boardId": "Bugs", "title": "Clock runs backwards"}),
	))
	call(t, host, "apply_plan", fields{"planId": id})
	var seen []string
	for line := range strings.Lines(log.String()) {
		var l struct {
			Plan    string `json:"plan"`
			Tool    string `json:"tool"`
			Outcome string `json:"outcome"`
			Row     int    `json:"row"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Plan != id {
			t.Errorf("%v: %s", err, line)
		}
		seen = append(seen, fmt.Sprint(l.Row, " ", l.Tool, " ", l.Outcome))
	}
	slices.Sort(seen)
	if got := strings.Join(seen, ", "); got != "1 update_post ok, 1 update_post sending, 2 create_post ok, 2 create_post sending" {
		t.Error(got)
	}
}

// A dry run shows what would be sent, and sends nothing.
func TestADryRunOfAPlanSendsNothing(t *testing.T) {
	t.Parallel()
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	cfg := behind(api)
	cfg.DryRun = true
	host := serve(t, cfg)
	answer := call(t, host, "apply_plan", fields{"planId": plan(t, host, changes(change("delete_post", fields{"postId": calendar})))})
	if api.writes.Load() != 0 || !strings.Contains(answer, "Dry run: nothing was sent. Without --dry-run, apply_plan would send row 1 of plan_") {
		t.Errorf("%d writes: %s", api.writes.Load(), answer)
	}
}
