package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// keeper is a process that uses a state file.
type keeper struct {
	t      *testing.T
	file   *File
	store  *Store
	warned []string
}

func open(t *testing.T, path string) *keeper {
	t.Helper()
	k := &keeper{t: t}
	var err error
	if k.file, k.store, err = Open(path, func(text string) { k.warned = append(k.warned, text) }); err != nil {
		t.Fatal(err)
	}
	return k
}

// write adds a post under the lock, as a sandbox does, and returns its id.
func (k *keeper) write() string {
	k.t.Helper()
	id, err := k.tryWrite()
	if err != nil {
		k.t.Error(err)
	}
	return id
}

func (k *keeper) tryWrite() (string, error) {
	unlock, err := k.file.Lock(k.t.Context())
	if err != nil {
		return "", err
	}
	defer unlock()
	if k.store, err = k.file.Refresh(k.store); err != nil {
		return "", err
	}
	if k.store == nil {
		k.store = filled()
	}
	k.store.Begin()
	id := k.store.NewID("post")
	k.store.Kind("post").Add(Object{"id": id, "title": "A post"})
	k.store.Note(JournalEntry{Operation: "createPost", Path: "/v2/posts", Status: 201})
	if err := k.file.Append(k.store); err != nil {
		k.store.Rollback()
		return "", err
	}
	k.store.Commit()
	return id, k.file.Compact(k.store)
}

func (k *keeper) has(id string) bool { return k.store.Kind("post").Get(id) != nil }

func content(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Writers that take turns, each with a file of its own over the same path, lose nothing and make no id twice.
func TestManyWritersShareAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	var all sync.Map
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			k := open(t, path)
			for range 20 {
				if _, twice := all.LoadOrStore(k.write(), true); twice {
					t.Error("an id was made twice")
				}
			}
		})
	}
	writers.Wait()
	k := open(t, path)
	all.Range(func(id, _ any) bool {
		if !k.has(id.(string)) {
			t.Errorf("%v is lost", id)
		}
		return true
	})
	if k.store.Writes != 80 || len(k.store.Journal.Entries) != 80 {
		t.Errorf("%d writes, %d in the journal", k.store.Writes, len(k.store.Journal.Entries))
	}
}

// However much of the last line a crash left, the writes before it are there, a warning says so, and the next write takes its place.
func TestALineThatWasCutOffIsLeftOut(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "state.json")
	k := open(t, whole)
	first, second := k.write(), k.write()
	k.write()
	data := content(t, whole)
	lines := bytes.SplitAfter(data, []byte("\n"))
	last := lines[len(lines)-2]
	kept := data[:len(data)-len(last)]
	ends := map[string][]byte{"zeros": make([]byte, 4096), "zeros in the line": append(make([]byte, 100), last[100:]...)}
	for n := 1; n < len(last); n++ {
		ends[fmt.Sprint(n, " bytes of it")] = last[:n]
	}
	folder := t.TempDir()
	for name, end := range ends {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, append(bytes.Clone(kept), end...), 0o600); err != nil {
			t.Fatal(err)
		}
		k := open(t, path)
		if k.store.Writes != 2 || !k.has(first) || !k.has(second) || len(k.warned) != 1 || !strings.Contains(k.warned[0], path) {
			t.Fatalf("%s: %d writes, warnings %q", name, k.store.Writes, k.warned)
		}
		if k.file.Changed() {
			t.Fatalf("%s: the file is not as it was read", name)
		}
		if n := len(ends) / 4; len(name)%n == 0 || strings.HasPrefix(name, "zeros") || name == "1 bytes of it" || name == fmt.Sprint(len(last)-1, " bytes of it") {
			third := k.write() // which takes a sync of the disk, so not for each of them
			if k := open(t, path); k.store.Writes != 3 || !k.has(third) || len(k.warned) != 0 {
				t.Errorf("%s: after a further write %d writes, warnings %q", name, k.store.Writes, k.warned)
			}
		}
	}
}

