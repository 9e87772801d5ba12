package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/tools"
)

const showsViews = `{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}`

// Every operation that can be asked about waits for the click, tells the panel what a form would ask, tells the model nothing of the object,
// and answers the click as it would have answered the call.
func TestEveryQuestionCanBeClicked(t *testing.T) {
	t.Parallel()
	cfg := app.Config{Confirm: engine.ConfirmAlways, ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true}
	unasked := cfg
	unasked.Confirm = engine.ConfirmNever
	clicked := 0
	for _, e := range asking(t) {
		if e.Op.Run != nil || !e.Op.Asked(engine.ConfirmAlways, e.Arguments) { // what a plan asks is tried with plans
			continue
		}
		o := organized(t, cfg)
		form := o.call(e.Op.Name, e.Arguments, canAsk)
		waits := o.call(e.Op.Name, e.Arguments, showsViews)
		var q engine.PanelQuestion
		content, _ := json.Marshal(waits.Meta.AdditionalFields[engine.MetaConfirm])
		if err := json.Unmarshal(content, &q); err != nil || q.Token == "" {
			t.Fatalf("%s: %v %s", e.Op.Name, err, enginetest.Text(waits.CallToolResult))
		}
		text := enginetest.Text(waits.CallToolResult)
		if q.Text != form.question || q.Tool != e.Op.Name || waits.IsError || len(o.sent) > 0 || len(o.outbox()) > 0 || !e.Op.MayAsk(engine.ConfirmAlways) {
			t.Errorf("%s: %+v; sent %v", e.Op.Name, q, o.sent)
		}
		if strings.Contains(text, q.Token) || !strings.Contains(text, e.Op.Name+" has sent nothing yet") || strings.Contains(text, "as it is now") || len(text) > 1200 {
			t.Errorf("%s: the model reads %s", e.Op.Name, text)
		}
		done := o.call(engine.ClickTool, `{"token":"`+q.Token+`","approve":true}`, showsViews)
		direct := organized(t, unasked).call(e.Op.Name, e.Arguments, cannotAsk)
		if done.IsError || len(o.sent) == 0 || enginetest.Text(done.CallToolResult) != enginetest.Text(direct.CallToolResult) {
			t.Errorf("%s: a click answers\n%s\nand the call itself\n%s", e.Op.Name, enginetest.Text(done.CallToolResult), enginetest.Text(direct.CallToolResult))
		}
		clicked++
	}
	if clicked < 25 {
		t.Errorf("only %d calls were clicked", clicked)
	}
}

// Calls that wait are bounded for all callers and for each, and nobody's push out those of callers who keep fewer.
func TestCallsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := engine.NewParked(func() time.Time { return now })
	if _, problem := p.Put("long", "ann", engine.OwnersParked); problem == "" {
		t.Error("a call that is longer than a caller may keep waits")
	}
	put := func(owner string, n int, size int) {
		t.Helper()
		for i := range n {
			now = now.Add(time.Millisecond)
			if _, problem := p.Put(fmt.Sprint(owner, i), owner, size); problem != "" {
				t.Fatal(problem)
			}
		}
	}
	put("ann", 1, 100)
	for i := range 8 {
		put(fmt.Sprint("flood", i, "-"), 8, 1<<20)
	}
	if p.Bytes() > engine.MostParked {
		t.Errorf("%d bytes are kept", p.Bytes())
	}
	if problem := p.Take("ann0", "ann"); problem != "" {
		t.Errorf("the call of a caller who keeps little is gone: %s", problem)
	}
	if problem := p.Take("flood7-0", "flood7-"); problem == "" {
		t.Error("the oldest call of a caller who keeps much is still there")
	}
	if problem := p.Take("flood7-7", "flood7-"); problem != "" {
		t.Errorf("the newest is gone: %s", problem)
	}
	now = now.Add(engine.ConfirmFor)
	put("bob", 1, 1)
	if p.Bytes() > 2000 {
		t.Errorf("%d bytes of calls that have expired are kept", p.Bytes())
	}
}

// nowhere takes every call and has none.
type nowhere struct{ calls int }

func (n *nowhere) Put(context.Context, string, string, []byte, time.Duration) error {
	n.calls++
	return nil
}

func (*nowhere) Take(context.Context, string, string) ([]byte, bool, error) { return nil, false, nil }

// The store of replicas is that of all callers, so that none of them fills it with calls that wait.
func TestCallsThatWaitElsewhereAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p, away := engine.NewParked(func() time.Time { return now }), &nowhere{}
	p.Away(away)
	for i := range 9 {
		_, _ = p.Put(fmt.Sprint("ann", i), "ann", 1<<20)
	}
	if away.calls != 3 {
		t.Errorf("%d calls of 1 MiB wait for one caller", away.calls)
	}
	if _, problem := p.Put("bob", "bob", 1<<20); problem != "" {
		t.Errorf("another caller: %s", problem)
	}
	now = now.Add(engine.ConfirmFor)
	if _, problem := p.Put("again", "ann", 1<<20); problem != "" {
		t.Errorf("after the time of the others: %s", problem)
	}
}

// What a click confirms is signed with the operation, the caller and the arguments as they are then. Where they no longer are what the user saw, as
// after a name has come to mean another object, nothing is sent.
func TestAClickConfirmsWhatWasAsked(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `{"id":"64b0c2f19d3e5a7788990011","title":"Dark mode"}`)
	env := confirming(api.Client(t), engine.ConfirmAuto)
	nobody := func(context.Context) bool { return false }
	env.Confirm = engine.NewConfirmations(engine.ConfirmAuto, nobody, func(context.Context) string { return "" })
	env.Confirm.InPanels(func(context.Context) engine.Panel { return engine.PanelAsks })
	res, err := env.Handler(tools.Inventory().Lookup("delete_post"))(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "delete_post", Arguments: json.RawMessage(deletePostArguments)}})
	if err != nil || res.Meta == nil {
		t.Fatal(err, res)
	}
	q, _ := res.Meta.AdditionalFields[engine.MetaConfirm].(engine.PanelQuestion)
	env.Confirm.Restart() // the signature is no longer that of the call
	click := engine.Click(func(context.Context) (engine.Env, error) { return env, nil })
	res, err = click.Handler(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: engine.ClickTool, Arguments: json.RawMessage(`{"token":"` + q.Token + `","approve":true}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if text := enginetest.Text(*res); !res.IsError || len(api.Writes()) > 0 || !strings.Contains(text, "has come to mean something else") {
		t.Error(text)
	}
}
