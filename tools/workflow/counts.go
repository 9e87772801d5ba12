package workflow

import (
	"strings"

	"featurebase-mcp/internal/input"
)

// inList returns a name for a list, in quotes if it contains a separator of lists.
func inList(name string) string {
	if strings.ContainsAny(name, ",;:") {
		return input.Show(name)
	}
	return name
}
