package markup

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// sheet is what blocks are written on: the document, or a cell of a table.
type sheet struct {
	out        []byte
	containers []container // open ones; the first is the sheet itself
	lists      []*list     // open ones; the first is that of items without a list
	flat       int         // open containers beyond maxNesting
}

func newSheet() sheet {
	return sheet{containers: []container{{begun: true}}, lists: []*list{{number: 1}}}
}

// maxNesting bounds the signs before a line, which would make the text of deep nesting quadratic. Deeper items and quotes keep their text and
// stand in the deepest ones.
const maxNesting = 10

// container is something that puts signs before the lines in it: a quote or an item of a list.
type container struct {
	first, rest string // the signs before its first line and before the others
	list        *list  // of an item
	begun       bool
	last        blockKind // what was written last in it
	lastList    *list     // and the list that it belongs to
}

// list is an open one.
type list struct {
	ordered bool
	number  int    // of the next item
	sign    string // after the number or instead of one; chosen with the first item
}

type blockKind uint8

const (
	nothing blockKind = iota
	paragraph
	plainBlock
	nested
)

// longestSign is the length of the longest sign before a line: a number of nine digits and what follows it.
const longestSign = 11

// maxNumber bounds the first number of a list. Markdown has nine digits for it.
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

// inItem reports that the block that is being read is the first of an item.
func (w *markdownWriter) inItem() bool {
	c := w.containers[len(w.containers)-1]
	return c.list != nil && !c.begun
}

// write writes a block behind the signs of the containers that it stands in. Containers in which nothing is written leave nothing.
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

// fit returns the first lines of a text, as many as may be written with the signs before them and what is reserved.
func (w *markdownWriter) fit(text []byte, reserved int) []byte {
	signs := 0
	for _, c := range w.containers {
		signs += max(len(c.first), len(c.rest)) + 1
	}
	room := legible.MaxMarkdown + MaxBlock - w.size - reserved
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

// begin chooses the signs of a container in which the first block is written.
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

// choose gives a list the usual sign, or another one where it would run into the list before it.
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

// separate ends the line before a block, with an empty line where Markdown needs one.
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
