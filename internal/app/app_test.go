package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/tools"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen; it is no measure of speed.
const patience = 2 * time.Minute

// host is the other end of a server on stdio.
type host struct {
	t     *testing.T
	in    io.WriteCloser
	lines chan map[string]any
	ended chan error
	log   *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serve starts the product's server on pipes.
func serve(t *testing.T, cfg Config) *host {
	t.Helper()
	h := &host{t: t, lines: make(chan map[string]any, 4096), ended: make(chan error, 1), log: &syncBuffer{}}
	cfg.Logger = slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	toServer, fromHost := io.Pipe()
	toHost, fromServer := io.Pipe()
	h.in = fromHost
	go func() {
		err := stdio.New(a.MCP, stdio.Options{Logger: cfg.Logger}).Serve(context.WithoutCancel(t.Context()), toServer, fromServer)
		_ = fromServer.Close()
		h.ended <- err
	}()
	go func() {
		defer close(h.lines)
		scan := bufio.NewScanner(toHost)
		scan.Buffer(nil, 64<<20)
		for scan.Scan() {
			var m map[string]any
			if err := json.Unmarshal(scan.Bytes(), &m); err != nil {
				t.Errorf("not a message: %s", scan.Text())
				continue
			}
			h.lines <- m
		}
	}()
	t.Cleanup(func() {
		_ = fromHost.Close()
		if err := <-h.ended; err != nil {
			t.Error(err)
		}
		for range h.lines { // what comes after the test is of no interest
		}
		a.Close(context.WithoutCancel(t.Context()))
		a.Client.CloseIdleConnections()
	})
	return h
}

func (h *host) send(format string, args ...any) {
	h.t.Helper()
	if _, err := fmt.Fprintf(h.in, format+"\n", args...); err != nil {
		h.t.Fatal(err)
	}
}

// next returns the next message.
func (h *host) next() map[string]any {
	h.t.Helper()
	select {
	case m, ok := <-h.lines:
		if !ok {
			h.t.Fatal("the server has ended")
		}
		return m
	case <-time.After(patience):
		h.t.Fatal("no message")
	}
	return nil
}

func (h *host) initialize(version string) map[string]any {
	h.t.Helper()
	h.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":%q,"capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, version)
	m := h.next()
	h.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return m["result"].(map[string]any)
}

func (h *host) call(id int, tool, arguments string) {
	h.t.Helper()
	h.send(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{"progressToken":%d}}}`, id, tool, arguments, id)
}

func text(m map[string]any) string {
	result, _ := m["result"].(map[string]any)
	content, _ := result["content"].([]any)
	if len(content) == 0 {
		return ""
	}
	s, _ := content[0].(map[string]any)["text"].(string)
	return s
}

func sandboxed(extra ...server.ServerTool) Config {
	return Config{
		Version: "test", Client: client.Config{Version: "2026-01-01.nova"}, Sandbox: &Sandbox{},
		Selection: tools.Selection{Toolsets: []string{tools.AllTools}}, AllowImpersonation: true, Extra: extra,
	}
}

func upstream(t *testing.T, h http.HandlerFunc) Config {
	t.Helper()
	api := httptest.NewServer(h)
	t.Cleanup(api.Close)
	return Config{Version: "test", Client: client.Config{BaseURL: api.URL, Key: "sk_test", Version: "v"}}
}

func TestEveryProtocolVersionIsServed(t *testing.T) {
	for _, version := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		h := serve(t, sandboxed())
		got := h.initialize(version)
		if got["protocolVersion"] != version {
			t.Errorf("asked for %s, got %v", version, got["protocolVersion"])
		}
		capabilities, _ := json.Marshal(got["capabilities"])
		if string(capabilities) != `{"completions":{},"extensions":{"io.modelcontextprotocol/ui":{}},"prompts":{},"resources":{},"tools":{}}` {
			t.Errorf("capabilities %s; the lists never change, and nothing else is offered", capabilities)
		}
		if got["instructions"] == "" {
			t.Error("no instructions")
		}
	}
	h := serve(t, sandboxed())
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}`
	h.send(`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{%s}}`, meta)
	if got, _ := json.Marshal(h.next()["result"]); !strings.Contains(string(got), `"2026-07-28"`) {
		t.Errorf("discover: %s", got)
	}
	h.send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_boards","arguments":{},%s}}`, meta)
	if got := h.next(); !strings.Contains(text(got), "Feature requests") {
		t.Errorf("a call without a handshake: %v", got)
	}
}

func TestTheListIsWhatIsDeclared(t *testing.T) {
	h := serve(t, sandboxed())
	h.initialize("2025-11-25")
	h.send(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	list := h.next()["result"].(map[string]any)["tools"].([]any)
	declared := 0
	for _, op := range tools.Inventory().All() {
		if op.Preview == "" {
			declared++
		}
	}
	if len(list) != declared+1 {
		t.Errorf("%d tools, %d are declared besides the previews, and one is for panels", len(list), declared)
	}
	for _, item := range list {
		tool := item.(map[string]any)
		schema, _ := tool["inputSchema"].(map[string]any)
		if schema["type"] != "object" || schema["additionalProperties"] != false {
			t.Errorf("%v: the schema was not filled in: %v", tool["name"], schema)
		}
	}
}

// Calls wait for the API, not for each other: all 200 are upstream at once, and a ping behind them is answered before any ends.
func TestManyCallsRunAtOnce(t *testing.T) {
	const calls = 200
	var waiting sync.WaitGroup
	waiting.Add(calls)
	release := make(chan struct{})
	cfg := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		waiting.Done()
		select {
		case <-release:
			_, _ = io.WriteString(w, `[]`)
		case <-r.Context().Done():
		}
	})
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	for i := range calls {
		h.call(i, "list_boards", `{}`)
	}
	all := make(chan struct{})
	go func() { waiting.Wait(); close(all) }()
	select {
	case <-all:
	case <-time.After(patience):
		t.Fatal("some calls did not get through while others waited")
	}
	h.send(`{"jsonrpc":"2.0","id":"ping","method":"ping"}`)
	if got := h.next(); got["id"] != "ping" {
		t.Fatalf("before the ping: %v", got)
	}
	close(release)
	seen := map[any]bool{}
	for range calls {
		m := h.next()
		if text(m) != `{"data":[]}` {
			t.Fatalf("%v", m)
		}
		seen[m["id"]] = true
	}
	if len(seen) != calls {
		t.Errorf("%d answers", len(seen))
	}
}

func TestCancellingACallEndsItsRequest(t *testing.T) {
	arrived, ended := make(chan struct{}), make(chan struct{})
	cfg := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(ended)
	})
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	h.call(1, "list_boards", `{}`)
	<-arrived
	h.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("the request upstream goes on")
	}
	h.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if got := h.next(); got["id"] != float64(2) {
		t.Errorf("a cancelled call was answered: %v", got)
	}
}

// A write that was sent is finished when the host closes the input, and its answer is written.
func TestEndOfInputDoesNotCutAWrite(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	var applied atomic.Bool
	cfg := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		select {
		case <-release:
			applied.Store(true)
			_, _ = io.WriteString(w, `{"id":"c1"}`)
		case <-r.Context().Done():
		}
	})
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	h.call(1, "create_comment", `{"content":"x","postId":"p"}`)
	<-arrived
	_ = h.in.Close()
	close(release)
	if got := h.next(); !strings.Contains(text(got), `"id":"c1"`) || !applied.Load() {
		t.Errorf("%v, applied: %v", got, applied.Load())
	}
}

func extra(name string, handler server.ToolHandlerFunc) server.ServerTool {
	return server.ServerTool{Tool: mcp.NewTool(name, mcp.WithDescription("test only")), Handler: handler}
}

// Progress is never written after the result of its call.
func TestProgressComesBeforeItsResult(t *testing.T) {
	const calls, steps = 100, 5
	report := extra("report", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range steps {
			wire.Progress(ctx, float64(i+1), steps, "step")
		}
		return mcp.NewToolResultText("done"), nil
	})
	h := serve(t, sandboxed(report))
	h.initialize("2025-11-25")
	for i := range calls {
		h.call(i, "report", `{}`)
	}
	finished, last := map[any]bool{}, map[any]float64{}
	for len(finished) < calls {
		m := h.next()
		if m["method"] == "notifications/progress" {
			params := m["params"].(map[string]any)
			if finished[params["progressToken"]] {
				t.Errorf("progress of call %v after its result", params["progressToken"])
			}
			last[params["progressToken"]] = params["progress"].(float64)
			continue
		}
		finished[m["id"]] = true
		if last[m["id"]] != steps {
			t.Errorf("call %v ended at step %v", m["id"], last[m["id"]])
		}
	}
}

// A panic costs its call alone, and its text stays in the log.
func TestAPanicCostsOneCall(t *testing.T) {
	boom := extra("boom", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("secret of the panic")
	})
	h := serve(t, sandboxed(boom))
	h.initialize("2025-11-25")
	h.call(1, "boom", `{}`)
	got, _ := json.Marshal(h.next())
	if strings.Contains(string(got), "secret of the panic") || !strings.Contains(string(got), `"isError":true`) {
		t.Errorf("%s", got)
	}
	h.call(2, "list_boards", `{}`)
	if got := h.next(); !strings.Contains(text(got), "Feature requests") {
		t.Errorf("the next call: %v", got)
	}
	if !strings.Contains(h.log.String(), "secret of the panic") {
		t.Error("the log does not tell the panic")
	}
}

