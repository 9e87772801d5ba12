package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/tools"
)

const (
	aPost     = "64b0c2f19d3e5a7788990011"
	deletion  = `{"postId":"` + aPost + `"}`
	asksForms = `"capabilities":{"elicitation":{}}`
)

// confirmed is a server in front of an API with one post, and how often that was deleted.
func confirmed(t *testing.T, mode engine.ConfirmMode) (Config, *atomic.Int32) {
	t.Helper()
	var deleted atomic.Int32
	cfg := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			deleted.Add(1)
		}
		_, _ = io.WriteString(w, `{"id":"`+aPost+`","title":"Dark mode","upvotes":42}`)
	})
	cfg.Confirm, cfg.Selection = mode, tools.Selection{Toolsets: []string{tools.AllTools}}
	cfg.Deadline = patience
	return cfg, &deleted
}

// answerer is a user: what is asked, and what comes back.
type answerer struct {
	action mcp.ElicitationResponseAction
	err    error
	asked  []string
}

// Elicit implements mcpclient.ElicitationHandler.
func (u *answerer) Elicit(_ context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	u.asked = append(u.asked, request.Params.Message)
	if u.err != nil {
		return nil, u.err
	}
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: u.action}}, nil
}

// site serves over HTTP.
func site(t *testing.T, cfg Config) (url string, browser *http.Client) {
	t.Helper()
	return siteWith(t, cfg, httptransport.Options{})
}

func siteWith(t *testing.T, cfg Config, options httptransport.Options) (url string, browser *http.Client) {
	t.Helper()
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- httptransport.New(a.MCP, options).Serve(ctx, listener) }()
	browser = &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		browser.CloseIdleConnections()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		a.Client.CloseIdleConnections()
	})
	return "http://" + listener.Addr().String(), browser
}

// transports connect a client to a server with this configuration.
var transports = map[string]func(*testing.T, Config) transport.Interface{
	"stdio": func(t *testing.T, cfg Config) transport.Interface {
		t.Helper()
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		toServer, fromHost := io.Pipe()
		toHost, fromServer := io.Pipe()
		served := make(chan error, 1)
		go func() {
			served <- stdio.New(a.MCP, stdio.Options{}).Serve(context.WithoutCancel(t.Context()), toServer, fromServer)
			_ = fromServer.Close()
		}()
		t.Cleanup(func() {
			_ = fromHost.Close()
			if err := <-served; err != nil {
				t.Error(err)
			}
			a.Client.CloseIdleConnections()
		})
		return transport.NewIO(toHost, fromHost, io.NopCloser(strings.NewReader("")))
	},
	"HTTP": func(t *testing.T, cfg Config) transport.Interface {
		t.Helper()
		url, browser := site(t, cfg)
		connection, err := transport.NewStreamableHTTP(url+"/mcp", transport.WithHTTPBasicClient(browser))
		if err != nil {
			t.Fatal(err)
		}
		return connection
	},
	"SSE": func(t *testing.T, cfg Config) transport.Interface {
		t.Helper()
		url, browser := site(t, cfg)
		connection, err := transport.NewSSE(url+"/sse", transport.WithHTTPClient(browser))
		if err != nil {
			t.Fatal(err)
		}
		return connection
	},
}

// eras are the two ways in which a client is asked.
var eras = map[string][]mcpclient.ClientOption{"2025-11-25": {mcpclient.WithProtocolVersion(mcp.ProtocolVersion20251125)}, "2026-07-28": nil}

