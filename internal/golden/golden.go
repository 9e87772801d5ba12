// Package golden compares the result of a test with a file that a person has reviewed, and writes the file if the test runs with -update.
// "make update" runs every test that calls File or Archive. golden.go compares a text with a file, archive.go many short texts with one
// file, and packed.go what the program carries compressed with what it is made from.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Update is the flag -update of every test binary with golden files.
var Update = flag.Bool("update", false, "rewrite the golden files")

// File compares a text with a file, with a name relative to the folder of the test.
func File(t testing.TB, name, got string) {
	t.Helper()
	if *Update {
		if err := write(name, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name) //nolint:gosec // the test names the file
	if err != nil {
		t.Fatalf("%v; make update writes it", err)
	}
	if string(want) != got {
		t.Errorf("%s differs; if that is meant, run the test with -update (make update):\n%s", name, diff(string(want), got))
	}
}

// write writes the file only if it differs, so that packages that embed it are not built again.
func write(name, text string) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == text { //nolint:gosec // as above
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644) //nolint:gosec // as above, and everybody may read it
}

// diff shows the lines that differ.
func diff(want, got string) string {
	return cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n"))
}
