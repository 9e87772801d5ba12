package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/tools"
)

// showsViews is what Claude Desktop and claude.ai declare: views, and no elicitation.
func showsViews() mcp.ClientCapabilities {
	return mcp.ClientCapabilities{Extensions: map[string]any{wire.AppsExtension: map[string]any{"mimeTypes": []any{wire.AppsMIME}}}}
}

// viewer is a real client of a host that shows views.
type viewer struct {
	*mcpclient.Client

	t   *testing.T
	log *syncBuffer
}

// view connects a host that shows views, and logs all that the server logs.
func view(t *testing.T, connect func(*testing.T, Config) transport.Interface, cfg Config, options ...mcpclient.ClientOption) viewer {
	t.Helper()
	v := viewer{t: t, log: &syncBuffer{}}
	cfg.Logger = slog.New(slog.NewTextHandler(v.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	v.Client = mcpclient.NewClient(connect(t, cfg), append([]mcpclient.ClientOption{mcpclient.WithClientCapabilities(showsViews())}, options...)...)
	ctx := context.WithoutCancel(t.Context())
	if err := v.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	if _, err := v.Initialize(ctx, mcp.InitializeRequest{}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v viewer) call(tool, arguments string) *mcp.CallToolResult {
	v.t.Helper()
	res, err := v.CallTool(context.WithoutCancel(v.t.Context()), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}})
	if err != nil {
		v.t.Fatal(err)
	}
	return res
}

// held makes a deletion, which has to wait, and returns what the panel gets and what the model reads.
func (v viewer) held() (engine.PanelQuestion, string) {
	v.t.Helper()
	return panelQuestion(v.t, v.call("delete_post", deletion))
}

func (v viewer) click(token string, approve bool) string {
	v.t.Helper()
	res := v.call(engine.ClickTool, string(clickOf(token, approve)))
	return said(res)
}

func clickOf(token string, approve bool) []byte {
	arguments, _ := json.Marshal(map[string]any{"token": token, "approve": approve})
	return arguments
}

// said is the text of a result, with a word before it if it is an error.
func said(res *mcp.CallToolResult) string {
	text := res.Content[0].(mcp.TextContent).Text
	if res.IsError {
		return "error: " + text
	}
	return text
}

func panelQuestion(t *testing.T, res *mcp.CallToolResult) (engine.PanelQuestion, string) {
	t.Helper()
	text := said(res)
	var q engine.PanelQuestion
	if res.Meta != nil {
		content, _ := json.Marshal(res.Meta.AdditionalFields[engine.MetaConfirm])
		_ = json.Unmarshal(content, &q)
	}
	whole, _ := json.Marshal(res.Content)
	if q.Token == "" || res.StructuredContent != nil || strings.Contains(string(whole), q.Token) || strings.HasPrefix(text, "error: ") ||
		!strings.Contains(text, "waits for the user's click in the panel") {
		t.Fatalf("not a call that waits for a click: %s %+v", text, q)
	}
	return q, text
}

// Whichever transport and protocol: one click makes the call once, with what the call itself would have answered, and a no makes none.
func TestAClickMakesTheCallOnce(t *testing.T) {
	for name, connect := range transports {
		for era, options := range eras {
			for _, mode := range []engine.ConfirmMode{engine.ConfirmAuto, engine.ConfirmAlways} {
				t.Run(fmt.Sprint(name, " ", era, " ", mode), func(t *testing.T) {
					cfg, deleted := confirmed(t, mode)
					var audit bytes.Buffer
					cfg.Audit = engine.NewAudit(&audit)
					v := view(t, connect, cfg, options...)
					no, _ := v.held()
					if got := v.click(no.Token, false); got != "error: delete_post sent nothing: the user declined. Do not retry unless the user asks for it." || deleted.Load() != 0 {
						t.Errorf("declined: %s; deleted %d times", got, deleted.Load())
					}
					q, text := v.held()
					if deleted.Load() != 0 || audit.Len() > 0 {
						t.Errorf("deleted %d times before the click, the trail says %s", deleted.Load(), audit.String())
					}
					if q.Tool != "delete_post" || q.Title != "Delete post" || !strings.HasPrefix(q.Text, `Delete post: "Dark mode" (postId "`+aPost+"\")?\n") || strings.Contains(text, "Dark mode") {
						t.Errorf("%+v; the model reads %s", q, text)
					}
					if at, err := time.Parse(time.RFC3339, q.ExpiresAt); err != nil || time.Until(at) > 5*time.Minute || time.Until(at) < 0 {
						t.Errorf("it expires at %s: %v", q.ExpiresAt, err)
					}
					if got := v.click(q.Token, true); !strings.Contains(got, `"did":"deleted"`) || !strings.Contains(got, aPost) || deleted.Load() != 1 {
						t.Errorf("clicked: %s; deleted %d times", got, deleted.Load())
					}
					for token, why := range map[string]string{q.Token: "holds for one call", no.Token: "holds for one call", "": "has a token that only the panel gets"} {
						if got := v.click(token, true); !strings.HasPrefix(got, "error: ") || !strings.Contains(got, why) && token != "" || deleted.Load() != 1 {
							t.Errorf("clicked again: %s; deleted %d times", got, deleted.Load())
						}
					}
					for what, kept := range map[string]string{"the log": v.log.String(), "the trail": audit.String()} {
						if kept == "" || strings.Contains(kept, q.Token) || strings.Contains(kept, no.Token) {
							t.Errorf("%s is empty or has a token: %s", what, kept)
						}
					}
				})
			}
		}
	}
}

// Of many clicks at the same time one makes the call.
func TestManyClicksMakeOneCall(t *testing.T) {
	for name, connect := range transports {
		cfg, deleted := confirmed(t, engine.ConfirmAuto)
		v := view(t, connect, cfg)
		q, _ := v.held()
		const clicks = 32
		answers := make([]string, clicks)
		var all sync.WaitGroup
		for i := range clicks {
			all.Go(func() {
				res, err := v.CallTool(context.WithoutCancel(t.Context()), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: engine.ClickTool, Arguments: json.RawMessage(clickOf(q.Token, true))}})
				if err == nil {
					answers[i] = said(res)
				}
			})
		}
		all.Wait()
		done := 0
		for _, answer := range answers {
			if strings.Contains(answer, `"did":"deleted"`) {
				done++
			} else if !strings.Contains(answer, "holds for one call") {
				t.Errorf("%s: %s", name, answer)
			}
		}
		if done != 1 || deleted.Load() != 1 {
			t.Errorf("%s: %d clicks did it; deleted %d times", name, done, deleted.Load())
		}
	}
}

