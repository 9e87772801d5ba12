package nearest

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	t.Parallel()
	candidates := []string{"search", "sort", "limit", "cursor", "boardId", "search_posts"}
	for _, tc := range []struct{ name, want string }{
		{"serach", "search"},
		{"board_id", "boardId"},
		{"BOARDID", "boardId"},
		{"searchPosts", "search_posts"},
		{"limits", "limit"},
		{"board", "boardId"},
		{"sort_by", "sort"},
		{"zzzzzz", ""},
		{"x", ""},
		{"", ""},
	} {
		if got := Name(tc.name, candidates); got != tc.want {
			t.Errorf("Name(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := Name("a", nil); got != "" {
		t.Errorf("Name without candidates = %q", got)
	}
}

// A slip is nearer than a suggestion: what is refused because of it must not be the name of something else.
func TestSlip(t *testing.T) {
	t.Parallel()
	candidates := []string{"READ_ONLY", "API_KEY", "PUBLIC_URL", "RATE", "TOOLS"}
	for _, tc := range []struct{ name, want string }{
		{"READONLY", "READ_ONLY"},
		{"RED_ONLY", "READ_ONLY"},
		{"RATES", "RATE"},
		{"APIKEY", "API_KEY"},
		{"PUBLIC_KEY", ""},
		{"APP_ID", ""},
		{"READ", ""},
		{"SSO_KEY", ""},
	} {
		if got := Slip(tc.name, candidates); got != tc.want {
			t.Errorf("Slip(%q) = %q, want %q", tc.name, got, tc.want)
		}
	}
}

// A name of megabytes is not compared with each candidate, letter by letter: that would take minutes.
func TestANameWithoutEndIsLikeNoOther(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("boardId", 1_000_000)
	if got := Name(name, []string{"boardId"}); got != "" {
		t.Errorf("%q", got)
	}
}
