package engine

import "featurebase-mcp/internal/legible"

// Workflows state counts in these words, so that a part of a list never passes for the whole.

// OfPosts says how many posts of a list were read: "all 12 posts", "120 of 1,340 posts", "120 posts; there are more". which qualifies the
// posts, such as "of the period"; it may be empty.
func (c Collection) OfPosts(which string) string {
	const one = "post"
	if which != "" {
		which = " " + which
	}
	switch n := len(c.Items); {
	case c.Whole && n == 0:
		return "no " + one + "s" + which
	case c.Whole:
		return "all " + legible.Count(n, one) + which
	case c.told && c.capped:
		return legible.Thousands(n) + " of more than " + legible.Count(c.Total, one) + which
	case c.told && c.Total > n:
		return legible.Thousands(n) + " of " + legible.Count(c.Total, one) + which
	default:
		return legible.Count(n, one) + which + "; there are more"
	}
}

// Count says how many items a list or search has: "12", "more than 5,000", "at least 300".
func (c Collection) Count() string {
	switch n := legible.Thousands(c.Total); {
	case c.told && c.capped:
		return "more than " + n
	case c.told || c.Whole:
		return n
	default:
		return "at least " + n
	}
}

// Exact reports whether Count is the exact number.
func (c Collection) Exact() bool { return c.Whole || c.told && !c.capped }
