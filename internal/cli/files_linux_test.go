package cli

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func namedPipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

var aWrite = []string{"call", "--sandbox", "create_post", "boardId=64b921c0d0013bb2e0000001", "title=hi"}

// To open a pipe waits for its reader. A start must not.
func TestAPipeThatNobodyReadsIsRefused(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--audit-log", "--log-file"} {
		name := namedPipe(t)
		got := runProgram(t, nil, nil, append(aWrite, flag, name)...).end()
		if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, flag+": "+name+": it is a pipe that nobody reads; start the reader first") {
			t.Errorf("%+v", got)
		}
	}
}

func TestTheAuditLogGoesThroughAPipe(t *testing.T) {
	t.Parallel()
	name := namedPipe(t)
	reader, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if got := runProgram(t, nil, nil, append(aWrite, "--audit-log", name)...).end(); got.code != exitOK {
		t.Errorf("%+v", got)
	}
	lines := bufio.NewReader(reader)
	for _, want := range []string{`"outcome":"sending"`, `"outcome":"ok"`} {
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, want) {
			t.Errorf("%q %v", line, err)
		}
	}
}

// A reader that has stopped reading stops writes, not the program.
func TestAFullPipeStopsWrites(t *testing.T) {
	t.Parallel()
	name := namedPipe(t)
	full, err := syscall.Open(name, syscall.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(full) }()
	for written := 1; written > 0; {
		written, _ = syscall.Write(full, make([]byte, 4096))
	}
	got := runProgram(t, nil, nil, append(aWrite, "--audit-log", name)...).end()
	if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, "create_post sent nothing: the audit log cannot be written") {
		t.Errorf("%+v", got)
	}
}
