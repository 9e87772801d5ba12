package workflow

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// personalData takes out of texts what tells who wrote them: names, e-mail addresses, numbers of orders and the like, addresses of files. What an AI
// agent learns is said to everybody, so that rather too much is taken out than too little.
type personalData struct {
	names     map[string]bool // single words of names, in lower case
	companies []string        // whole names in lower case, the longest first
}

// shortestName is how many letters a word of a name has that is taken out. Shorter ones are initials and particles.
const shortestName = 2

// know adds the name of a person.
func (p *personalData) know(name string) {
	if p.names == nil {
		p.names = map[string]bool{}
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		if utf8.RuneCountInString(word) >= shortestName {
			p.names[strings.ToLower(word)] = true
		}
	}
}

// knowCompany adds the name of a customer's company.
func (p *personalData) knowCompany(name string) {
	name = strings.ToLower(strings.TrimSpace(name))
	if utf8.RuneCountInString(name) > shortestName && !slices.Contains(p.companies, name) {
		p.companies = append(p.companies, name)
		slices.SortStableFunc(p.companies, func(a, b string) int { return len(b) - len(a) })
	}
}

// The patterns of what tells a person. The greeting and the end of a letter are left out whole.
var (
	greeting   = legible.Pattern(`(?i)^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|liebes?|bonjour|hola|ciao|olá)\b[^.!?,\n]{0,40}[,!.:]?\s+`)
	signature  = legible.Pattern(`(?is)\n\s*(?:(?:kind|best|warm) regards|regards|best|cheers|sincerely|thank you|thanks|viele grüße|mit freundlichen grüßen|cordialement|saludos)\b[^\n]{0,30}(?:\n.*)?$`)
	image      = legible.Pattern(`!?\[(?:image|embed|file|video)[^\]]*\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)`)
	linked     = legible.Pattern(`\[([^\]]*)\]\([^)]*\)`)
	address    = legible.Pattern(`(?i)\b(?:https?://|www\.)[^\s<>)]+`)
	mail       = legible.Pattern(`[^\s@<>()"'\[\]*]+@[^\s@<>()"'\[\]*]+\.\pL{2,}`)
	ownNumber  = legible.Pattern(`(?i)(\b(?:order|invoice|ticket|customer|client|account|contract|reference|ref|case|no|nr|number|rechnung|bestellung|kundennummer|vertrag|commande|facture|pedido|factura)\b[\s.:#№-]{0,4})\d[\d/-]*`)
	phone      = legible.Pattern(`\+?\(?\d[\d()/ .-]{6,}\d`)
	numberLike = legible.Pattern(`[#№]?[\pL\d][\pL\d_./-]*\d[\pL\d_/-]*|[#№]\d+`)
)

// taken counts what was taken out.
type taken struct{ names, mails, numbers, links int }

// String says it in words. It is empty if there was nothing.
func (t taken) String() string {
	var words []string
	for _, c := range []struct {
		n   int
		one string
	}{{t.names, "name"}, {t.mails, "e-mail"}, {t.numbers, "number"}, {t.links, "link"}} {
		if c.n > 0 {
			words = append(words, legible.Count(c.n, c.one))
		}
	}
	return strings.Join(words, ", ")
}

func (t taken) plus(o taken) taken {
	return taken{t.names + o.names, t.mails + o.mails, t.numbers + o.numbers, t.links + o.links}
}

// without returns a text without personal data, with marks in its places, and what was taken out.
func (p *personalData) without(text string) (string, taken) {
	var t taken
	text = greeting().ReplaceAllString(strings.TrimSpace(text), "")
	text = signature().ReplaceAllString(text, "")
	text = image().ReplaceAllStringFunc(text, func(string) string { t.links++; return "" })
	text = linked().ReplaceAllStringFunc(text, func(s string) string { t.links++; return linked().FindStringSubmatch(s)[1] })
	text = mail().ReplaceAllStringFunc(text, func(string) string { t.mails++; return "[e-mail]" })
	text = address().ReplaceAllStringFunc(text, func(string) string { t.links++; return "[link]" })
	text = ownNumber().ReplaceAllStringFunc(text, func(s string) string { t.numbers++; return ownNumber().FindStringSubmatch(s)[1] + "[number]" })
	text = phone().ReplaceAllStringFunc(text, func(s string) string { return p.number(s, &t) })
	text = numberLike().ReplaceAllStringFunc(text, func(s string) string { return p.number(s, &t) })
	for _, company := range p.companies {
		for at := indexFold(text, company); at >= 0; at = indexFold(text, company) {
			text = text[:at] + "[name]" + text[at+len(company):]
			t.names++
		}
	}
	return strings.TrimSpace(p.withoutNames(text, &t)), t
}

var grouped = legible.Pattern(`^\d{1,3}(?:[., ]\d{3})+(?:[.,]\d{1,2})?$`)

// number returns a mark in the place of what has the digits of an own number. Years and amounts stay: answers are about these.
func (p *personalData) number(s string, t *taken) string {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
	isYear := len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
	marked := strings.HasPrefix(s, "#") || strings.HasPrefix(s, "№")
	if isYear || grouped().MatchString(s) || !marked && (digits < 3 || !letters && digits < 4) {
		return s
	}
	t.numbers++
	return "[number]"
}

// withoutNames replaces the words of names that are written as names are, and leaves one mark for a whole name.
func (p *personalData) withoutNames(text string, t *taken) string {
	var out strings.Builder
	begin := -1
	flush := func(end int) {
		if begin < 0 {
			return
		}
		word := text[begin:end]
		begin = -1
		first, _ := utf8.DecodeRuneInString(word)
		bare, _, _ := strings.Cut(strings.NewReplacer("’", "'").Replace(word), "'") // Ada's
		if !unicode.IsUpper(first) && unicode.IsLower(first) || !p.names[strings.ToLower(bare)] && !p.names[strings.ToLower(word)] {
			out.WriteString(word)
			return
		}
		if so := out.String(); strings.HasSuffix(so, "[name] ") {
			out.Reset()
			out.WriteString(strings.TrimSuffix(so, " "))
			return
		}
		t.names++
		out.WriteString("[name]")
	}
	for i, r := range text {
		if unicode.IsLetter(r) || r == '\'' || r == '’' {
			if begin < 0 {
				begin = i
			}
			continue
		}
		flush(i)
		out.WriteRune(r)
	}
	flush(len(text))
	return out.String()
}

// indexFold returns where a text has words in lower case, whatever case it has itself. It finds nothing where folding changes lengths.
func indexFold(text, words string) int {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return strings.Index(text, words)
	}
	return strings.Index(lower, words)
}
