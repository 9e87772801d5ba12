package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/golden"
	"featurebase-mcp/tools"
)

// What hosts are shown is written down in schemas.txt, a line for each tool. A difference is shown by the lines of the schema; docs/tools.md has it in
// words.
func TestSchemasAreFresh(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for _, op := range tools.Inventory().All() {
		declared := op.Input.Schema()
		fmt.Fprintf(&lines, "%s %s\n", op.Name, declared)
		if diff := cmp.Diff(indented(t, tools.Inventory().Schema(op, true)), indented(t, declared)); diff != "" && !*golden.Update {
			t.Errorf("%s: what is published (-), what is declared (+):\n%s", op.Name, diff)
		}
	}
	golden.File(t, "schemas.txt", lines.String())
}

func indented(t *testing.T, schema json.RawMessage) []string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, schema, "", "  "); err != nil && len(schema) > 0 {
		t.Fatal(err)
	}
	return strings.Split(b.String(), "\n")
}
