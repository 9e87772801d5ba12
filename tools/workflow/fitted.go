package workflow

import "featurebase-mcp/internal/legible"

// answerRoom is how many tokens an answer may take by the estimate, so that it stays within 2,500.
const answerRoom = 2250

// short returns a name for a line that has many: of at most sixteen tokens or so, which every id has.
func short(name string) string { return fit(name, 16) }

// fullness is how much the lists of an answer show.
type fullness struct {
	words  int  // tokens of first words below a row; 0: none
	titles bool // also those that a link says in the same words
	rows   int  // of the longest list
}

// fitted returns the fullest form of an answer that has room.
func fitted(room int, write func(fullness) string) string {
	for _, f := range []fullness{{45, true, 30}, {30, true, 30}, {20, true, 30}, {12, true, 30}, {20, false, 30}, {12, false, 30}, {0, true, 30}, {0, false, 30}, {0, false, 20}, {0, false, 12}} {
		if text := write(f); tokens(text) <= room {
			return text
		}
	}
	return write(fullness{rows: 6})
}

// shownOf says how many things a list shows, such as "30 of 120 posts", or "all 12 posts".
func shownOf(shown, all int, one string) string {
	if shown == all {
		return "all " + legible.Count(all, one)
	}
	return legible.Thousands(shown) + " of " + legible.Count(all, one)
}
