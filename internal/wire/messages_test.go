package wire_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

// TestToolResultIsWhatUpstreamWrites fails when mcp.CallToolResult gains a member that ToolResult lacks.
func TestToolResultIsWhatUpstreamWrites(t *testing.T) {
	t.Parallel()
	full := mcp.CallToolResult{
		Result:            mcp.Result{Meta: mcp.NewMetaFromMap(map[string]any{"a": 1}), ResultType: mcp.ResultTypeInputRequired},
		Content:           []mcp.Content{mcp.NewTextContent("<t>"), mcp.NewImageContent("aGk=", "image/png")},
		StructuredContent: map[string]any{"b": "<"},
		IsError:           true,
		MultiRoundTripResult: mcp.MultiRoundTripResult{
			InputRequests: mcp.InputRequests{"q": mcp.NewElicitationInputRequest(mcp.ElicitationParams{Message: "sure?"})},
			RequestState:  "state",
		},
	}
	raw := full
	raw.StructuredContent, raw.RawStructuredContent = nil, json.RawMessage(`{"c":12345678901234567890}`)
	for name, result := range map[string]mcp.CallToolResult{"full": full, "raw": raw, "empty": {}} {
		theirs, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := json.Marshal(wire.NewToolResult(&result))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := canonical(t, theirs), canonical(t, ours); a != b {
			t.Errorf("%s: mcp-go writes\n%s\nwe write\n%s", name, a, b)
		}
	}
}

// canonical sorts the members of a JSON document.
func canonical(t *testing.T, document []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
