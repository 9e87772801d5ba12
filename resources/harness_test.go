package resources_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/tools"
)

// host is a client of the whole server.
type host struct {
	t    *testing.T
	meta string                      // further params of every request
	send func(message string) []byte // sends a request and returns the answer
}

// answer is the outcome of a request.
type answer struct {
	Result struct {
		Resources []entry `json:"resources"`
		Templates []struct {
			URI string `json:"uriTemplate"`
		} `json:"resourceTemplates"`
		Contents []struct {
			URI      string `json:"uri"`
			MIMEType string `json:"mimeType"`
			Text     string `json:"text"`
		} `json:"contents"`
		Completion struct {
			Values  []string `json:"values"`
			Total   int      `json:"total"`
			HasMore bool     `json:"hasMore"`
		} `json:"completion"`
		Content []struct { // of a tool
			Text string `json:"text"`
		} `json:"content"`
		CacheScope string `json:"cacheScope"`
	} `json:"result"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    struct {
			URI string `json:"uri"`
		} `json:"data"`
	} `json:"error"`
}

// entry is a resource of a list.
type entry struct {
	URI         string `json:"uri"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	MIMEType    string `json:"mimeType"`
	Annotations struct {
		Audience     []string `json:"audience"`
		Priority     float64  `json:"priority"`
		LastModified string   `json:"lastModified"`
	} `json:"annotations"`
}

// modern is what every request of protocol 2026-07-28 carries.
const modern = `,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}`

// eras are the ways to ask.
var eras = map[string]string{"2025-11-25": "", "2026-07-28": modern}

// serve starts the product's server on pipes.
func serve(t *testing.T, cfg app.Config) *host {
	t.Helper()
	a := build(t, cfg)
	toServer, fromHost := io.Pipe()
	toHost, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := stdio.New(a.MCP, stdio.Options{}).Serve(context.WithoutCancel(t.Context()), toServer, fromServer)
		_ = fromServer.Close()
		ended <- err
	}()
	t.Cleanup(func() {
		_ = fromHost.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		a.Close(context.WithoutCancel(t.Context()))
	})
	lines := bufio.NewReader(toHost)
	h := &host{t: t, send: func(message string) []byte {
		if _, err := io.WriteString(fromHost, message+"\n"); err != nil {
			t.Fatal(err)
		}
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}}
	h.ask("initialize", `"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}`)
	return h
}

// serveHTTP is the same over Streamable HTTP, which needs no session since 2026-07-28.
func serveHTTP(t *testing.T, cfg app.Config) *host {
	t.Helper()
	a := build(t, cfg)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- httptransport.New(a.MCP, httptransport.Options{}).Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &host{t: t, meta: modern, send: func(message string) []byte {
		var named struct {
			Method string `json:"method"`
			Params struct {
				URI  string `json:"uri"`
				Name string `json:"name"`
			} `json:"params"`
		}
		if err := json.Unmarshal([]byte(message), &named); err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+"/mcp", strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
			"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": named.Method, "Mcp-Name": named.Params.URI + named.Params.Name,
		} {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		if _, event, found := bytes.Cut(body, []byte("data: ")); found {
			body = event
		}
		return body
	}}
}

func build(t *testing.T, cfg app.Config) *app.App {
	t.Helper()
	cfg.Version, cfg.Client.Version = "test", "2026-01-01.nova"
	a, err := app.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sandboxed has every tool, and answers from the sandbox.
func sandboxed() app.Config {
	return app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{tools.AllTools}}}
}

// upstream is a Featurebase of the test's own.
type upstream struct {
	mu    sync.Mutex
	paths []string
}

func (u *upstream) config(t *testing.T, answer http.HandlerFunc) app.Config {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		u.paths = append(u.paths, r.URL.EscapedPath())
		u.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(api.Close)
	return app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}, Selection: tools.Selection{Toolsets: []string{tools.AllTools}}}
}

// arrived returns the paths that were asked for since the last call.
func (u *upstream) arrived() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	paths := u.paths
	u.paths = nil
	return paths
}

func (h *host) ask(method, params string) answer {
	h.t.Helper()
	if h.meta != "" {
		params = strings.TrimPrefix(params+h.meta, ",")
	}
	raw := h.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s}}`, method, params))
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		h.t.Fatalf("%v: %s", err, raw)
	}
	return a
}

func (h *host) list() []string {
	h.t.Helper()
	a := h.ask("resources/list", "")
	if a.Error != nil {
		h.t.Fatal(a.Error.Message)
	}
	return a.uris()
}

func (a answer) uris() []string {
	var uris []string
	for _, r := range a.Result.Resources {
		uris = append(uris, r.URI)
	}
	return uris
}

func (h *host) templates() []string {
	h.t.Helper()
	var uris []string
	for _, r := range h.ask("resources/templates/list", "").Result.Templates {
		uris = append(uris, r.URI)
	}
	return uris
}

func (h *host) read(uri string) answer {
	h.t.Helper()
	return h.ask("resources/read", `"uri":`+quoted(uri))
}

// text reads what has to be there.
func (h *host) text(uri string) string {
	h.t.Helper()
	a := h.read(uri)
	if a.Error != nil {
		h.t.Fatalf("%s: %s", uri, a.Error.Message)
	}
	c := a.Result.Contents
	if len(c) != 1 || c[0].URI != uri || c[0].MIMEType != "text/markdown" {
		h.t.Fatalf("%s: %+v", uri, c)
	}
	return c[0].Text
}

func (h *host) complete(uri, name, typed string) answer {
	h.t.Helper()
	return h.ask("completion/complete", fmt.Sprintf(`"ref":{"type":"ref/resource","uri":%s},"argument":{"name":%s,"value":%s}`, quoted(uri), quoted(name), quoted(typed)))
}

// values completes a template with whatever there is, and has patience where the server has little: on a busy machine, the API may be late.
func (h *host) values(template string) answer {
	h.t.Helper()
	return eventually(h.t, func() (answer, bool) {
		a := h.complete(template, holeOf(template), "")
		return a, len(a.Result.Completion.Values) > 0
	})
}

// entries lists the resources, likewise, until there are some of each kind.
func (h *host) entries() answer {
	h.t.Helper()
	return eventually(h.t, func() (answer, bool) {
		a := h.ask("resources/list", "")
		whole := true
		for _, kind := range []string{"boards/", "changelogs/", "collections/"} {
			whole = whole && slices.ContainsFunc(a.Result.Resources, func(r entry) bool { return strings.HasPrefix(r.URI, "featurebase://"+kind) })
		}
		return a, whole
	})
}

// eventually returns what try gives in the end.
func eventually[T any](t *testing.T, try func() (T, bool)) T {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		got, ok := try()
		if ok {
			return got
		}
		if time.Now().After(end) {
			t.Fatalf("still: %+v", got)
		}
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
