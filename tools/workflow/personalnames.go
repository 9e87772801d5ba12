package workflow

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
)

// shortestName is how many letters a word of a name has that is taken out. Shorter ones are initials and particles.
const shortestName = 2

// firm is the name of a customer's company, in lower case. One that is a word is a name only where it is written as one inside of a sentence, and part of a name that is
// a word is none.
type firm struct {
	name       string
	word, part bool
}

// nameKey returns a word as names are compared: without accents, in lower case, and with one kind of apostrophe.
func nameKey(word string) string {
	return strings.ReplaceAll(string(legible.PlainLetters(word)), "’", "'")
}

// unspacedScripts are written without spaces between words, so that a name stands in the middle of others.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func isNameRune(r rune) bool { return unicode.In(r, unicode.L, unicode.M) || r == '\'' || r == '’' }

// know adds the name of a person.
func (p *personalData) know(name string) {
	if p.names == nil {
		p.names = map[string]bool{}
	}
	name = strings.TrimSpace(name)
	if strings.ContainsFunc(name, isUnspaced) {
		for _, whole := range append(strings.Fields(name), name) {
			if utf8.RuneCountInString(whole) >= shortestName && !slices.Contains(p.unspaced, whole) {
				p.unspaced = append(p.unspaced, whole)
			}
		}
		slices.SortStableFunc(p.unspaced, func(a, b string) int { return len(b) - len(a) })
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !isNameRune(r) }) {
		key := nameKey(strings.Trim(word, "'’"))
		if utf8.RuneCountInString(key) < shortestName || p.names[key] || particles[key] {
			continue
		}
		p.names[key] = true
		if r, _ := utf8.DecodeRuneInString(key); unicode.Is(unicode.Cyrillic, r) && utf8.RuneCountInString(key) >= declined {
			p.stems = append(p.stems, strings.TrimRight(key, "аеиоуыьэюяй"))
		}
	}
}

// declined is how many letters a Cyrillic name has at least that is known in its other cases, too, and endings how many an ending has at most.
const (
	declined = 4
	endings  = 3
)

// particles are words of names that are words of their languages.
var particles = map[string]bool{"de": true, "da": true, "do": true, "la": true, "le": true, "van": true, "von": true, "der": true, "den": true, "di": true, "el": true, "al": true, "of": true, "the": true, "and": true}

// legalForm matches the forms of companies behind their names.
var legalForm = legible.Pattern(`(?i)[ ,]+(?:gmbh(?: & co\.? kg)?|ag|kg|ug|e\.? ?k\.?|ltd\.?|limited|inc\.?|llc|llp|corp\.?|corporation|plc|s\.?a\.?r?\.?l?\.?|s\.?l\.?|s\.?r\.?l\.?|b\.?v\.?|n\.?v\.?|oy|ab|a/s|aps|pty|co\.?|company|ооо|株式会社)$`)

// commonInFirms are words of names of companies that say nothing of who it is.
const commonInFirms = ` group solutions software systems studio studios technologies technology tech services service partners partner labs media design consulting international global digital
	network networks company bank hotel clinics games mobility security events logistics shipping fields architects robotics trading traders bau soft web cloud data team the new first city gmail googlemail
	outlook hotmail yahoo icloud proton protonmail aol live example `

// shortestFirm is how many letters a single word of a company's name has that is taken out by itself.
const shortestFirm = 4

// knowCompany adds the name of a customer's company: whole, without its legal form, and the first word that tells who it is.
func (p *personalData) knowCompany(name string) {
	name = strings.ToLower(strings.TrimSpace(name))
	core := legalForm().ReplaceAllString(name, "")
	list := []string{name, core}
	for word := range strings.FieldsFuncSeq(core, func(r rune) bool { return !isPartOfWord(r) && r != '\'' && r != '’' }) {
		if utf8.RuneCountInString(word) >= shortestFirm && !strings.Contains(commonInFirms, " "+word+" ") {
			list = append(list, word)
			break
		}
	}
	for i, name := range list {
		if strings.ContainsFunc(name, isUnspaced) {
			p.know(name)
		} else if utf8.RuneCountInString(name) >= shortestName && !slices.ContainsFunc(p.companies, func(f firm) bool { return f.name == name }) {
			p.companies = append(p.companies, firm{name, !strings.ContainsRune(name, ' '), i > 1})
		}
	}
	slices.SortStableFunc(p.companies, func(a, b firm) int { return len(b.name) - len(a.name) })
}

