package workflow

import "testing"

// A link to a post is a mention whatever stands behind it, except for what makes it the address of something else.
func TestLinksToPostsAreMentions(t *testing.T) {
	t.Parallel()
	const address = "https://acme.example.com/p/dark-mode"
	for after, want := range map[string]bool{
		"": true, " ": true, `">`: true, ".": true, "?utm=x": true, "#c1": true,
		"\u00a0": true, "…": true, "”": true, "。": true,
		"-2": false, "/votes": false, "s": false, "é": false, "式": false,
	} {
		s := searchable{html: "shipped: " + address + after}
		if got := s.mentions(postFacts{url: address, title: "Dark mode"}); got != want {
			t.Errorf("a link followed by %q is a mention: %v, want %v", after, got, want)
		}
	}
}
