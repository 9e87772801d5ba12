package markup

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// sheet takes the blocks of the document, or of one cell of a table.
type sheet struct {
	out        []byte
	containers []container // the open ones; the first is the sheet itself
	lists      []*list     // the open ones; the first takes the items that stand in no list
	flat       int         // how many containers beyond maxNesting are open
}

func newSheet() sheet {
	return sheet{containers: []container{{begun: true}}, lists: []*list{{number: 1}}}
}

// maxNesting bounds how many quotes and items stand in each other. Each puts signs before every line, so that without a bound the output would grow
// with the square of the input. The text of deeper ones goes to the deepest that is allowed.
const maxNesting = 10

// container is a quote or an item of a list. It puts signs before each line inside.
type container struct {
	first, rest string    // the signs before the first line and before the others
	list        *list     // the list of an item; nil for a quote
	begun       bool      // a block is written inside
	last        blockKind // of the block that was written last inside
	lastList    *list     // the list of that block
}

// list is a list whose end has not come yet.
type list struct {
	ordered bool
	number  int    // of the next item
	sign    string // behind the number, or in its place; chosen at the first item
}

// blockKind decides whether an empty line has to stand between two blocks.
type blockKind uint8

const (
	nothing    blockKind = iota // no block yet
	paragraph                   // text
	plainBlock                  // a heading, table, rule or block of code
	nested                      // a quote or an item
)

// longestSign is the length of the longest sign before a line, a number of nine digits with its dot and space.
const longestSign = 11

// maxNumber bounds the first number of a list, because Markdown allows nine digits.
const maxNumber = 900_000_000

func (w *markdownWriter) openList(ordered bool, start string) {
	l := &list{ordered: ordered, number: 1}
	if n, err := strconv.Atoi(start); err == nil && n >= 0 && n < maxNumber {
		l.number = n
	}
	w.lists = append(w.lists, l)
}

func (w *markdownWriter) closeList() {
	if n := len(w.lists); n > 1 {
		w.lists = w.lists[:n-1]
	}
}

func (w *markdownWriter) openItem() {
	w.openContainer(container{list: w.lists[len(w.lists)-1]})
}

func (w *markdownWriter) openQuote() {
	w.openContainer(container{first: "> ", rest: "> "})
}

func (w *markdownWriter) openContainer(c container) {
	if len(w.containers) > maxNesting {
		w.flat++
		return
	}
	w.containers = append(w.containers, c)
}

func (w *markdownWriter) closeContainer() {
	if w.flat > 0 {
		w.flat--
	} else if n := len(w.containers); n > 1 {
		w.containers = w.containers[:n-1]
	}
}

// inItem reports whether the block that is being read is the first one of an item.
func (w *markdownWriter) inItem() bool {
	c := w.containers[len(w.containers)-1]
	return c.list != nil && !c.begun
}

// write appends a block, each line behind the signs of the open containers. A container leaves no trace until a block is written inside.
func (w *markdownWriter) write(kind blockKind, text []byte) {
	before := len(w.out)
	text = w.fit(text, 0)
	begun := 1
	for begun < len(w.containers) && w.containers[begun].begun {
		begun++
	}
	w.separate(begun)
	for i := begun; i < len(w.containers); i++ {
		w.begin(&w.containers[i], &w.containers[i-1])
	}
	inner := &w.containers[len(w.containers)-1]
	inner.last, inner.lastList = kind, nil
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		for i, c := range w.containers {
			if i >= begun {
				w.out = append(w.out, c.first...)
			} else {
				w.out = append(w.out, c.rest...)
			}
		}
		begun = len(w.containers)
		w.out = append(w.out, line...)
		if len(line) == 0 {
			w.out = bytes.TrimRight(w.out, " ")
		}
		w.out = append(w.out, '\n')
	}
	w.out = w.out[:len(w.out)-1]
	w.size += len(w.out) - before
}

// fit returns as many of the first lines of a text as the limit of the output has room for, with the signs before them and the reserved bytes.
func (w *markdownWriter) fit(text []byte, reserved int) []byte {
	signs := 0
	for _, c := range w.containers {
		signs += max(len(c.first), len(c.rest)) + 1
	}
	room := legible.MaxText + MaxBlock - w.size - reserved
	if len(text)+signs*(bytes.Count(text, []byte("\n"))+1) <= room {
		return text
	}
	end := 0
	for line := range bytes.Lines(text) {
		if room -= len(line) + signs; room < 0 {
			break
		}
		end += len(line)
	}
	w.lost += utf8.RuneCount(text[end:])
	return bytes.TrimSuffix(text[:end], []byte("\n"))
}

// begin chooses the signs of a container when its first block is written.
func (w *markdownWriter) begin(c, parent *container) {
	if l := c.list; l != nil {
		if l.sign == "" {
			l.choose(parent)
		}
		c.first = l.sign + " "
		if l.ordered {
			c.first = strconv.Itoa(l.number) + c.first
		}
		l.number++
		c.rest = strings.Repeat(" ", len(c.first))
	}
	c.begun = true
	parent.last, parent.lastList = nested, c.list
}

// choose gives a list the usual sign. Right behind a list with that sign it takes the other one, or the two would be one list.
func (l *list) choose(parent *container) {
	signs := [2]string{"-", "+"}
	if l.ordered {
		signs = [2]string{".", ")"}
	}
	l.sign = signs[0]
	if before := parent.lastList; before != nil && before.sign == signs[0] {
		l.sign = signs[1]
	}
}

// separate ends the line before a block, and adds an empty line if Markdown needs one there.
func (w *markdownWriter) separate(begun int) {
	parent := &w.containers[begun-1]
	if parent.last == nothing {
		return
	}
	w.out = append(w.out, '\n')
	if begun < len(w.containers) {
		if l := w.containers[begun].list; l != nil {
			follows := parent.last == nested && parent.lastList == l
			below := parent.last == paragraph && parent.list != nil && (!l.ordered || l.number == 1)
			if follows || below {
				return
			}
		}
	}
	for _, c := range w.containers[:begun] {
		w.out = append(w.out, c.rest...)
	}
	w.out = append(bytes.TrimRight(w.out, " "), '\n')
}
