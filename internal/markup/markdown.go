package markup

import (
	"bytes"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// markdownWriter is the sink that writes Markdown. It keeps no tree: it collects text to the end of a block and then writes the block, with its marks,
// behind the signs of the open lists and quotes.
type markdownWriter struct {
	sheet
	sheets []sheet  // around the open table cells, the outermost first
	tables []*table // the open ones
	inline
	level      int // of the open heading, or 0
	pre        int // blocks that are open in a block of code, with the latter; 0 outside
	code       []byte
	codeStarts bool // a line break here belongs to the tag, not to the text
	lang       string
	size       int // bytes that were written, on all sheets
	lost       int // characters that were read, but not written for lack of room
}

func newMarkdownWriter() *markdownWriter {
	return &markdownWriter{sheet: newSheet()}
}

// plain writes a text that is not HTML, line by line. It returns what invisible characters carry in it.
func (w *markdownWriter) plain(text []byte) (hidden Hidden) {
	for line := range bytes.Lines(text) {
		for part := range parts(line) {
			said := html.UnescapeString(string(part))
			hidden.Add(Carried(said))
			w.text([]byte(WithoutSignedURLs(said)))
		}
		w.lineBreak()
	}
	return hidden
}

func (w *markdownWriter) finish() string {
	w.flush(true)
	return string(w.out)
}

func (w *markdownWriter) full() bool { return w.size+len(w.code) > legible.MaxText }

// MaxBlock is how many bytes of a block are kept before it is written: 256 kB. A longer block becomes several.
const MaxBlock = 1 << 18

// maxRuns is how many runs of a block are kept. The runs of pictures and line breaks have hardly any bytes to count.
const maxRuns = 1 << 16

func (w *markdownWriter) text(text []byte) {
	switch {
	case w.full():
		w.lost += utf8.RuneCount(text)
	case w.pre > 0:
		w.addCode(string(text))
	default:
		w.addText(string(text))
	}
	w.bound()
}

// bound writes the block if it has become too long.
func (w *markdownWriter) bound() {
	if len(w.buf) > MaxBlock || len(w.runs) > maxRuns {
		w.flush(false)
	}
}

// parts cuts a text into parts of at most two blocks, so that the memory for one part is free before the next. It cuts at gaps. In a text without gaps
// it cuts anywhere but inside a character or between \r and \n.
func parts(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(text) > 2*MaxBlock {
			end := bytes.IndexByte(text[MaxBlock:2*MaxBlock], ' ') + MaxBlock
			if end < MaxBlock {
				for end = 2 * MaxBlock; end > MaxBlock && (!utf8.RuneStart(text[end]) || text[end-1] == '\r'); {
					end--
				}
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
		yield(text)
	}
}

func (w *markdownWriter) start(e element, a *attributes) {
	if w.pre > 0 {
		w.startInCode(e, a)
		return
	}
	if e.traits&block != 0 {
		w.flush(false)
	}
	switch e.tag {
	case atom.Br:
		w.lineBreak()
	case atom.Hr:
		w.write(plainBlock, []byte("***"))
	case atom.Input:
		if strings.EqualFold(string(a.get(attrType)), "checkbox") {
			w.addCheckbox(a.has(attrChecked))
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.level = headingLevel(e.tag)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.openList(e.tag == atom.Ol, string(a.get(attrStart)))
	case atom.Li:
		w.openItem()
		if a.has(attrDataChecked) {
			w.addCheckbox(strings.EqualFold(string(a.get(attrDataChecked)), "true"))
		}
	case atom.Blockquote:
		w.openQuote()
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		w.pre, w.lang, w.codeStarts = 1, language(a), true
	case atom.Table:
		w.openTable(a)
	case atom.Tr:
		w.openRow()
	case atom.Td, atom.Th, atom.Caption:
		w.openCell(e.tag, a)
	case atom.A:
		w.openLink(href(a))
	default:
		w.mark(e.tag, 1)
	}
}

func (w *markdownWriter) end(e element) {
	if w.pre > 0 {
		w.endInCode(e)
		return
	}
	if e.traits&block != 0 {
		w.flush(e.tag == atom.Li)
	}
	switch e.tag {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.level = 0
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.closeList()
	case atom.Li, atom.Blockquote:
		w.closeContainer()
	case atom.Table:
		w.closeTable()
	case atom.Td, atom.Th, atom.Caption:
		w.closeCell(e.tag)
	default:
		w.endMark(e.tag)
	}
}

// endMark ends a link or a mark. Badly nested, either can end inside a block of code that began after it.
func (w *markdownWriter) endMark(tag atom.Atom) {
	if tag == atom.A {
		w.closeLink()
	} else {
		w.mark(tag, -1)
	}
}

// mark counts the open elements of each mark.
func (w *markdownWriter) mark(tag atom.Atom, by int) {
	switch tag {
	case atom.Strong, atom.B, atom.Summary:
		w.open[strong] += by
	case atom.Em, atom.I:
		w.open[emphasis] += by
	case atom.Del, atom.S, atom.Strike:
		w.open[deleted] += by
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		w.codes += by
	case atom.Q:
		w.text([]byte(`"`))
	default:
	}
}

func (w *markdownWriter) media(m media) {
	if w.pre > 0 {
		w.addCode("[" + m.label() + "]")
		return
	}
	w.addMedia(m)
	w.bound()
}

// flush writes the block that is being read. A checkbox without text waits for its text until the end of its item.
func (w *markdownWriter) flush(final bool) {
	if !final && w.isOnlyCheckbox() {
		return
	}
	if w.current > 0 {
		w.closeLink()
	}
	if text := w.render(setting{heading: w.level > 0, item: w.inItem(), cell: len(w.sheets) > 0}); len(text) > 0 {
		if w.level > 0 {
			w.write(plainBlock, append([]byte(strings.Repeat("#", w.level)+" "), text...))
		} else {
			w.write(paragraph, text)
		}
	}
	w.reset()
}

// lineBreak ends a line inside a block. The second one in a row ends the block.
func (w *markdownWriter) lineBreak() {
	if w.level == 0 && w.endsInBreak() {
		w.flush(false)
		return
	}
	w.addBreak()
	w.bound()
}

func headingLevel(tag atom.Atom) int {
	level, _ := strconv.Atoi(tag.String()[1:])
	return level
}

var carriageReturns = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (w *markdownWriter) addCode(text string) {
	var f legible.VisibleFilter
	text = carriageReturns.Replace(text)
	if w.codeStarts {
		text = strings.TrimPrefix(text, "\n")
	}
	w.codeStarts = false
	for _, r := range text {
		switch {
		case r < ' ' && r != '\n' && r != '\t' && legible.IsSpace(r):
			w.code = f.Append(w.code, ' ')
		default:
			w.code = f.Append(w.code, r)
		}
	}
}

// href returns the address of a link.
func href(a *attributes) string { return a.address(attrHref) }

// startInCode reads a start tag inside a block of code, where only line breaks and the language matter.
func (w *markdownWriter) startInCode(e element, a *attributes) {
	w.codeStarts = false
	switch {
	case e.traits&block != 0:
		w.pre++
		w.codeLine()
	case e.tag == atom.Br:
		w.code = append(w.code, '\n')
	case e.tag == atom.A:
		w.openLink(href(a))
	default:
		if e.tag == atom.Code && w.lang == "" {
			w.lang = language(a)
		}
		w.mark(e.tag, 1)
	}
}

func (w *markdownWriter) endInCode(e element) {
	if e.traits&block == 0 {
		w.endMark(e.tag)
		return
	}
	if w.pre--; w.pre > 0 {
		w.codeLine()
		return
	}
	code := strings.TrimSuffix(string(w.code), "\n")
	if strings.TrimSpace(code) != "" {
		fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
		code = string(w.fit([]byte(code), 2*(len(fence)+maxNesting*longestSign)+len(w.lang)))
		w.write(plainBlock, []byte(fence+w.lang+"\n"+code+"\n"+fence))
	}
	w.code = w.code[:0]
}

func (w *markdownWriter) codeLine() {
	if n := len(w.code); n > 0 && w.code[n-1] != '\n' {
		w.code = append(w.code, '\n')
	}
}

// language returns the language of the code in an element, from the class that highlighters read.
func language(a *attributes) string {
	for class := range strings.FieldsSeq(string(a.get(attrClass))) {
		name, ok := strings.CutPrefix(class, "language-")
		if !ok {
			name, ok = strings.CutPrefix(class, "lang-")
		}
		const longest = 30
		if ok && len(name) <= longest && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789+#.-_") == "" {
			return name
		}
	}
	return ""
}

// longestRun returns how often a character is repeated in a row, at most.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}
