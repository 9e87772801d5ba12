package workflow_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// startBroken returns a client of a server whose Featurebase fails at one place: a method and a path.
func startBroken(t *testing.T, place string) *mcpclient.Client {
	t.Helper()
	box := enginetest.Box(t, sandbox.Options{}).Transport()
	return enginetest.Start(t, app.Config{Client: enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if r.Method+" "+r.URL.Path == place {
			return enginetest.Response(http.StatusInternalServerError, ""), nil
		}
		return box.RoundTrip(r)
	}))})
}

// answerIn is what a model reads of a call in surroundings of the test's own.
func answerIn(ctx context.Context, t *testing.T, env engine.Env, tool, arguments string) string {
	t.Helper()
	env.Logger = slog.New(slog.DiscardHandler)
	res, err := env.Handler(tools.Inventory().Lookup(tool))(ctx, enginetest.Request(tool, arguments))
	if err != nil {
		t.Fatal(err)
	}
	return enginetest.Text(*res)
}

// post makes a post over plain HTTP.
func post(t *testing.T, box *sandbox.Sandbox, body string) {
	t.Helper()
	send(t, box, http.MethodPost, "/v2/posts", body)
}

// change changes an object over plain HTTP.
func change(t *testing.T, box *sandbox.Sandbox, path, body string) {
	t.Helper()
	send(t, box, http.MethodPatch, path, body)
}

func send(t *testing.T, box *sandbox.Sandbox, method, path, body string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		t.Fatal(w.Body.String())
	}
}