// Whichever transport and protocol: a user who accepts has it done once, one who does not has nothing done.
func TestAUserIsAskedFirst(t *testing.T) {
	for name, connect := range transports {
		for era, options := range eras {
			for _, tc := range []struct {
				user answerer
				want string
				done int32
			}{
				{answerer{action: mcp.ElicitationResponseActionAccept}, `{"did":"deleted","id":"` + aPost + `","title":"Dark mode","upvotes":42}`, 1},
				{answerer{action: mcp.ElicitationResponseActionDecline}, "delete_post sent nothing: the user declined. Do not retry unless the user asks for it.", 0},
				{answerer{action: mcp.ElicitationResponseActionCancel}, "delete_post sent nothing: the user closed the question without an answer", 0},
				{answerer{err: errors.New("no screen")}, "delete_post sent nothing: the client did not bring the question to the user. Do not retry unless the user asks for it.", 0},
			} {
				t.Run(fmt.Sprint(name, " ", era, " ", tc.user.action), func(t *testing.T) {
					switch {
					case tc.user.err != nil && era == "2026-07-28":
						t.Skip("such a client does not come back")
					case name == "SSE" && era == "2025-11-25":
						t.Skip("this client takes requests of a server for answers; see TestAUserIsAskedOverSSE")
					}
					cfg, deleted := confirmed(t, engine.ConfirmAlways)
					user := tc.user
					client := mcpclient.NewClient(connect(t, cfg), append([]mcpclient.ClientOption{mcpclient.WithElicitationHandler(&user)}, options...)...)
					ctx := context.WithoutCancel(t.Context())
					if err := client.Start(ctx); err != nil {
						t.Fatal(err)
					}
					defer func() { _ = client.Close() }()
					if _, err := client.Initialize(ctx, mcp.InitializeRequest{}); err != nil {
						t.Fatal(err)
					}
					res, err := client.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "delete_post", Arguments: json.RawMessage(deletion)}})
					if err != nil {
						t.Fatal(err)
					}
					got := res.Content[0].(mcp.TextContent).Text
					if !strings.Contains(got, tc.want) || res.IsError != (tc.done == 0) || deleted.Load() != tc.done {
						t.Errorf("%s; deleted %d times", got, deleted.Load())
					}
					if len(user.asked) != 1 || !strings.HasPrefix(user.asked[0], `Delete post: "Dark mode"`) {
						t.Errorf("asked %q", user.asked)
					}
				})
			}
		}
	}
}

// A client that did not declare elicitation is never asked: auto leaves it to the host, always refuses.
func TestAClientThatCannotAskIsNotAsked(t *testing.T) {
	for name, connect := range transports {
		for era, options := range eras {
			for mode, done := range map[engine.ConfirmMode]int32{engine.ConfirmAuto: 1, engine.ConfirmAlways: 0, engine.ConfirmNever: 1, "": 1} {
				t.Run(fmt.Sprint(name, " ", era, " ", mode), func(t *testing.T) {
					cfg, deleted := confirmed(t, mode)
					client := mcpclient.NewClient(connect(t, cfg), options...)
					ctx := context.WithoutCancel(t.Context())
					if err := client.Start(ctx); err != nil {
						t.Fatal(err)
					}
					defer func() { _ = client.Close() }()
					if _, err := client.Initialize(ctx, mcp.InitializeRequest{}); err != nil {
						t.Fatal(err)
					}
					res, err := client.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "delete_post", Arguments: json.RawMessage(deletion)}})
					if err != nil {
						t.Fatal(err)
					}
					text := res.Content[0].(mcp.TextContent).Text
					if res.IsError != (done == 0) || deleted.Load() != done || done == 0 && !strings.Contains(text, "this client cannot ask") {
						t.Errorf("%s; deleted %d times", text, deleted.Load())
					}
				})
			}
		}
	}
}

