package enginetest

import (
	"regexp"
	"strings"
	"unicode"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/engine"
)

// Contract returns the API document's side of an operation, or nil.
func Contract(op *engine.Operation) *contract.Operation {
	for _, c := range contract.Load().Operations() {
		if Snake(c.ID) == op.Name {
			return c
		}
	}
	return nil
}

// Snake is the name of the tool for an operation of the document.
func Snake(id string) string {
	var b strings.Builder
	for _, r := range id {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// AnyHole is a place for an id in a path.
var AnyHole = regexp.MustCompile(`\{[^}]*\}`)

// Holes pairs the document's names of holes in a path with those of the declaration, by position. The paths have to be alike.
func Holes(op *engine.Operation, c *contract.Operation) map[string]string {
	theirs, ours := AnyHole.FindAllString(c.Path, -1), AnyHole.FindAllString(op.Path, -1)
	pairs := map[string]string{}
	for i := range theirs {
		pairs[strings.Trim(theirs[i], "{}")] = strings.Trim(ours[i], "{}")
	}
	return pairs
}
