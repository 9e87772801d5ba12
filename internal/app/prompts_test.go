package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/tools"
)

// A person lists the prompts, has an argument completed and gets one, in both eras of the protocol, without a request to the API.
func TestPromptsAreListedCompletedAndGot(t *testing.T) {
	const modern = `,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	var asked atomic.Int32
	h := serve(t, upstream(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	h.initialize("2025-11-25")
	ask := func(method, params, meta string) map[string]any {
		h.send(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s}}`, method, strings.TrimPrefix(params+meta, ","))
		return h.next()
	}
	for _, meta := range []string{"", modern} {
		list := ask("prompts/list", "", meta)["result"].(map[string]any)["prompts"].([]any)
		for _, item := range list {
			if prompt := item.(map[string]any); prompt["title"] == nil || prompt["description"] == nil || prompt["arguments"] == nil {
				t.Errorf("a prompt was not filled in: %v", prompt)
			}
		}
		if len(list) != 7 {
			t.Errorf("%d prompts", len(list))
		}
		got, _ := json.Marshal(ask("completion/complete", `"ref":{"type":"ref/prompt","name":"weekly_report"},"argument":{"name":"period","value":"mo"}`, meta)["result"])
		if !strings.Contains(string(got), `"completion":{"values":["month"]}`) {
			t.Errorf("completed %s", got)
		}
		result := ask("prompts/get", `"name":"weekly_report","arguments":{"period":"month","board":"Bugs"}`, meta)["result"].(map[string]any)
		message := result["messages"].([]any)[0].(map[string]any)
		text, _ := message["content"].(map[string]any)["text"].(string)
		if message["role"] != "user" || !strings.HasPrefix(text, `Report what customers asked for. The period is the last "month". Take only the board "Bugs".`) {
			t.Errorf("got %v", message)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests to the API", n)
	}
}

// What is refused names the prompt and the argument, as an error of the protocol that a host shows.
func TestPromptsAreRefusedInWords(t *testing.T) {
	cfg := sandboxed()
	cfg.Selection = tools.Selection{Toolsets: []string{"none"}, Tools: []string{"get_post", "list_post_voters"}}
	h := serve(t, cfg)
	h.initialize("2025-11-25")
	for params, want := range map[string]string{
		`"name":"close_the_loop"`:                                 "Prompt close_the_loop needs the argument post: The post, by title, id or URL.",
		`"name":"close_the_loop","arguments":{"pots":"x"}`:        `Prompt close_the_loop has no argument "pots"; did you mean "post"?`,
		`"name":"close_loop"`:                                     `Unknown prompt "close_loop"; did you mean "close_the_loop"?`,
		`"name":"weekly_report"`:                                  `Prompt "weekly_report" is switched off: this server is configured without the tools that it needs.`,
		`"name":"close_the_loop","arguments":{"post":["a","b"]}`:  "Invalid params: a member of the params of prompts/get has the wrong JSON type.",
		`"name":"close_the_loop","arguments":{"post":"x","b":""}`: `Prompt close_the_loop has no argument "b"; it has post.`,
	} {
		h.send(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{%s}}`, params)
		failure, _ := h.next()["error"].(map[string]any)
		if failure["message"] != want || failure["code"] != float64(mcp.INVALID_PARAMS) {
			t.Errorf("%s: %v", params, failure)
		}
	}
	h.send(`{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"close_the_loop","arguments":{"post":"Dark mode"}}}`)
	if got := fmt.Sprint(h.next()); !strings.Contains(got, "list_post_voters") || strings.Contains(got, "create_comment") {
		t.Errorf("the selection of the server is not that of its prompts: %s", got)
	}
}
