package render

import "testing"

func TestLinkStart(t *testing.T) {
	t.Parallel()
	const posts = "https://a.example/p/"
	for _, c := range []struct {
		links []string
		want  string
	}{
		{nil, ""},
		{[]string{posts + "dark-mode"}, ""},
		{[]string{posts + "dark-mode", "", posts + "dark-menu"}, posts},
		{[]string{posts + "dark-mode", posts + "dark-mode"}, posts},
		{[]string{posts + "dark-mode", "https://a.example/help/en"}, ""},
		{[]string{posts + "dark-mode", "https://b.example/p/dark-mode"}, ""},
		{[]string{"no link", "no line"}, ""},
		{[]string{posts + "a", "ftp"}, ""},
	} {
		if got := LinkStart(c.links...); got != c.want {
			t.Errorf("%q: %q", c.links, got)
		}
	}
}
