package wire

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The tests of this file hold mcp-go to the texts that this package reads. Nothing else notices when an update changes
// one: the answers only become those of mcp-go again.

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
	const subscribe = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{},` + modernMeta + `}}`
	for _, request := range []struct {
		name, body string
		headers    []string
		least      int // how many events come; mcp-go can lose the acknowledgement of a subscription
	}{
		{"a call before 2026-07-28", callLine("1", "noting"), nil, 2},
		{"a call of 2026-07-28", modernCall("1", "noting"), modernHeaders("tools/call", "noting"), 2},
		{"a subscription", subscribe, modernHeaders("subscriptions/listen", ""), 1},
	} {
		t.Run(request.name, func(t *testing.T) {
			t.Parallel()
			w := writes{httptest.NewRecorder(), make(chan string)}
			noted := make(chan struct{})
			s := server.NewMCPServer("upstream", "1")
			addTool(s, "noting", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				if err := Notify(ctx, "notifications/test", nil); err != nil {
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

func TestCanaryErrorsOfMCPGoAreKnownByTheirText(t *testing.T) {
	t.Parallel()
	s := server.NewMCPServer("upstream", "1",
		server.WithToolCapabilities(false), server.WithResourceCapabilities(false, false), server.WithPromptCapabilities(false))
	s.AddPrompt(mcp.NewPrompt("known"), nil)
	s.AddResource(mcp.NewResource("test://known", "known"), nil)
	addTool(s, "known", nil)
	for _, test := range []struct {
		method, params string
		code           int
		begin, end     string
	}{
		{"tools/call", `7`, mcp.INVALID_REQUEST, "unparsable ", ""},
		{"tools/call", `{"name":[1]}`, mcp.INVALID_REQUEST, "unparsable ", ""},
		{"resources/read", `{"uri":7}`, mcp.INVALID_REQUEST, "unparsable ", ""},
		{"prompts/get", `[]`, mcp.INVALID_REQUEST, "unparsable ", ""},
		{"tools/call", `{"name":"unknown"}`, mcp.INVALID_PARAMS, "", server.ErrToolNotFound.Error()},
		{"prompts/get", `{"name":"unknown"}`, mcp.INVALID_PARAMS, "", server.ErrPromptNotFound.Error()},
		{"resources/read", `{"uri":"test://unknown"}`, mcp.RESOURCE_NOT_FOUND, "", server.ErrResourceNotFound.Error()},
	} {
		answer := s.HandleMessage(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"`+test.method+`","params":`+test.params+`}`))
		failure, ok := answer.(mcp.JSONRPCError)
		if !ok {
			t.Errorf("%s %s: %+v is no error", test.method, test.params, answer)
			continue
		}
		text := failure.Error.Message
		if failure.Error.Code != test.code || !strings.HasPrefix(text, test.begin) || !strings.HasSuffix(text, test.end) {
			t.Errorf("%s %s: mcp-go no longer answers with error %d and a text that begins with %q and ends with %q, but with %d %q.\n"+
				"coded.go knows the error by that and puts words for a client in its place: adapt errorSlot.repair.",
				test.method, test.params, test.code, test.begin, test.end, failure.Error.Code, text)
		}
	}
}
