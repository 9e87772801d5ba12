package httptransport

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire/wiretest"
)

// Every stream gets a comment in each interval, also one that has not begun, and nothing of it disturbs a client.
func TestStreamsAreKeptAlive(t *testing.T) {
	t.Parallel()
	const interval, open = 15 * time.Second, time.Minute + time.Second
	for name, request := range map[string]func(ctx context.Context, p *wiretest.Site, session []string) *http.Response{
		"SSE": func(ctx context.Context, p *wiretest.Site, _ []string) *http.Response {
			return p.Do(ctx, http.MethodGet, pathSSE, "")
		},
		"of a session": func(ctx context.Context, p *wiretest.Site, session []string) *http.Response {
			return p.Do(ctx, http.MethodGet, pathMCP, "", session...)
		},
		"a subscription": func(ctx context.Context, p *wiretest.Site, _ []string) *http.Response {
			return p.Do(ctx, http.MethodPost, pathMCP, wiretest.Listen("1", `"toolsListChanged":true`), wiretest.ModernHeaders("subscriptions/listen", "")...)
		},
		"a call": func(ctx context.Context, p *wiretest.Site, _ []string) *http.Response {
			return p.Do(ctx, http.MethodPost, pathMCP, wiretest.ModernCall("1", "slow"), wiretest.ModernHeaders("tools/call", "slow")...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := wiretest.NewServer(t, wiretest.Quiet())
				wiretest.AddTool(s, "slow", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					time.Sleep(open)
					return mcp.NewToolResultText("done at last"), nil
				})
				p := wiretest.OpenPiped(t, New(s, Options{KeepAlive: interval}).Serve)
				session := p.Handshake()
				ctx, leave := context.WithTimeout(t.Context(), open+time.Second)
				defer leave()
				start := time.Now()
				response := request(ctx, p, session)
				if got := response.Header.Get("Content-Type"); got != typeEvents {
					t.Fatalf("%d %s", response.StatusCode, got)
				}
				var comments []time.Duration
				var rest strings.Builder
				for lines := bufio.NewReader(response.Body); ; {
					line, err := lines.ReadString('\n')
					if err != nil {
						break
					}
					if !strings.HasPrefix(line, ":") {
						rest.WriteString(line)
						continue
					}
					comments = append(comments, time.Since(start))
					if line, err := lines.ReadString('\n'); line != "\n" {
						t.Errorf("a comment is followed by %q %v", line, err)
					}
				}
				if len(comments) != int(open/interval) {
					t.Errorf("comments at %v", comments)
				}
				for i, at := range comments {
					if at != time.Duration(i+1)*interval {
						t.Errorf("comments at %v", comments)
					}
				}
				if name == "a call" && !strings.Contains(rest.String(), "done at last") {
					t.Errorf("the answer: %q", rest.String())
				}
			})
		})
	}
}

// A client that takes no stream gets the answer as it always did.
func TestAnAnswerWithoutAStreamIsNotInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := wiretest.NewServer(t, wiretest.Quiet())
		wiretest.AddTool(s, "slow", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			time.Sleep(time.Minute)
			return mcp.NewToolResultText("done"), nil
		})
		p := wiretest.OpenPiped(t, New(s, Options{}).Serve)
		response := p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.ModernCall("1", "slow"), append(wiretest.ModernHeaders("tools/call", "slow"), "Accept", typeJSON)...)
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != typeJSON || !strings.HasPrefix(string(body), `{"jsonrpc"`) {
			t.Errorf("%d %s %v", response.StatusCode, body, err)
		}
	})
}
