package workflow

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// The forms of figures that are about things and not about people.
var (
	clockOrDate   = legible.Pattern(`^(?:\d{1,2}:\d{2}(?:[-–]\d{1,2}:\d{2})?|(?:19|20)\d{2}-\d{2}-\d{2}(?:T[\d:.]+Z?)?|\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}|\d{1,2}/\d{1,2}/(?:19|20)\d{2}|(?:19|20)\d{2}(?:[/-]\d{2})?)$`)
	versionNumber = legible.Pattern(`^[vV]?\d{1,3}(?:\.\d{1,3}){1,2}(?:[-.]?(?:alpha|beta|rc|b)[.-]?\d*)?$`)
	fraction      = legible.Pattern(`^\d{1,6}[.,]\d{1,2}$`)
	grouped       = legible.Pattern(`^[1-9]\d{0,2}(?:[.,'’]\d{3}){1,3}(?:[.,]\d{1,2})?$`)
	spaced        = legible.Pattern(`^[1-9]\d{0,2}(?:[ \x{a0}\x{202f}]\d{3}){1,3}(?:[.,]\d{1,2})?$`)
	extent        = legible.Pattern(`^\d{1,4}[-–]\d{1,4}$`)
	technical     = legible.Pattern(`(?i)^(?:aes|sha|iso|utf|rfc|tls|ssl|https?|rsa|ipv|x|h|md|mp|es|cve|en|din|win|oauth|pkcs|wcag|wpa|soc|ecma|cp|latin|base|sql|gpt|e\d?|err|error)[-_./]?\d{1,5}(?:[.:_-]\d{1,5}){0,2}$`)
	plainNumber   = legible.Pattern(`^\d{1,7}$`)
)

// numberWords are the words by which a number is known to be about a thing. They are made on first use.
var numberWords = sync.OnceValue(func() (v struct{ before, unit, noUnit map[string]bool }) {
	set := func(words string) map[string]bool {
		m := map[string]bool{}
		for word := range strings.FieldsSeq(words) {
			m[word] = true
		}
		return m
	}
	// What stands before the number of a thing: an error, a version, a bound.
	v.before = set(`error errors fehler erreur status statuscode version versions port ports http https release ios android windows macos ubuntu chrome firefox safari limit maximum minimum max min most least
		iso rfc en din tls ssl aes sha pci soc utf höchstens mindestens maximal minimal than over under exactly about around roughly`)
	// What a number counts. Plural nouns in -s are units, too, besides the verbs and little words below.
	v.unit = set(`% percent prozent eur usd gbp chf jpy euro dollar pound yen franken kronen € $ £ ¥ kb mb gb tb kib mib gib px dpi bit bytes byte ms s sec min h hour minute day week month year seconds
		sekunden minuten stunden tage tagen wochen monate monaten jahre jahren zeichen zeilen nutzer benutzer anfragen dateien seiten aufgaben personen mitglieder lignes mois jours heures people characters
		requests строк дней дня часов минут символов`)
	v.noUnit = set(`is was has does this us as yes its his always plus thus vs its' bis les des dans est mais los las es`)
	return v
})

// wordBefore and wordAfter return the neighbours of a place, in lower case.
func wordBefore(text string, at int) string {
	text = strings.TrimRight(text[max(0, at-60):at], " \t:(*_=\u00a0\u202f")
	from := strings.LastIndexFunc(text, func(r rune) bool { return !isPartOfWord(r) && r != '€' && r != '$' && r != '£' && r != '¥' })
	return strings.ToLower(text[from+1:])
}

func wordAfter(text string, at int) string {
	text = strings.TrimLeft(text[at:], " \t-*_\u00a0\u202f")
	if r, size := utf8.DecodeRuneInString(text); size > 0 && strings.ContainsRune("%€$£¥", r) {
		return text[:size]
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !isPartOfWord(r) })
	if end < 0 {
		end = len(text)
	}
	return strings.ToLower(text[:end])
}

// counts reports whether a word is what a number before it counts.
func counts(word string) bool {
	v := numberWords()
	return v.unit[word] || len(word) > 3 && strings.HasSuffix(word, "s") && !v.noUnit[word]
}

// isMoney reports whether a currency stands at a number.
func isMoney(before, after string) bool {
	const currencies = " € $ £ ¥ eur usd gbp chf jpy euro euros dollar dollars pounds franken % percent prozent "
	return before != "" && before != "%" && strings.Contains(currencies, " "+before+" ") || after != "" && strings.Contains(currencies, " "+after+" ")
}

// ownsNumber reports whether a number behind a word such as "order" is somebody's own: in "we want to order 3 seats" it is none.
func ownsNumber(number, rest string) bool {
	digits := digitsIn(number)
	if digits < len(number) && digits < 2 { // 2FA
		return false
	}
	return digits > 3 || !counts(wordAfter(rest, 0))
}

func digitsIn(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// callsSomebody reports whether a run of digits and separators is a telephone number, or another one that is written in groups: of an account, a card, a computer.
func callsSomebody(text string, from, end int) bool {
	s := strings.TrimSpace(text[from:end])
	if digitsIn(s) < 7 {
		return false
	}
	if first := s[0]; first == '+' || first == '(' || first == '0' && len(s) > 1 && s[1] != '.' {
		return true
	}
	before, after := wordBefore(text, from), wordAfter(text, end)
	if spaced().MatchString(s) && (isMoney(before, after) || counts(after)) {
		return false
	}
	fields := strings.Fields(s)
	if slices.ContainsFunc(fields, func(field string) bool { return clockOrDate().MatchString(field) || grouped().MatchString(field) }) || len(fields) == 1 && s == figureAt(text, from) {
		return false // each is looked at by itself
	}
	return !slices.ContainsFunc(fields, func(field string) bool { return strings.ContainsAny(field, "()") && digitsIn(field) < 2 })
}

// figureAt returns the figure that begins at a place.
func figureAt(text string, from int) string { return figure().FindString(text[from:]) }

// longSecret is the length from which letters and digits without a space are a key or an id.
const longSecret = 16

// isGeneral reports whether the word at a place has no number, or one that says nothing of a person: a price, a limit, a version, a date, an error, the name of a
// standard, or so few digits that it counts something.
func isGeneral(text string, from, end int) bool {
	s := text[from:end]
	digits := digitsIn(s)
	if digits == 0 {
		return true
	}
	marked := strings.HasPrefix(s, "#") || strings.HasPrefix(s, "№")
	letters := strings.ContainsFunc(s, unicode.IsLetter)
	before, after := wordBefore(text, from), wordAfter(text, end)
	if before == "code" || before == "number" {
		before = wordBefore(text, strings.LastIndex(strings.ToLower(text[:from]), before))
	}
	switch {
	case marked:
		return false
	case strings.HasPrefix(text[:from], "+") && digits > 3, strings.HasSuffix(text[:from], "+") && digits > 3:
		return false
	case clockOrDate().MatchString(s):
		return before != "born" && before != "birth" && before != "geboren" && before != "geburtsdatum"
	case isMoney(before, after) && !letters && digits <= 9, numberWords().before[before] && digits <= 5, technical().MatchString(s):
		return true
	case letters && utf8.RuneCountInString(s) >= longSecret && !strings.Contains(s, "-"):
		return false
	case versionNumber().MatchString(s), fraction().MatchString(s), grouped().MatchString(s):
		return digits <= 9
	case extent().MatchString(s):
		return digits <= 6 || counts(after)
	case letters:
		return digits < 3
	case digits < 4:
		return true
	case plainNumber().MatchString(s) && s[0] != '0':
		return strings.HasSuffix(s, "00") || counts(after) || s == "1024" || s == "2048" || s == "4096" || s == "8192"
	default:
		return false
	}
}
