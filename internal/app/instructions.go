package app

import (
	_ "embed"

	"featurebase-mcp/internal/prose"
	"featurebase-mcp/tools"
)

// instructions is the text about the server that hosts show their models, for a server with all tools.
//
//go:embed instructions.md
var instructions string

// instructionsFor leaves out what would send a model to tools that it cannot call.
func instructionsFor(offBy func(tool string) string) string {
	off := func(word string) bool { return tools.Inventory().Lookup(word) != nil && offBy(word) != "" }
	return prose.Without(instructions, off)
}
