package figures

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/likeness"
)

// Sentence is a sentence of a text with the figures in it.
type Sentence struct {
	Text    string
	Figures []Figure
	Rest    string   // its other words: what the figures are about
	Counted []string // the words for what is counted, which are no units of time, money or size
}

// Figure is a number with what it counts, or a date.
type Figure struct {
	Text  string   // as it is written: "14 days"
	units []string // what it counts, as stems; several words where it is not known which of them is meant
	value float64
	class string // of a span of time
	per   string // the span of time that an amount is for: "€5 a month"
	date  date
}

// The units of figures that are not words of the text.
const (
	timeUnit  = " time"
	dateUnit  = " date"
	clockUnit = " clock"
)

// ratherOther is how many times longer a span of time is that is not meant for the same: something lasts 30 minutes and is kept for 30 days.
const ratherOther = 1000

// Comparable reports whether two figures count the same. Amounts for a month and for a year do not.
func (f Figure) Comparable(g Figure) bool {
	if f.per != "" && g.per != "" && f.per != g.per {
		return false
	}
	if f.class != "" && g.class != "" && max(f.value, g.value) > ratherOther*min(f.value, g.value) {
		return false
	}
	return slices.ContainsFunc(f.units, func(unit string) bool { return slices.Contains(g.units, unit) })
}

// inexact is how much two spans of time in different units may differ and still be the same: a month has 30 days or 31.
const inexact = 0.04

// Same reports whether two figures that count the same are equal, as far as both are known: "March 2027" is the same as "1 March 2027".
func (f Figure) Same(g Figure) bool {
	if f.isDate() && g.isDate() {
		agree := func(a, b int) bool { return a == 0 || b == 0 || a == b }
		return agree(f.date.year, g.date.year) && agree(f.date.month, g.date.month) && agree(f.date.day, g.date.day)
	}
	if f.class != g.class {
		return math.Abs(f.value-g.value) <= inexact*max(f.value, g.value)
	}
	return f.value == g.value
}

func (f Figure) isDate() bool { return f.date != date{} }

// Conflict returns the figures by which two sentences contradict each other if they are about the same: what one of them counts has other
// figures alone in the other one.
func Conflict(a, b Sentence) (ours, theirs Figure, ok bool) {
	for _, f := range a.Figures {
		var other []Figure
		for _, g := range b.Figures {
			if f.Comparable(g) {
				other = append(other, g)
			}
		}
		said := func(g Figure) bool {
			return slices.ContainsFunc(a.Figures, func(f Figure) bool { return f.Comparable(g) && f.Same(g) })
		}
		if len(other) > 0 && !slices.ContainsFunc(other, said) {
			return f, other[0], true
		}
	}
	return Figure{}, Figure{}, false
}

// longestLine is how many bytes of a paragraph are read. People write shorter ones, and a longer one could take long.
const longestLine = 8 << 10

// Sentences returns the sentences of a Markdown text that have figures.
func Sentences(markdown string) []Sentence {
	var list []Sentence
	inCode := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inCode = !inCode
			continue
		}
		if inCode || len(line) > longestLine || !strings.ContainsFunc(line, unicode.IsLetter) {
			continue
		}
		for _, text := range split(withoutMarkup(line)) {
			if s := read(text); len(s.Figures) > 0 {
				list = append(list, s)
			}
		}
	}
	return list
}

