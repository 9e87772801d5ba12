package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	goldens "featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

var update = goldens.Update

// sent is one request as it arrived at the API.
type sent struct {
	method, path string // the path escaped, as on the wire
	query        map[string]string
	body         map[string]any // nil without a body
}

// api is a Featurebase that records what arrives and answers with a fixed status and body.
type api struct {
	*httptest.Server
	status int
	answer string

	mu       sync.Mutex
	requests []sent
}

func newAPI(t *testing.T, status int, answer string) *api {
	t.Helper()
	a := &api{status: status, answer: answer}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sent{method: r.Method, path: r.URL.EscapedPath(), query: map[string]string{}}
		for name, values := range r.URL.Query() {
			s.query[name] = strings.Join(values, "&")
		}
		if body, _ := io.ReadAll(r.Body); len(body) > 0 {
			d := json.NewDecoder(bytes.NewReader(body))
			d.UseNumber()
			if err := d.Decode(&s.body); err != nil {
				t.Errorf("%s %s: the body is not a JSON object: %v", r.Method, r.URL, err)
			}
		}
		a.mu.Lock()
		a.requests = append(a.requests, s)
		a.mu.Unlock()
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.answer)
	}))
	t.Cleanup(a.Close)
	return a
}

// arrived returns the requests since the last call.
func (a *api) arrived() []sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := a.requests
	a.requests = nil
	return got
}

// client returns a client of this API that never retries.
func (a *api) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{BaseURL: a.URL, Key: "sk_test", Version: "2026-01-01.nova"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call runs a tool by its handler, with everything allowed, and returns what a model would read.
func call(t *testing.T, c *client.Client, tool, arguments string) (text string, isError bool) {
	t.Helper()
	op := tools.Inventory().Lookup(tool)
	if op == nil {
		t.Fatalf("no tool %s", tool)
	}
	return callIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AllowImpersonation: true, ActingAdmin: engine.ActingAs(anID)}, Account: engine.Account{Client: c}}, op, arguments)
}

// callIn runs an operation by its handler in surroundings of the test's own.
func callIn(t *testing.T, env engine.Env, op *engine.Operation, arguments string) (text string, isError bool) {
	t.Helper()
	own := *env.Engine
	own.Logger = slog.New(slog.DiscardHandler)
	env.Engine = &own
	res, err := env.Handler(op)(context.WithoutCancel(t.Context()), request(op.Name, arguments))
	if err != nil {
		t.Fatalf("%s returned a Go error: %v", op.Name, err)
	}
	return res.Content[0].(mcp.TextContent).Text, res.IsError
}

// golden compares got with a file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	goldens.File(t, filepath.Join("testdata", name), string(got))
}

// What the tests that run a whole server need of the inside: they stand outside of the package, since the server stands on it.
var (
	Golden = golden
	Holds  = input.Holds

	CheckAnswer = checkAnswer
	CountText   = tokensOf
	CountKept   = keptLeaves
)

// namedKinds are the kinds that go by a name.
func namedKinds() []*engine.Kind {
	return slices.DeleteFunc(kind.All(), func(k *engine.Kind) bool { return k.List == "" })
}

// references are those of all operations.
func references() []engine.Ref {
	var all []engine.Ref
	for _, op := range tools.Inventory().All() {
		for _, ref := range tools.Inventory().RefsOf(op) {
			all = append(all, ref)
		}
	}
	return all
}
