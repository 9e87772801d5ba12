package planning_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// everything exposes all tools, with an acting admin where the API demands one.
func everything() app.Config {
	return app.Config{
		Sandbox: &app.Sandbox{}, ActingAdmin: "tomasz@plumline.example",
		Selection: tools.Selection{Toolsets: []string{tools.AllTools}},
	}
}

func planIn(t *testing.T, answer string) string {
	t.Helper()
	id := regexp.MustCompile(`plan_[a-z0-9]+`).FindString(answer)
	if id == "" {
		t.Fatalf("no plan in %s", answer)
	}
	return id
}

func ask(t *testing.T, host *mcpclient.Client, tool string, args any) string {
	t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	text, failed := enginetest.Ask(t, host, tool, string(data))
	if failed {
		t.Fatalf("%s: %s", tool, text)
	}
	return text
}

func TestTryOut(t *testing.T) {
	host := enginetest.Start(t, everything())
	var csv strings.Builder
	csv.WriteString("email,name,companies.0.id,companies.0.name,customFields.plan\n")
	for i := range 200 {
		fmt.Fprintf(&csv, "jo%d@example.com,Jo %d,acme%d,Acme %d,pro\n", i, i, i%9, i%9)
	}
	answer := ask(t, host, "plan_changes", map[string]any{"tool": "upsert_contact", "csv": csv.String()})
	t.Log(answer, enginetest.Tokens(t, answer))
	answer = ask(t, host, "apply_plan", map[string]any{"planId": planIn(t, answer)})
	t.Log(answer, enginetest.Tokens(t, answer))
	answer = ask(t, host, "plan_changes", map[string]any{"tool": "upsert_contact", "csv": csv.String()})
	t.Log(answer, enginetest.Tokens(t, answer))
	answer = ask(t, host, "plan_changes", map[string]any{"changes": []any{
		map[string]any{"tool": "update_post", "arguments": map[string]any{"postId": "692de4d18c2fe90da8000019", "statusId": "Planned", "tags": []string{"Calendar", "API"}}},
		map[string]any{"tool": "update_post", "arguments": map[string]any{"postId": "69689c828c2fe90da8000026", "statusId": "Planned", "sendStatusUpdateEmail": true}},
		map[string]any{"tool": "update_post", "arguments": map[string]any{"postId": "69689c828c2fe90da8000026", "statusId": "Shipped"}},
		map[string]any{"tool": "update_post", "arguments": map[string]any{"postId": "692de4d18c2fe90da8000010", "statusId": "Planned"}},
		map[string]any{"tool": "update_posts", "arguments": map[string]any{}},
		map[string]any{"tool": "attach_conversation_tag", "arguments": map[string]any{"conversationId": "10083", "tagId": "Bug"}},
		map[string]any{"tool": "delete_post", "arguments": map[string]any{"postId": "692057048c2fe90da8000016"}},
		map[string]any{"tool": "create_comment", "arguments": map[string]any{"postId": "692de4d18c2fe90da8000019", "content": "Soon."}},
		map[string]any{"tool": "get_post", "arguments": map[string]any{"postId": "692de4d18c2fe90da8000019"}},
	}})
	t.Log(answer)
	id := planIn(t, answer)
	answer = ask(t, host, "apply_plan", map[string]any{"planId": id, "except": []int{7}})
	t.Log(answer)
	answer = ask(t, host, "plan_changes", map[string]any{"undo": id})
	t.Log(answer)
	answer = ask(t, host, "apply_plan", map[string]any{"planId": planIn(t, answer)})
	t.Log(answer)
	_ = sandbox.Options{}
}
