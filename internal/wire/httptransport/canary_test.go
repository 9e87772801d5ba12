package httptransport

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// writes are the calls of Write that a response got.
type writes struct {
	*httptest.ResponseRecorder
	each chan string
}

func (w writes) Write(b []byte) (int, error) {
	w.each <- string(b)
	return len(b), nil
}

func TestCanaryEventsOfMCPGoComeInOneWriteEach(t *testing.T) {
	t.Parallel()
	const subscribe = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{},` + wiretest.ModernMeta + `}}`
	for _, request := range []struct {
		name, body string
		headers    []string
		least      int // how many events come; mcp-go can lose the acknowledgement of a subscription
	}{
		{"a call before 2026-07-28", wiretest.CallLine("1", "noting"), nil, 2},
		{"a call of 2026-07-28", wiretest.ModernCall("1", "noting"), wiretest.ModernHeaders("tools/call", "noting"), 2},
		{"a subscription", subscribe, wiretest.ModernHeaders("subscriptions/listen", ""), 1},
	} {
		t.Run(request.name, func(t *testing.T) {
			t.Parallel()
			w := writes{httptest.NewRecorder(), make(chan string)}
			noted := make(chan struct{})
			s := server.NewMCPServer("upstream", "1")
			wiretest.AddTool(s, "noting", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				if err := wire.Notify(ctx, "notifications/test", nil); err != nil {
					t.Error(err)
				}
				<-noted // mcp-go loses a notification that comes shortly before the result
				return mcp.NewToolResultText("done"), nil
			})
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, pathMCP, strings.NewReader(request.body))
			r.Header.Set("Content-Type", typeJSON)
			r.Header.Set("Accept", typeJSON+", "+typeEvents)
			for i := 0; i < len(request.headers); i += 2 {
				r.Header.Set(request.headers[i], request.headers[i+1])
			}
			go func() {
				defer close(w.each)
				server.NewStreamableHTTPServer(s, server.WithStateLess(true), server.WithDisableLocalhostProtection(true)).ServeHTTP(w, r)
			}()
			count := 0
			for write := range w.each {
				if count++; count == 1 {
					close(noted)
				}
				data, isEvent := strings.CutPrefix(write, eventStart)
				data, ended := strings.CutSuffix(data, eventEnd)
				if !isEvent || !ended || strings.Contains(data, "\n") {
					t.Errorf("mcp-go no longer writes an event as one Write of %q, a line and %q, but %q.\n"+
						"The response writer of Streamable HTTP knows events by that: adapt post.Write.", eventStart, eventEnd, write)
				}
			}
			if count < request.least {
				t.Errorf("%d events, want %d at least", count, request.least)
			}
		})
	}
}