// withoutMarkup returns a line without the marks of lists and tables, code, addresses of links and web addresses, whose numbers are names.
func withoutMarkup(line string) string {
	line = strings.TrimLeft(line, "#>-*+| \t")
	if digits := len(line) - len(strings.TrimLeft(line, "0123456789")); digits > 0 && digits <= 3 && (strings.HasPrefix(line[digits:], ". ") || strings.HasPrefix(line[digits:], ") ")) {
		line = line[digits+2:]
	}
	line = strings.ReplaceAll(strings.TrimRight(line, "| "), "|", ";")
	var b strings.Builder
	for i, part := range strings.Split(line, "`") {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	line = b.String()
	for {
		from := strings.Index(line, "](")
		if from < 0 {
			break
		}
		end := strings.IndexByte(line[from:], ')')
		if end < 0 {
			end = len(line) - from - 1
		}
		line = line[:from] + line[from+end+1:]
	}
	var words []string
	for word := range strings.FieldsSeq(strings.NewReplacer("[", "", "**", "").Replace(line)) {
		if !strings.Contains(word, "://") && !strings.Contains(word, "www.") && !strings.Contains(word, "@") {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// split cuts a line at the ends of sentences. A full stop ends one only before a space and behind a word, since "1. March" and "1.5" go on.
func split(line string) []string {
	var list []string
	from := 0
	for i, r := range line {
		after := i + utf8.RuneLen(r)
		switch {
		case strings.ContainsRune("。！？।؟։;", r):
		case !strings.ContainsRune(".!?…", r) || after < len(line) && line[after] != ' ' && line[after] != '*' && line[after] != ')':
			continue
		case r == '.' && i > 0 && isDigit(rune(line[i-1])) && startsWithMonth(line[after:]):
			continue
		}
		list = append(list, line[from:i])
		from = after
	}
	return append(list, line[from:])
}

// startsWithMonth reports whether a text begins with the name of a month.
func startsWithMonth(text string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return words().months[plain(strings.Trim(first, ".,"))] > 0
}

// read finds the figures of a sentence.
func read(text string) Sentence {
	r := reader{tokens: tokens(text)}
	r.used = make([]bool, len(r.tokens))
	for i := range r.tokens {
		if !r.used[i] {
			r.figure(i)
		}
	}
	r.inherit()
	s := Sentence{Text: strings.TrimSpace(text)}
	for _, f := range r.found {
		if len(f.units) > 0 && !f.isDate() && f.class == "" && !strings.HasPrefix(f.units[0], " ") && words().currencies[r.tokens[min(f.at+1, len(r.tokens)-1)].plain] == "" && f.at+1 < f.end && isLetter([]rune(r.tokens[f.at+1].text)[0]) {
			s.Counted = append(s.Counted, r.tokens[f.at+1].text)
		}
	}
	for _, f := range r.found {
		if len(f.units) > 0 {
			s.Figures = append(s.Figures, f.Figure)
		}
	}
	var rest []string
	for i, t := range r.tokens {
		if !r.used[i] {
			rest = append(rest, t.text)
		}
	}
	s.Rest = strings.Join(rest, " ")
	return s
}

// reader finds the figures among the words of a sentence.
type reader struct {
	tokens []token
	used   []bool // the token belongs to a figure
	found  []found
}

// found is a figure with the place of its number, and the place after its last word.
type found struct {
	Figure
	at, end int
}

// add keeps a figure whose number stands at a place, and which reaches from one token to another.
func (r *reader) add(f Figure, at, from, end int) {
	var b strings.Builder
	for i := from; i < end; i++ {
		r.used[i] = true
		if i > from && !glued(r.tokens[i-1], r.tokens[i]) {
			b.WriteByte(' ')
		}
		b.WriteString(r.tokens[i].text)
	}
	f.Text = b.String()
	r.found = append(r.found, found{f, at, end})
}

// glued reports whether two tokens are shown without a space between them.
func glued(a, b token) bool {
	return b.plain == "%" || a.plain != b.plain && slices.Contains([]string{"$", "£", "€", "¥"}, a.plain)
}

// next returns the token at a place if it belongs to the one before it, or an empty one.
func (r *reader) next(i int) token {
	if i < 0 || i >= len(r.tokens) || r.tokens[i].gap {
		return token{}
	}
	return r.tokens[i]
}

// figure reads the figure whose number stands at a place.
func (r *reader) figure(i int) {
	t, v := r.tokens[i], words()
	value, isNumber := t.value, t.digits
	if spelled, ok := v.numbers[t.plain]; ok && !t.digits {
		value, isNumber = spelled, true
	}
	switch {
	case t.date != date{}:
		r.add(Figure{units: []string{dateUnit}, date: t.date}, i, i, i+1)
	case t.clock > 0:
		r.add(Figure{units: []string{clockUnit}, value: float64(t.clock - 1)}, i, i, i+1)
	case v.ones[t.plain]:
		if span, ok := v.time[r.next(i+1).plain]; ok && !r.isRate(i) {
			r.add(Figure{units: []string{timeUnit}, value: span.seconds, class: span.class}, i, i, i+2)
		}
	case isNumber && (r.day(i, value) || r.money(i, value) || r.span(i, value) || r.timeOfDay(i, value)):
	case isNumber && !t.order:
		r.counted(i, value)
	}
}

// isRate reports whether an article belongs to a figure before it: "600 requests a minute".
func (r *reader) isRate(i int) bool {
	return len(r.found) > 0 && !r.tokens[i].gap && r.found[len(r.found)-1].end == i
}

// The years that a number of four digits is taken for.
const (
	firstYear = 1990
	lastYear  = 2099
)

func isYear(t token) bool {
	return t.digits && len(t.text) == 4 && t.value >= firstYear && t.value <= lastYear && t.value == math.Trunc(t.value)
}

// day reads a date with the name of a month: "1 March 2027", "March 1, 2027", "March 2027".
func (r *reader) day(i int, value float64) bool {
	months := words().months
	d, from, end := date{}, i, i+1
	month := func(t token) int {
		if t.plain == "may" && t.text != "May" {
			return 0
		}
		return months[t.plain]
	}
	isDay := r.tokens[i].digits && value >= 1 && value <= 31 && value == math.Trunc(value)
	after := i + 1
	if plain := r.next(after).plain; plain == "de" || plain == "of" {
		after++
	}
	switch {
	case isDay && after < len(r.tokens) && month(r.tokens[after]) > 0:
		d.day, d.month, end = int(value), month(r.tokens[after]), after+1
	case isDay && i > 0 && !r.tokens[i].gap && month(r.tokens[i-1]) > 0:
		d.day, d.month, from = int(value), month(r.tokens[i-1]), i-1
	case isYear(r.tokens[i]) && i > 0 && !r.tokens[i].gap && month(r.tokens[i-1]) > 0:
		d.year, d.month, from = int(value), month(r.tokens[i-1]), i-1
	default:
		return false
	}
	if at := end; d.year == 0 && at < len(r.tokens) {
		if r.tokens[at].plain == "de" && at+1 < len(r.tokens) {
			at++
		}
		if isYear(r.tokens[at]) {
			d.year, end = int(r.tokens[at].value), at+1
		}
	}
	r.add(Figure{units: []string{dateUnit}, date: d}, i, from, end)
	return true
}

// money reads an amount with its currency, before or behind it, and a percentage.
func (r *reader) money(i int, value float64) bool {
	v := words()
	if code := v.currencies[r.next(i+1).plain]; code != "" {
		r.add(Figure{units: []string{code}, value: value, per: r.rate(i + 2)}, i, i, i+2)
		return true
	}
	if i > 0 && !r.tokens[i].gap && !r.used[i-1] {
		if code := v.currencies[r.tokens[i-1].plain]; code != "" && code != "%" {
			r.add(Figure{units: []string{code}, value: value, per: r.rate(i + 1)}, i, i-1, i+1)
			return true
		}
	}
	return false
}

// rate returns the class of the span of time that an amount before a place is for: "a month", "per year", "/day", "monthly".
func (r *reader) rate(i int) string {
	v := words()
	if i >= len(r.tokens) {
		return ""
	}
	t := r.tokens[i]
	if class := v.rates[t.plain]; class != "" {
		return class
	}
	if span, ok := v.time[t.plain]; ok && t.gap { // "€5/month"
		return span.class
	}
	if i+1 < len(r.tokens) && (v.ones[t.plain] || slices.Contains([]string{"per", "pro", "par", "por", "je", "im", "each", "every", "al"}, t.plain)) {
		return v.time[r.tokens[i+1].plain].class
	}
	return ""
}

// span reads a span of time: "14 days", "3 working days".
func (r *reader) span(i int, value float64) bool {
	for end := i + 1; end <= i+2; end++ {
		t := r.next(end)
		if t.plain == "" || end > i+1 && isLittle(r.tokens[end-1].text) {
			return false
		}
		if span, ok := words().time[t.plain]; ok {
			r.add(Figure{units: []string{timeUnit}, value: value * span.seconds, class: span.class}, i, i, end+1)
			return true
		}
	}
	return false
}

// timeOfDay reads an hour: "9 am".
func (r *reader) timeOfDay(i int, value float64) bool {
	add, ok := words().clocks[r.next(i+1).plain]
	if !ok || value < 1 || value > 12 {
		return false
	}
	r.add(Figure{units: []string{clockUnit}, value: (math.Mod(value, 12) + float64(add)) * 60}, i, i, i+2)
	return true
}

// counted reads a number with the words behind it that may be what it counts.
func (r *reader) counted(i int, value float64) {
	f, from, end := Figure{value: value}, i, i+1
	if isYear(r.tokens[i]) {
		f.units, f.date = append(f.units, dateUnit), date{year: int(value)}
	}
	numbered := i > 0 && !r.tokens[i].gap && !r.used[i-1] && r.tokens[i].digits && slices.Contains([]string{"version", "level", "step", "port"}, r.tokens[i-1].plain)
	for ; end <= i+2 && !numbered; end++ {
		t := r.next(end)
		if t.plain == "" || t.digits || isLittle(t.text) || !isLetter([]rune(t.text)[0]) {
			break
		}
		f.units = append(f.units, stem(t.text))
	}
	if numbered || end == i+1 && i > 0 && !r.tokens[i].gap && !r.used[i-1] && r.tokens[i].digits && isName(r.tokens[i-1].text) {
		f.units, from = append(f.units, stem(r.tokens[i-1].text)), i-1
	}
	if f.isDate() && len(f.units) > 1 { // "in 2000 lines": as likely a count as a year, and compared as a count
		f.date, f.units = date{}, f.units[1:]
	}
	if !r.tokens[i].digits && len(f.units) == 0 {
		return // "the two", "one of ten"
	}
	r.add(f, i, from, min(end, i+2)) // the second word may be a verb: it stays among the other words, too
	r.found[len(r.found)-1].end = end
}

// isName reports whether a word is a name that a number can follow: "iOS 17", "Android 11".
func isName(word string) bool { return strings.ToLower(word) != word }

// isLittle reports whether a word is too short to be what a number counts, as most prepositions and articles are.
func isLittle(word string) bool {
	const little = 3
	return utf8.RuneCountInString(word) <= little && strings.ToLower(word) == word
}

// stem returns the stem of a word by which texts are compared.
func stem(word string) string {
	for stem := range likeness.Terms(word) {
		return stem
	}
	return plain(word)
}

// inherit gives a number without a unit that of the number after it in a list ("3, 7 and 14 days"), or of the one before it ("tasks for 30
// days, projects for 90").
func (r *reader) inherit() {
	for k := len(r.found) - 2; k >= 0; k-- {
		f, next := &r.found[k], r.found[k+1]
		if len(f.units) == 0 && next.at-f.end <= 1 {
			f.of(next.Figure)
		}
	}
	for k := 1; k < len(r.found); k++ {
		if f := &r.found[k]; len(f.units) == 0 {
			f.of(r.found[k-1].Figure)
		}
	}
}

// of gives a figure the unit of another one.
func (f *found) of(other Figure) {
	if other.isDate() || len(other.units) == 0 {
		return
	}
	if other.class != "" {
		f.value *= words().time[other.class].seconds
		f.class = other.class
	}
	f.units = other.units
}
