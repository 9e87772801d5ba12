package likeness

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Texts are compared by their words: without case, accents and the endings that most inflected languages put behind the first letters, and by
// pairs of letters in scripts without spaces. A word that is rare among the texts at hand counts much, and a word that most of them have counts little.

// word is one word of a text.
type word struct {
	stem    string
	letters string // all of its letters, plain
	spelled string
	kind    kind
	part    bool // of a word that was read as a whole before: the 50 of 50MB
	end     int  // where it ends in the text
}

// kind is what the spelling of a word tells of it.
type kind uint8

const (
	ordinary kind = iota
	name          // with a capital in the middle of a sentence
	number
	code // an abbreviation, or letters with digits: ZPL, 2FA
)

// Terms yields the stem and the spelling of each word of a text, without the words that say nothing about its matter, unless it has no others. In a
// script without spaces, both are two letters that stand beside each other.
func Terms(text string) iter.Seq2[string, string] {
	return func(yield func(stem, word string) bool) {
		for _, w := range wordsOf(text) {
			if !w.part && !yield(w.stem, w.spelled) {
				return
			}
		}
	}
}

// wordsOf returns the words of a text without the silent ones, or all of them if there are only silent ones.
func wordsOf(text string) []word {
	loud, all := styleOf(text).words(text)
	if len(loud) == 0 {
		return all
	}
	return loud
}

// style tells what capitals mean in a text.
type style struct {
	shouted bool // there are no small letters
	names   bool // a capital in the middle of a sentence is that of a name
}

// styleOf reads the style of a text. Capitals tell no names in German, and in headings with a capital on each word.
func styleOf(text string) style {
	s := style{shouted: text == strings.ToUpper(text)}
	tokens := split(text)
	capitals, germanWords := 0, 0
	for _, t := range tokens {
		if unicode.IsUpper(t.first()) {
			capitals++
		}
		if silentWords()[string(plain(t.text))] == german {
			germanWords++
		}
	}
	s.names = !s.shouted && germanWords == 0 && (len(tokens) < 3 || capitals*2 <= len(tokens))
	return s
}

// words returns the words of a text or of a part of it: those that say something about its matter, and all of them.
func (s style) words(text string) (loud, all []word) {
	for _, t := range split(text) {
		letters := plain(t.text)
		switch {
		case len(letters) == 0:
			continue
		case IsUnspaced(letters[0]):
			for i := range max(1, len(letters)-1) {
				pair := string(letters[i:min(i+2, len(letters))])
				w := word{stem: pair, letters: pair, spelled: pair, end: t.end}
				all = append(all, w)
				if !isParticle(pair) {
					loud = append(loud, w)
				}
			}
			continue
		}
		w := word{stem: stem(letters), letters: string(letters), spelled: t.text, kind: t.kind(s), end: t.end}
		all = append(all, w)
		_, silent := silentWords()[w.letters]
		if w.kind != code && (silent || len(letters) == 1 && !unicode.IsDigit(letters[0])) {
			continue
		}
		loud = append(loud, w)
		loud = append(loud, t.parts()...)
	}
	return loud, all
}

// plain returns the letters of a word in lower case, without accents, and with the spelling that people use who lack a letter.
func plain(text string) []rune {
	letters := make([]rune, len(text))
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return plainLetters(text)
		}
		letters[i] = unicode.ToLower(rune(text[i]))
	}
	return letters
}

func plainLetters(text string) []rune {
	letters := legible.PlainLetters(text)
	if !slices.ContainsFunc(letters, func(r rune) bool { return strings.ContainsRune("ßłøæœ", r) }) {
		return letters
	}
	return []rune(strings.NewReplacer("ß", "ss", "ł", "l", "ø", "o", "æ", "ae", "œ", "oe").Replace(string(letters)))
}

// token is a word as it stands in a text.
type token struct {
	text   string
	begins bool // at the beginning of a sentence
	end    int  // where it ends in the text
}

// split returns the words of a text. Numbers keep their digits together, whatever stands between thousands, and e-mail is one word.
func split(text string) []token {
	var tokens []token
	begins := true
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !inWord(r) {
			begins = begins || isSentenceEnd(r)
			i += size
			continue
		}
		var b strings.Builder
		first, before := r, r
		for n := 0; i < len(text); n++ {
			r, size = utf8.DecodeRuneInString(text[i:])
			after, _ := utf8.DecodeRuneInString(text[i+size:])
			switch {
			case inWord(r) && IsUnspaced(r) == IsUnspaced(first):
				b.WriteRune(r)
			case n > 0 && inWord(after) && (strings.ContainsRune(".,'’", r) && unicode.IsDigit(before) && unicode.IsDigit(after) ||
				r == '-' && n == 1 && unicode.IsLetter(first)):
			default:
				size = 0
			}
			if size == 0 {
				break
			}
			before = r
			i += size
		}
		tokens = append(tokens, token{b.String(), begins, i})
		begins = false
	}
	return tokens
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|' ' && r|' ' <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

func (t token) first() rune {
	for _, r := range t.text {
		return r
	}
	return 0
}

const longestCode = 6 // letters of an abbreviation

// kind tells what a word is. In a text of capitals alone, they tell nothing.
func (t token) kind(s style) kind {
	digits, letters, capitals := 0, 0, 0
	for _, r := range t.text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
			if unicode.IsUpper(r) {
				capitals++
			}
		}
	}
	switch {
	case digits > 0 && letters == 0:
		return number
	case digits > 0, !s.shouted && letters > 1 && capitals == letters && letters <= longestCode:
		return code
	case s.names && !t.begins && capitals > 0, capitals > 1 && !s.shouted: // HubSpot
		return name
	default:
		return ordinary
	}
}

// parts returns the pieces of a word that others write apart: 50 MB for 50MB, Power BI for PowerBI.
func (t token) parts() (parts []word) {
	letters := []rune(t.text)
	start := 0
	cut := func(end int) {
		if piece := plain(string(letters[start:end])); len(piece) > 1 && end-start < len(letters) {
			spelled := token{text: string(letters[start:end])}
			parts = append(parts, word{stem(piece), string(piece), spelled.text, spelled.kind(style{}), true, t.end})
		}
		start = end
	}
	for i := 1; i < len(letters); i++ {
		before, after := letters[i-1], letters[i]
		if unicode.IsDigit(before) != unicode.IsDigit(after) || unicode.IsLower(before) && unicode.IsUpper(after) {
			cut(i)
		}
	}
	cut(len(letters))
	return parts
}

// IsUnspaced reports whether the script of a letter puts no spaces between words.
func IsUnspaced(r rune) bool {
	return r >= firstUnspaced && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// firstUnspaced is where the first of these scripts begins, Thai.
const firstUnspaced = '\u0e00'

// isParticle reports whether a pair of letters is of Japanese grammar: what says something has a letter of another script.
func isParticle(pair string) bool {
	return strings.IndexFunc(pair, func(r rune) bool { return !unicode.Is(unicode.Hiragana, r) }) < 0
}

// longestStem is how many letters of a word are compared. With fewer, different words are the same; with more, endings make one word two.
const longestStem = 6

// stem returns the letters by which a word is compared.
func stem(letters []rune) string {
	n := len(letters)
	if n > 3 && letters[n-1] == 's' && letters[n-2] != 's' { // the plural of several languages
		n--
	}
	if n > 4 && letters[n-1] == 'e' && letters[n-2] == 'i' { // replies
		n--
	}
	if n > 3 && n <= longestStem && letters[n-1] == 'y' { // reply, notify
		return string(letters[:n-1]) + "i"
	}
	return string(letters[:min(n, longestStem)])
}
