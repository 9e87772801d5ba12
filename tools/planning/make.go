package planning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/rawjson"
)

// making is the state of one call of plan_changes.
type making struct {
	*engine.Job

	given  []given
	writes []*engine.Prepared // nil for a write that is refused
	idle   []string
	lost   groups // rows that cannot be taken back
	unseen int    // objects that could not be read in time
}

func planThem(ctx context.Context, j *engine.Job) (string, error) {
	args := j.Arguments()
	if id, _ := args["planId"].(string); id != "" {
		return showAgain(ctx, j, id)
	}
	m := &making{Job: j}
	p := &plan.Plan{ID: plan.NewID(), Owner: j.Owned(ctx)}
	var err error
	if id, _ := args["undo"].(string); id != "" {
		p.Undoes = id
		err = m.undo(ctx, id)
	} else {
		m.given, err = givenIn(j, args)
	}
	if err != nil {
		return "", err
	}
	if err := m.prepare(ctx); err != nil {
		return "", err
	}
	if err := m.look(ctx); err != nil {
		return "", err
	}
	m.compare()
	m.Learn(ctx, slices.DeleteFunc(slices.Clone(m.writes), func(w *engine.Prepared) bool { return w == nil }))
	m.fill(p)
	if len(p.Rows) > 0 {
		if err := j.Plans.Save(ctx, p); err != nil {
			return "", unkept(err)
		}
	}
	m.Tell(MetaPlan, Meta{PlanID: p.ID, Left: len(sendable(p)), Refused: len(p.Refused)})
	m.Show(ctx, func() engine.Shown { return panel(m.Job, p, make([]plan.Result, len(p.Rows)), 1) })
	return m.show(p), nil
}

// MetaPlan is the name of the Meta of a result.
const MetaPlan = "featurebase/plan"

// Meta tells a program, such as the call command, about a plan.
type Meta struct {
	PlanID  string `json:"planId"`
	Left    int    `json:"left"`             // rows that are not sent yet
	Refused int    `json:"refused"`          // rows that cannot be sent
	GoesOn  bool   `json:"goesOn,omitempty"` // the call ended for want of time: another one sends the rest
}

// unkept says why a plan could not be kept.
func unkept(err error) error {
	switch {
	case errors.Is(err, plan.ErrTooLarge):
		return errors.New("the changes are too large for one plan: split them")
	case errors.Is(err, plan.ErrFull):
		return errors.New("this server keeps as many plans as it can, and they are being applied: try again in a minute")
	}
	return errors.New("the plan could not be kept, so that nothing was planned: " + err.Error())
}

// undo takes the way back of a plan as what is to be done.
func (m *making) undo(ctx context.Context, id string) error {
	old, results, err := m.Plans.Load(ctx, m.Owned(ctx), id)
	if err != nil {
		return gone("undo", id, err)
	}
	m.given, m.lost = wayBack(m.Job, old, results)
	if len(m.given) == 0 {
		if m.lost.count() == 0 {
			return fmt.Errorf("undo: nothing of %s was applied", id)
		}
		return fmt.Errorf("undo: nothing of %s can be taken back: %s", id, strings.Join(m.lost.lines(10), "; "))
	}
	return nil
}

// gone says that a plan does not exist, and what can be done.
func gone(argument, id string, err error) error {
	if !errors.Is(err, plan.ErrGone) {
		return fmt.Errorf("%s: the plans cannot be reached, so that nothing is sent: try again in a minute", argument)
	}
	return fmt.Errorf("%s: no plan %.40q: a plan is kept for %.0f minutes, for the caller that made it, and ends with the server. Plan the same changes again: "+
		"updates that were applied change nothing and are left out, but look for what was created first; the audit log of the server, where it has one, names each row", argument, id, plan.Lifetime.Minutes())
}

