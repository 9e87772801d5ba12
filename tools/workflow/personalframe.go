package workflow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// The greeting and the end of a letter say who writes to whom, and nothing of the matter.
var (
	greeting  = legible.Pattern(`^(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|servus|liebes?r?|sehr geehrter?|bonjour|salut|cher|chère|hola|buenos días|buenas tardes|estimad[oa]|ciao|buongiorno|gentile|olá|bom dia|здравствуйте|добрый день|привет|नमस्ते|你好|您好|こんにちは|안녕하세요)((?:[ \t]+(?:(?i:mr|mrs|ms|dr|prof|hr|fr)\.|[^\s,!.:;?，！、。–]+)){0,5}?)[ \t]*([,!.:，！、。–-]+|\n|$)\s*`)
	justHello = legible.Pattern(`^(?i:hi|hello|hey|hallo|moin|bonjour|salut|hola|ciao|olá)(?:[ \t]+(?i:there|all|team|support|everyone|folks|guys|zusammen))?[ \t]+`)
	closing   = legible.Pattern(`(?i)\n[ \t]*(?:(?:with )?(?:(?:kind|best|warm|warmest|kindest|many) )?(?:regards|wishes|greetings)|best|cheers|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|many thanks|thank you(?: (?:very much|so much|in advance))?|thanks(?: (?:a lot|so much|again|in advance))?|` +
		`viele grüße|liebe grüße|beste grüße|schöne grüße|(?:mit )?freundlichen? grüßen?|mfg|lg|vg|vielen dank(?: im voraus)?|danke|cordialement|bien à vous|merci(?: d'avance)?|saludos|un saludo|atentamente|gracias|cordiali saluti|grazie|atenciosamente|obrigad[oa]|с уважением|спасибо)[ \t]*[,!.–-]*([^\n]*)((?:\n.*)*)$`)
	thanking   = legible.Pattern(`^(?i:thanks|thank you|many thanks|vielen dank|danke|merci|gracias|grazie|obrigad[oa])\b[^.!?\n]{0,80}[.!]\s+`)
	closeAsk   = legible.Pattern(`(?i)[^.!?\n]*\b(?:does (?:that|this|it) (?:help|work|answer|solve|make sense)|did (?:that|this|it) (?:help|work|answer|solve)|is that (?:clear|what you|okay|ok)|anything else|any (?:other|more|further) questions|hilft (?:ihnen |dir )?das|sonst noch|est-ce que cela|te ayuda|le ayuda)\b[^.!?\n]*\?\s*$`)
	closeOffer = legible.Pattern(`(?i)(?:^|[.!?]\s+|\n)((?:please )?(?:let (?:me|us) know|feel free|do not hesitate|don't hesitate|have a (?:nice|great|good)|melden sie sich|schönen tag)[^.!?\n]*[.!]?\s*)$`)
	introduced = legible.Pattern(`(?i:my name is|name's|mein name ist|ich heiße|je m'appelle|me llamo|mi chiamo|меня зовут|我是|我叫)\s*((?:[\p{Lu}\p{Lo}][\pL\pM'’-]*[ \t]?){1,3})`)
	hereIs     = legible.Pattern(`((?:\p{Lu}[\pL\pM'’-]+ ){1,2})(?i:here|hier)\b`)
)

// longestFooter is how many characters may follow "Thanks" at the end of a letter; more are what the letter says.
const longestFooter = 200

// greetsNobody are words of greetings that are no names.
const greetsNobody = ` there all team support everyone everybody folks guys you mr mrs ms miss sir madam or and dear herr frau damen und herren zusammen liebes plumline monsieur madame señor señora again good morning `

// isGreeted reports whether words behind "hello" name somebody: words of names, not those of a sentence.
func isGreeted(words string) bool {
	fields := strings.Fields(words)
	for _, word := range fields {
		first, _ := utf8.DecodeRuneInString(word)
		if unicode.IsLower(first) && len(fields) > 1 && !strings.Contains(greetsNobody, " "+strings.ToLower(strings.Trim(word, "."))+" ") {
			return false
		}
	}
	return true
}

// frame returns a letter without its greeting and its end, and these.
func frame(text string) (letter, greeted, signed string) {
	for range 2 { // "Hi Ada, good morning!"
		if at := greeting().FindStringSubmatchIndex(text); at != nil && isGreeted(text[at[2]:at[3]]) {
			greeted = strings.TrimSpace(greeted + " " + text[at[2]:at[3]])
			text = text[at[1]:]
			continue
		}
		if at := justHello().FindStringIndex(text); at != nil {
			text = text[at[1]:]
		}
	}
	if at := closing().FindStringSubmatchIndex(text); at != nil {
		rest, footer := strings.TrimSpace(text[at[2]:at[3]]), text[at[4]:at[5]]
		first, _ := utf8.DecodeRuneInString(rest)
		words := len(strings.Fields(rest))
		if (words == 0 || words <= 3 && (unicode.IsUpper(first) || words == 1 && !strings.ContainsAny(rest, ".!?"))) && utf8.RuneCountInString(footer) <= longestFooter {
			line, _, _ := strings.Cut(strings.TrimSpace(footer), "\n")
			signed = rest
			if rest == "" {
				signed = line
			}
			text = text[:at[0]]
		}
	}
	return text, greeted, signed
}

func withoutFrame(text string) string {
	letter, _, _ := frame(text)
	return strings.TrimSpace(letter)
}

// longestSigned is how many words the name at the end of a letter has.
const longestSigned = 3

// listen learns the names by which people in a message greet each other, sign, and introduce themselves.
func (p *personalData) listen(message string) {
	_, greeted, signed := frame(strings.TrimSpace(message))
	for _, words := range []string{greeted, signed} {
		if fields := strings.Fields(words); len(fields) <= longestSigned {
			for _, word := range fields {
				word = strings.Trim(word, ".,!:;")
				if !strings.Contains(greetsNobody, " "+strings.ToLower(word)+" ") && !p.common(nameKey(word)) {
					p.know(word)
				}
			}
		}
	}
	for _, found := range introduced().FindAllStringSubmatch(message, -1) {
		p.know(found[1])
	}
	for _, found := range hereIs().FindAllStringSubmatch(message, -1) {
		for word := range strings.FieldsSeq(found[1]) {
			if !p.common(nameKey(word)) {
				p.know(word)
			}
		}
	}
}
