package workflow

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Signs of spam are features that can be seen in any language. None of them is proof: an eager customer writes in capitals too.

const (
	manyLinks    = 3  // links in one text
	longShout    = 8  // letters of a title in capitals
	longRun      = 5  // times the same character in a row
	tellingTwins = 40 // characters of a text that two people do not both write by chance
)

// authorsByText groups the posts by their text, where the text is long enough to be telling.
func (p *pool) authorsByText() map[string][]*postFacts {
	byText := map[string][]*postFacts{}
	for _, post := range p.posts {
		if utf8.RuneCountInString(post.text) >= tellingTwins {
			key := strings.ToLower(post.text)
			byText[key] = append(byText[key], post)
		}
	}
	return byText
}

// signsOfSpam returns the signs of spam in a post, in words.
func (p *postFacts) signsOfSpam(sameText map[string][]*postFacts) []string {
	var signs []string
	if n := max(strings.Count(strings.ToLower(p.html), "<a "), strings.Count(p.text, "://")); n >= manyLinks {
		signs = append(signs, fmt.Sprintf("%d links", n))
	}
	if strings.Contains(p.title, "://") || strings.Contains(strings.ToLower(p.title), "www.") {
		signs = append(signs, "a link in the title")
	}
	if isShouted(p.title) {
		signs = append(signs, "a title in capitals")
	}
	if hasRun(p.title) || hasRun(p.text) {
		signs = append(signs, "repeated characters")
	}
	if p.author.id == "" && p.author.email == "" {
		signs = append(signs, "no author")
	} else if p.author.email == "" && p.author.kind != customerSide { // many customers have only an id from another system
		signs = append(signs, "an author without e-mail")
	}
	for _, twin := range sameText[strings.ToLower(p.text)] {
		if twin.id != p.id && twin.author.id != p.author.id {
			signs = append(signs, "the same text as ["+twin.id+"] by another author")
			break
		}
	}
	return signs
}

// isShouted reports whether a text is in capitals, in scripts that have them.
func isShouted(s string) bool {
	capitals := 0
	for _, r := range s {
		switch {
		case unicode.IsLower(r):
			return false
		case unicode.IsUpper(r):
			capitals++
		}
	}
	return capitals >= longShout
}

// hasRun reports whether a text repeats a character many times in a row. Digits, spaces and characters that people draw lines with do not
// count.
func hasRun(s string) bool {
	run, last := 0, rune(-1)
	for _, r := range s {
		if r != last {
			run, last = 0, r
		}
		if run++; run >= longRun && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune(".-_=*~#─", r) {
			return true
		}
	}
	return false
}
