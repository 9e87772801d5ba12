package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/tools"
)

// A row of the audit log says who did it, and by which key; a wrong action is answered with the actions there are.
func TestAuditRowsSayWho(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	if answer, isError := enginetest.Ask(t, host, "create_changelog", `{"title":"Who wrote this","markdownContent":"A line."}`); isError {
		t.Fatal(answer)
	}
	var log struct {
		Data []struct {
			Action   string `json:"action"`
			Actor    string `json:"actor"`
			APIKey   string `json:"apiKey"`
			Resource string `json:"resource"`
		} `json:"data"`
	}
	answer, isError := enginetest.Ask(t, host, "list_audit_logs", `{"action":"changelog.created","limit":1}`)
	if err := json.Unmarshal([]byte(answer), &log); isError || err != nil || len(log.Data) != 1 {
		t.Fatalf("%v: %s", err, answer)
	}
	if row := log.Data[0]; row.Actor == "" || row.APIKey != "Sandbox key" || row.Resource != "Who wrote this" || row.Action != "changelog.created" {
		t.Errorf("%+v", row)
	}
	if answer, _ := enginetest.Ask(t, host, "list_audit_logs", `{"action":"changelog.deletd"}`); !strings.Contains(answer, `did you mean "changelog.deleted"?`) {
		t.Error(answer)
	}
	answer, isError = enginetest.Ask(t, host, "list_audit_logs", `{"action":"who logged in"}`)
	if !isError {
		t.Fatal(answer)
	}
	actions := tools.Inventory().Lookup("list_audit_logs").Input.Shape().Props["action"].Enum
	if len(actions) < 100 {
		t.Fatalf("only %d actions", len(actions))
	}
	for _, action := range actions {
		if !strings.Contains(answer, action) {
			t.Errorf("%s is not among the actions: %s", action, answer)
		}
	}
}