// A token that is altered anywhere, even where base64 has bits to spare, confirms nothing, and the right one still does.
func TestAnAlteredTokenConfirmsNothing(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	v := view(t, transports["stdio"], cfg)
	q, _ := v.held()
	altered := []string{q.Token + "A", "A" + q.Token, q.Token[1:], q.Token[:len(q.Token)-1], q.Token + "\n", " " + q.Token, q.Token + "=", strings.ToLower(q.Token), "x"}
	for i := range q.Token {
		for _, letter := range "ABxyz019-_" {
			if other := q.Token[:i] + string(letter) + q.Token[i+1:]; other != q.Token {
				altered = append(altered, other)
			}
		}
	}
	for _, token := range altered {
		if got := v.click(token, true); !strings.Contains(got, "no call of yours waits for this click") || deleted.Load() != 0 {
			t.Fatalf("%q for %q: %s; deleted %d times", token, q.Token, got, deleted.Load())
		}
	}
	if got := v.click(q.Token, true); deleted.Load() != 1 {
		t.Errorf("the right one: %s", got)
	}
	for _, arguments := range []string{`{}`, `{"token":""}`, `{"approve":true}`, `{"token":"` + q.Token + `"}`, `{"token":1,"approve":true}`, `[]`, `{"token":"x","approve":"yes"}`} {
		if got := said(v.call(engine.ClickTool, arguments)); !strings.Contains(got, "for the buttons of a panel") && !strings.Contains(got, "is not valid") && !strings.Contains(got, "arguments") {
			t.Errorf("%s: %s", arguments, got)
		}
	}
}

