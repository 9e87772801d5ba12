package markup

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"

	"featurebase-mcp/internal/legible"
)

// inline is the text of the block that is being read, in runs. It is written when the block ends, because the text behind a mark decides whether
// Markdown can express the mark.
type inline struct {
	buf     []byte
	runs    []run
	links   []link
	current int            // index in links, plus one, of the open link that has text in this block; 0 for none
	href    string         // of the open link; empty for none
	open    [markCount]int // open elements of each mark
	codes   int            // open elements of code
	space   bool           // a gap comes before the next text
	filter  legible.VisibleFilter
}

// mark is a way to set text off.
type mark uint8

const (
	strong mark = iota
	emphasis
	deleted
	markCount
)

// run is a piece of text with the same marks and link.
type run struct {
	kind       runKind
	marks      uint8          // a bit for each mark
	space      bool           // a gap before it
	link       int            // index in links, plus one; 0 for none
	start, end int            // offsets in buf
	until      [markCount]int // the last run that each of its marks reaches
}

type runKind uint8

const (
	textRun runKind = iota
	codeRun
	addressRun // an address that is its own text, written without brackets
	checkboxRun
	breakRun // the end of a line
)

// link is a link in the block.
type link struct {
	href        string
	first, last int // its runs
}

func (l *inline) reset() {
	l.buf, l.runs, l.links, l.space, l.current = l.buf[:0], l.runs[:0], l.links[:0], false, 0
	l.filter = legible.VisibleFilter{}
}

// addText adds text that was read. Each gap becomes one space, or the space before a run.
func (l *inline) addText(text string) {
	if l.codes > 0 {
		l.addRun(codeRun, text)
	} else {
		l.addPlain(text)
	}
}

// addPlain adds text that is not code.
func (l *inline) addPlain(text string) {
	for l.href == "" { // inside a link, an address is text
		start, end := findAddress(text)
		if start < 0 {
			break
		}
		l.addRun(textRun, text[:start])
		l.addRun(addressRun, text[start:end])
		text = text[end:]
	}
	l.addRun(textRun, text)
}

func (l *inline) addRun(kind runKind, text string) {
	l.filter.Break()
	inWord := false
	for _, r := range text {
		before, kept := l.filter.Keep(r)
		isSpace := legible.IsSpace(r)
		switch {
		case isSpace:
			l.space, kept = true, false
		case kept && !inWord:
			l.begin(kind)
			inWord = true
		}
		if inWord && (kept || before != "") {
			l.buf = append(l.buf, before...)
			if kept {
				l.buf = utf8.AppendRune(l.buf, r)
			}
			l.runs[len(l.runs)-1].end = len(l.buf)
		}
		inWord = inWord && !isSpace
	}
}

// begin starts a run, or continues the last one if it is alike.
func (l *inline) begin(kind runKind) {
	r := run{kind: kind, start: len(l.buf), end: len(l.buf)}
	for m, n := range l.open {
		if n > 0 {
			r.marks |= 1 << m
		}
	}
	n := len(l.runs)
	r.space = l.space && n > 0 && l.runs[n-1].kind != breakRun
	l.space = false
	if l.current == 0 && l.href != "" {
		l.links = append(l.links, link{href: l.href, first: n})
		l.current = len(l.links)
	}
	r.link = l.current
	if n > 0 && kind <= codeRun && l.runs[n-1].isLike(&r) {
		if r.space {
			l.buf = append(l.buf, ' ')
		}
		return
	}
	l.runs = append(l.runs, r)
	if r.link > 0 {
		l.links[r.link-1].last = n
	}
}

func (r *run) isLike(other *run) bool {
	return r.kind == other.kind && r.marks == other.marks && r.link == other.link
}

// addWords adds words of the program, with gaps around them.
func (l *inline) addWords(words string) {
	l.space = true
	l.addPlain(words)
	l.space = true
}

