package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The audit log grows from call to call, is nobody else's to read, and holds no text; a read leaves nothing in it.
func TestTheAuditLogIsAppendedTo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, args := range [][]string{
		{"list_boards"}, {"create_comment", "postId=653b6440cf4abb6d20000001", "content=Private words"}, {"delete_post", "postId=653b6440cf4abb6d20000001"},
	} {
		start("", nil, append([]string{"call", "--sandbox", "--audit-log", file}, args...)...)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `"tool":"create_comment","targets":{"postId":"653b6440cf4abb6d20000001"},"outcome":"sending"}`) ||
		!strings.Contains(lines[3], `"tool":"delete_post"`) || strings.Contains(string(text), "Private") {
		t.Errorf("%s", text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// On a full disk no write is made, and reads go on.
func TestAFullDiskStopsWrites(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("needs " + full)
	}
	state := filepath.Join(t.TempDir(), "state.json")
	got := start("", nil, "call", "--sandbox", "--sandbox-state", state, "--audit-log", full, "delete_post", "postId=653b6440cf4abb6d20000001")
	if got.code != exitFailed || !strings.Contains(got.err, "delete_post sent nothing: the audit log cannot be written") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("something was written to the sandbox")
	}
	if got := start("", nil, "call", "--sandbox", "--audit-log", full, "list_boards"); got.code != exitOK {
		t.Errorf("%+v", got)
	}
}
