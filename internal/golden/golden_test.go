package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// failures is a test that takes down how it failed.
type failures struct {
	testing.TB
	said string
}

func (*failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) { f.said += fmt.Sprintf(format, args...) }

func TestADifferenceFailsTheTest(t *testing.T) {
	t.Parallel()
	if *Update {
		t.Skip("nothing is compared")
	}
	name := filepath.Join(t.TempDir(), "file.txt")
	if err := write(name, "a\n"); err != nil {
		t.Fatal(err)
	}
	var f failures
	File(&f, name, "a\n")
	if f.said != "" {
		t.Errorf("the same text fails: %s", f.said)
	}
	File(&f, name, "b\n")
	said := strings.Fields(f.said) // go-cmp varies its spaces
	if !strings.HasPrefix(f.said, name+" differs") || !slices.Contains(said, `"a",`) || !slices.Contains(said, `"b",`) {
		t.Errorf("another text: %s", f.said)
	}
}

func TestWhatIsRightAlreadyIsLeftAlone(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "folder", "file.txt")
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	written := func(text string) time.Time {
		if err := write(name, text); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	written("a\n")
	if err := os.Chtimes(name, long, long); err != nil {
		t.Fatal(err)
	}
	if !written("a\n").Equal(long) {
		t.Error("the same text was written again")
	}
	if written("b\n").Equal(long) {
		t.Error("another text was not written")
	}
}
