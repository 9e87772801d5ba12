package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

func TestHeadersAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		header http.Header
		want   string // the limits, or the error
	}{
		{http.Header{}, "[]"},
		{http.Header{readOnlyHeader: {"false"}}, "[]"},
		{http.Header{readOnlyHeader: {" True "}}, "[{true []}]"},
		{http.Header{readOnlyHeader: {"false", "true"}}, "[{true []}]"},
		{http.Header{toolsetsHeader: {"posts, boards", "all"}}, "[{false [posts boards all]}]"},
		{http.Header{readOnlyHeader: {"true"}, toolsetsHeader: {"none"}}, "[{true []} {false [none]}]"},
		{http.Header{readOnlyHeader: {""}}, `X-Featurebase-Read-Only: expected true or false, got ""`},
		{http.Header{readOnlyHeader: {"yes"}}, `X-Featurebase-Read-Only: expected true or false, got "yes"`},
		{http.Header{readOnlyHeader: {"true", "1"}}, `X-Featurebase-Read-Only: expected true or false, got "1"`},
		{http.Header{toolsetsHeader: {" , "}}, "X-Featurebase-Toolsets: names no toolset"},
		{http.Header{toolsetsHeader: {"post"}}, `X-Featurebase-Toolsets: unknown toolset "post"; did you mean "posts"?`},
		{http.Header{toolsetsHeader: {"posts,none"}}, "X-Featurebase-Toolsets: none stands alone"},
		{http.Header{toolsetsHeader: {"${TOOLSETS}"}}, "X-Featurebase-Toolsets: unknown toolset"},
	} {
		limits, err := Limits(tc.header)
		got := fmt.Sprint(limits)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tc.want) {
			t.Errorf("%v: %s, want %s", tc.header, got, tc.want)
		}
	}
}

