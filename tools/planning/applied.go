package planning

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/plan"
)

// stateWords are the states of rows in the words of an answer.
var stateWords = []struct {
	state plan.State
	words string
}{
	{plan.Done, "done"},
	{plan.Failed, "failed"},
	{plan.Unknown, "unknown"},
	{plan.Sending, "under way in another call, or cut off"},
	{plan.Skipped, "changed since the plan"},
	{plan.Waiting, "not sent yet"},
}

// became counts what became of the rows of a plan. It is empty if no row was tried.
func became(p *plan.Plan, results []plan.Result) string {
	counts := map[plan.State]int{}
	for i, r := range results {
		if p.Rows[i].Idle == "" {
			counts[r.State]++
		}
	}
	if counts[plan.Waiting] == len(sendable(p)) {
		return ""
	}
	var parts []string
	for _, s := range stateWords {
		if counts[s.state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s.state], s.words))
		}
	}
	return strings.Join(parts, ", ")
}

// preview says which rows would be sent.
func (a *applying) preview() string {
	var numbers []int
	for _, i := range a.chosen {
		numbers = append(numbers, a.plan.Rows[i].Number)
	}
	if len(numbers) == 0 {
		return "No row is left to send."
	}
	slices.Sort(numbers)
	return fmt.Sprintf("Without --dry-run, apply_plan would send %s of %s; plan_changes planId=%s shows them.", rowsInWords(numbers), a.plan.ID, a.plan.ID)
}

// answer says what became of the rows in this call and in all, why some are not done, and how to go on.
func (a *applying) answer() string {
	s := about(a.Job, a.plan)
	done := 0
	for _, r := range a.sent {
		if r.State == plan.Done {
			done++
		}
	}
	s.line("%s: %d applied now; in all: %s", a.plan.ID, done, cmp.Or(became(a.plan, a.results), "nothing sent yet"))
	a.reasons(s)
	a.made(s)
	a.goOn(s)
	a.undoable(s)
	return strings.TrimSuffix(s.String(), "\n")
}

// reasons lists the rows that are not done, by state and reason.
func (a *applying) reasons(s *summary) {
	by := map[plan.State]*groups{}
	for i, r := range a.results {
		if r.State == plan.Done || a.plan.Rows[i].Idle != "" {
			continue
		}
		why := r.Why
		if r.State == plan.Waiting {
			why = a.sent[i].Why // why the row could not be sent in this call
		}
		if why == "" {
			continue
		}
		if by[r.State] == nil {
			by[r.State] = &groups{}
		}
		by[r.State].add(why, a.plan.Rows[i].Number)
	}
	for _, part := range []struct {
		title string
		state plan.State
	}{
		{"failed, and not applied", plan.Failed}, {"may have been applied", plan.Unknown}, {"not sent", plan.Skipped}, {"not sent, and surely not applied", plan.Waiting},
	} {
		if by[part.state] != nil {
			s.reasons(part.title, *by[part.state])
		}
	}
	s.reasons("no longer allowed, not sent", a.refused)
}

func (s *summary) reasons(title string, g groups) {
	lines := g.lines(mostReasons / 2)
	if len(lines) == 0 {
		return
	}
	s.line("%s:", title)
	for _, l := range lines {
		s.line("  %s", legible.Truncate(longestReason, []rune(l)))
	}
}

// made lists the ids of new objects, as many as a short answer holds.
func (a *applying) made(s *summary) {
	const most = 12
	var parts []string
	more := 0
	for i, r := range a.results {
		if _, now := a.sent[i]; !now || r.State != plan.Done || r.Made == "" || !r.New {
			continue
		}
		if len(parts) == most {
			more++
			continue
		}
		parts = append(parts, fmt.Sprintf("row %d %s", a.plan.Rows[i].Number, s.j.Line(r.Made)))
	}
	if len(parts) == 0 {
		return
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	s.line("new: %s", strings.Join(parts, ", "))
}

// goOn says what is left and how to send it.
func (a *applying) goOn(s *summary) {
	counts := map[plan.State]int{}
	for i, r := range a.results {
		if a.plan.Rows[i].Idle == "" {
			counts[r.State]++
		}
	}
	if a.halted != "" {
		s.line("stopped: %s", a.halted)
	}
	if counts[plan.Waiting] > 0 {
		s.line("go on: apply_plan planId=%s sends the rows that are not sent yet, and none twice", a.plan.ID)
	}
	if counts[plan.Failed] > 0 {
		s.line("failed rows are tried again only by their numbers in rows, once their reason is gone")
	}
	if counts[plan.Unknown] > 0 {
		s.line("rows that may have been applied are not sent again: read their objects, or plan the same changes again, where those that were applied change nothing")
	}
	if counts[plan.Skipped] > 0 {
		s.line("rows whose object changed are sent with force, or planned again")
	}
}

// undoable says which of the rows that were made can be taken back.
func (a *applying) undoable(s *summary) {
	var can []int
	var cannot groups
	for i, r := range a.results {
		if r.State != plan.Done {
			continue
		}
		back, why := undoOf(a.Job, a.plan.Rows[i], r)
		if back != nil {
			can = append(can, a.plan.Rows[i].Number)
			continue
		}
		cannot.add(why, a.plan.Rows[i].Number)
	}
	if len(can) > 0 {
		s.line("undo: plan_changes undo=%s takes back %s", a.plan.ID, rowsInWords(slices.Sorted(slices.Values(can))))
	}
	if lines := cannot.lines(mostReasons / 2); len(lines) > 0 {
		s.line("cannot be undone: %s", strings.Join(lines, "; "))
	}
}
