package prose

import (
	"slices"
	"strings"
	"testing"
)

func TestWithout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, missing, want string }{
		"nothing is missing":          {"Use get_post. Ask.\n\n- a_b.", "", "Use get_post. Ask.\n\n- a_b."},
		"a sentence":                  {"Read it: get_post. Ask.", "get_post", "Ask."},
		"the last sentence":           {"Ask. Read it: get_post.", "get_post", "Ask."},
		"a blank":                     {"Look at boards. Only {board}.", "{board}", "Look at boards."},
		"an item, and the numbers":    {"1. One.\n2. Read: get_post.\n3. Three.", "get_post", "1. One.\n2. Three."},
		"each list has its numbers":   {"1. get_post.\n2. b.\n\nText\n1. c.\n2. d.", "get_post", "1. b.\n\nText\n1. c.\n2. d."},
		"a line without a mark":       {"Head\nRead: get_post.\n\nTail", "get_post", "Head\n\nTail"},
		"one in parentheses":          {"Look up (get_post, list_boards, ...).", "get_post", "Look up (list_boards, ...)."},
		"the last one in parentheses": {"Look up (get_post, ...).", "get_post", "Look up."},
		"two lists":                   {"A (get_post) b (x_y, get_post) c.", "get_post", "A b (x_y) c."},
		"other parentheses":           {"A (see get_post) and ( b. C (get_post", "x_y", "A (see get_post) and ( b. C (get_post"},
		"a number alone":              {". a\n1.b\n12. x_y. c.", "x_y", ". a\n1.b\n1. c."},
	} {
		missing := func(word string) bool { return slices.Contains(strings.Fields(c.missing), word) }
		if got := Without(c.text, missing); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                "",
		"Use get_post, then list_boards.": "get_post list_boards",
		"{board} or `get_post`":           "{board} get_post",
		"{{board}} {Board} {} {a_b} {":    "{board} a_b",
		"x_ _x a__b A_b a_B a1_b a_b1 ab": "",
		"éget_post get_post's":            "get_post get_post",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
