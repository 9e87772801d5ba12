package render

import (
	"strings"

	"featurebase-mcp/internal/legible"
)

// TextBreak is where a text may be cut.
type TextBreak struct {
	At    string
	After int // how much of it still belongs to the part before
}

// BreakBefore returns where to cut a text that is longer than its room, so that a good part of the room is used.
func BreakBefore(text string, room int, breaks []TextBreak) int {
	for _, b := range breaks {
		if i := strings.LastIndex(text[:room], b.At); i >= room/3 {
			return i + b.After
		}
	}
	return legible.RuneStart(text, room)
}
