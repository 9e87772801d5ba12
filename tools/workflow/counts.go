package workflow

import (
	"strings"

	"featurebase-mcp/internal/input"
)

// inList is a name as it stands in a list: in quotes where the list could not be told from it.
func inList(name string) string {
	if strings.ContainsAny(name, ",;:") {
		return input.Show(name)
	}
	return name
}
