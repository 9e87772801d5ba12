//go:build unix

package app

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/shared/sharedtest"
)

// A confirmation that was asked for at one replica holds at another, once. After a restart of the store it holds nowhere, although the store has
// brought back all that it had: what it brings back could as well be older than the use.
func TestAConfirmationEndsWithTheLifeOfTheStore(t *testing.T) {
	server := sharedtest.NewServer(t, "--appendonly", "yes", "--appendfsync", "always")
	address, err := shared.ParseAddress("redis://" + server.Address)
	if err != nil {
		t.Fatal(err)
	}
	cfg, deleted := confirmed(t, engine.ConfirmAuto)
	var calls [2]func(more string) (string, string)
	for i := range calls {
		keys := shared.NewKeys(bytes.Repeat([]byte("k"), 32))
		store := shared.Open(shared.Config{Address: address, Keys: keys})
		t.Cleanup(store.Close)
		cfg.Shared = &Shared{Store: store, Keys: keys}
		url, browser := site(t, cfg)
		calls[i] = func(more string) (string, string) {
			res := post(t, browser, url, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_post","arguments":`+deletion+more+
				`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`,
				mcp.HeaderProtocolVersion, "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "delete_post")
			content, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			var message struct {
				Result struct {
					State string `json:"requestState"`
				} `json:"result"`
			}
			if err := json.Unmarshal(content, &message); err != nil {
				t.Fatalf("%s", content)
			}
			return string(content), message.Result.State
		}
	}
	accept := func(state string) string {
		return `,"requestState":"` + state + `","inputResponses":{"confirm":{"action":"accept"}}`
	}
	expect := func(what, got, want string, made int32) {
		t.Helper()
		if !strings.Contains(got, want) || deleted.Load() != made {
			t.Errorf("%s: %s, deleted %d times", what, got, deleted.Load())
		}
	}
	_, used := calls[0]("")
	got, _ := calls[1](accept(used))
	expect("at another replica", got, aPost, 1)
	got, _ = calls[0](accept(used))
	expect("again", got, "has been used already", 1)
	_, unused := calls[0]("")
	server.Kill()
	asked, state := calls[1]("")
	expect("without the store", asked, "sent nothing: this server cannot reach the store", 1)
	if state != "" {
		t.Error("it asks although the answer could not be kept")
	}
	got, _ = calls[1](accept(unused))
	expect("an answer without the store", got, "sent nothing: this server cannot reach the store", 1)
	server.Start()
	for cfg.Shared.Store.Away() || state == "" { // it finds by itself that the store is back
		_, state = calls[1]("")
	}
	for what, old := range map[string]string{"used": used, "unused": unused} {
		got, _ = calls[1](accept(old))
		expect("after a restart, "+what, got, "is not one for this call", 1)
	}
	got, _ = calls[1](accept(state))
	expect("after a restart, asked again", got, aPost, 2)
}
