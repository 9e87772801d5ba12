package workflow

import (
	"regexp"
	"strings"
	"unicode"

	"featurebase-mcp/internal/legible"
)

// personalData takes out of texts what tells who wrote them or whom they name: names, e-mail addresses, numbers of orders and the like, postal
// addresses, links, passwords. What an AI agent learns is said to everybody, so that rather too much is taken out than too little. Figures that answers
// are about stay: prices, limits, versions, dates, codes of errors.
type personalData struct {
	names     map[string]bool   // single words of names, as nameKey has them
	stems     []string          // of names whose endings change with the case
	unspaced  []string          // whole names of scripts without spaces, the longest first
	companies []firm            // the longest first
	heard     map[string]int    // conversations that have a word in lower case, so that it is no name where it begins a sentence
	heardIn   map[string]string // the last of these
}

// The marks that stand for what was taken out while a text is read: no step takes a mark for words, whatever people and companies are called.
const (
	nameMark    = "\ue000"
	mailMark    = "\ue001"
	numberMark  = "\ue002"
	linkMark    = "\ue003"
	addressMark = "\ue004"
	secretMark  = "\ue005"
	marks       = nameMark + mailMark + numberMark + linkMark + addressMark + secretMark
)

// taken counts what was taken out.
type taken struct{ names, mails, numbers, links, addresses, secrets int }

// String says it in words. It is empty if there was nothing.
func (t taken) String() string {
	var words []string
	for _, c := range []struct {
		n   int
		one string
	}{{t.names, "name"}, {t.mails, "e-mail"}, {t.numbers, "number"}, {t.links, "link"}, {t.addresses, "postal address"}, {t.secrets, "password"}} {
		if c.n > 0 {
			words = append(words, legible.Count(c.n, c.one))
		}
	}
	return strings.Join(words, ", ")
}

func (t taken) plus(o taken) taken {
	return taken{t.names + o.names, t.mails + o.mails, t.numbers + o.numbers, t.links + o.links, t.addresses + o.addresses, t.secrets + o.secrets}
}

// The patterns of what tells a person by its form.
var (
	image      = legible.Pattern(`!?\[(?:image|embed|file|video)[^\]]*\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)`)
	linked     = legible.Pattern(`\[([^\]]*)\]\([^)]*\)`)
	webAddress = legible.Pattern(`(?i)\b(?:https?://|www\.)[^\s<>)]+|\b(?:[\pL\pN-]+\.)+(?:com|net|org|io|co|app|dev|eu|de|at|ch|fr|es|it|nl|pt|uk|us|ru|pl|se|example)\b(?:/[^\s<>)]*)?`)
	mail       = legible.Pattern(`[^\s@<>()"'\[\]*,;:]+@[^\s@<>()"'\[\]*,;:]+\.[\pL\pN-]{2,}|(?i)[^\s@<>()\[\]]+\s?[(\[]\s?at\s?[)\]]\s?[^\s@<>()\[\]]+|[\pL\pN._-]+ at [\pL\pN-]+(?: (?:dot|punkt|point) [\pL\pN-]+)+`)
	handle     = legible.Pattern(`(^|[\s(])@[\pL\pN][\pL\pN_.-]*`)
	password   = legible.Pattern(`(?i)\b((?:password|passwort|passcode|contraseña|mot de passe|secret|token|api[ -]?key|pin|otp)\b(?:\s+(?:is|was|ist|war|est|es))?\s*[:=]?\s+|(?:password|passwort|secret|token|api[ -]?key|pin)[:=]\s*)(?:[^\s,;]*\d[^\s,;]{2,}|[^\s,;]{2,}\d[^\s,;]*|[^\s,;]*[!#$%&+=][^\s,;]*[^\s.,;!?])`)
	iban       = legible.Pattern(`\b[A-Z]{2}\d{2}(?:[ ]?[A-Z\d]{4}){2,7}(?:[ ]?[A-Z\d]{1,3})?\b`)
	street     = legible.Pattern(`\b\d{1,4}[a-z]?,?\s(?:\p{Lu}[\pL'’.-]+\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Square|Court|Terrace)\b\.?` + locality +
		`|\p{Lu}[\pL-]*(?:straße|strasse|str\.|gasse|allee|platz|weg|ufer|damm)\s\d{1,4}\s?[a-z]?\b` + locality +
		`|(?i:\b(?:rue|calle|avenida|rua|via)\s(?:d[eiu]l?\s|de la\s|des\s)?)\p{Lu}[\pL'’-]+(?:\s\p{Lu}[\pL'’-]+)?,?\s\d{1,4}\b` + locality + `|\b\d{1,4},?\s(?i:rue|avenue)\s(?:d[eu]s?\s|de la\s)?\p{Lu}[\pL'’-]+` + locality)
	postcode  = legible.Pattern(`\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b|\b\d{5}\s\p{Lu}\p{Ll}{2,}\b`)
	ownNumber = legible.Pattern(`(?i)(\b(?:order|invoice|ticket|customer|client|account|contract|reference|ref|case|member|serial|licen[cs]e|tracking|booking|number|extension|ext|rechnung|rechnungsnummer|bestellung|bestellnummer|auftrag|kunde|kundennummer|kundennr|vertrag|vertragsnummer|nummer|commande|facture|contrat|client|pedido|factura|cliente|fattura|ordine)(?:[\s.-]{1,2}(?:id|no|nr|num|number|nummer|code))?\b(?:\s(?:is|was|ist|war|est|es))?[\s.:#№-]{0,4}|\b(?:no|nr)(?:\.\s?|:\s?|\s?#))([\pL]{0,5}-?\d[\pL\d/-]*)`)
	phone     = legible.Pattern(`\+?\(?\d[\d()/ .\x{a0}\x{202f}-]{6,}\d`)
	figure    = legible.Pattern(`[#№]?[\pL\pN](?:[\pL\pN_.,/:'’+-]*[\pL\pN])?`)
)

