package tools

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"featurebase-mcp/internal/engine"
)

// tokensFile has a line for each tool with its name and its number of tokens. A test writes it, because a tokenizer is larger than this
// program.
//
//go:embed tokens.txt
var tokensFile string

var tokens = sync.OnceValue(func() map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(tokensFile) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), " ")
		counts[name], _ = strconv.Atoi(count) // a test compares the file with the count
	}
	return counts
})

// Tokens returns how many tokens of o200k a tool takes in a model's context: its name, description and schema.
func Tokens(op *engine.Operation) int { return tokens()[op.Name] }
