package golden

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"
)

// Texts is a text archive of golden texts that are better read together. Each section has a name and a text.
type Texts struct {
	name string
	mu   sync.Mutex
	want map[string]string
	got  map[string]string
}

// Archive opens an archive, with a name relative to the folder of the test. When the test and its subtests end, a section that none of them
// compared is a failure, and -update removes it, because what it was about no longer exists.
func Archive(t testing.TB, name string) *Texts {
	t.Helper()
	a := &Texts{name: name, want: map[string]string{}, got: map[string]string{}}
	content, err := os.ReadFile(name) //nolint:gosec // the test names the file
	if err != nil && !*Update {
		t.Fatalf("%v; make update writes it", err)
	}
	for _, section := range txtar.Parse(content).Files {
		a.want[section.Name] = string(section.Data)
	}
	t.Cleanup(func() { a.end(t) })
	return a
}

// File compares a text with the section of that name.
func (a *Texts) File(t testing.TB, section, got string) {
	t.Helper()
	got = strings.TrimSuffix(got, "\n") + "\n"
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got[section] = got
	switch want, there := a.want[section]; {
	case *Update:
	case !there:
		t.Errorf("%s has no section %s; make update writes it:\n%s", a.name, section, got)
	case want != got:
		t.Errorf("%s: %s differs; if that is meant, run the test with -update (make update):\n%s", a.name, section, diff(want, got))
	}
}

func (a *Texts) end(t testing.TB) {
	t.Helper()
	partly := strings.Contains(flag.Lookup("test.run").Value.String(), "/")
	for section, text := range a.want {
		if _, compared := a.got[section]; compared {
			continue
		}
		switch {
		case partly:
			a.got[section] = text
		case !*Update && !t.Failed():
			t.Errorf("%s: nothing is compared with the section %s; make update drops it", a.name, section)
		}
	}
	if *Update {
		if err := a.write(); err != nil {
			t.Error(err)
		}
	}
}

// write sorts the sections by name, so that the file does not depend on the order in which tests run.
func (a *Texts) write() error {
	var archive txtar.Archive
	for section, text := range a.got {
		archive.Files = append(archive.Files, txtar.File{Name: section, Data: []byte(text)})
	}
	slices.SortFunc(archive.Files, func(x, y txtar.File) int { return strings.Compare(x.Name, y.Name) })
	content := txtar.Format(&archive)
	if read := txtar.Parse(content); len(read.Files) != len(archive.Files) {
		return fmt.Errorf("%s: a text has a line that would begin a section", a.name)
	}
	return write(a.name, string(content))
}
