package tools

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// schemasFile has a line for each tool with its name and its published schema. A test writes it from the declarations, because reflecting
// all schemas takes longer than the rest of the start.
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
