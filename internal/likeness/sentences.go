package likeness

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentenceEnds are the characters that end a sentence, in the scripts that have some.
const sentenceEnds = ".!?…。！？؟।։\n"

func isSentenceEnd(r rune) bool { return strings.ContainsRune(sentenceEnds, r) }

// How long a sentence is. A list without full stops would be one sentence.
const (
	shortestSentence = 12
	longestSentence  = 240
)

// Sentences splits a text at the ends of its sentences, and long ones between words. What is too short to say something belongs to the next one.
func Sentences(text string) []string {
	var list []string
	start := 0
	cut := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			list = append(list, s)
		}
		start = end
	}
	var before rune
	length := 0
	for i, r := range text {
		// The point in 7.7 and in example.com ends nothing; that of a script without spaces does.
		ended := isSentenceEnd(before) && (before > utf8.RuneSelf || before == '\n' || unicode.IsSpace(r))
		if ended && length >= shortestSentence || length >= longestSentence && unicode.IsSpace(r) {
			cut(i)
			length = 0
		}
		before = r
		length++
	}
	cut(len(text))
	return list
}