// A stream of SSE carries questions as it carries answers.
func TestAUserIsAskedOverSSE(t *testing.T) {
	for action, done := range map[string]int32{"accept": 1, "decline": 0} {
		cfg, deleted := confirmed(t, engine.ConfirmAlways)
		url, browser := site(t, cfg)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/sse", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stream.Body.Close() }()
		events := bufio.NewScanner(stream.Body)
		next := func() string {
			for events.Scan() {
				if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
					return data
				}
			}
			t.Fatal("the stream has ended")
			return ""
		}
		endpoint := url + "/" + next() // it is said in relation to the path of the stream
		send := func(body string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			headers(req)
			res, err := browser.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
		}
		send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05",` + asksForms + `,"clientInfo":{"name":"t","version":"1"}}}`)
		next()
		send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"delete_post","arguments":` + deletion + `}}`)
		var question struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		if err := json.Unmarshal([]byte(next()), &question); err != nil || question.Method != "elicitation/create" {
			t.Fatalf("%v, not a question: %+v", err, question)
		}
		send(`{"jsonrpc":"2.0","id":` + string(question.ID) + `,"result":{"action":"` + action + `"}}`)
		if got := next(); strings.Contains(got, `"isError":true`) != (done == 0) || deleted.Load() != done {
			t.Errorf("%s: %s; deleted %d times", action, got, deleted.Load())
		}
	}
}

// asked starts a deletion on stdio and returns the question.
func (h *host) asked(id int) map[string]any {
	h.t.Helper()
	h.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",%s,"clientInfo":{"name":"t","version":"1"}}}`, asksForms)
	h.next()
	h.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	h.call(id, "delete_post", deletion)
	question := h.next()
	if question["method"] != "elicitation/create" {
		h.t.Fatalf("not a question: %v", question)
	}
	schema, _ := json.Marshal(question["params"].(map[string]any)["requestedSchema"])
	if string(schema) != `{"properties":{"confirm":{"default":true,"title":"Yes, do it","type":"boolean"}},"type":"object"}` {
		h.t.Errorf("the form is %s", schema)
	}
	params := question["params"].(map[string]any)
	display, _ := params["_meta"].(map[string]any)["anthropic/permissionDisplay"].(map[string]any)
	if display["displayName"] != "Delete post" || fmt.Sprint(display["title"], "\n", display["description"]) != params["message"] || !strings.Contains(fmt.Sprint(display["description"]), "This cannot be undone.") {
		h.t.Errorf("a program that shows the question gets %v for %v", display, params["message"])
	}
	return question
}

// The time of the API is bounded by the deadline, that of the user by five minutes; neither counts for the other.
func TestAQuestionWaitsFiveMinutes(t *testing.T) {
	for _, tc := range []struct {
		after time.Duration
		want  string
		done  int
	}{
		{4 * time.Minute, `"did":"deleted"`, 1},
		{6 * time.Minute, "delete_post sent nothing: nobody answered the question within 5 minutes. Do not retry unless the user asks for it.", 0},
	} {
		synctest.Test(t, func(t *testing.T) { // its minutes take no time
			cfg := sandboxed()
			cfg.Confirm, cfg.Deadline = engine.ConfirmAuto, 50*time.Second
			h := serve(t, cfg)
			h.initialize("2025-11-25")
			h.call(1, "search_posts", `{"search":"dark mode","limit":1}`)
			id := text(h.next())
			id = id[strings.Index(id, `"id":"`)+len(`"id":"`):][:24]
			h.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",%s,"clientInfo":{"name":"t","version":"1"}}}`, asksForms)
			h.next()
			h.call(2, "delete_post", `{"postId":"`+id+`"}`)
			question := h.next()
			time.Sleep(tc.after)
			h.send(`{"jsonrpc":"2.0","id":%v,"result":{"action":"accept"}}`, question["id"])
			got := h.next()
			if got["method"] == "notifications/cancelled" { // the form can go
				got = h.next()
			}
			if !strings.Contains(text(got), tc.want) {
				t.Errorf("after %v: %v", tc.after, got)
			}
			h.call(3, "get_post", `{"postId":"`+id+`"}`)
			if gone := strings.HasPrefix(text(h.next()), "get_post failed"); gone != (tc.done == 1) {
				t.Errorf("after %v it is gone: %v", tc.after, gone)
			}
		})
	}
}