// knowMail learns the names in an e-mail address: who it is, and of a customer the company. The team's own is called as the product is.
func (p *personalData) knowMail(address string, ofTeam bool) {
	local, domain, ok := strings.Cut(strings.ToLower(address), "@")
	if !ok {
		return
	}
	for word := range strings.FieldsFuncSeq(local, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(word) >= shortestFirm && !strings.Contains(mailboxes, " "+word+" ") {
			p.know(word)
		}
	}
	if label, _, _ := strings.Cut(domain, "."); !ofTeam && utf8.RuneCountInString(label) >= shortestFirm && !strings.Contains(commonInFirms, " "+label+" ") {
		p.knowCompany(label)
	}
}

// mailboxes are the words of addresses that no person has alone.
const mailboxes = ` info support sales office hello contact admin team mail billing accounting service help noreply reply invoices finance test user `

// hear counts the words that a conversation has in lower case, so that words are told from names that are spelled alike.
func (p *personalData) hear(conversation, text string) {
	if p.heard == nil {
		p.heard, p.heardIn = map[string]int{}, map[string]string{}
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isNameRune(r) }) {
		first, _ := utf8.DecodeRuneInString(word)
		if key := nameKey(word); unicode.IsLower(first) && p.heardIn[key] != conversation {
			p.heardIn[key] = conversation
			p.heard[key]++
		}
	}
}

// usual is in how many conversations a word stands in lower case that is no name there.
const usual = 2

// common reports whether a word is one of the language besides being a name.
func (p *personalData) common(key string) bool {
	if p.heard[key] >= usual {
		return true
	}
	for range likeness.Terms(key) {
		return false
	}
	return true // words such as "will" say nothing
}

// withoutCompanies replaces the names of companies where they stand as words.
func (p *personalData) withoutCompanies(text string, t *taken) string {
	lower := strings.ToLower(text)
	for _, company := range p.companies {
		if !strings.Contains(lower, company.name) {
			continue
		}
		common := company.word && p.common(nameKey(company.name))
		if common && company.part {
			continue
		}
		for from := 0; from < len(text); {
			at, length := indexFold(text[from:], company.name)
			if at < 0 {
				break
			}
			at += from
			before, _ := utf8.DecodeLastRuneInString(text[:at])
			after, _ := utf8.DecodeRuneInString(text[at+length:])
			first, _ := utf8.DecodeRuneInString(text[at:])
			if isPartOfWord(before) && at > 0 || isPartOfWord(after) && at+length < len(text) || common && (unicode.IsLower(first) || beginsSentence(text, at)) {
				from = at + length
				continue
			}
			text = text[:at] + nameMark + text[at+length:]
			from = at + len(nameMark)
			t.names++
		}
	}
	return text
}

// beginsSentence reports whether a sentence, a line, or what stands between stars begins at a place.
func beginsSentence(text string, at int) bool {
	before := strings.TrimRight(text[:at], " \t")
	return before == "" || strings.ContainsRune(".!?:*`>\n", rune(before[len(before)-1]))
}

// indexFold returns where a text has words that are given in lower case, whatever case it has itself, and how long they are there.
func indexFold(text, words string) (at, length int) {
	for i := range text {
		if n, ok := foldedPrefix(text[i:], words); ok {
			return i, n
		}
	}
	return -1, 0
}

func foldedPrefix(text, words string) (length int, ok bool) {
	for _, want := range words {
		r, size := utf8.DecodeRuneInString(text[length:])
		if size == 0 || unicode.ToLower(r) != want {
			return 0, false
		}
		length += size
	}
	return length, true
}

// withoutUnspaced replaces names that stand between other words without a space.
func (p *personalData) withoutUnspaced(text string, t *taken) string {
	for _, name := range p.unspaced {
		if n := strings.Count(text, name); n > 0 {
			t.names += n
			text = strings.ReplaceAll(text, name, nameMark)
		}
	}
	return text
}

