package tools

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// schemasFile has a line for each tool: its name and its published schema. A test writes it from the declarations, because to reflect and write
// all of them takes longer than the rest of the start.
//
//go:embed schemas.txt
var schemasFile string

var schemas = sync.OnceValue(func() map[string]json.RawMessage {
	published := map[string]json.RawMessage{}
	for line := range strings.Lines(schemasFile) {
		name, schema, _ := strings.Cut(strings.TrimSpace(line), " ")
		published[name] = json.RawMessage(schema)
	}
	return published
})

// Schema returns the published JSON Schema of the arguments. acting says whether the server has an admin to act as: without one, the
// argument that names the admin is required where the API demands it.
func (op *Operation) Schema(acting bool) json.RawMessage {
	if r := op.ActingAdmin; r != nil && r.When == "" && !acting {
		return op.Input.requiring(r.Need)
	}
	return schemas()[op.Name]
}
