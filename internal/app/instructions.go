package app

import (
	_ "embed"

	"featurebase-mcp/internal/prose"
	"featurebase-mcp/tools"
)

// instructions is what every host shows its model about the server as a whole, where all tools are on.
//
//go:embed instructions.md
var instructions string

// instructionsFor leaves out what would send a model to tools that it cannot call.
func instructionsFor(offBy func(tool string) string) string {
	off := func(word string) bool { return tools.Inventory().Lookup(word) != nil && offBy(word) != "" }
	return prose.Without(instructions, off)
}
