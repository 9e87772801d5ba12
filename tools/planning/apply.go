package planning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/plan"
)

const (
	together    = 8 // rows that are sent at the same time
	mostInARow  = 3 // failures that would pass by themselves, one after the other, after which the rest waits for another call
	marginShare = 5 // the last fifth of the time is for the rows that are under way
	mostMargin  = 10 * time.Second
)

// applying is the state of one call of apply_plan.
type applying struct {
	*engine.Job

	plan    *plan.Plan
	results []plan.Result // at the beginning of the call
	chosen  []int         // indexes of the rows that this call sends
	named   map[int]bool  // by index: the call names the row, so that it is tried again if it failed
	stop    bool          // on the first failure
	force   bool          // objects that changed are changed all the same

	mu      sync.Mutex
	sent    map[int]plan.Result // by index: what became of the rows in this call
	passing int                 // failures in a row that would pass by themselves
	halted  string              // why no further row is sent
	refused groups              // rows that this server forbids by now
}

func apply(ctx context.Context, j *engine.Job) (string, error) {
	a, err := loaded(ctx, j)
	if err != nil {
		return "", err
	}
	if j.DryRun {
		return "Dry run: nothing was sent. " + a.preview(), nil
	}
	a.run(ctx)
	_, a.results, err = j.Plans.Load(context.WithoutCancel(ctx), j.Owned(ctx), a.plan.ID)
	if err != nil { // it ended meanwhile; what this call did is known
		for i, r := range a.sent {
			a.results[i] = r
		}
	}
	goesOn := a.halted == outOfTime && a.left() > 0
	a.Tell(MetaPlan, Meta{PlanID: a.plan.ID, Left: a.left(), Refused: len(a.plan.Refused), GoesOn: goesOn})
	a.Show(ctx, func() engine.Shown {
		shown := panel(a.Job, a.plan, a.results, 1)
		shown["applied"], shown["goesOn"], shown["halted"] = true, goesOn, a.halted
		return shown
	})
	return a.answer(), nil
}

// left counts the rows that are not sent yet.
func (a *applying) left() int {
	n := 0
	for i, r := range a.results {
		if a.plan.Rows[i].Idle == "" && r.State == plan.Waiting {
			n++
		}
	}
	return n
}

// outOfTime is why a call ends before the deadline with rows left.
const outOfTime = "the time of one call is over"

// loaded returns the call with its plan and the rows that it sends.
func loaded(ctx context.Context, j *engine.Job) (*applying, error) {
	args := j.Arguments()
	id, _ := args["planId"].(string)
	p, results, err := j.Plans.Load(ctx, j.Owned(ctx), id)
	if err != nil {
		return nil, gone("planId", id, err)
	}
	a := &applying{Job: j, plan: p, results: results, named: map[int]bool{}, sent: map[int]plan.Result{}}
	a.stop, _ = args["stopOnError"].(bool)
	a.force, _ = args["force"].(bool)
	only, err := a.numbers("rows")
	if err != nil {
		return nil, err
	}
	except, err := a.numbers("except")
	if err != nil {
		return nil, err
	}
	for i, row := range p.Rows {
		named := slices.Contains(only, row.Number)
		switch {
		case row.Idle != "", slices.Contains(except, row.Number), args["rows"] != nil && !named:
			continue
		case !slices.Contains(a.from(named), results[i].State):
			continue
		}
		a.named[i] = named
		a.chosen = append(a.chosen, i)
	}
	return a, nil
}

// from returns the states from which a row is sent. A row whose outcome is unknown is never sent again.
func (a *applying) from(named bool) []plan.State {
	states := []plan.State{plan.Waiting}
	if named {
		states = append(states, plan.Failed)
	}
	if a.force {
		states = append(states, plan.Skipped)
	}
	return states
}

// numbers returns the numbers of rows in an argument.
func (a *applying) numbers(argument string) ([]int, error) {
	list, _ := a.Arguments()[argument].([]any)
	var numbers []int
	for _, item := range list {
		n := input.Integer(item)
		if row, _ := a.plan.Row(n); row == nil {
			return nil, fmt.Errorf("%s: the plan has no row %d", argument, n)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// run sends the rows: in order where they touch the same object, several at a time where they do not. A call that is to stop at the first failure
// sends one after the other, since a row before the failure would be missed otherwise, and one after it be sent. It starts no row that might not end
// in time, and none after the call is cancelled.
func (a *applying) run(ctx context.Context) {
	a.Expect(len(a.chosen))
	soon, cancel := startsUntil(ctx)
	defer cancel()
	atOnce := together
	if a.stop {
		atOnce = 1
	}
	slots := make(chan struct{}, atOnce)
	last := map[string]chan struct{}{} // by object: closed when the row before has ended
	var wg sync.WaitGroup
	for _, i := range a.chosen {
		row := &a.plan.Rows[i]
		var before []chan struct{}
		ended := make(chan struct{})
		for _, object := range row.Objects {
			if last[object] != nil {
				before = append(before, last[object])
			}
			last[object] = ended
		}
		select {
		case slots <- struct{}{}:
		case <-soon.Done():
		}
		if !a.goesOn(soon) {
			close(ended)
			break
		}
		wg.Go(func() {
			defer close(ended)
			defer func() { <-slots }()
			for _, other := range before {
				<-other
			}
			if a.goesOn(soon) {
				a.send(ctx, i)
				a.Ended(ctx, fmt.Sprintf("row %d", row.Number))
			}
		})
	}
	wg.Wait()
}

// startsUntil returns a context that ends when no further row should be started.
func startsUntil(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(mostMargin, time.Until(end)/marginShare)))
}

// goesOn reports whether a further row may be sent, and notes why not.
func (a *applying) goesOn(soon context.Context) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.halted != "":
	case errors.Is(soon.Err(), context.Canceled):
		a.halted = "the call was cancelled"
	case soon.Err() != nil:
		a.halted = outOfTime
	}
	return a.halted == ""
}

// became records what became of a row, and halts the call where the next rows would fare alike.
func (a *applying) became(i int, r plan.Result, passes bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent[i] = r
	if passes {
		a.passing++
	} else {
		a.passing = 0
	}
	switch {
	case a.halted != "":
	case a.stop && r.State != plan.Done:
		a.halted = fmt.Sprintf("row %d was not made (stopOnError)", a.plan.Rows[i].Number)
	case a.passing >= mostInARow:
		a.halted = fmt.Sprintf("%d rows one after the other could not be sent: %s", mostInARow, r.Why)
	}
}