// The characters without which there is no number, and no password.
const (
	digitSigns  = "0123456789"
	figureSigns = digitSigns + "!#$%&+="
)

// locality is what follows a street: towns and postcodes behind commas.
const locality = `(?:,\s*(?:\d{4,5}\s)?\p{Lu}[\pL-]+(?:\s(?:[A-Z]{1,2}\d[A-Z\d]?|\d[A-Z]{2}|\d{4,5}|\p{Lu}[\pL-]+))*)*`

// withMarks returns a text with marks in the places of what tells a person, and what was taken out.
func (p *personalData) withMarks(text string) (string, taken) {
	var t taken
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(marks, r) {
			return -1
		}
		return r
	}, text)
	text = withoutFrame(strings.TrimSpace(text))
	text = image().ReplaceAllStringFunc(text, func(string) string { t.links++; return "" })
	text = linked().ReplaceAllStringFunc(text, func(s string) string { t.links++; return linked().FindStringSubmatch(s)[1] })
	for _, form := range []struct {
		pattern func() *regexp.Regexp
		mark    string
		count   *int
		has     string // one of these characters is in what it matches
	}{
		{password, "${1}" + secretMark, &t.secrets, figureSigns},
		{mail, mailMark, &t.mails, "@tT"},
		{handle, "${1}" + nameMark, &t.names, "@"},
		{webAddress, linkMark, &t.links, "."},
		{iban, numberMark, &t.numbers, digitSigns},
		{street, addressMark, &t.addresses, digitSigns},
		{postcode, addressMark, &t.addresses, digitSigns},
	} {
		if strings.ContainsAny(text, form.has) { // most texts have nothing of it, and the patterns take long
			*form.count += len(form.pattern().FindAllStringIndex(text, -1))
			text = form.pattern().ReplaceAllString(text, form.mark)
		}
	}
	if strings.ContainsFunc(text, unicode.IsDigit) {
		text = replaceWhere(text, ownNumber(), func(at []int) bool { return ownsNumber(text[at[4]:at[5]], text[at[1]:]) }, func(at []int) string { t.numbers++; return text[at[2]:at[3]] + numberMark })
		text = replaceWhere(text, phone(), func(at []int) bool { return callsSomebody(text, at[0], at[1]) }, func([]int) string { t.numbers++; return numberMark })
		text = replaceWhere(text, figure(), func(at []int) bool { return !isGeneral(text, at[0], at[1]) }, func([]int) string { t.numbers++; return numberMark })
	}
	text = p.withoutCompanies(text, &t)
	text = p.withoutUnspaced(text, &t)
	text = p.withoutNames(text, &t)
	text = vocative().ReplaceAllString(text, "$1")
	return strings.TrimSpace(text), t
}

// without is withMarks with the marks in words.
func (p *personalData) without(text string) (string, taken) {
	text, t := p.withMarks(text)
	return marksInWords(text), t
}

// marksInWords writes the marks as people read them.
func marksInWords(text string) string {
	return strings.NewReplacer(nameMark, "[name]", mailMark, "[e-mail]", numberMark, "[number]", linkMark, "[link]", addressMark, "[address]", secretMark, "[password]").Replace(text)
}

// vocative is a name that somebody is called by, without which a sentence says the same.
var vocative = legible.Pattern(`,\s?` + nameMark + `([.!?,;。！？]|$)`)

// replaceWhere replaces the matches of a pattern that are wanted.
func replaceWhere(text string, pattern *regexp.Regexp, wanted func(at []int) bool, with func(at []int) string) string {
	var b strings.Builder
	from := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		if !wanted(at) {
			continue
		}
		b.WriteString(text[from:at[0]])
		b.WriteString(with(at))
		from = at[1]
	}
	b.WriteString(text[from:])
	return b.String()
}

// isPartOfWord reports whether a letter, a mark of one, or a digit goes on a word.
func isPartOfWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }
