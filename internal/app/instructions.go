package app

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"featurebase-mcp/tools"
)

// instructions is what every host shows its model about the server as a whole, where all tools are on.
//
//go:embed instructions.md
var instructions string

var (
	toolWord = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`)
	// toolList are tools in parentheses: examples, of which some can be missing.
	toolList = regexp.MustCompile(` \(([a-z]+(?:_[a-z]+)+(?:, [a-z_.]+)*)\)`)
)

// instructionsFor leaves out what would send a model to tools that it cannot call: tools in parentheses one by one, other sentences that
// name one as a whole.
func instructionsFor(offBy func(tool string) string) string {
	off := func(word string) bool { return tools.Lookup(word) != nil && offBy(word) != "" }
	var lines []string
	for line := range strings.SplitSeq(instructions, "\n") {
		line = toolList.ReplaceAllStringFunc(line, func(list string) string { return remaining(list, off) })
		mark, text := "", line
		if rest, ok := strings.CutPrefix(line, "- "); ok {
			mark, text = "- ", rest
		}
		sentences := slices.DeleteFunc(strings.SplitAfter(text, ". "), func(sentence string) bool {
			return slices.ContainsFunc(toolWord.FindAllString(sentence, -1), off)
		})
		if kept := strings.TrimSpace(strings.Join(sentences, "")); kept != "" || line == "" {
			lines = append(lines, mark+kept)
		}
	}
	return strings.Join(lines, "\n")
}

// remaining is a list in parentheses without the tools that are off, and nothing if none is on.
func remaining(list string, off func(string) bool) string {
	words := strings.Split(strings.Trim(list, " ()"), ", ")
	words = slices.DeleteFunc(words, off)
	if !slices.ContainsFunc(words, toolWord.MatchString) {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
