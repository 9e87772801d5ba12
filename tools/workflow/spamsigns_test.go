package workflow

import (
	"slices"
	"testing"
)

// Each sign is seen in what has it, in any script, and in nothing else.
func TestSignsOfSpam(t *testing.T) {
	t.Parallel()
	known := person{id: "1", email: "jo@example.com"}
	for _, tc := range []struct {
		post postFacts
		want []string
	}{
		{postFacts{title: "Dark mode", text: "Please... ---------- 100000 times", author: known}, nil},
		{postFacts{title: "PDF, CSV", author: known}, nil},
		{postFacts{title: "ダークモードに対応してほしい", text: "お願いします", author: known}, nil},
		{postFacts{title: "CHEAP WATCHES", author: known}, []string{"a title in capitals"}},
		{postFacts{title: "СРОЧНО КУПИТЕ", author: known}, []string{"a title in capitals"}},
		{postFacts{title: "See https://example.com", author: known}, []string{"a link in the title"}},
		{postFacts{title: "WWW.example.com", author: known}, []string{"a link in the title"}},
		{postFacts{title: "Wow!!!!!", author: known}, []string{"repeated characters"}},
		{postFacts{title: "Links", html: `<A href="a">1</A><a href="b">2</a><a href="c">3</a>`, author: known}, []string{"3 links"}},
		{postFacts{title: "Links", text: "http://a http://b", author: known}, nil},
		{postFacts{title: "Nobody"}, []string{"no author"}},
		{postFacts{title: "Somebody", author: person{id: "2"}}, []string{"an author without e-mail"}},
		{postFacts{title: "Somebody", author: person{id: "2", kind: "customer"}}, nil},
	} {
		if got := tc.post.signsOfSpam(nil); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: %v, not %v", tc.post, got, tc.want)
		}
	}
	const text = "The same words by two people, long enough to be no accident."
	var p pool
	for _, author := range []string{"1", "1", "2"} {
		p.posts = append(p.posts, &postFacts{id: "post" + author, text: text, author: person{id: author, email: "x"}})
	}
	if got := p.posts[0].signsOfSpam(p.authorsByText()); !slices.Equal(got, []string{"the same text as [post2] by another author"}) {
		t.Error(got)
	}
}
