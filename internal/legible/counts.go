package legible

import (
	"slices"
	"strconv"
	"strings"
)

// ShownOf writes how many of all things are shown: "12 of 1,340", or "12" if these are all.
func ShownOf(shown, all int) string {
	if shown == all {
		return Thousands(all)
	}
	return Thousands(shown) + " of " + Thousands(all)
}

// Count writes a number with the English noun that it counts, given in the singular: 1 vote, 12 votes, 3 searches.
func Count(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "ch"):
		one += "e"
	}
	return Thousands(n) + " " + one + "s"
}

// Thousands writes a number with commas between its thousands: 1,340.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Commas joins the words that are not empty with ", ". It changes the slice.
func Commas(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}
