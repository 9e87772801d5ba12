package workflow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
)

// Answers that hold many short texts of customers are bounded in tokens, not in characters: sixty letters of a rare script cost a model as much as two
// hundred words. The vocabulary of no model is at hand, so this is an estimate.

// What the signs of a text cost, in hundredths of a token. The estimate is measured on texts of many sorts; on words that are none and on runs of
// signs, which nobody writes but who wants to fill an answer, it is not far below the truth.
const (
	wordCost      = 65  // a word, besides its letters
	letterCost    = 8   // a letter of a word
	capitalCost   = 25  // a capital behind another
	camelCost     = 75  // a capital behind a small letter, besides the word that it begins
	clusterCost   = 115 // each letter of a run of consonants from the third on: hardly a word
	endlessCost   = 60  // a letter of a run that is too long for a word
	digitCost     = 38
	numberCost    = 50  // the first digit of a number that a sign precedes, besides the digit
	signCost      = 60  // another sign of ASCII
	signsCost     = 95  // the same behind another, or behind a digit
	bracketCost   = 40  // < or >, besides the sign: those of tags join no word around them
	accentCost    = 45  // a letter of Latin that ASCII lacks
	accentsCost   = 100 // the same behind another
	longestWord   = 14  // letters
	longestEnding = 2   // consonants in a row
)

// sort is the sort of a character.
type sort int

const (
	blank sort = iota
	lower
	upper
	digit
	sign
	accent
	other
)

// meter adds up the cost of characters.
type meter struct {
	cost       int
	last       sort
	letters    int // of the word so far
	consonants int // in a row
}

func (m *meter) add(r rune) int {
	now := sortOf(r)
	switch now {
	case blank:
	case lower, upper:
		m.letter(r, now)
	case digit:
		m.cost += digitCost
		if m.last == lower || m.last == upper {
			m.cost += 2 * digitCost
		}
		if m.last == sign {
			m.cost += numberCost
		}
	case sign:
		m.cost += signCost
		if m.last == sign || m.last == digit {
			m.cost += signsCost - signCost
		}
		if r == '<' || r == '>' {
			m.cost += bracketCost
		}
	case accent:
		m.cost += accentCost
		if m.last == accent {
			m.cost += accentsCost - accentCost
		}
	default:
		m.cost += foreignCost(r)
	}
	if now != lower && now != upper {
		m.letters, m.consonants = 0, 0
	}
	m.last = now
	return m.cost
}

// letter adds a letter of ASCII.
func (m *meter) letter(r rune, now sort) {
	if m.last == lower && now == upper {
		m.cost += camelCost
		m.letters = 0
	}
	if m.letters == 0 && m.last != accent {
		m.cost += wordCost
		m.consonants = 0
	}
	m.letters++
	m.consonants++
	if strings.ContainsRune("aeiouyAEIOUY", r) {
		m.consonants = 0
	}
	switch {
	case m.letters > longestWord:
		m.cost += endlessCost
	case m.consonants > longestEnding:
		m.cost += clusterCost
	case now == upper && m.letters > 1:
		m.cost += capitalCost
	default:
		m.cost += letterCost
	}
}

func sortOf(r rune) sort {
	switch {
	case r == ' ':
		return blank
	case r >= 'a' && r <= 'z':
		return lower
	case r >= 'A' && r <= 'Z':
		return upper
	case r >= '0' && r <= '9':
		return digit
	case r < utf8.RuneSelf:
		return sign
	case unicode.Is(unicode.Latin, r):
		return accent
	default:
		return other
	}
}

// foreignCost is the cost of a character that is neither ASCII nor Latin.
func foreignCost(r rune) int {
	within := func(first, last rune) bool { return r >= first && r <= last }
	switch {
	case within('Α', 'ω'), within('А', 'ё'), within('א', 'ת'), within('ء', 'ي'): // Greek, Cyrillic, Hebrew, Arabic
		return 45
	case r < 0x250, within(0x900, 0xe7f), within(0x2000, 0x24ff), within(0x3000, 0x9fff), within('가', '힣'): // Latin, of India, signs, of East Asia
		return 108
	case within(0x1f000, 0x1faff): // pictures
		return 220
	default:
		return 100 * utf8.RuneLen(r)
	}
}

// cost estimates what a text takes of a model's context, in thousandths of a token.
func cost(text string) int {
	var m meter
	for _, r := range text {
		m.add(r)
	}
	return 10 * m.cost
}

// tokens estimates how many tokens a text takes in the vocabularies of current models.
func tokens(text string) int { return (cost(text) + 999) / 1000 }

// fit cuts a text of one line behind the characters that a number of tokens has room for, at the end of a word if one is near, and writes an ellipsis
// there.
func fit(text string, tokens int) string {
	var m meter
	for i, r := range text {
		if m.add(r) <= 100*tokens {
			continue
		}
		kept := text[:i]
		if at := strings.LastIndexByte(kept, ' '); at > len(kept)*2/3 {
			kept = kept[:at]
		}
		return strings.TrimSpace(kept) + "…"
	}
	return text
}

// clip cuts a text to a number of characters, and to what these cost in a language that models have much of.
func clip(text string, characters int) string {
	const perToken = 3
	text = markup.PlainExcerpt(text, characters)
	const ofAnID = 16
	most := max(characters/perToken, ofAnID)
	if tokens(text) <= most {
		return text
	}
	end := len(text)
	for end > 0 && tokens(text[:end]) > most {
		end = legible.RuneStart(text, end-max(1, end/16))
	}
	return text[:end] + "…"
}