// A call that ends while its user is asked does nothing, however it ends.
func TestACallThatEndsWhileAsked(t *testing.T) {
	for name, end := range map[string]func(*host){
		"cancelled":    func(h *host) { h.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`) },
		"end of input": func(h *host) { _ = h.in.Close() },
	} {
		cfg, deleted := confirmed(t, engine.ConfirmAuto)
		h := serve(t, cfg)
		question := h.asked(1)
		end(h)
		switch got := h.next(); {
		case name == "cancelled" && got["method"] != "notifications/cancelled":
			t.Errorf("the question is not taken back: %v", got)
		case name == "cancelled":
			h.send(`{"jsonrpc":"2.0","id":%v,"result":{"action":"accept"}}`, question["id"])
			h.call(2, "get_post", deletion)
			if got := h.next(); got["id"] != float64(2) {
				t.Errorf("a cancelled call was answered: %v", got)
			}
		case !strings.Contains(text(got), "did not bring the question to the user"):
			t.Errorf("%s: %v", name, got)
		}
		if deleted.Load() > 0 {
			t.Errorf("%s: deleted all the same", name)
		}
	}
}

// noticing is a log that tells when a word comes up in it.
type noticing struct {
	word string
	once sync.Once
	seen chan struct{}
}

func (n *noticing) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(n.word)) {
		n.once.Do(func() { close(n.seen) })
	}
	return len(line), nil
}

// A client of Streamable HTTP that hangs up while its user is asked has asked for nothing.
func TestAClientThatHangsUpWhileAsked(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	log := &noticing{word: "outcome=unanswered", seen: make(chan struct{})}
	cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
	cfg.Extra = []server.ServerTool{extra("marker", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("here"), nil
	})}
	url, browser := site(t, cfg)
	session := post(t, browser, url, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",`+asksForms+`,"clientInfo":{"name":"t","version":"1"}}}`)
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"delete_post","arguments":`+deletion+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	headers(req, server.HeaderKeySessionID, session.Header.Get(server.HeaderKeySessionID))
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	n, _ := res.Body.Read(buffer)
	if !strings.Contains(string(buffer[:n]), "elicitation/create") {
		t.Fatalf("not a question: %s", buffer[:n])
	}
	hangUp()
	_ = res.Body.Close()
	<-log.seen // on a connection of its own, the answer could come before the server has heard the end of the other
	answer := post(t, browser, url, `{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`, server.HeaderKeySessionID, session.Header.Get(server.HeaderKeySessionID))
	_ = answer.Body.Close()
	again := post(t, browser, url, `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"marker","arguments":{}}}`, server.HeaderKeySessionID, session.Header.Get(server.HeaderKeySessionID))
	if content, _ := io.ReadAll(again.Body); !strings.Contains(string(content), "here") || deleted.Load() > 0 {
		t.Errorf("%s; deleted %d times", content, deleted.Load())
	}
}

func headers(req *http.Request, pairs ...string) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
}

func post(t *testing.T, browser *http.Client, url, body string, pairs ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	headers(req, pairs...)
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// Over HTTP in protocol 2026-07-28 the reply comes with another request, and only its state says which call it confirms.
func TestAConfirmationOverHTTPHoldsForOneCall(t *testing.T) {
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	url, browser := site(t, cfg)
	call := func(arguments, more string) (map[string]any, string) {
		t.Helper()
		res := post(t, browser, url, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_post","arguments":`+arguments+more+
			`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`,
			mcp.HeaderProtocolVersion, "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "delete_post")
		content, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		var message map[string]any
		if err := json.Unmarshal(bytes.TrimSpace(content), &message); err != nil {
			t.Fatalf("%s", content)
		}
		result, _ := message["result"].(map[string]any)
		state, _ := result["requestState"].(string)
		return message, state
	}
	asked, state := call(deletion, "")
	if result := asked["result"].(map[string]any); result["resultType"] != "input_required" || state == "" || strings.Contains(state, aPost) {
		t.Fatalf("%v", asked)
	}
	back := func(state, action string) string {
		return `,"requestState":"` + state + `","inputResponses":{"confirm":{"action":"` + action + `"}}`
	}
	altered := "A" + state[1:]
	if altered == state {
		altered = "B" + state[1:]
	}
	for _, tc := range []struct{ name, arguments, more, want string }{
		{"tampered", deletion, back(altered, "accept"), "is not one for this call"},
		{"other arguments", `{"postId":"64b0c2f19d3e5a7788990099"}`, back(state, "accept"), "is not one for this call"},
		{"no state", deletion, `,"inputResponses":{"confirm":{"action":"accept"}}`, "is not one for this call"},
		{"accepted", deletion, back(state, "accept"), `"id":"` + aPost},
		{"replayed", deletion, back(state, "accept"), "has been used already"},
	} {
		got, _ := call(tc.arguments, tc.more)
		if !strings.Contains(text(got), tc.want) {
			t.Errorf("%s: %v", tc.name, got)
		}
		if want := map[bool]int32{true: 1}[tc.name == "accepted" || tc.name == "replayed"]; deleted.Load() != want {
			t.Errorf("%s: deleted %d times", tc.name, deleted.Load())
		}
	}
}
