package planning

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/render"
)

// tableRoom is how many bytes of an answer the rows of a plan take, so that the whole stays short beside a long plan. A cursor shows the others.
const tableRoom = 5000

// mostReasons is how many different refusals and other remarks an answer has.
const mostReasons = 12

// summary writes the words about a plan.
type summary struct {
	strings.Builder

	j *engine.Job
	p *plan.Plan
}

// about begins an answer about a plan.
func about(j *engine.Job, p *plan.Plan) *summary {
	s := &summary{j: j, p: p}
	s.add(engine.Marked(render.IndentedLines))
	return s
}

func (s *summary) add(text string) { _, _ = s.WriteString(text) } // never fails

func (s *summary) line(format string, args ...any) { s.add(fmt.Sprintf(format, args...) + "\n") }

// show is the answer to a new plan.
func (m *making) show(p *plan.Plan) string {
	s := about(m.Job, p)
	sent := sendable(p)
	if len(p.Rows) == 0 {
		s.line("No plan: each of the %s is refused.", legible.Count(len(p.Refused), "row"))
	} else {
		s.line("plan: %s (kept for %.0f minutes; nothing was sent)", p.ID, plan.Lifetime.Minutes())
		s.line("rows: %s", s.counts(sent))
	}
	s.effects(sent)
	s.remarks()
	if m.unseen > 0 {
		s.line("not read: what %s are about; their values now are unknown", legible.Count(m.unseen, "row"))
	}
	if lines := m.lost.lines(mostReasons); len(lines) > 0 {
		s.line("of %s, cannot be taken back: %s", p.Undoes, strings.Join(lines, "; "))
	}
	s.table(1)
	s.next(len(sent))
	return strings.TrimSuffix(s.String(), "\n")
}

// sendable returns the rows of a plan that apply_plan sends.
func sendable(p *plan.Plan) []*plan.Row {
	var rows []*plan.Row
	for i := range p.Rows {
		if p.Rows[i].Idle == "" {
			rows = append(rows, &p.Rows[i])
		}
	}
	return rows
}

func (s *summary) counts(sent []*plan.Row) string {
	parts := []string{fmt.Sprintf("%d to send", len(sent))}
	if n := len(s.p.Rows) - len(sent); n > 0 {
		parts = append(parts, fmt.Sprintf("%d change nothing", n))
	}
	if n := len(s.p.Refused); n > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", n))
	}
	return strings.Join(parts, ", ")
}

// effects says what the rows do together: how many by tool and effect, whom they message, what is final.
func (s *summary) effects(sent []*plan.Row) {
	if len(sent) == 0 {
		return
	}
	var tools []string
	var back groups
	rows := map[string]groups{}
	for _, r := range sent {
		g := rows[r.Tool]
		g.add(effect(s.j, r), r.Number)
		if len(rows[r.Tool].words) == 0 {
			tools = append(tools, r.Tool)
		}
		rows[r.Tool] = g
		switch {
		case r.Final:
			back.add(r.Tool+" is final", r.Number)
		case r.NoWayBack != "":
			back.add(r.NoWayBack, r.Number)
		}
	}
	for _, tool := range tools {
		var parts []string
		for _, what := range rows[tool].words {
			parts = append(parts, fmt.Sprintf("%d %s", len(rows[tool].numbers[what]), what))
		}
		s.line("%s: %s", tool, strings.Join(parts, ", "))
	}
	s.line("messages: %s", messages(sent))
	if lines := back.lines(mostReasons); len(lines) > 0 {
		s.line("cannot be undone: %s", strings.Join(lines, "; "))
	}
}

// effect is what a row does, in a word.
func effect(j *engine.Job, r *plan.Row) string {
	op := j.Inventory.Lookup(r.Tool)
	switch {
	case op == nil:
		return "unknown"
	case op.Effect == engine.Destroy:
		return "take something away"
	case r.New, !op.Changes():
		return "add"
	case op.Finds != nil && !r.Known:
		return "add or change"
	}
	return "change"
}