// word is a word of a text with its place.
type nameWord struct {
	from, end    int
	key          string
	upper, first bool // it begins with a capital; it begins a sentence
	label        bool // it stands between stars or backquotes, as the names of buttons do
	gap          string
	out          bool
}

// wordsOf cuts a text into words.
func nameWords(text string) (list []nameWord) {
	begin, last := -1, 0
	label := false
	add := func(end int) {
		if begin < 0 {
			return
		}
		gap := text[last:begin]
		first, _ := utf8.DecodeRuneInString(text[begin:])
		label = label != (strings.Count(gap, "**")%2 == 1 || strings.Count(gap, "`")%2 == 1)
		list = append(list, nameWord{
			from: begin, end: end, key: nameKey(strings.Trim(text[begin:end], "'’")), upper: unicode.IsUpper(first) || unicode.IsTitle(first) || !unicode.IsLower(first), label: label, gap: gap,
			first: len(list) == 0 && strings.TrimFunc(gap, func(r rune) bool { return !strings.ContainsRune(marks, r) }) == "" || strings.ContainsAny(gap, ".!?:\n。！？…>"),
		})
		begin, last = -1, end
	}
	for i, r := range text {
		if isNameRune(r) {
			if begin < 0 {
				begin = i
			}
			continue
		}
		add(i)
	}
	add(len(text))
	return list
}

// isKnown reports whether a word is, or is a form of, a name that is known.
func (p *personalData) isKnown(key string) bool {
	bare, _, _ := strings.Cut(key, "'") // Ada's
	if p.names[key] || p.names[bare] || len(key) > 4 && strings.HasSuffix(key, "s") && p.names[key[:len(key)-1]] {
		return true
	}
	return slices.ContainsFunc(p.stems, func(stem string) bool {
		rest, ok := strings.CutPrefix(key, stem)
		return ok && utf8.RuneCountInString(rest) <= endings
	})
}

// withoutNames replaces the words of names, of those who are known and of others that are written as names are, and leaves one mark for a whole name.
func (p *personalData) withoutNames(text string, t *taken) string {
	list := nameWords(text)
	for i := range list {
		w := &list[i]
		if !p.isKnown(w.key) {
			continue
		}
		after := byte('.')
		if w.end < len(text) {
			after = text[w.end]
		}
		called := strings.HasSuffix(w.gap, ", ") && strings.IndexByte(".!?,;\n", after) >= 0
		switch {
		case called:
			w.out = true
		case !w.upper:
			w.out = !p.common(w.key)
		default:
			w.out = !w.first && !w.label || !p.common(w.key) || i > 0 && list[i-1].out && w.gap == " "
		}
	}
	p.strangers(text, list)
	var b strings.Builder
	from := 0
	for _, w := range list {
		if !w.out {
			continue
		}
		b.WriteString(text[from:w.from])
		b.WriteString(nameMark)
		t.names++
		from = w.end
	}
	b.WriteString(text[from:])
	return oneName().ReplaceAllStringFunc(b.String(), func(run string) string {
		t.names -= strings.Count(run, nameMark) - 1
		return nameMark
	})
}

// oneName matches the marks of the words of one name.
var oneName = legible.Pattern(nameMark + `(?:(?:[ -]|\s&\s|\s(?:\p{Lu}\.\s)?|\s(?:van|von|de|da|di|la|der|den|al|el)\s(?:(?:der|den|la)\s)?)` + nameMark + `)+`)

// cues are the words behind which somebody is named.
var cues = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(`told asked mr mrs ms miss dr prof herr herrn frau firma colleague colleagues manager boss monsieur madame señor señora met cc kollege kollegin kollegen named called`) {
		m[nameKey(word)] = true
	}
	return m
})

