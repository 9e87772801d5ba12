//go:build acceptance

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A copy of the tree with the names of an owner builds, and its own tests of documents, imports and dependencies pass.
func TestAnOwnedTreeBuilds(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	listed, err := exec.CommandContext(t.Context(), "git", "-C", "../..", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) { // removed, and not yet committed
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, envFile), []byte(envOf(owned())), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"make owner", "go run ./packaging/owner -check -release", "go build -trimpath ./...", "go test -trimpath . ./packaging/..."} {
		words := strings.Fields(command)
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}
