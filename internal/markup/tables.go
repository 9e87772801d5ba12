package markup

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// table is a table whose end has not come. At its end it is known whether it holds data, or only lays out a page, as tables in mails do.
type table struct {
	rows    [][]string
	layout  bool
	heads   bool  // a cell is a head
	lines   bool  // a cell has more than one line
	carry   []int // for each column, how many more rows the cell above fills
	colspan int   // of the open cell, as is rowspan
	rowspan int
}

const (
	maxTables  = 4   // in each other; deeper ones lose their form, because each copies its content
	maxSpan    = 20  // columns that one cell can fill
	maxRowspan = 200 // rows that one cell can fill
	maxCarry   = 40  // columns whose cells can fill rows below
)

func (w *markdownWriter) openTable(a *attributes) {
	role := string(a.get(attrRole))
	if n := len(w.tables); n > 0 {
		w.tables[n-1].layout = true
	}
	w.tables = append(w.tables, &table{layout: role == "presentation" || role == "none"})
}

// inTable returns the innermost open table. It returns nil outside of tables, and for one that is too deep to keep its form.
func (w *markdownWriter) inTable() *table {
	if n := len(w.tables); n > 0 && n <= maxTables {
		return w.tables[n-1]
	}
	return nil
}

func (w *markdownWriter) openRow() {
	if t := w.inTable(); t != nil {
		t.endRow()
		t.rows = append(t.rows, nil)
	}
}

// endRow counts down the cells above that fill places behind the end of the last row.
func (t *table) endRow() {
	if n := len(t.rows); n > 0 {
		for i := len(t.rows[n-1]); i < len(t.carry); i++ {
			t.carry[i] = max(0, t.carry[i]-1)
		}
	}
}

// openCell starts a sheet for the cell. A caption goes to the sheet of the table, before the table.
func (w *markdownWriter) openCell(tag atom.Atom, a *attributes) {
	t := w.inTable()
	if t == nil || tag == atom.Caption {
		return
	}
	if len(t.rows) == 0 { // beyond maxOpen, the row of a cell is not open
		t.rows = append(t.rows, nil)
	}
	t.heads = t.heads || tag == atom.Th
	t.colspan, t.rowspan = spanOf(a.get(attrColspan), maxSpan), spanOf(a.get(attrRowspan), maxRowspan)
	w.sheets = append(w.sheets, w.sheet)
	w.sheet = newSheet()
}

// spanOf reads how many places a cell fills, from 1 to most.
func spanOf(attr []byte, most int) int {
	n, _ := strconv.Atoi(string(attr))
	return max(1, min(n, most))
}

func (w *markdownWriter) closeCell(tag atom.Atom) {
	t := w.inTable()
	if t == nil || tag == atom.Caption {
		return
	}
	text := string(w.out)
	last := len(w.sheets) - 1
	w.sheet, w.sheets = w.sheets[last], w.sheets[:last]
	t.lines = t.lines || strings.Contains(text, "\n")
	w.size += len("| ") * t.add(text)
}

// add appends a cell to the last row, behind the places that cells above fill. It returns how many places the row has gained.
func (t *table) add(text string) int {
	row := &t.rows[len(t.rows)-1]
	before := len(*row)
	for len(*row) < len(t.carry) && t.carry[len(*row)] > 0 {
		t.carry[len(*row)]--
		*row = append(*row, "")
	}
	for i := range t.colspan {
		if place := len(*row); place < maxCarry && t.rowspan > 1 {
			t.carry = append(t.carry, make([]int, max(0, place+1-len(t.carry)))...)
			t.carry[place] = t.rowspan - 1
		}
		if i > 0 {
			text = ""
		}
		*row = append(*row, text)
	}
	return len(*row) - before
}

func (w *markdownWriter) closeTable() {
	t := w.inTable()
	if n := len(w.tables); n > 0 {
		w.tables = w.tables[:n-1]
	}
	if t == nil {
		return
	}
	columns, cells := 0, 0
	rows := t.rows[:0]
	for _, row := range t.rows {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		if len(row) > 0 {
			rows = append(rows, row)
			columns = max(columns, len(row))
			cells += len(row)
		}
	}
	if len(rows) == 0 {
		return
	}
	if t.layout || !t.heads && (cells <= 1 || t.lines) {
		for _, row := range rows {
			for _, text := range row {
				if text != "" {
					w.write(plainBlock, []byte(text))
				}
			}
		}
		return
	}
	w.write(plainBlock, markdownTable(rows, columns))
}

// markdownTable writes rows as a table. The first row becomes the head, and gets the width of the widest row, as Markdown demands.
func markdownTable(rows [][]string, columns int) []byte {
	rows[0] = append(rows[0], make([]string, columns-len(rows[0]))...)
	var out []byte
	for i, row := range rows {
		for _, text := range row {
			out = append(out, "| "...)
			out = appendCell(out, text)
			out = append(out, ' ')
		}
		out = append(out, "|\n"...)
		if i == 0 {
			out = append(out, bytes.Repeat([]byte("|---"), columns)...)
			out = append(out, "|\n"...)
		}
	}
	return out[:len(out)-1]
}

// appendCell writes the text of a cell on one line, with its bars escaped. Markdown demands that in code, too.
func appendCell(out []byte, text string) []byte {
	text = strings.Join(strings.Fields(text), " ")
	return append(out, strings.ReplaceAll(text, "|", `\|`)...)
}