// A process reads on where it stopped: what others appended, what they made anew, and what somebody deleted.
func TestAProcessFollowsTheOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	a, b := open(t, path), open(t, path)
	one := a.write()
	if !b.file.Changed() || b.write() == one || !b.has(one) {
		t.Error("the first write of the other is not there")
	}
	if a.write(); a.store.Writes != 3 {
		t.Errorf("%d writes", a.store.Writes)
	}
	made := content(t, path)
	unlock, err := a.file.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.file.Replace(a.store); err != nil {
		t.Fatal(err)
	}
	unlock()
	if now := content(t, path); bytes.Equal(now, made) || bytes.Count(now, []byte("\n")) != 2 {
		t.Error("the file was not made anew")
	}
	if b.write(); b.store.Writes != 4 || b.file.lines != 3 {
		t.Errorf("%d writes in %d lines", b.store.Writes, b.file.lines)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if a.write(); a.store.Writes != 4 { // it had not seen the fourth one, which is gone with the file
		t.Errorf("%d writes", a.store.Writes)
	}
	if b.write(); b.store.Writes != 5 || !b.has(one) {
		t.Errorf("%d writes", b.store.Writes)
	}
}

// A file whose changes have become longer than its state is made anew, and nothing of it is lost. Its size stays within a few times that of the
// state, however many writes there are.
func TestALongFileIsMadeAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	k := open(t, path)
	other := open(t, path)
	k.write()
	ids, anew := map[string]bool{}, 0
	long := strings.Repeat("x", minLog/3)
	for range 20 {
		id := k.file.id
		unlock, err := k.file.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if k.store, err = k.file.Refresh(k.store); err != nil {
			t.Fatal(err)
		}
		k.store.Begin()
		post := k.store.Kind("post").All()[0]
		post["content"] = long + k.store.NewID("post")
		if err := k.file.Append(k.store); err != nil {
			t.Fatal(err)
		}
		k.store.Commit()
		if err := k.file.Compact(k.store); err != nil {
			t.Fatal(err)
		}
		unlock()
		if k.file.id != id {
			anew++
		}
		ids[other.write()] = true
		if size := len(content(t, path)); size > 4*minLog {
			t.Fatalf("the file has %d bytes", size)
		}
	}
	read := open(t, path)
	if anew < 3 || read.store.Writes != 41 || len(ids) != 20 || asJSON(read.store) != asJSON(other.store) {
		t.Errorf("made anew %d times, %d writes of 41, %d posts of 20", anew, read.store.Writes, len(ids))
	}
	for id := range ids {
		if !read.has(id) {
			t.Errorf("%s is lost", id)
		}
	}
}

// earlier returns the file that a program of the version before this one would have written.
func earlier(t *testing.T) []byte {
	t.Helper()
	k := open(t, filepath.Join(t.TempDir(), "state.json"))
	k.write()
	_, state, _ := bytes.Cut(content(t, k.file.path), []byte("\n"))
	state = bytes.TrimSuffix(bytes.Replace(state, []byte("{"), []byte(`{"version":2,`), 1), []byte("\n"))
	for _, history := range []string{`{"omitted":0,"entries":null}`, `{"omitted":0,"entries":[`} {
		list, end := "[]", ""
		if strings.HasSuffix(history, "[") {
			list, end = "[", "}"
		}
		state = bytes.ReplaceAll(state, []byte(history), []byte(list))
		state = bytes.Replace(state, []byte("]"+end+`,"outbox"`), []byte(`],"outbox"`), 1)
	}
	return state
}

