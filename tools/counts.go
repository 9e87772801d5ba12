package tools

import (
	"slices"
	"strconv"
	"strings"
)

// How answers of workflows count, so that a part never passes for the whole.

// ofPosts says how many of a list of posts were looked at: "all 12 posts", "120 of 1,340 posts", "120 posts; there are more". which says what
// posts these are: "of the period".
func (c collection) ofPosts(which string) string {
	const one = "post"
	if which != "" {
		which = " " + which
	}
	switch n := len(c.items); {
	case c.whole && n == 0:
		return "no " + one + "s" + which
	case c.whole:
		return "all " + some(n, one) + which
	case c.told && c.capped:
		return thousands(n) + " of more than " + some(c.total, one) + which
	case c.told && c.total > n:
		return thousands(n) + " of " + some(c.total, one) + which
	default:
		return some(n, one) + which + "; there are more"
	}
}

// count says how many a list or search has: "12", "more than 5,000", "at least 300".
func (c collection) count() string {
	switch n := thousands(c.total); {
	case c.told && c.capped:
		return "more than " + n
	case c.told || c.whole:
		return n
	default:
		return "at least " + n
	}
}

// exact reports that count is no less than what there is.
func (c collection) exact() bool { return c.whole || c.told && !c.capped }

// shownOf says how many of some things are shown.
func shownOf(shown, all int) string {
	if shown == all {
		return thousands(all)
	}
	return thousands(shown) + " of " + thousands(all)
}

// some writes a count with what is counted: 1 vote, 12 votes, 3 searches.
func some(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "ch"):
		one += "e"
	}
	return thousands(n) + " " + one + "s"
}

// thousands writes a number as people read it: 1,340.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// inList is a name as it stands in a list: in quotes where the list could not be told from it.
func inList(name string) string {
	if strings.ContainsAny(name, ",;:") {
		return show(name)
	}
	return name
}

// commas joins what is not empty.
func commas(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}
