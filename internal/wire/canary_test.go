package wire_test

import (
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/wiretest"
)

// The tests of this file hold mcp-go to the texts that this package reads. Nothing else notices when an update changes
// one: the answers only become those of mcp-go again.

func TestCanaryErrorsOfMCPGoAreKnownByTheirText(t *testing.T) {
	t.Parallel()
	s := server.NewMCPServer("upstream", "1",
		server.WithToolCapabilities(false), server.WithResourceCapabilities(false, false), server.WithPromptCapabilities(false))
	s.AddPrompt(mcp.NewPrompt("known"), nil)
	s.AddResource(mcp.NewResource("test://known", "known"), nil)
	wiretest.AddTool(s, "known", nil)
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
