package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// Level is the severity of a finding.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Warning Level = "warning" // worth knowing, and perhaps as it should be
	Problem Level = "problem" // calls will fail
)

// Finding is the outcome of one check. It never holds the key.
type Finding struct {
	Check string `json:"check"`          // what was looked at, in a word or two
	Level Level  `json:"level"`          // how bad it is
	Text  string `json:"text"`           // what was found
	Next  string `json:"next,omitempty"` // what to do; empty when OK
}

// Report holds all findings.
type Report struct {
	Program  string    `json:"program"` // its name and version
	Findings []Finding `json:"findings"`
}

// Count returns the number of findings of a level.
func (r Report) Count(level Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

// WriteJSON writes one JSON document.
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteText writes a table for people, the next step below each finding that has one.
func (r Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s\n", r.Program) // the writer keeps its first error for Flush
	for _, f := range r.Findings {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", f.Level, f.Check, f.Text)
		if f.Next != "" {
			_, _ = fmt.Fprintf(t, "\t\t-> %s\n", f.Next)
		}
	}
	_, _ = fmt.Fprintf(t, "problems: %d, warnings: %d\n", r.Count(Problem), r.Count(Warning))
	return t.Flush()
}