// strangers marks the names of people and companies that nobody is known by: behind a first name, a title, a word such as "colleague", or before a legal form.
func (p *personalData) strangers(text string, list []nameWord) {
	german := likeness.Language(text) == "de" // there every noun has a capital
	isName := func(i int) bool {
		w := list[i]
		return w.upper && unicode.IsUpper([]rune(text[w.from:w.end])[0]) && !w.label && !p.common(w.key) && text[w.from:w.end] != strings.ToUpper(text[w.from:w.end])
	}
	for i := range list {
		w := &list[i]
		if w.out || !isName(i) {
			continue
		}
		cued := i > 0 && cues()[list[i-1].key] && (w.gap == " " || w.gap == ". ")
		spoken := i > 1 && !german && (list[i-1].key == "to" || list[i-1].key == "with") && slices.Contains([]string{"wrote", "spoke", "talked"}, list[i-2].key)
		of := i > 0 && !german && slices.Contains([]string{"of", "at", "from"}, list[i-1].key) && (i > 1 && list[i-2].out || strings.HasSuffix(strings.TrimRight(text[:list[i-1].from], " "), nameMark))
		goesOn := i > 0 && list[i-1].out && w.gap == " " && !w.first
		legal := legalForm().MatchString(" "+strings.ToLower(firstWord(text[min(len(text), w.end+1):]))) && w.end < len(text) && text[w.end] == ' ' && !w.first
		w.out = cued || spoken || of || legal || goesOn && !german || firstNames()[w.key] && (!w.first || i+1 < len(list) && list[i+1].gap == " " && isName(i+1))
	}
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return strings.TrimRight(word, ".,;:!?")
}

// firstNames are frequent first names which are no words, so that somebody is recognized whom no list of people has.
var firstNames = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(`aaron abdul adam adrian agnes ahmed aisha alan albert alberto alejandro alex alexander alexandra alfred ali alice alicia alina amanda amelia amir amy ana andre andrea andreas andrew
		andy angela anita anja anna anne annette antoine anton antonio arthur astrid barbara beatrice ben benjamin bernd bernard bert birgit bob brian brigitte bruno camille carla carlos carmen caroline catherine cecilia
		charlotte chloe chris christian christina christine christopher claire clara claudia claus colin cristina daniel daniela dave david deborah denise dennis derek diana diego dieter dimitri dmitri dominik donald
		doris dorothy eduardo edward elena elias elisa elisabeth elizabeth ella ellen emil emily emma enrique eric erik erika esther eva evelyn fabian fatima federico felix ferdinand fernando florian francesca francesco
		francois franz fred frederic friedrich gabriel gabriele george georg gerard gerhard giovanni giulia giuseppe gloria gregory guido guillaume gustav hans harald harry heather heidi heinrich helen helena helga
		helmut henri henry herbert hiroshi holger hugo ian ibrahim igor ines ingrid irene isabel isabella ivan jacob jacqueline jakob james jamie jan jane janet jason javier jean jeff jennifer jens jessica jim joachim joan joanna
		joe johan johanna johannes john jonas jonathan jorge jose joseph josef juan judith julia julian julie julien jurgen karen karin karl katarina katharina katherine kathrin katrin kate kathleen keith kenji kevin klaus kristin lars laura
		laurent lea leila lena leo leon leonie liam linda lisa louis louise luca lucas lucia luis luisa lukas magdalena manfred manuel manuela marc marcel marco marcus margaret maria marie mario marion markus marta
		martha martin martina mathias mathieu matteo matthew matthias maureen maurice maximilian megan mehmet melanie melissa mia michael michaela michel michelle miguel mike mohamed mohammed monika monica nadia nadine
		nancy natalia natalie nathan nicolas nicole niels nils nina noah norbert nora oleg olga oliver olivia omar oscar otto pablo pamela pascal patricia patrick paul paula pauline pavel pedro peter petra philip philipp
		philippe pierre rachel rafael ralf rebecca renate ricardo richard rita robert roberto roger roland ronald rosa ruth ryan sabine samantha samuel sandra sara sarah sebastian sergei sergio sharon silke silvia simon
		simone sofia sophia sophie stefan stefanie stephan stephen steve steven susan susanne svetlana sven sylvia tanja tatiana theo theresa thomas thorsten tim timothy tina tobias tom tomas tony ulrich ulrike ursula
		uwe valentina vanessa vera veronika victor victoria vincent virginia vladimir walter werner william wolfgang xavier yasmin yuki yusuf yvonne zoe`) {
		m[name] = true
	}
	return m
})