// A token confirms its own call in its own way: not through another tool, other arguments or a question's reply; and a question's state is no click.
func TestATokenConfirmsItsOwnCallAlone(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	call := func(tool, arguments, more, capabilities string) *mcp.CallToolResult {
		t.Helper()
		return answered(t, a, caller.Caller{}, tool, arguments+more, capabilities)
	}
	q, _ := panelQuestion(t, call("delete_post", deletion, "", viewsDeclared))
	reply := `,"requestState":"` + q.Token + `","inputResponses":{"confirm":{"action":"accept"}}`
	for _, tc := range []struct{ tool, arguments, capabilities string }{
		{"delete_post", deletion, viewsDeclared},
		{"delete_post", deletion, `{"elicitation":{}}`},
		{"delete_post", `{"postId":"64b0c2f19d3e5a7788990099"}`, viewsDeclared},
		{"delete_changelog", `{"changelogId":"` + aPost + `"}`, viewsDeclared},
	} {
		if got := said(call(tc.tool, tc.arguments, reply, tc.capabilities)); !strings.Contains(got, "is not one for this call") || deleted.Load() != 0 {
			t.Errorf("%v: %s; deleted %d times", tc, got, deleted.Load())
		}
	}
	asked := call("delete_post", deletion, "", `{"elicitation":{}}`)
	if got := said(call(engine.ClickTool, string(clickOf(asked.RequestState, true)), "", viewsDeclared)); !strings.Contains(got, "no call of yours waits") || deleted.Load() != 0 {
		t.Errorf("the state of a question: %s; deleted %d times", got, deleted.Load())
	}
}

const viewsDeclared = `{"extensions":{"` + wire.AppsExtension + `":{"mimeTypes":["` + wire.AppsMIME + `"]}}}`

// answered makes a call of protocol 2026-07-28 for a caller.
func answered(t *testing.T, a *App, who caller.Caller, tool, arguments, capabilities string) *mcp.CallToolResult {
	t.Helper()
	res, _ := a.MCP.HandleMessage(caller.With(t.Context(), who), []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+tool+`","arguments":`+arguments+
		`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":`+capabilities+`}}}`)).(mcp.JSONRPCResponse)
	content, err := json.Marshal(res.Result)
	if err != nil {
		t.Fatal(err)
	}
	var result mcp.CallToolResult
	if err := json.Unmarshal(content, &result); err != nil {
		t.Fatalf("%s: %v", content, err)
	}
	return &result
}

// What one caller was asked, another cannot confirm, and a caller who has given up the tool since cannot either; another process knows of nothing.
func TestAClickIsItsCallers(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	var servers [2]*App
	for i := range servers {
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
		servers[i] = a
	}
	ann, bob := caller.Caller{Principal: "ann"}, caller.Caller{Principal: "bob"}
	ask := func() string {
		q, _ := panelQuestion(t, answered(t, servers[0], ann, "delete_post", deletion, viewsDeclared))
		return q.Token
	}
	token := ask()
	click := func(a *App, who caller.Caller, token string) string {
		return said(answered(t, a, who, engine.ClickTool, string(clickOf(token, true)), viewsDeclared))
	}
	for name, got := range map[string]string{"another": click(servers[0], bob, token), "nobody": click(servers[0], caller.Caller{}, token), "another process": click(servers[1], ann, token)} {
		if !strings.Contains(got, "no call of yours waits for this click") || !strings.Contains(got, "the server has restarted") || deleted.Load() != 0 {
			t.Errorf("%s: %s; deleted %d times", name, got, deleted.Load())
		}
	}
	narrow := ann
	narrow.Limits = []caller.Limit{{Toolsets: []string{"changelogs"}}}
	if got := click(servers[0], narrow, ask()); !strings.Contains(got, "switched off by the request header") || deleted.Load() != 0 {
		t.Errorf("given up since: %s; deleted %d times", got, deleted.Load())
	}
	if got := click(servers[0], ann, token); !strings.Contains(got, `"did":"deleted"`) || deleted.Load() != 1 {
		t.Errorf("by the one who was asked: %s", got)
	}
}

// A panel is good for five minutes, like a question.
func TestAClickHasFiveMinutes(t *testing.T) {
	for after, want := range map[time.Duration]string{4 * time.Minute: `"did":"deleted"`, 6 * time.Minute: "the click came after more than 5 minutes"} {
		synctest.Test(t, func(t *testing.T) { // its minutes take no time
			cfg := sandboxed()
			cfg.Confirm, cfg.Deadline = engine.ConfirmAuto, 50*time.Second
			h := serve(t, cfg)
			h.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":%s,"clientInfo":{"name":"t","version":"1"}}}`, viewsDeclared)
			h.next()
			h.call(1, "search_posts", `{"search":"dark mode","limit":1}`)
			id := text(h.next())
			id = id[strings.Index(id, `"id":"`)+len(`"id":"`):][:24]
			h.call(2, "delete_post", `{"postId":"`+id+`"}`)
			waiting := h.next()["result"].(map[string]any)
			token, _ := waiting["_meta"].(map[string]any)[engine.MetaConfirm].(map[string]any)["token"].(string)
			time.Sleep(after)
			h.call(3, engine.ClickTool, string(clickOf(token, true)))
			if got := text(h.next()); !strings.Contains(got, want) {
				t.Errorf("after %v: %s", after, got)
			}
			h.call(4, "get_post", `{"postId":"`+id+`"}`)
			if gone := strings.HasPrefix(text(h.next()), "get_post failed"); gone != (after < 5*time.Minute) {
				t.Errorf("after %v it is gone: %v", after, gone)
			}
		})
	}
}

