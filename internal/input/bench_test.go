package input_test

import (
	"testing"

	"featurebase-mcp/internal/input"
)

func BenchmarkSchemas(b *testing.B) {
	type search struct {
		BoardID input.ObjectID `json:"boardId,omitempty"`
		Query   []string       `json:"query,omitempty" jsonschema:"maxItems=15"`
		Sort    string         `json:"sort,omitempty" jsonschema:"enum=recent,enum=oldest"`
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(input.Args[search]().Schema()) == 0 {
			b.Fatal("no schema")
		}
	}
}
