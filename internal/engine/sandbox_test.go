package engine_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// brokenAt is a sandbox that fails for requests to one place.
type brokenAt struct {
	under http.RoundTripper
	place string // method and path
}

func (b brokenAt) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method+" "+r.URL.Path != b.place {
		return b.under.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusInternalServerError)
	return w.Result(), nil
}

// startBroken returns a client of a server whose Featurebase fails at one place.
func startBroken(t *testing.T, place string) *mcpclient.Client {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{NoAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, app.Config{Client: client.Config{BaseURL: "http://127.0.0.1", NoAuth: true, Transport: brokenAt{box.Transport(), place}}})
}

// onSandbox is the surroundings of calls on a sandbox of its own, in its first state.
func onSandbox(t *testing.T) engine.Env {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{NoAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{BaseURL: "http://127.0.0.1", Version: "2026-01-01.nova", NoAuth: true, Transport: box.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: box.Now}, Account: engine.Account{Client: c, Names: engine.NewNames(c, tools.Inventory())}}
}

// runWorkflow runs a workflow on a sandbox, with all other tools on or off.
func runWorkflow(t *testing.T, op *engine.Operation, arguments string, off bool) string {
	t.Helper()
	env := onSandbox(t)
	if off {
		env.OffBy = func(string) string { return "--toolsets" }
	}
	return op.Answer(context.WithoutCancel(t.Context()), env, arguments)
}

// post makes a post over plain HTTP.
func post(t *testing.T, box *sandbox.Sandbox, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/v2/posts", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		t.Fatal(w.Body.String())
	}
}
