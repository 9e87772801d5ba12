package install

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Store writes files. It keeps a copy of each as it was, in the folder of the program, and notes what was made.
type Store struct {
	Machine Machine
	Now     func() time.Time
}

// note is what is known of the file of a host since it was changed.
type note struct {
	File    string   `json:"file"`
	Backup  string   `json:"backup,omitempty"` // the file as it was; none where there was none
	After   string   `json:"after"`            // a hash of what was written
	Created []string `json:"created,omitempty"`
}

// notes is the file of the notes, by host.
func (s Store) notes() string { return filepath.Join(s.Machine.Folder(), "installed.json") }

func (s Store) read() map[string]note {
	all := map[string]note{}
	if content, err := os.ReadFile(s.notes()); err == nil {
		_ = json.Unmarshal(content, &all) // without notes a removal takes out the entry alone
	}
	return all
}

func (s Store) write(all map[string]note) error {
	content, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(s.notes(), append(content, '\n'), 0o600)
}

// Install writes a change that puts the entry in, and returns the name of the copy.
func (s Store) Install(c *Change) (backup string, err error) {
	all := s.read()
	old, again := all[c.Host.Name]
	again = again && old.File == c.File && old.After == hash(c.Before)
	if again { // nobody else has changed it since: the first copy is the file without the entry
		backup = old.Backup
		c.created = old.Created
	} else if c.Existed {
		if backup, err = s.copy(c); err != nil {
			return "", err
		}
		if old.File == c.File {
			c.created = append(c.created, old.Created...)
		}
	}
	if err := s.replace(c); err != nil {
		return "", err
	}
	all[c.Host.Name] = note{c.File, backup, hash(c.After), c.created}
	return backup, s.write(all)
}

// Removal works out how a file gets rid of the entry. Where nobody has changed the file since, that is the file as it was.
func (s Store) Removal(h *Host) (*Change, error) {
	old, noted := s.read()[h.Name]
	if noted && old.File != s.Machine.file(h) {
		old, noted = note{}, false
	}
	c, err := s.Machine.Remove(h, old.Created)
	if err != nil || !noted || old.Backup == "" || hash(c.Before) != old.After {
		return c, err
	}
	before, err := os.ReadFile(old.Backup)
	if err != nil {
		return c, nil //nolint:nilerr // without the copy, the entry is taken out
	}
	values, err := h.format.decode(strings.TrimPrefix(string(before), byteOrderMark))
	if _, entry := pick(values, h.entry()...); err == nil && !entry {
		c.After = string(before)
	}
	return c, nil
}

// Remove writes a change that takes the entry out, and returns the name of the copy.
func (s Store) Remove(c *Change) (backup string, err error) {
	if backup, err = s.copy(c); err != nil {
		return "", err
	}
	if err := s.replace(c); err != nil {
		return "", err
	}
	all := s.read()
	delete(all, c.Host.Name)
	return backup, s.write(all)
}

// copy keeps the file as it is.
func (s Store) copy(c *Change) (string, error) {
	name := fmt.Sprintf("%s-%s-%s", c.Host.Name, s.Now().UTC().Format("20060102T150405.000"), filepath.Base(c.File))
	path := filepath.Join(s.Machine.Folder(), "backups", name)
	return path, writeFile(path, []byte(c.Before), 0o600)
}

// replace writes the file, unless it is no longer what the change was worked out from: hosts write their files, too.
func (s Store) replace(c *Change) error {
	target := behindLinks(c.File)
	now, err := os.ReadFile(target) //nolint:gosec // the file of the host
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if string(now) != c.Before {
		return fmt.Errorf("%s has changed in the meantime: nothing was written; close %s and try again", c.File, c.Host.Title)
	}
	if c.gone {
		return os.Remove(target)
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
	}
	return writeFile(target, []byte(c.After), mode)
}

// WriteKey keeps the key for hosts that have no place for secrets.
func (s Store) WriteKey(key string) error {
	return writeFile(s.Machine.KeyFile(), []byte(key+"\n"), 0o600)
}

// RemoveKey removes the key that WriteKey has kept, unless a host still uses it. It reports whether there was one.
func (s Store) RemoveKey() (bool, error) {
	if slices.ContainsFunc(Hosts(), s.Machine.usesKeyFile) {
		return false, nil
	}
	err := os.Remove(s.Machine.KeyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// usesKeyFile reports whether the entry of a host names the file of the key. A file that cannot be read may.
func (m Machine) usesKeyFile(h *Host) bool {
	c, text, err := m.open(h)
	if err != nil || !c.Existed {
		return err != nil
	}
	values, err := h.format.decode(text)
	if err != nil {
		return strings.Contains(text, Name)
	}
	for _, f := range h.shape {
		if name, _ := pick(values, slices.Concat(h.entry(), []string{f.name, fileVariable})...); f.value == theVariables && name == m.KeyFile() {
			return true
		}
	}
	return false
}

// writeFile writes a file as a whole or not at all: a host that reads it meanwhile sees the old one or the new one.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".featurebase-mcp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
