package render

import (
	"strings"

	"featurebase-mcp/internal/legible"
)

// TextBreak is a place where a text may be cut.
type TextBreak struct {
	At    string // the text at the place
	After int    // how many bytes of At belong to the part before the cut
}

// BreakBefore returns the offset at which to cut a text that is longer than room bytes. It takes the first of the breaks that leaves at
// least a third of the room used, or else cuts between two characters.
func BreakBefore(text string, room int, breaks []TextBreak) int {
	for _, b := range breaks {
		if i := strings.LastIndex(text[:room], b.At); i >= room/3 {
			return i + b.After
		}
	}
	return legible.RuneStart(text, room)
}
