package doctor

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
)

// probe returns the smallest request of the first operation that reads without arguments. It takes only a GET, which cannot write even if its
// declaration is wrong.
func probe(set *engine.Toolset) (client.Request, bool) {
	for _, op := range set.Operations {
		if op.Effect != engine.Read || op.Method != http.MethodGet || strings.Contains(op.Path, "{") || slices.ContainsFunc(op.Rules, func(r input.Rule) bool { return r.When == "" && r.Need != "" }) {
			continue
		}
		var schema struct {
			Properties map[string]json.RawMessage `json:"properties"`
			Required   []string                   `json:"required"`
		}
		if json.Unmarshal(tools.Inventory().Schema(op, true), &schema) != nil || len(schema.Required) > 0 {
			continue
		}
		req := client.Request{Operation: op.Name, Method: op.Method, Path: op.Path, Safety: client.Read, Version: op.Version}
		if _, ok := schema.Properties["limit"]; ok {
			req.Query = "limit=1"
		}
		return req, true
	}
	return client.Request{}, false
}
