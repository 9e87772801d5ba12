// Package prose removes the sentences about switched-off tools from texts for models, so that no text sends a model to a tool that it
// cannot call.
package prose

import (
	"slices"
	"strconv"
	"strings"
)

// The texts are scanned by hand, because the server shortens its instructions at the start: compiling and running regular expressions for
// that would take longer than registering the tools.

const letters = "abcdefghijklmnopqrstuvwxyz"

// Words returns the names of tools and the {blanks} in a text, in their order.
func Words(text string) (words []string) {
	for text != "" {
		n := 1
		switch {
		case isInWord(text[0]):
			for n < len(text) && isInWord(text[n]) {
				n++
			}
			if isTool(text[:n]) {
				words = append(words, text[:n])
			}
		case text[0] == '{':
			blank, _, closed := strings.Cut(text[1:], "}")
			if closed && consistsOf(blank, letters) {
				n += len(blank) + 1
				words = append(words, text[:n])
			}
		}
		text = text[n:]
	}
	return words
}

func isInWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isTool reports whether a word has the form of a tool's name.
func isTool(word string) bool {
	parts := strings.Split(word, "_")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(part string) bool { return !consistsOf(part, letters) })
}

// consistsOf reports whether a text is not empty and consists of characters of a set.
func consistsOf(text, set string) bool { return text != "" && strings.Trim(text, set) == "" }

// Without removes the sentences with a word that missing reports, and lines without a remaining sentence. In a list in parentheses it
// removes only the missing tools. A sentence ends with ". ". Numbered lists are numbered anew.
func Without(text string, missing func(word string) bool) string {
	var lines []string
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		mark, rest := cutMark(withoutExamples(line, missing))
		if mark == "" {
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

// cutMark splits a line of a list into its mark, "- " or "1. ", and the rest. Other lines have no mark.
func cutMark(line string) (mark, rest string) {
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	for _, mark := range []string{line[:digits] + ". ", "- "} {
		if rest, ok := strings.CutPrefix(line, mark); ok && mark != ". " {
			return mark, rest
		}
	}
	return "", line
}

// withoutExamples removes missing tools from lists in parentheses: " (get_post, list_boards, ...)".
func withoutExamples(line string, missing func(string) bool) string {
	const opening = " ("
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(line, opening)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		inside, after, closed := strings.Cut(rest, ")")
		words := strings.Split(inside, ", ")
		if !closed || !isTool(words[0]) || slices.ContainsFunc(words, func(word string) bool { return !consistsOf(word, letters+"_.") }) {
			out.WriteString(opening)
			line = rest
			continue
		}
		words = slices.DeleteFunc(words, missing)
		if slices.ContainsFunc(words, isTool) {
			out.WriteString(opening + strings.Join(words, ", ") + ")")
		}
		line = after
	}
}
