package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files of the command, below the root of the tree.
const (
	envFile     = "packaging/owner.env"
	carriedFile = "packaging/owner.carried"
	ownFolder   = "packaging/owner" // it holds the placeholders themselves
)

// carried is what the tree has: the values, and where the text alone does not tell whose a value is. There each place has the name of its variable, in
// their order, or nothing where other words happen to be the same.
type carried struct {
	Values values                         `json:"values"`
	Told   map[string]map[string][]string `json:"told,omitempty"` // by file and value
}

// tree are the text files that names are carried through, by their paths with slashes.
type tree map[string]string

// readTree reads the texts below a folder.
func readTree(root string) (tree, error) {
	files := tree{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "dist"}, entry.Name()) || name == ownFolder {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || name == envFile || name == carriedFile {
			return nil
		}
		content, err := os.ReadFile(path) //nolint:gosec // it stands in the tree
		if err == nil && bytes.IndexByte(content, 0) < 0 {
			files[name] = string(content)
		}
		return err
	})
	return files, err
}

// folders are the folders at the root that hold Go files at any depth.
func (t tree) folders() []string {
	found := map[string]bool{"packaging": true}
	for name := range t {
		if first, _, below := strings.Cut(name, "/"); below && strings.HasSuffix(name, ".go") {
			found[first] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// placeholders are the values of a tree that nobody owns yet. Files that are merged into an owned tree bring them along.
func placeholders() values {
	set := values{}
	for _, is := range variables() {
		set[is.name] = is.placeholder
	}
	return set
}

// carry returns the files that change for the tree to have the values of want, and what it carries then. It refuses a change that could not be taken
// back, because a place could no longer be told from other words.
func (t tree) carry(has carried, want values) (changed tree, now carried, err error) {
	before, after := newFinder(t.folders(), has.Values, placeholders()), newFinder(t.folders(), want)
	changed, now = tree{}, carried{Values: want}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		text, written, err := carryText(t[name], before, has.Told[name], want)
		if err != nil {
			return nil, carried{}, fmt.Errorf("%s: %w", name, err)
		}
		told, err := tell(text, after, written)
		if err != nil {
			return nil, carried{}, fmt.Errorf("%s: %w", name, err)
		}
		if len(told) > 0 {
			if now.Told == nil {
				now.Told = map[string]map[string][]string{}
			}
			now.Told[name] = told
		}
		if text != t[name] {
			changed[name] = text
		}
	}
	return changed, now, nil
}

// carryText puts the wanted values into a text, and returns the places that have them.
func carryText(text string, before finder, told map[string][]string, want values) (string, []place, error) {
	places := before.find(text)
	count := map[string]int{}
	for _, p := range places {
		count[p.value]++
	}
	for value, names := range told {
		if count[value] != len(names) {
			return "", nil, fmt.Errorf("%q stood here %d times when `make owner` ran, and %d of these were the owner's; now it is %d times, and which they are cannot be told. "+
				"Take the file back to what it was, or put the owner's new value there by hand", value, len(names), len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })), count[value])
		}
	}
	var b strings.Builder
	var written []place
	end, nth := 0, map[string]int{}
	for _, p := range places {
		name := p.names[0]
		if names, ok := told[p.value]; ok {
			name = names[nth[p.value]]
			nth[p.value]++
		} else if i := slices.IndexFunc(p.names, func(other string) bool { return want[other] != want[name] }); i > 0 {
			return "", nil, fmt.Errorf("%q is the value of %s and of %s, which now differ: put the right one there by hand", p.value, name, p.names[i])
		}
		if name == "" {
			continue
		}
		b.WriteString(text[end:p.at])
		written = append(written, place{b.Len(), want[name], []string{name}})
		b.WriteString(want[name])
		end = p.at + len(p.value)
	}
	b.WriteString(text[end:])
	return b.String(), written, nil
}

// tell returns, for each value whose places a text alone would not tell, the variable of each.
func tell(text string, after finder, written []place) (map[string][]string, error) {
	found := after.find(text)
	names, unclear := map[string][]string{}, map[string]bool{}
	next := 0
	for _, p := range found {
		name := ""
		if next < len(written) && written[next].at == p.at && written[next].value == p.value {
			name = written[next].names[0]
			next++
		}
		names[p.value] = append(names[p.value], name)
		unclear[p.value] = unclear[p.value] || name == "" || len(p.names) > 1
	}
	if next < len(written) {
		return nil, fmt.Errorf("%q of %s would become a part of other words and could not be found again; choose another value", written[next].value, written[next].names[0])
	}
	for value := range names {
		if !unclear[value] {
			delete(names, value)
		}
	}
	return names, nil
}

// readWanted reads what the owner wants.
func readWanted(root string) (values, error) {
	text, err := os.ReadFile(filepath.Join(root, envFile)) //nolint:gosec // it stands in the tree
	if err != nil {
		return nil, err
	}
	want, err := readEnv(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", envFile, err)
	}
	return want, nil
}

// readCarried reads what a tree carries, and the text that says so.
func readCarried(root string) (carried, []byte, error) {
	has := carried{Values: placeholders()}
	text, err := os.ReadFile(filepath.Join(root, carriedFile)) //nolint:gosec // it stands in the tree
	if errors.Is(err, fs.ErrNotExist) {
		return has, nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &has)
	}
	if err == nil {
		err = has.Values.check()
	}
	if err != nil {
		return carried{}, nil, fmt.Errorf("%s: %w", carriedFile, err)
	}
	return has, text, nil
}

// settle reads what should be and what is, works out what changes, and writes it unless it is only asked. It returns the names of the files.
func settle(root string, write bool) ([]string, error) {
	want, err := readWanted(root)
	if err != nil {
		return nil, err
	}
	has, old, err := readCarried(root)
	if err != nil {
		return nil, err
	}
	files, err := readTree(root)
	if err != nil {
		return nil, err
	}
	changed, now, err := files.carry(has, want)
	if err != nil {
		return nil, err
	}
	fresh, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return nil, err
	}
	if fresh = append(fresh, '\n'); !bytes.Equal(fresh, old) {
		changed[carriedFile] = string(fresh)
	}
	names := slices.Sorted(maps.Keys(changed))
	if !write {
		return names, nil
	}
	for _, name := range names {
		if err := rewrite(filepath.Join(root, filepath.FromSlash(name)), changed[name]); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// rewrite replaces the content of a file and keeps its mode.
func rewrite(path, content string) error {
	return os.WriteFile(path, []byte(content), 0o644) //nolint:gosec // a file of the source; the mode is of a new one alone
}
