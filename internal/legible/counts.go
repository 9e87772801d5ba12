package legible

import (
	"slices"
	"strconv"
	"strings"
)

// ShownOf says how many of some things are shown.
func ShownOf(shown, all int) string {
	if shown == all {
		return Thousands(all)
	}
	return Thousands(shown) + " of " + Thousands(all)
}

// some writes a count with what is counted: 1 vote, 12 votes, 3 searches.
func Count(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "ch"):
		one += "e"
	}
	return Thousands(n) + " " + one + "s"
}

// Thousands writes a number as people read it: 1,340.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Commas joins what is not empty.
func Commas(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}
