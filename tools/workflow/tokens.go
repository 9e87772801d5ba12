package workflow

import (
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
)

// Answers that hold many short texts of customers are bounded in tokens, not in characters: sixty letters of a rare script cost a model as much as two
// hundred words. The vocabulary of no model is at hand, so this is an estimate, on the high side for what people do not write.

// tokens estimates how many tokens a text takes in the vocabularies of current models.
func tokens(text string) int {
	const whole = 4 // quarters of a token
	cost := 0
	for i := 0; i < len(text); {
		letters, capitals, digits, hard, run := 0, 0, 0, 0, 0
		for i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
			letters++
			if text[i] < 'a' {
				capitals++
			}
			if run++; strings.IndexByte("aeiouy", text[i]|0x20) >= 0 {
				run = 0
			} else if run > 2 { // letters that form no word stand nearly alone
				hard++
			}
			i++
		}
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			digits++
			i++
		}
		if letters > 0 { // a word with what follows its sixth letters
			cost += whole + whole*((letters-1)/6) + whole/2*max(0, capitals-1) + whole/2*hard
		}
		cost += whole * ((digits + 2) / 3)
		if letters+digits > 0 {
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == '<' || r == '>' || r > ' ' && r < utf8.RuneSelf && i > 0 && text[i-1]|0x20 < 'a' && text[i-1] != ' ' { // a sign behind a sign or a digit stands alone
			cost += whole / 2
		}
		i += size
		cost += ofRune(r, size, whole)
	}
	return cost / whole
}

// ofRune estimates the cost of a character that is no letter or digit of ASCII.
func ofRune(r rune, size, whole int) int {
	within := func(first, last rune) bool { return r >= first && r <= last }
	switch {
	case r == ' ':
		return 0
	case r < utf8.RuneSelf:
		return whole / 2
	case within('Α', 'ω'), within('А', 'ё'), within('א', 'ת'), within('ء', 'ي'): // Greek, Cyrillic, Hebrew, Arabic
		return whole / 2
	case r < 0x250, within(0x900, 0xe7f), within(0x2000, 0x24ff), within(0x3000, 0x9fff), within('가', '힣'): // Latin, of India, signs, of East Asia
		return whole
	case within(0x1f000, 0x1faff): // pictures
		return 2 * whole
	default:
		return size * whole
	}
}

// clip cuts a text to a number of characters, and to what these cost in a language that models have much of.
func clip(text string, characters int) string {
	const perToken = 3
	text = markup.PlainExcerpt(text, characters)
	most := characters / perToken
	if tokens(text) <= most {
		return text
	}
	end := len(text)
	for end > 0 && tokens(text[:end]) > most {
		end = legible.RuneStart(text, end-max(1, end/16))
	}
	return text[:end] + "…"
}
