package workflow

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cost estimates what a text takes of a model's context, in thousandths of a token. It is on the high side for any language and for texts that
// are no language, so that what an answer may cost does not depend on what customers write. Counting exactly takes a vocabulary of megabytes.
func cost(text string) int {
	sum := 0
	before := ' '
	for _, r := range text {
		sum += costOf(before, r)
		before = r
	}
	return sum
}

// costOf is the cost of a character behind another. Letters cost little where they form words, and more where they do not.
func costOf(before, r rune) int {
	switch {
	case r == ' ':
		return 20
	case r == before && r < utf8.RuneSelf:
		return 250
	case isLower(r) && (!isLower(before) || isVowel(r) || isVowel(before)):
		return 200
	case isLower(r):
		return 550
	case r >= '0' && r <= '9':
		return 650
	case r < utf8.RuneSelf:
		return 800
	case unicode.IsLetter(r) && r < 0x0370: // with an accent
		return 900
	case unicode.IsLetter(r) && r < 0x0600:
		return 500
	case unicode.IsLetter(r) && r <= 0xffff:
		return 1400
	default:
		return 3000
	}
}

func isLower(r rune) bool { return r >= 'a' && r <= 'z' }

func isVowel(r rune) bool { return strings.ContainsRune("aeiouy", r) }

// fit cuts a text behind the characters that a number of tokens has room for, and writes an ellipsis there.
func fit(text string, tokens int) string {
	left := 1000 * tokens
	before := ' '
	for i, r := range text {
		if left -= costOf(before, r); left < 0 {
			return strings.TrimSpace(text[:i]) + "…"
		}
		before = r
	}
	return text
}