// prepare takes each write up to its request, several at a time, because some need the current text or a name.
func (m *making) prepare(ctx context.Context) error {
	m.writes, m.idle = make([]*engine.Prepared, len(m.given)), make([]string, len(m.given))
	parts := make([]engine.Part, len(m.given))
	for i := range m.given {
		g := &m.given[i]
		parts[i] = engine.Part{What: fmt.Sprintf("row %d", g.number), Do: func(ctx context.Context) error {
			switch {
			case g.wrong != "":
			case g.wire != nil:
				m.writes[i], g.wrong = m.Again(g.tool, g.wire)
			default:
				m.writes[i], g.wrong = m.Prepare(ctx, g.tool, g.raw)
			}
			return nil
		}}
	}
	return m.All(ctx, parts...)
}

// look reads the objects that the writes are about, each once, in half of the time that is left. A write whose object does not exist is refused.
func (m *making) look(ctx context.Context) error {
	within, cancel := engine.HalfTime(ctx)
	defer cancel()
	sources := map[string]engine.Source{}
	by := map[string][]int{}
	var keys []string
	for i, w := range m.writes {
		if w == nil {
			continue
		}
		s := w.Source()
		if s.Key == "" {
			continue
		}
		if by[s.Key] == nil {
			keys = append(keys, s.Key)
		}
		sources[s.Key], by[s.Key] = s, append(by[s.Key], i)
	}
	missing, failed := make([]string, len(keys)), make([]bool, len(keys))
	parts := make([]engine.Part, len(keys))
	for n, key := range keys {
		parts[n] = engine.Part{What: "the objects", Do: func(context.Context) error {
			object, words, err := m.Read(within, sources[key], m.wants(by[key]))
			missing[n], failed[n] = words, err != nil
			if err == nil && words == "" {
				for _, i := range by[key] {
					m.writes[i].See(sources[key], object)
				}
			}
			return nil
		}}
	}
	parts = append(parts, m.upserts(within)...)
	if err := m.All(ctx, parts...); err != nil {
		return err
	}
	for n, key := range keys {
		for _, i := range by[key] {
			if missing[n] != "" {
				m.refuse(i, missing[n])
			}
			if failed[n] {
				m.unseen++
			}
		}
	}
	return nil
}

// wants returns the fields that some writes need to know of their object.
func (m *making) wants(writes []int) []string {
	var wants []string
	for _, i := range writes {
		wants = append(wants, m.writes[i].Wants()...)
	}
	return wants
}

// upserts finds what the upserts change, by their identities, a hundred at a time.
func (m *making) upserts(ctx context.Context) []engine.Part {
	byTool := map[string][]*engine.Prepared{}
	for _, w := range m.writes {
		if w != nil && w.Operation().Finds != nil {
			byTool[w.Operation().Name] = append(byTool[w.Operation().Name], w)
		}
	}
	var parts []engine.Part
	for _, writes := range byTool {
		parts = append(parts, engine.Part{What: "what exists already", Do: func(context.Context) error {
			if err := m.Find(ctx, writes); err != nil {
				m.unseen += len(writes)
			}
			return nil
		}})
	}
	return parts
}

func (m *making) refuse(i int, why string) { m.writes[i], m.given[i].wrong = nil, why }

// compare finds the rows that change nothing and those that clash.
func (m *making) compare() {
	same := map[string]int{}  // numbers of rows by tool and arguments
	owner := map[string]int{} // numbers of rows by object and field
	for i, w := range m.writes {
		if w == nil {
			continue
		}
		g := m.given[i]
		call := g.tool + string(rawjson.Encode(w.Wire()))
		if first := same[call]; first > 0 {
			m.idle[i] = fmt.Sprintf("the same as row %d", first)
			continue
		}
		same[call] = g.number
		fields := w.Fields()
		if first, clashing := m.clash(w, fields, owner); first > 0 {
			m.refuse(i, fmt.Sprintf("row %d changes the same object, with other values of %s: give each once", first, clashing))
			continue
		}
		for _, object := range w.Objects() {
			for _, f := range fields {
				if !w.Overwrites() {
					break
				}
				owner[object+" "+f.Name] = cmp.Or(owner[object+" "+f.Name], g.number)
			}
		}
		if len(fields) > 0 && w.Seen() && !slices.ContainsFunc(fields, func(f engine.Field) bool { return !f.Same }) && len(w.Reaches()) == 0 {
			m.idle[i] = "changes nothing"
		}
	}
}

