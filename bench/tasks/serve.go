package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// callsFile is the log in which the program notes each call.
const callsFile = "calls.log"

// serve prints a task and serves the tools for it: over HTTP from here, and over standard input and output by a configuration that a host takes.
func serve(ctx context.Context, out io.Writer, t *task, o options, clock time.Time) error {
	if o.dir == "" {
		return errors.New("-serve needs -dir, the folder that keeps the state for -check")
	}
	folder, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	s, err := newStage(o.bin, folder, o.seed, clock)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, callsFile), nil, 0o600); err != nil {
		return err
	}
	program, err := kept(o.bin, folder)
	if err != nil {
		return err
	}
	arguments := append(s.arguments(t), "--log-file", filepath.Join(folder, callsFile), "--log-format", "json")
	config, err := json.MarshalIndent(map[string]any{"mcpServers": map[string]any{"featurebase": map[string]any{"command": program, "args": arguments}}}, "", "  ")
	if err != nil {
		return err
	}
	org, err := organizationOf(o.seed, clock)
	if err != nil {
		return err
	}
	in, err := org.scopeOf(t)
	if err != nil {
		return err
	}
	ask, err := in.fill(t.ask)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%s\n\n%s\n\nFor a host that starts the server:\n\n%s\n\n", t.title, ask, config)
	cmd := exec.CommandContext(ctx, program, append([]string{"http", "--addr", "127.0.0.1:0"}, arguments...)...) //nolint:gosec // the program that was built, or that the user names
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return errors.Join(err, cmd.Wait())
	}
	_, _ = fmt.Fprintf(out, "Over HTTP: %s\nWrite the final answer into a file, end this with Ctrl-C, and judge it:\n\n  go run ./bench/tasks -task %s -dir %s -check FILE\n", strings.TrimSpace(line), t.name, folder)
	if err = cmd.Wait(); ctx.Err() == nil {
		return err
	}
	return nil // the person ended it
}

// kept copies the program to the folder if it was built for this run, since a host starts it later on.
func kept(program, folder string) (string, error) {
	if filepath.Dir(program) == folder || !strings.HasPrefix(program, os.TempDir()) {
		return filepath.Abs(program)
	}
	content, err := os.ReadFile(program) //nolint:gosec // the program that was built
	if err != nil {
		return "", err
	}
	to := filepath.Join(folder, filepath.Base(program))
	return to, os.WriteFile(to, content, 0o700) //nolint:gosec // it has to be executable
}

// check judges the final answer of a model, and what was written.
func check(out io.Writer, t *task, o options, clock time.Time) (bool, error) {
	text, err := os.ReadFile(o.check)
	if err != nil {
		return false, err
	}
	org, err := organizationOf(o.seed, clock)
	if err != nil {
		return false, err
	}
	in, err := org.scopeOf(t)
	if err != nil {
		return false, err
	}
	v := &verdict{task: t}
	if o.dir == "" {
		return false, errors.New("-check needs -dir, the folder of the state")
	}
	s := &stage{state: filepath.Join(o.dir, "state.json")}
	journal, err := s.journal()
	if err != nil {
		return false, err
	}
	if err := v.judgeLog(filepath.Join(o.dir, callsFile)); err != nil {
		return false, err
	}
	in.answers = append(in.answers, string(text))
	if err := v.judgeFacts(in, string(text), false); err != nil {
		return false, err
	}
	if err := v.judgeWrites(in, journal); err != nil {
		return false, err
	}
	return table(out, []*verdict{v}), nil
}

// judgeLog counts the calls in the log of the program, and those that were refused.
func (v *verdict) judgeLog(name string) error {
	content, err := os.ReadFile(name) //nolint:gosec // the log that the user names
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(content)) {
		var entry struct {
			Message string `json:"msg"`
			Tool    string `json:"tool"`
			Outcome string `json:"outcome"`
		}
		if json.Unmarshal([]byte(line), &entry) != nil || entry.Message != "tool call" {
			continue
		}
		v.calls++
		if !slices.Contains([]string{"ok", "dry_run"}, entry.Outcome) {
			v.problems = append(v.problems, fmt.Sprintf("a call of %s was refused: %s", entry.Tool, entry.Outcome))
		}
	}
	return nil
}
