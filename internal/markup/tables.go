package markup

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// table is an open one. Only its end tells whether it is one of data or lays out a page, as those of mails do.
type table struct {
	rows    [][]string
	layout  bool
	heads   bool  // it has head cells
	lines   bool  // a cell has more than one line
	carry   []int // for how many more rows the cell above reaches down, by column
	colspan int   // of the open cell
	rowspan int
}

const (
	maxTables  = 4   // nested; deeper ones lose their form, because each copies what is in it
	maxSpan    = 20  // columns that one cell may fill
	maxRowspan = 200 // rows
	maxCarry   = 40  // the columns from which cells may reach down
)

func (w *markdownWriter) openTable(a *attributes) {
	role := string(a.get(attrRole))
	if n := len(w.tables); n > 0 {
		w.tables[n-1].layout = true
	}
	w.tables = append(w.tables, &table{layout: role == "presentation" || role == "none"})
}

// inTable returns the open table whose parts are read, unless it is too deep to have any.
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

// endRow passes the places at the end of the last row that cells above fill.
func (t *table) endRow() {
	if n := len(t.rows); n > 0 {
		for i := len(t.rows[n-1]); i < len(t.carry); i++ {
			t.carry[i] = max(0, t.carry[i]-1)
		}
	}
}

// openCell turns to a sheet for the cell. A caption stays on the sheet of the table, before it.
func (w *markdownWriter) openCell(tag atom.Atom, a *attributes) {
	t := w.inTable()
	if t == nil || tag == atom.Caption {
		return
	}
	if len(t.rows) == 0 { // beyond maxOpen, a cell can lose its row
		t.rows = append(t.rows, nil)
	}
	t.heads = t.heads || tag == atom.Th
	t.colspan, t.rowspan = spanOf(a.get(attrColspan), maxSpan), spanOf(a.get(attrRowspan), maxRowspan)
	w.sheets = append(w.sheets, w.sheet)
	w.sheet = newSheet()
}

// spanOf reads how many places a cell fills.
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

// add puts a cell into the last row, after the places that cells of the rows above fill, and returns how many places it has filled.
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

// markdownTable writes rows as a table. Markdown wants the first row to be the head, and as wide as any.
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

// appendCell writes a cell's text on one line, with its bars escaped, in code as well.
func appendCell(out []byte, text string) []byte {
	text = strings.Join(strings.Fields(text), " ")
	return append(out, strings.ReplaceAll(text, "|", `\|`)...)
}
