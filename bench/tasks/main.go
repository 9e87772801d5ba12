package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// options are the flags.
type options struct {
	task, check, dir, bin, clock string
	serve                        bool
	seed                         uint64
}

func main() {
	var o options
	flag.StringVar(&o.task, "task", "", "the task; without it all are played")
	flag.BoolVar(&o.serve, "serve", false, "print the task and serve the tools for it, until Ctrl-C")
	flag.StringVar(&o.check, "check", "", "judge the final answer in this file, and the writes in -dir")
	flag.StringVar(&o.dir, "dir", "", "the folder of the state, for -serve and -check; it is made if it does not exist")
	flag.StringVar(&o.bin, "bin", "", "the program; without it, it is built")
	flag.Uint64Var(&o.seed, "seed", 0, "the organization; 0 is the one that is shipped")
	flag.StringVar(&o.clock, "clock", "", "the present of the organization, as 2026-11-01T12:00:00Z")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	passed, err := run(ctx, os.Stdout, o)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case !passed:
		os.Exit(1)
	}
}

// run does what the flags say, and reports whether the tasks were passed.
func run(ctx context.Context, out io.Writer, o options) (passed bool, err error) {
	all, err := loadTasks()
	if err != nil {
		return false, err
	}
	list, err := byName(all, o.task)
	if err != nil {
		return false, err
	}
	clock := time.Time{}
	if o.clock != "" {
		if clock, err = time.Parse(time.RFC3339, o.clock); err != nil {
			return false, err
		}
	}
	if (o.serve || o.check != "") && o.task == "" {
		return false, errors.New("-serve and -check need -task; there are " + names(all))
	}
	if o.check != "" {
		return check(out, list[0], o, clock)
	}
	folder, err := os.MkdirTemp("", "tasks")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if o.bin == "" {
		if o.bin, err = build(ctx, folder); err != nil {
			return false, err
		}
	}
	if o.serve {
		return true, serve(ctx, out, list[0], o, clock)
	}
	verdicts, err := playAll(ctx, list, o.bin, folder, o.seed, clock)
	if err != nil {
		return false, err
	}
	return table(out, verdicts), nil
}

func names(all []*task) string {
	var list []string
	for _, t := range all {
		list = append(list, t.name)
	}
	return strings.Join(list, ", ")
}

// build builds the program.
func build(ctx context.Context, folder string) (string, error) {
	program := filepath.Join(folder, "featurebase-mcp")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "featurebase-mcp") //nolint:gosec // the folder is ours
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

// playAll plays tasks, each on an organization in its first state.
func playAll(ctx context.Context, list []*task, program, folder string, seed uint64, clock time.Time) ([]*verdict, error) {
	org, err := organizationOf(seed, clock)
	if err != nil {
		return nil, err
	}
	var verdicts []*verdict
	for _, t := range list {
		v, err := playOne(ctx, t, org, program, folder, seed, clock)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// playOne plays a task and judges it.
func playOne(ctx context.Context, t *task, org *organization, program, folder string, seed uint64, clock time.Time) (*verdict, error) {
	in, err := org.scopeOf(t)
	if err != nil {
		return nil, err
	}
	own, err := os.MkdirTemp(folder, t.name)
	if err != nil {
		return nil, err
	}
	s, err := newStage(program, own, seed, clock)
	if err != nil {
		return nil, err
	}
	answers, err := s.play(ctx, t, in)
	if err != nil {
		return nil, err
	}
	v := &verdict{task: t}
	v.judgeCalls(answers)
	if err := v.judgeFacts(in, strings.Join(in.answers, "\n"), true); err != nil {
		return nil, err
	}
	journal, err := s.journal()
	if err != nil {
		return nil, err
	}
	return v, v.judgeWrites(in, journal)
}

// table prints the verdicts, and what is missing, and reports whether all tasks were passed.
func table(out io.Writer, verdicts []*verdict) bool {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "task\tcalls\tcharacters\tfacts\t")
	passed, calls, characters := 0, 0, 0
	for _, v := range verdicts {
		word := "pass"
		if !v.passed() {
			word = "FAIL"
		} else {
			passed++
		}
		calls, characters = calls+v.calls, characters+v.characters
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d of %d\t%s\n", v.task.name, v.calls, v.characters, v.found(), len(v.facts), word)
	}
	_, _ = fmt.Fprintf(w, "%d tasks\t%d\t%d\t\t%d pass\n", len(verdicts), calls, characters, passed)
	_ = w.Flush()
	for _, v := range verdicts {
		v.explain(out)
	}
	return passed == len(verdicts)
}

// explain prints why a task was not passed.
func (v *verdict) explain(out io.Writer) {
	for _, f := range v.facts {
		if !f.found {
			_, _ = fmt.Fprintf(out, "%s: missing fact: %s: %s\n", v.task.name, f.label, f.words)
		}
	}
	for _, p := range v.problems {
		_, _ = fmt.Fprintf(out, "%s: %s\n", v.task.name, p)
	}
}