// addBreak ends the line, unless it is empty.
func (l *inline) addBreak() {
	if len(l.runs) > 0 && !l.isOnlyCheckbox() {
		l.runs = append(l.runs, run{kind: breakRun, start: len(l.buf), end: len(l.buf)})
	}
	l.space = false
}

func (l *inline) endsInBreak() bool {
	return len(l.runs) > 0 && l.runs[len(l.runs)-1].kind == breakRun
}

// addCheckbox adds the sign of a task. It does so once, because editors write an attribute and an element for one checkbox.
func (l *inline) addCheckbox(checked bool) {
	if l.isOnlyCheckbox() {
		return
	}
	l.space = true
	l.begin(checkboxRun)
	sign := " "
	if checked {
		sign = "x"
	}
	l.buf = append(l.buf, sign...)
	l.runs[len(l.runs)-1].end = len(l.buf)
	l.space = true
}

func (l *inline) isOnlyCheckbox() bool { return len(l.runs) == 1 && l.runs[0].kind == checkboxRun }

// addMedia adds a picture or player as a link. Written as a picture, a host would fetch it, and its owner would know who reads.
func (l *inline) addMedia(m media) {
	switch {
	case isSigned(m.src):
		name := fileName(m.src)
		if m.title != "" && !strings.HasPrefix(name, m.title) {
			name = m.title + " (" + name + ")"
		}
		l.addWords("[" + m.word + ": " + name + "]")
	case l.href != "":
		l.addWords(m.label())
	case m.src == "" || !isSafe(m.src):
		l.addWords("[" + m.label() + "]")
	default:
		l.openLink(m.src)
		l.addWords(m.label())
		l.closeLink()
		l.space = true
	}
}

// openLink opens a link and closes the one that is open. If the address is not safe, its text stays without a link.
func (l *inline) openLink(href string) {
	l.closeLink()
	if isSafe(href) {
		l.href = href
	}
}

// closeLink ends the open link, also at the end of a block. It does not go on in the next block: one long address around many blocks would be
// repeated in each.
func (l *inline) closeLink() {
	if l.current == 0 {
		l.href = ""
		return
	}
	target := &l.links[l.current-1]
	text := l.textOf(target)
	first := &l.runs[target.first]
	switch elsewhere := leadsElsewhere(text, l.href); {
	case isSigned(l.href):
		l.nameFile(target, text)
	case target.first == target.last && first.kind == textRun && isOwnText(text, l.href):
		first.kind, first.link = addressRun, 0
	case elsewhere != "":
		l.space = true
		l.addRun(textRun, leadsTo(elsewhere))
		fallthrough
	default:
		target.href = destination(l.href)
	}
	l.current, l.href = 0, ""
}

// isOwnText reports whether the text of a link is its address, with or without the escapes of the address.
func isOwnText(text, address string) bool {
	return addressLength(text) == len(text) && (text == address || string(util.URLEscape([]byte(text), false)) == address)
}

// nameFile replaces a link to a signed address by the name of the file.
func (l *inline) nameFile(target *link, text string) {
	file := "[file: " + fileName(target.href) + "]"
	first := l.runs[target.first]
	if text == file || text == fileName(target.href) {
		l.runs, l.buf, l.space = l.runs[:target.first], l.buf[:first.start], first.space
	}
	for i := target.first; i < len(l.runs); i++ {
		l.runs[i].link = 0
	}
	l.current, l.href = 0, ""
	l.space = l.space || len(l.runs) > target.first
	l.addRun(textRun, file)
}

// textOf returns the text of a link, with one space for each gap.
func (l *inline) textOf(target *link) string {
	var b strings.Builder
	for i := target.first; i <= target.last; i++ {
		if r := &l.runs[i]; r.kind == breakRun || r.space && i > target.first {
			b.WriteByte(' ')
		}
		b.Write(l.buf[l.runs[i].start:l.runs[i].end])
	}
	return b.String()
}
