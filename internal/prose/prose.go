// Package prose shortens what is written for models, so that it never sends them to what is not there.
package prose

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// word is what a text can be without: the name of a tool, or a {blank} to fill in.
	word = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b|\{[a-z]+\}`)
	// list are tools in parentheses: examples, of which some can be missing.
	list = regexp.MustCompile(` \(([a-z]+(?:_[a-z]+)+(?:, [a-z_.]+)*)\)`)
	// item is a line of a list: its mark and the rest.
	item = regexp.MustCompile(`^(- |\d+\. )(.*)$`)
)

// Words returns the tools and the {blanks} that a text names, in its order.
func Words(text string) []string { return word.FindAllString(text, -1) }

// Without leaves out what names a word that is missing: tools in parentheses one by one, other sentences as a whole, and lines of which no
// sentence is left. A sentence ends with ". ", and numbered lists are numbered anew.
func Without(text string, missing func(word string) bool) string {
	var lines []string
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		line = list.ReplaceAllStringFunc(line, func(tools string) string { return remaining(tools, missing) })
		mark, rest := "", line
		if parts := item.FindStringSubmatch(line); parts != nil {
			mark, rest = parts[1], parts[2]
		} else {
			number = 0
		}
		sentences := slices.DeleteFunc(strings.SplitAfter(rest, ". "), func(sentence string) bool {
			return slices.ContainsFunc(Words(sentence), missing)
		})
		if len(sentences) == 0 {
			continue
		}
		if strings.HasSuffix(mark, ". ") {
			number++
			mark = strconv.Itoa(number) + ". "
		}
		lines = append(lines, mark+strings.TrimSpace(strings.Join(sentences, "")))
	}
	return strings.Join(lines, "\n")
}

// remaining is a list in parentheses without the tools that are missing, and nothing if none is left.
func remaining(tools string, missing func(string) bool) string {
	words := strings.Split(strings.Trim(tools, " ()"), ", ")
	words = slices.DeleteFunc(words, missing)
	if !slices.ContainsFunc(words, word.MatchString) {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