// ask sends a message to a server as a caller, in both eras, and returns the answers.
func ask(ctx context.Context, t *testing.T, a *App, who caller.Caller, method, params string) []string {
	t.Helper()
	const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	var answers []string
	for _, params := range []string{params, strings.TrimPrefix(params+","+modern, ",")} {
		answer, err := json.Marshal(a.MCP.HandleMessage(caller.With(ctx, who), []byte(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":{`+params+`}}`)))
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(answer))
	}
	return answers
}

func listed(t *testing.T, answer string) []string {
	t.Helper()
	var m struct {
		Result struct {
			CacheScope string `json:"cacheScope"`
			Tools      []struct {
				Name        string          `json:"name"`
				InputSchema json.RawMessage `json:"inputSchema"`
			} `json:"tools"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(answer), &m); err != nil {
		t.Fatal(err)
	}
	if m.Result.CacheScope != "" && m.Result.CacheScope != "private" {
		t.Errorf("a list that varies by caller may be cached for all: %s", m.Result.CacheScope)
	}
	names := []string{}
	for _, tool := range m.Result.Tools {
		names = append(names, tool.Name)
		if !strings.Contains(string(tool.InputSchema), "additionalProperties") {
			t.Errorf("%s has no schema", tool.Name)
		}
	}
	return names
}

// What a caller may use is what is listed and what can be called, over the whole inventory, and the rest says why.
func TestACallerGetsWhatScopesAndHeadersLeave(t *testing.T) {
	t.Parallel()
	cfg := sandboxed()
	cfg.Selection = tools.Selection{Toolsets: []string{tools.AllTools}, Exclude: []string{"get_board"}}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	scopes := func(names ...string) caller.Scopes {
		s := caller.Scopes{}
		for _, name := range names {
			s[name] = true
		}
		return s
	}
	type expectation func(set *engine.Toolset, op *engine.Operation) string // why it is off, empty if it is on
	missing := func(op *engine.Operation) string {
		return "needs the scope featurebase:" + op.Effect.String()
	}
	const readOnly, toolsets = "switched off by the request header X-Featurebase-Read-Only", "switched off by the request header X-Featurebase-Toolsets"
	for name, tc := range map[string]struct {
		who caller.Caller
		off expectation
	}{
		"no limits":                 {caller.Caller{}, func(*engine.Toolset, *engine.Operation) string { return "" }},
		"all scopes":                {caller.Caller{Scopes: scopes(caller.ScopeRead, caller.ScopeWrite, caller.ScopeDestructive)}, func(*engine.Toolset, *engine.Operation) string { return "" }},
		"all, which widens nothing": {caller.Caller{Limits: []caller.Limit{{Toolsets: []string{"all"}}}}, func(*engine.Toolset, *engine.Operation) string { return "" }},
		"read": {caller.Caller{Scopes: scopes(caller.ScopeRead)}, func(_ *engine.Toolset, op *engine.Operation) string {
			if op.Effect == engine.Read {
				return ""
			}
			return missing(op)
		}},
		"write, not destructive": {caller.Caller{Scopes: scopes(caller.ScopeRead, caller.ScopeWrite)}, func(_ *engine.Toolset, op *engine.Operation) string {
			if op.Effect != engine.Destroy {
				return ""
			}
			return missing(op)
		}},
		"destructive, not write": {caller.Caller{Scopes: scopes(caller.ScopeRead, caller.ScopeDestructive)}, func(_ *engine.Toolset, op *engine.Operation) string {
			if op.Effect != engine.Write {
				return ""
			}
			return missing(op)
		}},
		"no read": {caller.Caller{Scopes: scopes(caller.ScopeWrite, caller.ScopeDestructive)}, func(_ *engine.Toolset, op *engine.Operation) string { return missing(op) }},
		"reads by header": {caller.Caller{Scopes: scopes(caller.ScopeRead), Limits: []caller.Limit{{ReadOnly: true}}}, func(_ *engine.Toolset, op *engine.Operation) string {
			if op.Effect == engine.Read {
				return ""
			}
			return readOnly
		}},
		"toolsets by two headers": {caller.Caller{Limits: []caller.Limit{{Toolsets: []string{"posts", "boards"}}, {Toolsets: []string{"posts", "webhooks"}}}}, func(set *engine.Toolset, _ *engine.Operation) string {
			if set.Name == "posts" {
				return ""
			}
			return toolsets
		}},
		"none": {caller.Caller{Limits: []caller.Limit{{Toolsets: []string{"none"}}}}, func(*engine.Toolset, *engine.Operation) string { return toolsets }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{}
			for _, set := range cfg.Selection.Exposed() {
				for _, op := range set.Operations {
					why := tc.off(set, op)
					if why == "" {
						want = append(want, op.Name)
						continue
					}
					for _, answer := range ask(t.Context(), t, a, tc.who, "tools/call", `"name":"`+op.Name+`","arguments":{}`) {
						if !strings.Contains(answer, "not found") { // the transport puts the reason in its place
							t.Errorf("%s was called: %s", op.Name, answer)
						}
					}
					if refusal := refused(tc.who, op); refusal == nil || !strings.Contains(refusal.Message, why) || !strings.Contains(refusal.Message, "Do not retry") {
						t.Errorf("%s: %v, want %s", op.Name, refusal, why)
					} else if (refusal.Scopes != "") != strings.HasPrefix(why, "needs") || refusal.Scopes != "" && !strings.HasPrefix(refusal.Scopes, caller.ScopeRead) {
						t.Errorf("%s: asks for %q", op.Name, refusal.Scopes)
					}
				}
			}
			if slices.ContainsFunc(want, func(name string) bool { return cfg.asksInPanels(tools.Inventory().Lookup(name)) }) {
				want = append(want, engine.ClickTool)
			}
			slices.Sort(want)
			for _, answer := range ask(t.Context(), t, a, tc.who, "tools/list", "") {
				if got := listed(t, answer); !slices.Equal(got, want) {
					t.Errorf("listed %v\nwant %v", got, want)
				}
			}
		})
	}
}

// A client that asks for more scopes must not lose those it has.
func TestAChallengeKeepsWhatWasGranted(t *testing.T) {
	t.Parallel()
	who := caller.Caller{Scopes: caller.Scopes{caller.ScopeRead: true, caller.ScopeDestructive: true, "openid": true}}
	if got := refused(who, tools.Inventory().Lookup("create_post")); got.Scopes != "featurebase:read featurebase:write featurebase:destructive" || got.Status != http.StatusForbidden {
		t.Errorf("%+v", got)
	}
}

func TestScopesAreThoseOfTheTools(t *testing.T) {
	t.Parallel()
	for want, selection := range map[string]tools.Selection{
		"[featurebase:read featurebase:write featurebase:destructive]": {Toolsets: []string{tools.AllTools}},
		"[featurebase:read featurebase:write]":                         {Toolsets: []string{tools.AllTools}, NoDestructive: true},
		"[featurebase:read]":                                           {ReadOnly: true},
	} {
		if got := fmt.Sprint(Scopes(selection)); got != want {
			t.Errorf("%+v: %s, want %s", selection, got, want)
		}
	}
}

// Neither the instructions nor the words of a failure send a model to a tool that its caller cannot use.
func TestACallerIsSentOnlyToItsOwnTools(t *testing.T) {
	t.Parallel()
	a, err := New(sandboxed())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	who := caller.Caller{Limits: []caller.Limit{{Toolsets: []string{"comments"}}}}
	const missing = `"name":"create_comment","arguments":{"postId":"64b0c2f19d3e5a77889900ff","content":"x"}`
	for _, answer := range ask(t.Context(), t, a, who, "tools/call", missing) {
		if !strings.Contains(answer, "the tool that finds it is switched off by the request header X-Featurebase-Toolsets") {
			t.Error(answer)
		}
	}
	who.Limits = append(who.Limits, caller.Limit{Toolsets: []string{"posts"}})
	whole, narrow := ask(t.Context(), t, a, caller.Caller{}, "server/discover", ""), ask(t.Context(), t, a, who, "server/discover", "")
	if !strings.Contains(whole[1], "search_posts") || strings.Contains(narrow[1], "search_posts") || !strings.Contains(narrow[1], "instructions") {
		t.Errorf("instructions:\n%s\n%s", whole[1], narrow[1])
	}
	for _, answer := range ask(t.Context(), t, a, who, "prompts/list", "") {
		if !strings.Contains(answer, `"prompts":[]`) {
			t.Errorf("prompts for tools that are off: %s", answer)
		}
	}
	reader := caller.Caller{Limits: []caller.Limit{{ReadOnly: true}}}
	for _, answer := range ask(t.Context(), t, a, reader, "prompts/get", `"name":"triage_feedback"`) {
		if strings.Contains(answer, "update_post") || !strings.Contains(answer, "search_posts") && !strings.Contains(answer, "triage_queue") {
			t.Errorf("a prompt names tools that are off, or none: %s", answer)
		}
	}
	shake := `"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}`
	if got := ask(t.Context(), t, a, who, "initialize", shake); strings.Contains(got[0], "search_posts") || !strings.Contains(got[0], "instructions") {
		t.Error(got[0])
	}
}

// What one caller was asked, another cannot confirm.
func TestAConfirmationIsItsCallers(t *testing.T) {
	t.Parallel()
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(context.WithoutCancel(t.Context())) })
	call := func(principal, more string) string {
		t.Helper()
		answer, err := json.Marshal(a.MCP.HandleMessage(caller.With(t.Context(), caller.Caller{Principal: principal}), []byte(
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_post","arguments":`+deletion+more+
				`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`)))
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	var asked struct {
		Result struct {
			State string `json:"requestState"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(call("ann", "")), &asked); err != nil || asked.Result.State == "" {
		t.Fatalf("%+v %v", asked, err)
	}
	accept := `,"requestState":"` + asked.Result.State + `","inputResponses":{"confirm":{"action":"accept"}}`
	if got := call("bob", accept); !strings.Contains(got, "is not one for this call") || deleted.Load() != 0 {
		t.Errorf("by another: %s", got)
	}
	if got := call("ann", accept); deleted.Load() != 1 {
		t.Errorf("by the one who was asked: %s", got)
	}
}