// The form of a host comes before any panel, and a host that shows what is meant for panels to its model gets none.
func TestWhoIsAskedInAPanel(t *testing.T) {
	const both = `{"elicitation":{},"extensions":{"` + wire.AppsExtension + `":{"mimeTypes":["` + wire.AppsMIME + `"]}}}`
	for _, tc := range []struct {
		name, client, capabilities string
		want                       string // "form", "panel" or "nobody"
	}{
		{"views", "claude-ai", viewsDeclared, "panel"},
		{"views, by the extension alone", "t", `{"extensions":{"` + wire.AppsExtension + `":{}}}`, "panel"},
		{"views of another kind", "t", `{"extensions":{"` + wire.AppsExtension + `":{"mimeTypes":["text/uri-list"]}}}`, "nobody"},
		{"another extension", "t", `{"extensions":{"io.modelcontextprotocol/tasks":{}}}`, "nobody"},
		{"both", "t", both, "form"},
		{"neither", "t", `{}`, "nobody"},
		{"one that leaks", "openai-mcp (ChatGPT)", viewsDeclared, "nobody"},
		{"one that leaks and asks", "openai-mcp", both, "form"},
		{"another that leaks", "Kimi-Code", viewsDeclared, "nobody"},
	} {
		for era := range eras {
			for _, mode := range []engine.ConfirmMode{engine.ConfirmAuto, engine.ConfirmAlways} {
				cfg, deleted := confirmed(t, mode)
				h := serve(t, cfg)
				if era == "2025-11-25" {
					h.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":%s,"clientInfo":{"name":%q,"version":"1"}}}`, tc.capabilities, tc.client)
					h.next()
					h.call(1, "delete_post", deletion)
				} else {
					h.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_post","arguments":%s,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":%q,"version":"1"},"io.modelcontextprotocol/clientCapabilities":%s}}}`, deletion, tc.client, tc.capabilities)
				}
				answer := h.next()
				result, _ := answer["result"].(map[string]any)
				meta, _ := result["_meta"].(map[string]any)
				got := "nobody"
				switch {
				case answer["method"] == "elicitation/create" || result["resultType"] == "input_required":
					got = "form"
				case meta[engine.MetaConfirm] != nil:
					got = "panel"
				}
				if got != tc.want || got == "nobody" && (deleted.Load() == 1) != (mode == engine.ConfirmAuto) || got != "nobody" && deleted.Load() != 0 {
					t.Errorf("%s, %s, %s: %s is asked, want %s; deleted %d times: %v", tc.name, era, mode, got, tc.want, deleted.Load(), answer)
				}
				if leaks := strings.Contains(tc.name, "leaks") && got == "nobody"; mode == engine.ConfirmAlways && got == "nobody" && strings.Contains(text(answer), "nor in a panel") != leaks {
					t.Errorf("%s: %s", tc.name, text(answer))
				}
			}
		}
	}
}

// lines are the answers of a server to a session without views and forms, to the byte, but for what tells who answers.
func lines(t *testing.T, cfg Config, capabilities string, requests ...string) []string {
	t.Helper()
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	var all []string
	for _, meta := range []string{`{}`, `{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":` + capabilities + `}`} {
		for _, request := range requests {
			answer, err := json.Marshal(a.MCP.HandleMessage(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,`+strings.Replace(request, `"params":{`, `"params":{"_meta":`+meta+`,`, 1)+`}`)))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(answer))
		}
	}
	return all
}

// A host without views and forms gets the answers that it would get from a server without panels. With --no-apps, and where nothing is asked
// about, nobody hears of panels at all.
func TestWithoutPanelsNothingChanges(t *testing.T) {
	cfg, _ := confirmed(t, engine.ConfirmAuto)
	without := cfg
	without.NoApps = true
	const (
		list  = `"method":"tools/list","params":{"x":1}`
		del   = `"method":"tools/call","params":{"name":"delete_post","arguments":` + deletion + `}`
		read  = `"method":"tools/call","params":{"name":"get_post","arguments":` + deletion + `}`
		click = `"method":"tools/call","params":{"name":"confirm_call","arguments":{"token":"x","approve":true}}`
		plan  = `"method":"tools/call","params":{"name":"plan_changes","arguments":{"tool":"delete_post","rows":[` + deletion + `]}}`
	)
	for _, c := range []struct{ capabilities, other string }{{`{}`, `{}`}, {viewsDeclared, `{}`}} {
		with, base := lines(t, cfg, `{}`, del, read), lines(t, without, c.capabilities, del, read)
		for i := range with {
			if with[i] != base[i] {
				t.Errorf("%s\nwith --no-apps:\n%s", with[i], base[i])
			}
		}
	}
	for name, quiet := range map[string]func(*Config){
		"--no-apps":       func(cfg *Config) { cfg.NoApps = true },
		"--confirm never": func(cfg *Config) { cfg.Confirm = engine.ConfirmNever },
		"--read-only":     func(cfg *Config) { cfg.Selection.ReadOnly = true },
		"--dry-run":       func(cfg *Config) { cfg.DryRun = true },
	} {
		other := cfg
		quiet(&other)
		for _, answer := range lines(t, other, viewsDeclared, list) {
			if strings.Contains(answer, engine.ClickTool) || strings.Contains(answer, engine.ConfirmView) && !other.DryRun { // a view that nobody sees
				t.Errorf("%s: panels ask in %.300s", name, answer)
			}
		}
		for _, answer := range lines(t, other, viewsDeclared, click) {
			if !strings.Contains(answer, "not found") {
				t.Errorf("%s: %s", name, answer)
			}
		}
	}
	for _, answer := range lines(t, without, viewsDeclared, list, del, plan) {
		if strings.Contains(answer, `"ui"`) || strings.Contains(answer, engine.MetaConfirm) {
			t.Errorf("--no-apps: %.300s", answer)
		}
	}
}

// The list says which view shows the question about which tool, and which tool is for views alone. Hosts that ignore that show their models one
// tool more than the budget of tools counts, and that has to fit, too.
func TestTheListNamesTheViews(t *testing.T) {
	for _, mode := range []engine.ConfirmMode{engine.ConfirmAuto, engine.ConfirmAlways} {
		cfg, _ := confirmed(t, mode)
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
		for _, answer := range ask(t.Context(), t, a, caller.Caller{}, "tools/list", "") {
			var m struct {
				Result struct {
					Tools []struct {
						Name string `json:"name"`
						Meta struct {
							UI struct {
								ResourceURI string   `json:"resourceUri"`
								Visibility  []string `json:"visibility"`
							} `json:"ui"`
						} `json:"_meta"`
						Annotations struct {
							Title string `json:"title"`
						} `json:"annotations"`
					} `json:"tools"`
				} `json:"result"`
			}
			if err := json.Unmarshal([]byte(answer), &m); err != nil {
				t.Fatal(err)
			}
			clicks := 0
			for _, tool := range m.Result.Tools {
				if tool.Annotations.Title == "" {
					t.Errorf("%s has no title among its annotations", tool.Name)
				}
				if tool.Name == engine.ClickTool {
					clicks++
					if len(tool.Meta.UI.Visibility) != 1 || tool.Meta.UI.Visibility[0] != "app" {
						t.Errorf("%+v", tool)
					}
					continue
				}
				if asks := tools.Inventory().Lookup(tool.Name).MayAsk(mode); asks && tool.Meta.UI.ResourceURI == "" || tool.Meta.UI.Visibility != nil {
					t.Errorf("%s, %s: asks %v, and its view is %q", mode, tool.Name, asks, tool.Meta.UI.ResourceURI)
				}
			}
			if clicks != 1 {
				t.Errorf("%d tools for clicks", clicks)
			}
		}
	}
	const mostTools = 40
	cfg := sandboxed()
	cfg.Selection = tools.Selection{}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	if n := len(listed(t, ask(t.Context(), t, a, caller.Caller{}, "tools/list", "")[0])); n > mostTools {
		t.Errorf("%d tools by default, and hosts stop at %d", n, mostTools)
	}
}

// What people read of the server in a host, and how long it may keep lists that do not change.
func TestTheServerIntroducesItself(t *testing.T) {
	cfg, _ := confirmed(t, engine.ConfirmAuto)
	answers := lines(t, cfg, `{}`, `"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`,
		`"method":"server/discover","params":{"x":1}`, `"method":"tools/list","params":{"x":1}`, `"method":"resources/list","params":{"x":1}`)
	for _, answer := range []string{answers[0], answers[5]} {
		for _, want := range []string{`"name":"featurebase-mcp"`, `"version":"test"`, `"title":"Featurebase"`, `"description":"` + description, `"websiteUrl":"` + website, icon + ".png", `"extensions":{"` + wire.AppsExtension} {
			if !strings.Contains(answer, want) {
				t.Errorf("no %s in %s", want, answer)
			}
		}
	}
	for i, want := range map[int]string{5: `"ttlMs":3600000`, 6: `"ttlMs":3600000`, 7: `"ttlMs":0`} {
		if !strings.Contains(answers[i], want) || strings.Contains(answers[i], `"cacheScope":"public"`) || i > 5 && strings.Contains(answers[i], website) {
			t.Errorf("no %s in %.300s", want, answers[i])
		}
	}
	cfg.ListsVary = true
	if list := lines(t, cfg, `{}`, `"method":"tools/list","params":{"x":1}`); strings.Contains(strings.Join(list, "\n"), `"ttlMs":3600000`) {
		t.Error("a client keeps a list that its next token may lengthen")
	}
}

// named takes the bearer for the name of the caller.
type named struct{}

func (named) Authenticate(r *http.Request) (caller.Caller, *caller.Refusal) {
	return caller.Caller{Principal: r.Header.Get("Authorization"), Name: "somebody"}, nil
}
func (named) Challenge(*http.Request, string) string { return "" }
func (named) Prefix() string                         { return "" }
func (named) Metadata(string) http.HandlerFunc       { return nil }

// Hosts call for a view through a session of its own, so the click comes from another session of the same caller than the question went to. For
// another caller the token is nothing.
func TestAClickComesFromAnotherSessionOfTheCaller(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAlways)
	url, browser := siteWith(t, cfg, httptransport.Options{Auth: named{}})
	for _, kind := range []string{"/mcp", "/sse"} {
		as := func(who string) func(*testing.T, Config) transport.Interface {
			return func(t *testing.T, _ Config) transport.Interface {
				t.Helper()
				headers := map[string]string{"Authorization": who}
				connection, err := transport.Interface(nil), error(nil)
				if kind == "/sse" {
					connection, err = transport.NewSSE(url+kind, transport.WithHTTPClient(browser), transport.WithHeaders(headers))
				} else {
					connection, err = transport.NewStreamableHTTP(url+kind, transport.WithHTTPBasicClient(browser), transport.WithHTTPHeaders(headers))
				}
				if err != nil {
					t.Fatal(err)
				}
				return connection
			}
		}
		for era, options := range eras {
			deleted.Store(0)
			q, _ := view(t, as("ann"), cfg, options...).held()
			if got := view(t, as("bob"), cfg, options...).click(q.Token, true); !strings.Contains(got, "no call of yours waits for this click") || deleted.Load() != 0 {
				t.Errorf("%s %s: by another: %s; deleted %d times", kind, era, got, deleted.Load())
			}
			if got := view(t, as("ann"), cfg, options...).click(q.Token, true); !strings.Contains(got, `"did":"deleted"`) || deleted.Load() != 1 {
				t.Errorf("%s %s: from another session: %s; deleted %d times", kind, era, got, deleted.Load())
			}
		}
	}
}