// clash returns the row before that sets fields of the same object, and the names of the fields.
func (m *making) clash(w *engine.Prepared, fields []engine.Field, owner map[string]int) (first int, clashing string) {
	if !w.Overwrites() { // it adds something, as often as it likes
		return 0, ""
	}
	var names []string
	for _, object := range w.Objects() {
		for _, f := range fields {
			if row := owner[object+" "+f.Name]; row > 0 && !w.Identifies(f.Name) && !slices.Contains(names, f.Name) {
				first, names = row, append(names, f.Name)
			}
		}
	}
	return first, legible.Commas(names...)
}

// fill writes the rows of the plan.
func (m *making) fill(p *plan.Plan) {
	for i, w := range m.writes {
		g := m.given[i]
		if w == nil {
			p.Refused = append(p.Refused, plan.Refusal{Number: g.number, Why: g.wrong})
			continue
		}
		row := plan.Row{
			Number: g.number, Tool: w.Operation().Name, Wire: rawjson.Encode(w.Wire()), What: w.Title(), Objects: w.Objects(),
			Known: w.Seen(), New: w.IsNew(), Idle: m.idle[i], Note: g.note,
		}
		for _, f := range w.Fields() {
			c := plan.Change{Field: f.Name, After: rawjson.Encode(f.After), Same: f.Same, Shown: m.shown(w, f)}
			if f.Known {
				c.Before = rawjson.Encode(f.Before)
			}
			c.Was, c.Will = m.values(w, f)
			row.Changes = append(row.Changes, c)
		}
		if row.Final = w.IsFinal(); !row.Final && row.Idle == "" {
			row.NoWayBack = m.noWayBack(row)
		}
		row.NeedsYes, row.Because, row.Reaches = w.NeedsYes(), w.Because(), reached(w)
		p.Rows = append(p.Rows, row)
	}
}

// noWayBack says why a row that was applied could not be taken back. A row that makes an object can, once its id is known.
func (m *making) noWayBack(row plan.Row) string {
	back, why := undoOf(m.Job, row, plan.Result{State: plan.Done, Made: "000000000000000000000000", New: true})
	if back != nil {
		return ""
	}
	return why
}

func reached(w *engine.Prepared) []plan.Reach {
	var all []plan.Reach
	for _, r := range w.Reaches() {
		all = append(all, plan.Reach{To: r.To, Count: r.Count, Itself: r.Itself})
	}
	return all
}

// values are the value before and after for a panel, which has more room than a line. The value before is empty where it is not known.
func (m *making) values(w *engine.Prepared, f engine.Field) (was, will string) {
	const longest = 300 // characters of a value
	if f.Known && !w.IsNew() {
		was = w.Told(f.Name, f.Before, longest)
	}
	if w.Operation().Holds == "" {
		return was, w.Told(f.Name, f.After, longest)
	}
	return was, sign(w) + w.ShownArgument(longest)
}

// sign says whether a write to a list adds or takes away.
func sign(w *engine.Prepared) string {
	if w.Operation().Effect == engine.Destroy {
		return "- "
	}
	return "+ "
}

// shown is a change in a few words.
func (m *making) shown(w *engine.Prepared, f engine.Field) string {
	const longest = 60 // characters of a value
	after := w.Shown(f.Name, f.After, longest)
	switch {
	case f.Same:
		return f.Name + " " + after + " (as it is)"
	case w.Operation().Holds != "":
		return f.Name + " " + w.Shown(f.Name, f.Before, longest) + " " + sign(w) + w.ShownArgument(longest)
	case w.IsNew(), !f.Known:
		return f.Name + " " + after
	}
	return f.Name + " " + w.Shown(f.Name, f.Before, longest) + " -> " + after
}
