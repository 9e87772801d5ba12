package workflow

import (
	"cmp"
	"maps"
	"slices"
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

// byCount returns the keys of counts, the greatest count first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
}
