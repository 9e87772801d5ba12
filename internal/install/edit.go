package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// format makes the edits in a text of its grammar. A path leads to an entry, from the root.
type format interface {
	// decode returns the values of a text, objects as map[string]any. An empty text has none.
	decode(text string) (any, error)
	// put lays an object over what the path leads to, and makes it where it is not there.
	put(text string, path []string, over object) (string, error)
	// cut removes what the path leads to.
	cut(text string, path []string) (string, error)
}

// byteOrderMark is what some editors write at the beginning of a file.
const byteOrderMark = "\ufeff"

// Change is what becomes of the file of a host.
type Change struct {
	Host *Host
	File string // as people know it; it may be a link

	Existed       bool
	gone          bool // the file is to be removed
	Before, After string
	created       []string // what was made for the entry: names on the path to it, and "" for the file
}

// IsNone reports that the file is as it should be.
func (c *Change) IsNone() bool { return c.Before == c.After && (c.Existed || c.After == "") }

// Unreadable is the error of a file that was left alone.
type Unreadable struct {
	File string
	Err  error
}

// Error implements error.
func (u *Unreadable) Error() string {
	return fmt.Sprintf("%s was left alone: %v", u.File, u.Err)
}

// Unwrap gives the reason.
func (u *Unreadable) Unwrap() error { return u.Err }

// Install works out how the entry gets into the file of a host. Nothing is written yet.
func (m Machine) Install(h *Host, e Entry) (*Change, error) {
	c, text, err := m.open(h)
	if err != nil {
		return nil, err
	}
	f := h.format
	before, err := f.decode(text)
	if err != nil {
		return nil, &Unreadable{c.File, err}
	}
	over := h.fields(e, before)
	path := h.entry()
	old, _ := pick(before, path...)
	want := place(before, path, overlay(old, over))
	after, err := f.put(text, path, over)
	if err == nil && h.input.list != "" {
		if _, used := pick(want, slices.Concat(path, []string{variablesField, keyVariable})...); used && !e.Sandbox {
			after, err = jsonWithComments{}.putItem(after, h.input.list, h.input.by, h.input.item)
			want = h.input.laidOver(want)
		}
	}
	if err == nil {
		err = proven(f, after, want)
	}
	if err != nil {
		return nil, &Unreadable{c.File, err}
	}
	if !c.Existed {
		c.created = append(c.created, "")
	}
	for i := range h.path {
		if _, there := pick(before, h.path[:i+1]...); !there {
			c.created = append(c.created, h.path[i])
		}
	}
	if _, there := pick(before, h.input.list); h.input.list != "" && !there {
		c.created = append(c.created, h.input.list)
	}
	return c.with(after), nil
}

// Remove works out how the entry gets out of the file of a host. created is how much of the path was made for it.
func (m Machine) Remove(h *Host, created []string) (*Change, error) {
	c, text, err := m.open(h)
	if err != nil || !c.Existed {
		return c, err
	}
	f := h.format
	before, err := f.decode(text)
	if err != nil {
		return nil, &Unreadable{c.File, err}
	}
	path := h.entry()
	if _, there := pick(before, path...); !there {
		return c.with(text), nil
	}
	want := place(before, path, absent{})
	after, err := f.cut(text, path)
	for depth := len(h.path); err == nil && depth > 0; depth-- { // what was made for the entry goes with it
		inner, there := pick(want, h.path[:depth]...)
		if fields, _ := inner.(map[string]any); there && len(fields) > 0 || !slices.Contains(created, h.path[depth-1]) {
			break
		}
		want = place(want, h.path[:depth], absent{})
		after, err = f.cut(after, h.path[:depth])
	}
	if err == nil && h.input.list != "" {
		want = h.input.without(want)
		after, err = jsonWithComments{}.cutItem(after, h.input.list, h.input.by, h.input.id())
		if list, _ := pick(want, h.input.list); err == nil && slices.Contains(created, h.input.list) && same(list, []any{}) {
			want = place(want, []string{h.input.list}, absent{})
			after, err = f.cut(after, []string{h.input.list})
		}
	}
	if err == nil {
		err = proven(f, after, want)
	}
	if err != nil {
		return nil, &Unreadable{c.File, err}
	}
	if fields, _ := want.(map[string]any); len(fields) == 0 && slices.Contains(created, "") {
		after, c.gone = "", true // and so does the file
	}
	return c.with(after), nil
}

// proven reports an edit after which the values are not exactly what was meant.
func proven(f format, after string, want any) error {
	got, err := f.decode(after)
	if err != nil {
		return fmt.Errorf("the change would break it: %w", err)
	}
	if !same(got, want) {
		return errors.New("the change would alter something else in it, so it has to be made by hand")
	}
	return nil
}

// open reads the file of a host, and returns its text without a byte order mark.
func (m Machine) open(h *Host) (*Change, string, error) {
	c := &Change{Host: h, File: m.file(h)}
	content, err := os.ReadFile(c.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, "", nil
	case err != nil:
		return nil, "", err
	}
	c.Existed, c.Before = true, string(content)
	switch {
	case strings.HasPrefix(c.Before, "\xff\xfe"), strings.HasPrefix(c.Before, "\xfe\xff"), strings.Contains(c.Before, "\x00"):
		return nil, "", &Unreadable{c.File, errors.New("it is UTF-16 or no text, where UTF-8 is expected; save it as UTF-8")}
	case !utf8.ValidString(c.Before):
		return nil, "", &Unreadable{c.File, errors.New("it is no valid UTF-8")}
	}
	return c, strings.TrimPrefix(c.Before, byteOrderMark), nil
}

// with completes a change by the text that is to be in the file.
func (c *Change) with(after string) *Change {
	if strings.HasPrefix(c.Before, byteOrderMark) && after != "" {
		after = byteOrderMark + after
	}
	c.After = after
	return c
}

// behindLinks is where the content of a file is: dotfiles are often links into a repository.
func behindLinks(file string) string {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		return target
	}
	return file
}