func TestAnUnknownToolIsToldTheNearestOne(t *testing.T) {
	h := serve(t, sandboxed())
	h.initialize("2025-11-25")
	for name, want := range map[string]string{
		"searchPosts": `Unknown tool "searchPosts"; did you mean "search_posts"?`,
		"zzzzzzzzzzz": `Unknown tool "zzzzzzzzzzz"; tools/list has the ones there are.`,
	} {
		h.call(1, name, `{}`)
		failure, _ := h.next()["error"].(map[string]any)
		if failure["message"] != want || failure["code"] != float64(mcp.INVALID_PARAMS) {
			t.Errorf("%s: %v", name, failure)
		}
	}
}

// A tool that is switched off does not exist for a caller, in either era of the protocol, and the answer tells by which setting.
func TestAToolThatIsSwitchedOffCannotBeCalled(t *testing.T) {
	const modern = `,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	var asked atomic.Int32
	cfg := upstream(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	cfg.Selection = tools.Selection{Tools: []string{"get_board"}, Exclude: []string{"get_post"}, ReadOnly: true}
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	for tool, by := range map[string]string{
		"create_post": "--read-only",
		"get_post":    "--exclude-tools",
		"get_comment": "--toolsets default; --tools get_comment would add it",
	} {
		want := fmt.Sprintf("Tool %q is switched off by %s. Do not retry: only the user can change that, where this server is configured.", tool, by)
		for _, meta := range []string{"", modern} {
			h.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":{}%s}}`, tool, meta)
			failure, _ := h.next()["error"].(map[string]any)
			if failure["message"] != want || failure["code"] != float64(mcp.INVALID_PARAMS) {
				t.Errorf("%s%s: %v", tool, meta, failure)
			}
		}
	}
	h.send(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	list, _ := json.Marshal(h.next())
	for name, want := range map[string]bool{"get_board": true, "list_boards": true, "create_post": false, "get_post": false, "get_comment": false} {
		if strings.Contains(string(list), `"name":"`+name+`"`) != want {
			t.Errorf("%s is listed: %v", name, !want)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests to the API", n)
	}
}

// A configuration that cannot be meant builds no server.
func TestAWrongConfigurationIsRefused(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`--tools: unknown tool "get_bord"; did you mean "get_board"?`:         func(c *Config) { c.Selection.Tools = []string{"get_bord"} },
		`--answer-budget: 1999 bytes: at least 2000`:                          func(c *Config) { c.Budget = 1999 },
		`--acting-admin: "ann" is neither the id of an admin (24 hex digits)`: func(c *Config) { c.ActingAdmin = "ann" },
	} {
		cfg := sandboxed()
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A server starts without asking the API: not for the admin that its calls will act as, either.
func TestTheActingAdminIsNotLookedUpAtStart(t *testing.T) {
	var asked atomic.Int32
	cfg := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `[]`)
	})
	cfg.ActingAdmin = "ann@example.com"
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	h.send(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	h.next()
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests", n)
	}
	h.call(2, "list_boards", `{}`)
	h.next()
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests for a call that needs no admin", n)
	}
}

// The main job: find, create a contact, comment, and read back what was written.
func TestTheMainJobOnTheSandbox(t *testing.T) {
	h := serve(t, sandboxed())
	h.initialize("2025-11-25")
	ask := func(tool, arguments string) string {
		t.Helper()
		h.call(7, tool, arguments)
		m := h.next()
		if result, _ := m["result"].(map[string]any); result["isError"] == true {
			t.Fatalf("%s: %s", tool, text(m))
		}
		return text(m)
	}
	var found struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(ask("search_posts", `{"search":"dark mode","limit":"5"}`)), &found); err != nil || len(found.Data) != 5 {
		t.Fatalf("%v %v", found, err)
	}
	if got := ask("upsert_contact", `{"email":"jo@example.com","name":"Jo Example","companies":[{"id":"acme","name":"Acme"}]}`); !strings.Contains(got, `"companies":["Acme"]`) {
		t.Error(got)
	}
	ask("create_comment", fmt.Sprintf(`{"postId":%q,"content":"We want **this** too","author":{"email":"jo@example.com"}}`, found.Data[0].ID))
	if got := ask("list_comments", fmt.Sprintf(`{"postId":%q,"sortBy":"new","detail":"full"}`, found.Data[0].ID)); !strings.Contains(got, "We want **this** too") || !strings.Contains(got, "Jo Example") {
		t.Error(got)
	}
}
