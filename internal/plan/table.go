package plan

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostText is the most bytes of a CSV text: 200 rows of long texts. More than that is not copied row by row to find out that it is too much.
const MostText = 1 << 20

// Table is what a CSV text says.
type Table struct {
	Header []string
	Rows   []Cells
}

// Cells is one row of a table.
type Cells struct {
	Number int               // from 1; the header does not count
	Values map[string]string // by the names in the header, without the empty ones
	Wrong  string            // why the row cannot be used
	Note   string            // what is odd about it
}

// ReadTable reads a CSV text: its first line has names, each further line is a row. Commas, semicolons or tabs separate cells, as in the
// first line; a byte order mark and either kind of line end are fine. The error says, for a person or a model, what is wrong with the text as a
// whole; what is wrong with one row stands in the row.
func ReadTable(text string) (*Table, error) {
	if len(text) > MostText {
		return nil, fmt.Errorf("%.1f MB of text; at most %d MB and %d rows make one plan: split it", float64(len(text))/(1<<20), MostText>>20, MostRows)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), strings.Contains(text, "\x00"):
		return nil, errors.New("this is UTF-16 or no text at all: save it as CSV in UTF-8")
	case strings.TrimSpace(text) == "":
		return nil, errors.New("empty: the first line names the arguments, each further line is a row")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	first, err := r.Read()
	if err != nil {
		return nil, unreadable(err)
	}
	t := &Table{Header: make([]string, len(first))}
	for i, name := range first {
		t.Header[i] = strings.TrimSpace(name)
	}
	if problem := headerProblem(t.Header); problem != "" {
		return nil, errors.New(problem)
	}
	for n := 1; ; n++ {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && n > MostRows+1:
			return nil, fmt.Errorf("%d rows; a plan has at most %d: split them", n-1, MostRows)
		case errors.Is(err, io.EOF) && n == 1:
			return nil, errors.New("no rows: there is only the line with the names")
		case errors.Is(err, io.EOF):
			return t, nil
		case err != nil:
			return nil, unreadable(err)
		}
		if n <= MostRows {
			t.Rows = append(t.Rows, t.row(n, cells))
		}
	}
}

// separator is what the first line separates its names with.
func separator(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, sep := range []rune{';', '\t'} {
		if strings.Count(line, string(sep)) > strings.Count(line, string(best)) {
			best = sep
		}
	}
	return best
}

// unreadable says where a text stops being CSV.
func unreadable(err error) error {
	wrong, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return err
	}
	what := "it is not CSV"
	switch {
	case errors.Is(wrong.Err, csv.ErrQuote):
		what = `a quote in or behind quotes: write a quote inside of a cell as two ("")`
	case errors.Is(wrong.Err, csv.ErrBareQuote):
		what = `a quote in a cell that does not begin with one: put the cell in quotes and write the quote as two ("")`
	}
	if wrong.StartLine != wrong.Line {
		return fmt.Errorf("line %d: %s (the cell began in line %d)", wrong.Line, what, wrong.StartLine)
	}
	return fmt.Errorf("line %d: %s", wrong.Line, what)
}

func headerProblem(header []string) string {
	for i, name := range header {
		switch {
		case name == "":
			return fmt.Sprintf("column %d has no name: the first line names the arguments", i+1)
		case !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError):
			return fmt.Sprintf("the name of column %d is not UTF-8: save the text as CSV in UTF-8", i+1)
		case slices.Contains(header[:i], name):
			return fmt.Sprintf("two columns are called %q", name)
		}
	}
	return ""
}

func (t *Table) row(number int, cells []string) Cells {
	row := Cells{Number: number, Values: map[string]string{}}
	if n := len(cells); n != len(t.Header) {
		row.Wrong = fmt.Sprintf("%d cells, and the first line names %d: is a separator missing, or a cell with one not in quotes?", n, len(t.Header))
		return row
	}
	for i, cell := range cells {
		name := t.Header[i]
		switch cell = strings.TrimSpace(cell); {
		case cell == "":
			continue
		case !utf8.ValidString(cell) || strings.ContainsRune(cell, utf8.RuneError):
			row.Wrong = name + ": not UTF-8, so letters are lost: save the text as CSV in UTF-8"
			return row
		case isFormula(cell):
			row.Note = name + " begins like a formula of a spreadsheet; it is sent as text"
		}
		row.Values[name] = cell
	}
	if len(row.Values) == 0 {
		row.Wrong = "all cells are empty"
	}
	return row
}

// isFormula reports whether a spreadsheet would run a cell if it was exported again. Numbers and telephone numbers may have a sign.
func isFormula(cell string) bool {
	switch cell[0] {
	case '=', '@':
		return true
	case '+', '-':
		return strings.Trim(cell[1:], "0123456789.,()/ -") != ""
	}
	return false
}
