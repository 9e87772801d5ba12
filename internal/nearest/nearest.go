// Package nearest finds the name somebody meant. Unknown arguments, flags, variables, tools and toolsets are all refused with
// the closest valid one, because a restriction or a filter that is silently ignored does something else than was asked.
package nearest

import (
	"slices"
	"strings"
)

// maxLength is the length of the longest name that is compared, in bytes. The comparison takes time by the product of both lengths, and who asks
// may have sent megabytes.
const maxLength = 256

// Name returns the candidate closest to name, or "" when none is near enough to be worth suggesting: at most a third of the
// letters may differ, ignoring case and separators, or one is a part of the other ("board" for "boardId").
func Name(name string, candidates []string) string {
	if near := within(name, candidates, 3); near != "" || len(name) > maxLength {
		return near
	}
	return containing(normalize(name), candidates)
}

// Slip returns the candidate that name is a slip of the fingers for, or "": at most a quarter of the letters differ.
func Slip(name string, candidates []string) string { return within(name, candidates, 4) }

// within returns the closest candidate if no more than one letter in so many differs.
func within(name string, candidates []string, inSo int) string {
	if len(name) > maxLength {
		return ""
	}
	best, bestDistance := "", 1<<30
	plain := normalize(name)
	for _, c := range candidates {
		if d := distance(plain, normalize(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	if bestDistance > max(1, len(plain)/inSo) {
		return ""
	}
	return best
}

// containing returns the shortest candidate that is a part of the name or has it as one.
func containing(plain string, candidates []string) string {
	const leastLetters = 3
	best := ""
	for _, c := range candidates {
		n := normalize(c)
		if min(len(plain), len(n)) < leastLetters || !strings.Contains(n, plain) && !strings.Contains(plain, n) {
			continue
		}
		if best == "" || len(c) < len(best) {
			best = c
		}
	}
	return best
}

var separators = strings.NewReplacer("-", "", "_", "", ".", "", " ", "")

func normalize(s string) string { return separators.Replace(strings.ToLower(s)) }

// distance is the optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, each one
// step. Swaps count once because they are the most common slip ("serach").
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, previous := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(x); i++ {
		current := make([]int, len(y)+1)
		current[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			current[j] = slices.Min([]int{previous[j] + 1, current[j-1] + 1, previous[j-1] + cost})
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous = previous, current
	}
	return previous[len(y)]
}