// A file of the version before still opens. Reading leaves it as it is, and the first write turns it into one of this version.
func TestAFileOfTheVersionBeforeOpens(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	data := earlier(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, b := open(t, path), open(t, path)
	if a.store.Writes != 1 || len(a.store.Journal.Entries) != 1 || !bytes.Equal(content(t, path), data) {
		t.Fatalf("%d writes, %d in the journal", a.store.Writes, len(a.store.Journal.Entries))
	}
	one := a.write()
	two := b.write()
	if k := open(t, path); k.store.Writes != 3 || !k.has(one) || !k.has(two) || !bytes.HasPrefix(content(t, path), []byte(`{"version":3,`)) {
		t.Errorf("%d writes in %.60s", k.store.Writes, content(t, path))
	}
}

// What cannot be a state file is refused in words, when it is opened, and is left as it is: no lock beside it either.
func TestWhatIsNoStateFileIsRefused(t *testing.T) {
	t.Parallel()
	k := open(t, filepath.Join(t.TempDir(), "state.json"))
	k.write()
	k.write()
	k.write()
	good := content(t, k.file.path)
	lines := bytes.SplitAfter(good, []byte("\n"))
	join := func(lines ...[]byte) string { return string(bytes.Join(lines, nil)) }
	with := func(i int, line string) string {
		changed := append([][]byte{}, lines...)
		changed[i] = []byte(line)
		return join(changed...)
	}
	old := string(earlier(t))
	const anew, foreign = "move it away to start afresh", "is not a state file of the sandbox, and was left as it is: name another file"
	for name, c := range map[string]struct{ content, want string }{
		"empty":                   {"", "is empty, and a state file never is: delete it"},
		"text":                    {"hello\n", foreign},
		"binary":                  {"\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00", 5000), foreign},
		"other JSON":              {`{"name":"featurebase-mcp","version":"1.0.0"}`, foreign},
		"a list":                  {`[1,2,3]`, foreign},
		"a source map":            {`{"version":3,"file":"a.js","sources":["a.ts"],"mappings":""}`, foreign},
		"a long line of JSON":     {`{"` + strings.Repeat("x", 1<<20) + `":1}`, foreign},
		"a later version":         {strings.Replace(string(good), `"version":3`, `"version":7`, 1), "has version 7 of the format, and this program reads versions 2 and 3"},
		"half of the state":       {join(lines[0], lines[1][:len(lines[1])/2]), "is damaged in line 2 (it is not a whole JSON object"},
		"the header alone":        {join(lines[0]), "is damaged in line 2"},
		"half of the header":      {string(lines[0][:20]), foreign},
		"a line is missing":       {join(lines[0], lines[1], lines[3]), "is damaged in line 3 (write 3 follows on write 1), and was left as it is: " + anew + ", or delete line 3 and all after it"},
		"a line is there twice":   {string(good) + string(lines[3]), "is damaged in line 5 (write 3 follows on write 3)"},
		"a damaged line":          {with(2, "{\"write\":2,\x00}\n"), "is damaged in line 3 (it is not a whole JSON object"},
		"a line of another kind":  {with(2, `{"write":2,"colour":"red"}`+"\n"), "is damaged in line 3"},
		"a change of nothing":     {with(2, `{"write":2,"changed":{"post":{"x":{"set":{"a":1}}}}}`+"\n"), "is damaged in line 3 (it changes post x, which does not exist)"},
		"a removal of nothing":    {with(2, `{"write":2,"removed":{"post":["x"]}}`+"\n"), "is damaged in line 3 (it removes post x, which does not exist)"},
		"an addition sans id":     {with(2, `{"write":2,"added":{"post":[{"title":"x"}]}}`+"\n"), "is damaged in line 3 (an added object of the kind post has no id of its own)"},
		"a last line that is bad": {string(good) + "{\"write\":4\n", "is damaged in line 5"},
		"text after the end":      {string(good) + "x\n", "is damaged in line 5"},
		"no admins":               {join(lines[0], []byte(`{"seed":0,"kinds":{}}`+"\n")), "is damaged in line 2 (it has no admins)"},
		"an object sans id":       {join(lines[0], []byte(`{"kinds":{"admin":[{"name":"x"}]}}`+"\n")), "is damaged in line 2 (an object of the kind admin has no id of its own)"},
		"version 2, cut off":      {old[:len(old)/2], "is damaged in line 1 (it is not a whole JSON object"},
		"version 2, other fields": {`{"version":2,"posts":[]}`, "is damaged in line 1"},
		"version 2, more text":    {old + "x", "is damaged in line 1"},
		"version 2, no state":     {`{"version":2}`, "is damaged in line 1 (it has no admins)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, "state.json")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, st, err := Open(path, func(text string) { t.Error(text) })
			if err == nil || st != nil || !strings.HasPrefix(err.Error(), path+" "+c.want) {
				t.Fatalf("%v", err)
			}
			for _, word := range []string{"json:", "unmarshal", "Go ", "store.", "EOF", "open /"} {
				if strings.Contains(err.Error(), word) {
					t.Errorf("%q is not for the user: %v", word, err)
				}
			}
			if now := content(t, path); string(now) != c.content {
				t.Error("the file was changed")
			}
			if files, err := os.ReadDir(folder); err != nil || len(files) > 1 && strings.HasPrefix(c.want, foreign) {
				t.Errorf("beside it: %v %v", files, err)
			}
		})
	}
}

// Who gives up a request does not wait for the lock either.
func TestAWaitForTheLockEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	a, b := open(t, path), open(t, path)
	unlock, err := a.file.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	request, end := context.WithCancel(t.Context())
	end()
	if _, err := b.file.Lock(request); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	unlock()
	b.write()
}
