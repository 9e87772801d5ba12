package likeness

import (
	"slices"
	"strings"
	"sync"
)

// languages has the languages that have each silent word.
var languages = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(silentText) {
		list := strings.Fields(line)
		for _, word := range list[1:] {
			key := string(plain(word))
			if !slices.Contains(all[key], list[0]) {
				all[key] = append(all[key], list[0])
			}
		}
	}
	return all
})

// fewSilent is the least number of silent words by which the language of a text is known: a single one may be a name.
const fewSilent = 2

// Language returns the language of a text as its code, or an empty text if it is not clear. Languages that have no silent words are not known.
func Language(text string) string {
	counts := map[string]int{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		for _, language := range languages()[string(plain(word))] {
			counts[language]++
		}
	}
	best, second := "", ""
	for language, n := range counts {
		switch {
		case best == "" || n > counts[best]:
			best, second = language, best
		case second == "" || n > counts[second]:
			second = language
		}
	}
	if counts[best] < fewSilent || second != "" && counts[second] == counts[best] {
		return ""
	}
	return best
}
