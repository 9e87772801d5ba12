//go:build blackbox && unix

package replicas

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

var planID = regexp.MustCompile(`plan_[a-z0-9]+`)

// plan makes a plan of some contacts at the next replica.
func (w *world) plan(name string, rows int) string {
	w.t.Helper()
	var all []string
	for i := range rows {
		all = append(all, fmt.Sprintf(`{"email":"%s%d@example.org","name":"%s %d"}`, name, i, name, i))
	}
	m, err := modern(w.t.Context(), w.url, ann, "plan_changes", `{"tool":"upsert_contact","rows":[`+strings.Join(all, ",")+`]}`, "", false)
	id := planID.FindString(m.text())
	if err != nil || id == "" {
		w.t.Fatalf("%v %s", err, m.text())
	}
	return id
}

// sent counts how often each row of a plan was sent.
func (w *world) sent(name string, rows int) (once, never, more int) {
	for i := range rows {
		switch w.api.writes(fmt.Sprintf(`"%s%d@example.org"`, name, i)) {
		case 0:
			never++
		case 1:
			once++
		default:
			more++
		}
	}
	return once, never, more
}

// Replicas that apply a plan at the same time send each row once.
func TestAPlanIsAppliedByAllReplicasAtOnce(t *testing.T) {
	t.Parallel()
	const rows = 60
	ctx, w := t.Context(), newWorld(t, "--rate=0")
	id := w.plan("at-once", rows)
	w.api.set(10*time.Millisecond, nil)
	if m, err := modern(ctx, w.url, bob, "apply_plan", `{"planId":"`+id+`"}`, "", false); err != nil || m.fine() {
		t.Errorf("another caller applies it: %v %s", err, m.text())
	}
	var all sync.WaitGroup
	for _, r := range w.replicas {
		all.Go(func() {
			if m, err := modern(ctx, r.url(), ann, "apply_plan", `{"planId":"`+id+`"}`, "", false); err != nil || !m.fine() {
				t.Errorf("%v %s", err, m.text())
			}
		})
	}
	all.Wait()
	if once, never, more := w.sent("at-once", rows); once != rows {
		t.Errorf("%d rows were sent once, %d never, %d more often", once, never, more)
	}
	m, err := modern(ctx, w.url, ann, "apply_plan", `{"planId":"`+id+`"}`, "", false)
	if err != nil || !strings.Contains(m.text(), fmt.Sprintf("in all: %d done", rows)) {
		t.Errorf("%v %s", err, m.text())
	}
}

// A replica that is killed in the middle leaves the rows that it was sending, and the others send the rest.
func TestAPlanGoesOnWhereAReplicaWasKilled(t *testing.T) {
	t.Parallel()
	const rows, together = 60, 8
	ctx, w := t.Context(), newWorld(t, "--rate=0")
	id := w.plan("killed", rows)
	w.api.set(150*time.Millisecond, nil)
	first := w.replicas[0]
	var cut sync.WaitGroup
	cut.Go(func() { _, _ = modern(ctx, first.url(), ann, "apply_plan", `{"planId":"`+id+`"}`, "", false) }) // it gets no answer
	eventually(t, patience, "rows are sent", func() bool { return w.api.writes("killed") >= 2*together })
	first.kill()
	cut.Wait()
	w.api.set(0, nil)
	var all sync.WaitGroup
	for _, r := range w.replicas[1:] {
		all.Go(func() {
			if m, err := modern(ctx, r.url(), ann, "apply_plan", `{"planId":"`+id+`"}`, "", false); err != nil || m.text() == "" {
				t.Errorf("%v %s", err, m.text())
			}
		})
	}
	all.Wait()
	once, never, more := w.sent("killed", rows)
	if more > 0 || never > together || once+never != rows {
		t.Errorf("%d rows were sent once, %d never, %d more often", once, never, more)
	}
	first.start()
	m, err := modern(ctx, first.url(), ann, "apply_plan", `{"planId":"`+id+`"}`, "", false)
	if err != nil || !strings.Contains(m.text(), "cut off") {
		t.Errorf("the killed replica's rows are not told of: %v %s", err, m.text())
	}
	if _, _, more := w.sent("killed", rows); more > 0 {
		t.Errorf("%d rows were sent again", more)
	}
}
