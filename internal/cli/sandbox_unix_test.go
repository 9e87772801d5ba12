//go:build unix

package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// unprivileged runs the program as somebody who may not write everywhere. Permissions do not hold root back, so root becomes nobody.
func unprivileged(t *testing.T, folder string, args ...string) outcome {
	t.Helper()
	cmd := program(t, args...)
	if os.Geteuid() == 0 {
		copied := filepath.Join(folder, "program")
		if _, err := os.Stat(copied); err != nil {
			content, err := os.ReadFile(cmd.Path)
			if err == nil {
				err = os.WriteFile(copied, content, 0o755)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		cmd.Path = copied
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &complaints, folder
	err := cmd.Run()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("root may not become somebody else here")
	}
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), complaints.String()}
}

// reachable returns a folder that other users can reach.
func reachable(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "sandbox-*") //nolint:usetesting // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// A state file that may not be written, and a folder in which none may be made, end the start.
func TestAStateFileThatMayNotBeWrittenEndsTheStart(t *testing.T) {
	t.Parallel()
	folder := reachable(t)
	locked := filepath.Join(folder, "locked")
	inside := filepath.Join(locked, "state.json")
	if err := os.Mkdir(locked, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := start("", nil, "call", "--sandbox", "--sandbox-state", inside, "upsert_contact", "email=jo@kept.example"); got.code != exitOK {
		t.Fatalf("%+v", got)
	}
	for path, mode := range map[string]os.FileMode{inside: 0o444, inside + ".lock": 0o444, locked: 0o555} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o700) })
	hidden := filepath.Join(folder, "hidden.json")
	if err := os.WriteFile(hidden, []byte("x"), 0o000); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		inside:                              "may not be read and written by this user: change its permissions, or name another file",
		filepath.Join(locked, "other.json"): "cannot be shared, because this user may not write " + filepath.Join(locked, "other.json.lock") + ": change the permissions",
		hidden:                              "may not be read and written by this user",
	} {
		refusesState(t, unprivileged(t, folder, "call", "--sandbox", "--sandbox-state", path, "list_boards"), filepath.Base(path), path, want)
	}
}

// A pipe would keep the program waiting for somebody at its other end.
func TestAPipeIsNoStateFile(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	refusesState(t, start("", nil, "call", "--sandbox", "--sandbox-state", pipe, "list_boards"), "a pipe", pipe, "is not a regular file: name another one")
}

// A write that a kill cut off is left out, the user hears of it once, and what was answered before is there.
func TestAWriteThatWasCutOffIsTold(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state.json")
	flags := []string{"call", "--sandbox", "--sandbox-state", state}
	if got := start("", nil, append(flags, "upsert_contact", "email=jo@kept.example", "name=Jo Kept")...); got.code != exitOK {
		t.Fatalf("%+v", got)
	}
	file, err := os.OpenFile(state, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"write":2,"added":{"contact":[{"email":"ji`); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	got := start("", nil, append(flags, "upsert_contact", "email=ji@kept.example", "name=Ji")...)
	if got.code != exitOK || !strings.Contains(got.err, "the last write to "+state+" was cut off after 43 bytes, as by a crash, and is left out") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("%+v", got)
	}
	got = start("", nil, append(flags, "search_contacts", `query:=[{"field":"email","operator":"IN","value":["jo@kept.example","ji@kept.example"]}]`)...)
	if got.code != exitOK || got.err != "" || !strings.Contains(got.out, "Jo Kept") || !strings.Contains(got.out, "ji@kept.example") {
		t.Errorf("%+v", got)
	}
}
