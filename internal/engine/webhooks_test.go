package engine_test

import (
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// Whoever reads a signing secret can forge deliveries, and header values are often keys. Only the calls that exist to make a secret show
// it, and none shows a header's value.
func TestWebhooksKeepTheirSecrets(t *testing.T) {
	t.Parallel()
	const secret, value = "whsec_do_not_show", "Bearer do-not-show"
	showing := []string{"create_webhook", "refresh_webhook_secret"}
	list, one := recorded(t, "webhooks.json"), recorded(t, "webhooks.json#0")
	for _, answer := range [][]byte{list, one} {
		if !strings.Contains(string(answer), secret) || !strings.Contains(string(answer), value) {
			t.Fatal("the response has no secret to keep")
		}
	}
	for _, op := range tools.Inventory().ToolsetOf("list_webhooks").Operations {
		for _, detail := range []string{"", "full"} {
			for _, raw := range [][]byte{list, one} {
				text := op.RenderIn(raw, input.Arguments{Detail: detail}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}})
				if strings.Contains(text, value) {
					t.Errorf("%s %s shows a header's value: %s", op.Name, detail, text)
				}
				if !slices.Contains(showing, op.Name) && strings.Contains(text, secret) {
					t.Errorf("%s %s shows the signing secret: %s", op.Name, detail, text)
				}
			}
		}
		if slices.Contains(showing, op.Name) && !strings.Contains(op.RenderIn(one, input.Arguments{}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}), secret) {
			t.Errorf("%s does not show the secret that it made", op.Name)
		}
	}
	if text := tools.Inventory().Lookup("get_webhook").RenderIn(one, input.Arguments{}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}); !strings.Contains(text, `"Authorization":"`+render.Withheld+`"`) {
		t.Errorf("get_webhook does not tell which headers are sent: %s", text)
	}
}
