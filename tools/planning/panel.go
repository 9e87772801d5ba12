package planning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/plan"
)

// panelRoom is about how many bytes of rows a panel gets at once. Hosts cut results at 150,000 characters, and a cursor shows the others.
const panelRoom = 60_000

// panelRow is a row of a plan in its panel.
type panelRow struct {
	Row       int           `json:"row"`
	Tool      string        `json:"tool"`
	Title     string        `json:"title"`
	What      string        `json:"what,omitempty"`
	New       bool          `json:"new,omitempty"`
	Changes   []panelChange `json:"changes,omitempty"`
	Reaches   string        `json:"reaches,omitempty"`
	Final     bool          `json:"final,omitempty"`
	NoWayBack string        `json:"noWayBack,omitempty"`
	Note      string        `json:"note,omitempty"`
	State     plan.State    `json:"state,omitempty"`
	Why       string        `json:"why,omitempty"`
}

// panelChange is a field with its values in words.
type panelChange struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after"`
}

// panel returns what the panel of a plan shows: the counts of all rows, and the rows from a number on, as far as there is room.
func panel(j *engine.Job, p *plan.Plan, results []plan.Result, from int) engine.Shown {
	sent := sendable(p)
	done, back := 0, 0
	var rows []panelRow
	room, next := panelRoom, 0
	for _, i := range byNumber(p) {
		r := &p.Rows[i]
		if r.Idle != "" {
			continue
		}
		if results[i].State == plan.Done {
			done++
			if undo, _ := undoOf(j, *r, results[i]); undo != nil {
				back++
			}
		}
		if r.Number < from || next > 0 {
			continue
		}
		row := panelled(j, r, results[i])
		if room -= row.size(); room < 0 && len(rows) > 0 {
			next = r.Number
			continue
		}
		rows = append(rows, row)
	}
	shown := engine.Shown{
		"view": "plan", "planId": p.ID, "rows": rows, "refused": p.Refused, "messages": messages(sent),
		"counts": map[string]int{"send": len(sent), "idle": len(p.Rows) - len(sent), "refused": len(p.Refused), "done": done, "undoable": back},
		"final":  len(slices.DeleteFunc(slices.Clone(sent), func(r *plan.Row) bool { return !r.Final && r.NoWayBack == "" })),
	}
	if len(p.Rows) == 0 {
		shown["planId"] = ""
	}
	if next > 0 {
		shown["cursor"] = strconv.Itoa(next)
	}
	return shown
}

// byNumber returns the indexes of the rows in the order of their numbers, which a cursor goes by.
func byNumber(p *plan.Plan) []int {
	order := make([]int, len(p.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return p.Rows[a].Number - p.Rows[b].Number })
	return order
}

// panelled returns a row as its panel shows it.
func panelled(j *engine.Job, r *plan.Row, became plan.Result) panelRow {
	row := panelRow{
		Row: r.Number, Tool: r.Tool, Title: r.Tool, What: r.What, New: r.New, Final: r.Final, NoWayBack: r.NoWayBack, Note: r.Note,
		State: became.State, Why: became.Why,
	}
	if op := j.Inventory.Lookup(r.Tool); op != nil {
		row.Title = op.Title
	}
	for _, to := range r.Reaches {
		words := to.To
		if to.Count >= 0 {
			words += fmt.Sprintf(" (%d)", to.Count)
		}
		row.Reaches = legible.Commas(row.Reaches, words)
	}
	for _, c := range r.Changes {
		if !c.Same && !(row.What != "" && slices.ContainsFunc(r.Objects, func(o string) bool { return strings.HasSuffix(o, "/"+c.Will) })) { // the row is headed by its object
			row.Changes = append(row.Changes, panelChange{Field: c.Field, Before: c.Was, After: c.Will})
		}
	}
	return row
}

// size is about how many bytes the row takes.
func (r *panelRow) size() int {
	n := 200 + len(r.What) + len(r.Reaches) + len(r.NoWayBack) + len(r.Note) + len(r.Why)
	for _, c := range r.Changes {
		n += 40 + len(c.Field) + len(c.Before) + len(c.After)
	}
	return n
}
