package planning

import (
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/rawjson"
)

// send sends one row, at most once. The row is claimed before the request, so that of two calls one sends it, and settled after it, also when
// the call was cancelled meanwhile: a request that is under way has an outcome, and the next call must know it.
func (a *applying) send(ctx context.Context, i int) {
	row := &a.plan.Rows[i]
	w, why := a.prepared(row)
	if why != "" {
		a.mu.Lock()
		a.refused.add(why, row.Number)
		a.mu.Unlock()
		return
	}
	if changed, err := a.changed(ctx, row, w); err != nil {
		a.became(i, plan.Result{Why: "its object could not be read just before, so that nobody knows whether it changed since the plan"}, true)
		return
	} else if changed != "" {
		a.settle(ctx, i, plan.Result{State: plan.Skipped, Why: changed}, a.from(a.named[i]))
		return
	}
	kept := context.WithoutCancel(ctx)
	ok, err := a.Plans.Claim(kept, a.Owned(ctx), a.plan.ID, i, a.from(a.named[i])...)
	switch {
	case err != nil:
		a.lost()
		return
	case !ok: // another call sends it, or has sent it
		return
	}
	r := plan.Result{State: plan.Unknown, Why: "this server had a fault; its log has the reason"} // unless Send returns
	passes := false
	defer func() {
		if err := a.Plans.Settle(kept, a.Owned(ctx), a.plan.ID, i, r); err != nil {
			a.lost()
		}
		a.became(i, r, passes)
	}()
	sent := w.Send(ctx, a.plan.ID, row.Number)
	switch {
	case sent.Done:
		r = plan.Result{State: plan.Done, Made: sent.Made, New: sent.New}
	case sent.Uncertain:
		r = plan.Result{State: plan.Unknown, Why: sent.Why}
	case sent.Passes: // surely not applied: the next call sends it
		r, passes = plan.Result{Why: sent.Why}, true
	default:
		r = plan.Result{State: plan.Failed, Why: sent.Why}
	}
}

// prepared prepares a row again, because what the server forbids may have changed.
func (a *applying) prepared(row *plan.Row) (*engine.Prepared, string) {
	wire, err := decoded(row.Wire)
	if err != nil {
		return nil, "the plan is damaged"
	}
	return a.Again(row.Tool, wire)
}

// settle records a row that is not sent.
func (a *applying) settle(ctx context.Context, i int, r plan.Result, from []plan.State) {
	kept := context.WithoutCancel(ctx)
	ok, err := a.Plans.Claim(kept, a.Owned(ctx), a.plan.ID, i, from...)
	if err == nil && ok {
		err = a.Plans.Settle(kept, a.Owned(ctx), a.plan.ID, i, r)
	}
	if err != nil {
		a.lost()
		return
	}
	a.became(i, r, false)
}

// lost halts the call where the plans cannot be reached: what nobody could record must not be sent.
func (a *applying) lost() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.halted = "the plans cannot be reached, and no row is sent without being recorded"
}

// changed says what somebody has changed since the plan, in the fields that the row overwrites. It reads the object where the row would
// overwrite something.
func (a *applying) changed(ctx context.Context, row *plan.Row, w *engine.Prepared) (string, error) {
	if a.force || !row.Known || row.New || !overwrites(row) {
		return "", nil
	}
	s := w.Source()
	if s.Key == "" {
		return "", nil
	}
	object, missing, err := a.Read(ctx, s, w.Wants())
	switch {
	case err != nil:
		return "", err
	case missing != "":
		return missing, nil
	}
	w.See(s, object)
	now := map[string]engine.Field{}
	for _, f := range w.Fields() {
		now[f.Name] = f
	}
	var words []string
	for _, c := range row.Changes {
		f := now[c.Field]
		if len(c.Before) == 0 || !f.Known || f.Same || string(rawjson.Encode(f.Before)) == string(c.Before) {
			continue
		}
		before, _ := rawjson.Decode(c.Before)
		words = append(words, fmt.Sprintf("%s was %s, is now %s", c.Field, w.Shown(c.Field, before, 60), w.Shown(c.Field, f.Before, 60)))
	}
	if len(words) == 0 {
		return "", nil
	}
	return "changed since the plan" + by(object) + ": " + strings.Join(words, "; "), nil
}

// by says who changed an object and when, where it tells.
func by(object map[string]any) string {
	at, _ := object["updatedAt"].(string)
	if len(at) < len("2006-01-02T15:04") {
		return ""
	}
	return ", last at " + at[:len("2006-01-02T15:04")] + "Z (Featurebase does not say by whom)"
}

// overwrites reports whether a row replaces a value that the plan has seen.
func overwrites(row *plan.Row) bool {
	for _, c := range row.Changes {
		if len(c.Before) > 0 && !c.Same {
			return true
		}
	}
	return false
}
