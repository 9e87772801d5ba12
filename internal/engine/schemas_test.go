package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/tools"
)

func TestSchemasAreFresh(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for _, op := range tools.Inventory().All() {
		declared := op.Input.Schema()
		fmt.Fprintf(&lines, "%s %s\n", op.Name, declared)
		if string(tools.Inventory().Schema(op, true)) != string(declared) && !*update {
			t.Errorf("%s is published as %s, declared as %s", op.Name, tools.Inventory().Schema(op, true), declared)
		}
	}
	golden(t, "../../../tools/schemas.txt", []byte(lines.String()))
}