// messages says whom the rows message together.
func messages(rows []*plan.Row) string {
	type reach struct {
		rows, people int
		unknown      bool
		itself       bool
	}
	all := map[string]*reach{}
	var order []string
	for _, r := range rows {
		for _, to := range r.Reaches {
			t := all[to.To]
			if t == nil {
				t = &reach{itself: to.Itself}
				all[to.To], order = t, append(order, to.To)
			}
			t.rows++
			if to.Count < 0 {
				t.unknown = true
			} else {
				t.people += to.Count
			}
		}
	}
	if len(order) == 0 {
		return "nobody"
	}
	parts := make([]string, len(order))
	for i, to := range order {
		t := all[to]
		parts[i] = fmt.Sprintf("%s (%s", to, legible.Count(t.rows, "row"))
		switch {
		case t.unknown && t.people > 0:
			parts[i] += fmt.Sprintf(", at least %d", t.people)
		case !t.unknown:
			parts[i] += fmt.Sprintf(", %d in all", t.people)
		}
		if parts[i] += ")"; t.itself {
			parts[i] += ", by Featurebase itself"
		}
	}
	return strings.Join(parts, "; ")
}

// remarks lists the rows that are refused, not sent, or odd.
func (s *summary) remarks() {
	var refused, idle, odd groups
	for _, r := range s.p.Refused {
		refused.add(r.Why, r.Number)
	}
	for _, r := range s.p.Rows {
		if r.Idle != "" {
			idle.add(r.Idle, r.Number)
		}
		if r.Note != "" {
			odd.add(r.Note, r.Number)
		}
	}
	for _, g := range []struct {
		title string
		of    groups
	}{{"refused", refused}, {"not sent", idle}, {"odd", odd}} {
		lines := g.of.lines(mostReasons)
		if len(lines) == 0 {
			continue
		}
		s.line("%s:", g.title)
		for _, l := range lines {
			s.line("  %s", legible.Truncate(longestReason, []rune(l)))
		}
	}
}

const longestReason = 300 // characters

// table lists the rows from a number on, as far as there is room.
func (s *summary) table(from int) {
	rows := slices.DeleteFunc(sendable(s.p), func(r *plan.Row) bool { return r.Number < from })
	slices.SortStableFunc(rows, func(a, b *plan.Row) int { return a.Number - b.Number })
	if len(rows) == 0 {
		return
	}
	one := !slices.ContainsFunc(rows, func(r *plan.Row) bool { return r.Tool != rows[0].Tool })
	s.line("row: what, before -> after")
	end := s.Len() + tableRoom
	for i, r := range rows {
		text := rowText(r, !one)
		if i > 0 && s.Len()+len(text) > end {
			s.line("  %d more rows: plan_changes planId=%s cursor=%d", len(rows)-i, s.p.ID, r.Number)
			return
		}
		s.line("  %s", text)
	}
}

func rowText(r *plan.Row, tool bool) string {
	text := strconv.Itoa(r.Number) + " "
	if tool {
		text += r.Tool + " "
	}
	what := r.What
	if what == "" && len(r.Objects) > 0 {
		what = r.Objects[0][strings.LastIndexByte(r.Objects[0], '/')+1:]
	}
	text += what
	if r.New {
		text += " (new)"
	}
	var changes []string
	for _, c := range r.Changes {
		if !c.Same && (what == "" || !strings.HasSuffix(c.Shown, " "+what)) {
			changes = append(changes, c.Shown)
		}
	}
	if len(changes) > 0 {
		text = strings.TrimSuffix(text, " ") + ": " + strings.Join(changes, "; ")
	}
	return legible.Truncate(longestReason, []rune(text))
}

func (s *summary) next(rows int) {
	if rows == 0 {
		return
	}
	s.add(s.j.Hint("apply_plan", "next: apply_plan planId="+s.p.ID+" sends them after the user's yes; rows or except leaves some out\n"))
}

// showAgain is the answer about a plan that was made before: its rows from the cursor on, or what became of it.
func showAgain(ctx context.Context, j *engine.Job, id string) (string, error) {
	p, results, err := j.Plans.Load(ctx, j.Owned(ctx), id)
	if err != nil {
		return "", gone("planId", id, err)
	}
	s := about(j, p)
	s.line("plan: %s", p.ID)
	from := 1
	if cursor, _ := j.Arguments()["cursor"].(string); cursor != "" {
		if from, err = strconv.Atoi(cursor); err != nil || from < 1 {
			return "", fmt.Errorf("cursor: %.20q is not one of this plan: copy it from the answer before", cursor)
		}
	}
	if from == 1 {
		s.line("rows: %s", s.counts(sendable(p)))
		s.effects(sendable(p))
		s.remarks()
		if state := became(p, results); state != "" {
			s.line("so far: %s", state)
		}
	}
	s.table(from)
	j.Show(ctx, func() engine.Shown { return panel(j, p, results, from) })
	return strings.TrimSuffix(s.String(), "\n"), nil
}
