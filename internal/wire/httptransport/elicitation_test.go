package httptransport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/wiretest"
)

// Over HTTP the answer would be a request of its own, which finds no session, or no server.
func TestElicitationOverHTTPEndsWithItsSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *wiretest.Site, session []string){
		"left":     func(p *wiretest.Site, session []string) { p.Status(http.MethodDelete, pathMCP, "", session...) },
		"replaced": func(p *wiretest.Site, _ []string) { p.Handshake() },
		"stopped":  func(p *wiretest.Site, _ []string) { p.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := wiretest.Open(t, New(wiretest.Asker(t), Options{Grace: time.Hour, MaxSessions: 1}).Serve)
			response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.InitializeElicit)
			session := []string{server.HeaderKeySessionID, response.Header.Get(server.HeaderKeySessionID)}
			_ = response.Body.Close()
			e := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.CallLine("1", "ask"), session...))
			for _, want := range []string{"notifications/asking", "elicitation/create"} {
				if m := e.Next(); m.Method != want {
					t.Fatalf("got %s, not %s", m.Line, want)
				}
			}
			end(p, session)
			if m := e.Next(); m.Method != "notifications/asked" {
				t.Fatalf("got %s", m.Line)
			}
			if got := e.Next().Tool(t).Content[0].Text; !strings.Contains(got, "is closing") {
				t.Errorf("got %q", got)
			}
		})
	}
}
