package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/golden"
)

// An expert passes every task on the organization that is shipped, and docs/evaluation.md shows them. On other organizations the facts are
// others, and the answers have these.
func TestAnExpertPassesEveryTask(t *testing.T) {
	t.Parallel()
	program, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	all, err := loadTasks()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Errorf("%d tasks", len(all))
	}
	const shipped = 0
	for _, seed := range []uint64{shipped, 2} {
		verdicts, err := playAll(t.Context(), all, program, t.TempDir(), seed, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if !table(&out, verdicts) {
			t.Errorf("seed %d:\n%s", seed, out.String())
		}
		if seed != shipped {
			continue
		}
		org, err := organizationOf(shipped, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := page(org, all, verdicts)
		if err != nil {
			t.Fatal(err)
		}
		golden.File(t, "../../docs/evaluation.md", text)
	}
}

// The judge finds what is wrong: an answer without the facts, writes that are missing, that nobody asked for, and calls that were refused.
func TestTheJudgeIsStrict(t *testing.T) {
	t.Parallel()
	all, err := loadTasks()
	if err != nil {
		t.Fatal(err)
	}
	org, err := organizationOf(0, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range all {
		in, err := org.scopeOf(task)
		if err != nil {
			t.Fatal(err)
		}
		v := &verdict{task: task}
		if err := v.judgeFacts(in, "I have looked, and all is well: 0, 1,000, 2020-01-01.", false); err != nil {
			t.Error(err)
		}
		if v.found() > 0 {
			t.Errorf("%s: an answer without any fact has %d of them", task.name, v.found())
		}
		if err := v.judgeWrites(in, []applied{{Operation: "deletePost", Path: "/v2/posts/1"}}); err != nil {
			t.Error(err)
		}
		if len(v.problems) != len(task.writes)+1 {
			t.Errorf("%s: a write too many and none of those asked for: %v", task.name, v.problems)
		}
		v.problems = nil
		v.judgeCalls([]answer{{text: "no", refused: true}})
		if len(v.problems) != 1 || v.passed() {
			t.Errorf("%s: a refused call goes unnoticed", task.name)
		}
	}
}

// A fact is found however it is written, and not as a part of something else.
func TestFactsAreFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, words string
		found       bool
	}{
		{"They pay **1,340** a month.", "1340", true},
		{`{"votes":26,"x":1}`, "votes: 26", true},
		{"0.72, 38 votes", "38 votes", true},
		{"on 2026-11-01T12:00Z", "2026-11-01", true},
		{"38 votes", "8 votes", false},
		{"7.5 hours", "7", false},
		{"17 posts", "7", false},
		{"on 2026-11-07", "7", false},
		{"7 posts.", "7", true},
		{"Mei\nKowalski", "mei kowalski", true},
		{"Exports", "Export", false},
		{"1,340,000", "1340", false},
	} {
		if found := holds(normal(tc.text), normal(tc.words)); found != tc.found {
			t.Errorf("%q in %q: %v", tc.words, tc.text, found)
		}
	}
}

// A mistake in a file is found when it is read.
func TestMistakesInTasksAreFound(t *testing.T) {
	t.Parallel()
	const good = "title: T\nask: A\nfact: f | 1\ncall: list_boards {}\n"
	if _, err := parse(good + "write: updatePost path=/v2/posts/{{.id}} title=Two words inReview=false a.{{.b}}~c\n"); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"no call": strings.Replace(good, "call", "# call", 1), "an unknown key": good + "fakt: x\n", "a fact without a value": good + "fact: f\n",
		"a let without a value": good + "let: x\n", "a write with words alone": good + "write: updatePost words\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s goes unnoticed", name)
		}
	}
}

// A task is served with a question, a configuration and an address, and the answer of a model is judged with what it wrote and called.
func TestATaskIsServedAndChecked(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	program, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	out := &untilServed{served: stop}
	if _, err := run(ctx, out, options{task: "receipt", serve: true, dir: folder, bin: program}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A wish that was fulfilled", "how many were told?", `"--sandbox-state"`, "Over HTTP: ", "-task receipt"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not printed:\n%s", want, out.String())
		}
	}
	all, err := loadTasks()
	if err != nil {
		t.Fatal(err)
	}
	list, err := byName(all, "receipt")
	if err != nil {
		t.Fatal(err)
	}
	org, err := organizationOf(0, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	in, err := org.scopeOf(list[0])
	if err != nil {
		t.Fatal(err)
	}
	answer := filepath.Join(folder, "answer.txt")
	if err := os.WriteFile(answer, []byte("It was In progress and is Shipped now; all 38 voters were told."), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after bytes.Buffer
	checked := options{task: "receipt", check: answer, dir: folder}
	if passed, err := run(t.Context(), &before, checked); err != nil || passed || !strings.Contains(before.String(), "not written as asked for") {
		t.Errorf("an answer without the write passes: %v %s", err, before.String())
	}
	s := &stage{program: program, state: filepath.Join(folder, "state.json")}
	if _, err := s.play(t.Context(), list[0], in); err != nil {
		t.Fatal(err)
	}
	if passed, err := run(t.Context(), &after, checked); err != nil || !passed {
		t.Errorf("%v %s", err, after.String())
	}
}

// untilServed keeps what is printed, and stops the server when it has said where it is.
type untilServed struct {
	bytes.Buffer
	served func()
}

// Write implements io.Writer.
func (u *untilServed) Write(p []byte) (int, error) {
	n, err := u.Buffer.Write(p)
	if strings.Contains(u.String(), "Over HTTP: ") {
		u.served()
	}
	return n, err
}
