package tools

import (
	"fmt"
	"strings"
	"testing"
)

func TestSchemasAreFresh(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for _, op := range All() {
		declared := op.Input.Schema()
		fmt.Fprintf(&lines, "%s %s\n", op.Name, declared)
		if string(op.Schema(true)) != string(declared) && !*update {
			t.Errorf("%s is published as %s, declared as %s", op.Name, op.Schema(true), declared)
		}
	}
	golden(t, "../schemas.txt", []byte(lines.String()))
}
