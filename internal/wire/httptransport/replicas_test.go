package httptransport

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/shared/sharedtest"
	"featurebase-mcp/internal/wire/wiretest"
)

// three returns three replicas of a server, and the store that they share.
func three(t *testing.T, newServer func() *server.MCPServer, options Options) (replicas [3]*wiretest.Site, store *sharedtest.Memory) {
	t.Helper()
	store = sharedtest.NewMemory()
	for i := range replicas {
		options.Replicas = &Replicas{Store: store, Keys: shared.NewKeys(bytes.Repeat([]byte("k"), 32))}
		replicas[i] = wiretest.Open(t, New(newServer(), options).Serve)
	}
	return replicas, store
}

// begin starts a session of a client that can be asked.
func begin(t *testing.T, p *wiretest.Site, headers ...string) []string {
	t.Helper()
	response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.InitializeElicit, headers...)
	defer func() { _ = response.Body.Close() }()
	id := response.Header.Get(server.HeaderKeySessionID)
	if id == "" {
		t.Fatalf("no session: %d", response.StatusCode)
	}
	return append([]string{server.HeaderKeySessionID, id}, headers...)
}

// A session is one at all replicas: each knows what the client can do, and the answer to a question finds the replica that has asked.
func TestAnyReplicaServesASession(t *testing.T) {
	t.Parallel()
	replicas, _ := three(t, func() *server.MCPServer { return wiretest.Asker(t) }, Options{})
	session := begin(t, replicas[0])
	for i, asks := range []int{1, 2, 0} {
		answers := replicas[(asks+i%2+1)%3]
		e := wiretest.EventsOf(t, replicas[asks].Do(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("1", "ask"), session...))
		if m := e.Next(); m.Method != "notifications/asking" {
			t.Fatalf("got %s", m.Line)
		}
		question := e.Next()
		if question.Method != "elicitation/create" {
			t.Fatalf("got %s", question.Line)
		}
		id := string(question.ID)
		if status, body := answers.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+id+`1,"result":{"action":"accept"}}`, session...); status < 400 {
			t.Errorf("an answer to nothing: %d %s", status, body)
		}
		if status, body := answers.Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","id":`+id+`,"result":{"action":"accept","content":{}}}`, session...); status != http.StatusAccepted {
			t.Fatalf("the answer: %d %s", status, body)
		}
		if m := e.Next(); m.Method != "notifications/asked" {
			t.Fatalf("got %s", m.Line)
		}
		if got := e.Next().Tool(t).Content[0].Text; !strings.Contains(got, "accept") {
			t.Errorf("got %q", got)
		}
	}
}

// A session ends at all replicas, belongs to its owner at all of them, and goes on while the store is away.
func TestASessionEndsAtAllReplicas(t *testing.T) {
	t.Parallel()
	replicas, store := three(t, func() *server.MCPServer { return wiretest.Asker(t) }, Options{Auth: byName{}})
	session := begin(t, replicas[0], "X-Who", "ann")
	list := `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	expect := func(i, want int, headers ...string) {
		t.Helper()
		if status, body := replicas[i].Status(http.MethodPost, pathMCP, list, headers...); status != want {
			t.Errorf("replica %d: %d %s, want %d", i, status, body, want)
		}
	}
	expect(1, http.StatusOK, session...)
	expect(1, http.StatusNotFound, server.HeaderKeySessionID, session[1], "X-Who", "bob")
	expect(2, http.StatusNotFound, server.HeaderKeySessionID, session[1], "X-Who", "bob")
	altered := "A" + session[1][1:]
	if altered == session[1] {
		altered = "B" + session[1][1:]
	}
	expect(2, http.StatusNotFound, server.HeaderKeySessionID, altered, "X-Who", "ann")
	store.SetAway(true)
	expect(2, http.StatusOK, session...)
	expect(0, http.StatusOK, session...)
	store.SetAway(false)
	if status, _ := replicas[1].Status(http.MethodDelete, pathMCP, "", server.HeaderKeySessionID, session[1], "X-Who", "bob"); status != http.StatusNotFound {
		t.Errorf("another caller ended the session: %d", status)
	}
	expect(0, http.StatusOK, session...)
	if status, _ := replicas[1].Status(http.MethodDelete, pathMCP, "", session...); status != http.StatusOK {
		t.Errorf("the end of the session: %d", status)
	}
	for i := range replicas {
		expect(i, http.StatusNotFound, session...)
	}
}

// A cancellation ends a call that runs at another replica.
func TestACancellationFindsItsCall(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan struct{}, 3), make(chan struct{}, 3)
	replicas, _ := three(t, func() *server.MCPServer {
		s := wiretest.NewServer(t, nil)
		wiretest.AddTool(s, "wait", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			begun <- struct{}{}
			<-ctx.Done()
			ended <- struct{}{}
			return mcp.NewToolResultText("ended"), nil
		})
		return s
	}, Options{})
	session := begin(t, replicas[0])
	go func() {
		if response, err := replicas[1].Try(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("7", "wait"), session...); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-begun
	if status, body := replicas[2].Status(http.MethodPost, pathMCP, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`, session...); status != http.StatusAccepted {
		t.Errorf("the cancellation: %d %s", status, body)
	}
	<-ended
}
