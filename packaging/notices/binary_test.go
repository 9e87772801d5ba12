//go:build acceptance

package main

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// What a binary says of itself is in the list.
func TestABinaryHoldsWhatIsListed(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "featurebase-mcp")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../..").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	all, err := modules(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range built.Deps {
		if !slices.ContainsFunc(all, func(m module) bool { return m.path == dep.Path && m.version == dep.Version }) {
			t.Errorf("%s %s is in the binary, and not in the list", dep.Path, dep.Version)
		}
	}
	if len(built.Deps) < 15 {
		t.Errorf("the binary names %d modules", len(built.Deps))
	}
}
