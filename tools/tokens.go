package tools

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"featurebase-mcp/internal/engine"
)

// tokensFile has a line for each tool: its name and its tokens. A test writes it, because a tokenizer weighs more than this program.
//
//go:embed tokens.txt
var tokensFile string

var tokens = sync.OnceValue(func() map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(tokensFile) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), " ")
		counts[name], _ = strconv.Atoi(count) // a test compares what is read with what was counted
	}
	return counts
})

// Tokens returns what the tool costs the context of everybody who has it: the o200k tokens of its name, description and schema.
func Tokens(op *engine.Operation) int { return tokens()[op.Name] }
