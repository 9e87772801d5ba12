package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestADifferenceIsShownByLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ want, got, shown string }{
		"a line that changed":      {"a\nb\nc\n", "a\nB\nc\n", "     2 - b\n     2 + B\n"},
		"a line that came":         {"a\nc\n", "a\nb\nc\n", "     2 + b\n"},
		"a line that went":         {"a\nb\nc\n", "a\nc\n", "     2 - b\n"},
		"a line that moved":        {"a\nb\nc\n", "b\nc\na\n", "     1 - a\n     3 + a\n"},
		"the end of the last line": {"a\n", "a", "     1 - a\n     1 + a (without a line break)\n"},
		"nothing before":           {"", "a\n", "     1 + a\n"},
		"nothing after":            {"a\n", "", "     1 - a\n"},
		"the same":                 {"a\n", "a\n", ""},
	} {
		if shown := diff(tt.want, tt.got); shown != tt.shown {
			t.Errorf("%s is shown as\n%swant\n%s", name, shown, tt.shown)
		}
	}
}

func TestALongDifferenceIsCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a\n", 3000)
	shown := diff(long, strings.ReplaceAll(long, "a", "b"))
	if lines := strings.Count(shown, "\n"); lines != mostShown+1 || !strings.HasSuffix(shown, "and 5940 lines more\n") {
		t.Errorf("%d lines:\n%s", lines, shown)
	}
}

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
	if !strings.HasPrefix(f.said, name+" differs") || !strings.HasSuffix(f.said, "     1 - a\n     1 + b\n") {
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
