// Package gosdk runs the official Go client against the built binary, FEATUREBASE_MCP_BIN, over stdio, Streamable HTTP and SSE, in
// both protocol eras. It is a module of its own, so that the product does not depend on a second SDK.
package gosdk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// patience bounds a test. The program gives up an attempt after 30 s: later, that would pass for a cancellation.
const patience = 20 * time.Second

var revisions = []string{"2025-11-25", "2026-07-28"}

func TestClient(t *testing.T) {
	for _, carrier := range carriers {
		for _, revision := range revisions {
			t.Run(carrier.name+", "+revision, func(t *testing.T) {
				t.Run("lists every tool", func(t *testing.T) { listsEveryTool(t, carrier, revision) })
				t.Run("finds posts", func(t *testing.T) { findsPosts(t, connect(t, revision, carrier.open(t, sandboxed))) })
				t.Run("gets a tool error, in words", func(t *testing.T) { getsToolError(t, carrier, revision) })
				t.Run("cancels a running call", func(t *testing.T) { cancels(t, carrier, revision) })
				t.Run("connects again after it closed", func(t *testing.T) { reconnects(t, carrier, revision) })
			})
		}
	}
}

// connect has the session closed at the end of the test.
func connect(t *testing.T, revision string, dial func() mcp.Transport) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "interop-go", Version: "1.0.0"}, nil)
	session, err := client.Connect(bounded(t), dial(), &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if got := session.InitializeResult().ProtocolVersion; got != revision {
		t.Fatalf("negotiated %s, want %s", got, revision)
	}
	return session
}

// bounded ends after what was set up with it: a session by its own Close, a program by its own exit.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	t.Cleanup(cancel)
	return ctx
}

func listsEveryTool(t *testing.T, carrier carrier, revision string) {
	session := connect(t, revision, carrier.open(t, sandboxed))
	var got []string
	for tool, err := range session.Tools(bounded(t), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, tool.Name)
	}
	out, err := target{}.command(t, "tools", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var listed struct {
		Tools []struct {
			Name string `json:"name"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(out, &listed); err != nil {
		t.Fatal(err)
	}
	want := []string{"confirm_call"} // for panels; the program lists what is for models
	for _, tool := range listed.Tools {
		want = append(want, tool.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) == 1 || !slices.Equal(got, want) {
		t.Errorf("the client sees %q, the program lists %q", got, want)
	}
}

func findsPosts(t *testing.T, session *mcp.ClientSession) {
	t.Helper()
	text, isError := call(t, session, "search_posts", map[string]any{"search": "dark mode", "limit": 3})
	if isError {
		t.Fatal(text)
	}
	var found struct {
		Data []struct {
			ID      string `json:"id"`
			Title   string `json:"title"`
			Excerpt string `json:"excerpt"`
		} `json:"data"`
		TotalCount int `json:"totalCount"`
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	named := false
	for _, post := range found.Data {
		named = named || post.Title == "Dark mode"
		if len(post.ID) != 24 || post.Excerpt == "" {
			t.Errorf("a post without id or excerpt: %+v", post)
		}
	}
	if len(found.Data) != 3 || found.TotalCount <= 3 || !named {
		t.Errorf("want 3 posts of more, one titled Dark mode; got %s", text)
	}
}

func getsToolError(t *testing.T, carrier carrier, revision string) {
	session := connect(t, revision, carrier.open(t, sandboxed))
	text, isError := call(t, session, "search_posts", map[string]any{"limit": 500})
	if want := "limit: at most 100, got 500"; !isError || !strings.Contains(text, want) {
		t.Errorf("isError %t, text %q; want an error with %q", isError, text, want)
	}
}

func cancels(t *testing.T, carrier carrier, revision string) {
	up := startUpstream(t)
	session := connect(t, revision, carrier.open(t, up.target))
	ctx, cancel := context.WithCancel(bounded(t))
	ended := make(chan error, 1)
	go func() {
		_, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "search_posts"})
		ended <- err
	}()
	select {
	case <-up.asked:
	case err := <-ended:
		t.Fatalf("the call ended at once, error %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v, want %v", err, context.Canceled)
	}
	select {
	case <-up.closed:
	case <-bounded(t).Done():
		t.Fatal("the request to the API goes on")
	}
	if text, isError := call(t, session, "list_boards", nil); isError {
		t.Errorf("the connection died: %s", text)
	}
	if n := up.attempts.Load(); n != 1 {
		t.Errorf("%d requests to the API, want 1", n)
	}
}

func reconnects(t *testing.T, carrier carrier, revision string) {
	dial := carrier.open(t, sandboxed)
	session := connect(t, revision, dial)
	findsPosts(t, session)
	if err := session.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	findsPosts(t, connect(t, revision, dial))
}

// call calls a tool and gives the text of its one block.
func call(t *testing.T, session *mcp.ClientSession, tool string, args map[string]any) (text string, isError bool) {
	t.Helper()
	result, err := session.CallTool(bounded(t), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	if len(result.Content) != 1 {
		t.Fatalf("%s: %d blocks, want 1", tool, len(result.Content))
	}
	block, ok := result.Content[0].(*mcp.TextContent)
	if !ok {
		t.Fatalf("%s: a block of %T", tool, result.Content[0])
	}
	return block.Text, result.IsError
}
