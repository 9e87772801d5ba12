package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	// lockWait is how long a process waits for another one to end its write. A write takes milliseconds, so one that takes longer hangs.
	lockWait = 30 * time.Second
	// lockRetry is the pause between two attempts to get the lock.
	lockRetry = 5 * time.Millisecond
	// minLog is the least number of bytes of changes that make a file worth writing anew.
	minLog = 1 << 20
)

// File is a state file. Several processes may share it: each write happens under a lock, after the process has read what the others wrote.
//
// Each line is synced to the disk before the write is answered and the next line is begun. That costs a write some milliseconds. So, also when
// the machine loses its power, an answered write is kept, and only the last line can be cut off. When the file is made anew, it is written
// beside the old one and synced before it takes the old one's place. So there is always a whole file.
//
// The lock is a file of its own, FILE.lock. With the state file as the lock, a process that waits for it could get the lock of a file that was
// replaced meanwhile.
type File struct {
	name string // as the user wrote it
	path string // without symbolic links
	lock *flock.Flock
	warn func(text string)

	// what this process has read of the file
	info  fs.FileInfo // when it was last read or written; nil if there was no file
	id    string      // of the header; empty for a file without one
	size  int64       // bytes, without a last line that was cut off
	base  int64       // bytes of the first two lines
	lines int
}

// Open opens a state file and reads it. It returns no store if the file does not exist yet: the first write makes it. All errors are words
// for the user, who has to name another file or repair this one. warn is called with words for the user, too.
func Open(path string, warn func(text string)) (*File, *Store, error) {
	f := &File{name: path, path: path, warn: warn}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		f.path = target // a new file must take the place of the target, and all names of a file must share a lock
	}
	f.lock = flock.New(f.path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDWR))
	if err := check(path); err != nil {
		return nil, nil, f.named(err)
	}
	unlock, err := f.Lock(context.Background())
	if err != nil {
		return nil, nil, err
	}
	data, _, err := f.read()
	unlock() // decoding takes longer than reading, and others need not wait for it
	if err != nil || data == nil {
		return f, nil, err
	}
	st, err := f.decode(data)
	return f, st, err
}

// named puts the name of the file before what is wrong with it.
func (f *File) named(err error) error { return fmt.Errorf("%s %w", f.name, err) }

// Lock waits until no other process has the lock, and returns a function that releases it. All other methods except Changed need the lock.
func (f *File) Lock(ctx context.Context) (unlock func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	_, err = f.lock.TryLockContext(waiting, lockRetry)
	switch {
	case err == nil:
		return func() { _ = f.lock.Unlock() }, nil // if that fails, closing the lock file releases the lock
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case waiting.Err() != nil:
		return nil, f.named(fmt.Errorf("has been locked by another process for %v: end that process, or name another file", lockWait))
	case errors.Is(err, fs.ErrPermission):
		return nil, f.named(fmt.Errorf("cannot be shared, because this user may not write %s: change the permissions of that file and its folder, or name another file",
			f.name+".lock"))
	}
	return nil, f.named(because(err))
}

// Changed reports whether another process has written the file since this one read it.
func (f *File) Changed() bool {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f.info != nil
	}
	return err != nil || f.info == nil || !os.SameFile(info, f.info) || info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime())
}

// Refresh reads what other processes have written and returns the store, which is another one if the file was made anew. It returns nil if
// it cannot go on with the file, and also if there is neither a store nor a file.
func (f *File) Refresh(st *Store) (*Store, error) {
	if !f.Changed() {
		return st, nil
	}
	data, all, err := f.read()
	switch {
	case err != nil:
		return nil, err
	case data == nil: // it was deleted, and the next write makes it again
		return st, nil
	case all || st == nil:
		return f.decode(data)
	}
	c := &contents{store: st, lines: f.lines}
	if err := c.follow(data); err != nil {
		f.info = nil // the store is half changed: the next request reads all of the file
		return nil, f.named(err)
	}
	f.lines = c.lines
	return st, nil
}

// read returns what was appended to the file since it was read last, or all of the file if it was made anew. It returns nil if there is no file.
func (f *File) read() (data []byte, all bool, err error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.info = nil
		return nil, false, nil
	}
	if err != nil {
		f.info = nil
		return nil, false, f.named(because(err))
	}
	defer func() { _ = file.Close() }()
	from := f.size
	if !f.continues(file) {
		from, all = 0, true
		err = recognize(file)
	}
	f.info = nil
	if err != nil {
		return nil, false, f.named(err)
	}
	if data, err = io.ReadAll(io.NewSectionReader(file, from, math.MaxInt64-from)); err != nil {
		return nil, false, f.named(because(err))
	}
	if f.info, err = file.Stat(); err != nil {
		return nil, false, f.named(because(err))
	}
	if cut := cutOff(data, all); cut > 0 {
		f.warn(fmt.Sprintf("the last write to %s was cut off after %d bytes, as by a crash, and is left out", f.name, cut))
		data = data[:len(data)-cut]
	}
	f.size = from + int64(len(data))
	return data, all, nil
}

// continues reports whether the file begins with what was read before.
func (f *File) continues(file *os.File) bool {
	if f.info == nil || f.id == "" {
		return false
	}
	begin := line(header{version, format, f.id})
	found := make([]byte, len(begin))
	_, err := file.ReadAt(found, 0)
	info, statErr := file.Stat()
	return err == nil && statErr == nil && bytes.Equal(begin, found) && info.Size() >= f.size
}

// cutOff returns how many bytes at the end of a file belong to a line that a crash cut off. Such a line has no newline or, after a loss of power,
// blocks of zeros. A crash never cuts off the first two lines, so half of a state is damage.
func cutOff(data []byte, all bool) int {
	if all {
		if h, err := headerOf(data[:min(len(data), beginning)]); err != nil || h.Version != version {
			return 0
		}
		for range 2 {
			_, rest, whole := bytes.Cut(data, []byte("\n"))
			if !whole {
				return 0
			}
			data = rest
		}
	}
	last := data[bytes.LastIndexByte(data, '\n')+1:]
	if len(last) == 0 && len(data) > 0 {
		before := data[:len(data)-1]
		if one := data[bytes.LastIndexByte(before, '\n')+1:]; bytes.IndexByte(one, 0) >= 0 {
			last = one
		}
	}
	return len(last)
}

// decode reads a whole file.
func (f *File) decode(data []byte) (*Store, error) {
	c, err := decode(data)
	if err != nil {
		f.info = nil
		return nil, f.named(err)
	}
	f.id, f.base, f.lines = c.id, c.base, c.lines
	return c.store, nil
}

// Append keeps the write in progress. After an error, nothing of it is in the file.
func (f *File) Append(st *Store) error {
	if f.info == nil || f.id == "" {
		return f.Replace(st)
	}
	added := line(st.Change())
	file, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return f.unwritten(err)
	}
	defer func() { _ = file.Close() }()
	if f.info.Size() > f.size {
		err = file.Truncate(f.size) // a line that was cut off
	}
	if err == nil {
		_, err = file.WriteAt(added, f.size)
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		_ = file.Truncate(f.size) // if that fails, too, the rest of the line counts as cut off
		f.info = nil
		return f.unwritten(err)
	}
	f.size += int64(len(added))
	f.lines++
	f.info, _ = file.Stat() // if that fails, the next request reads all of the file
	return nil
}

// Compact makes the file anew if the changes in it are longer than the state. So each byte of a change is written twice at most, on average.
func (f *File) Compact(st *Store) error {
	if changes := f.size - f.base; f.info == nil || f.id == "" || changes < max(f.base, minLog) {
		return nil
	}
	return f.Replace(st)
}

// Replace makes the file anew: its content is the store, with the write in progress if there is one.
func (f *File) Replace(st *Store) error {
	data, id := encode(st)
	if err := f.swap(data); err != nil {
		return f.unwritten(err)
	}
	if folder, err := os.Open(filepath.Dir(f.path)); err == nil { // otherwise the old file could come back after a loss of power
		_ = folder.Sync() // not all systems can do that
		_ = folder.Close()
	}
	f.id, f.size, f.base, f.lines = id, int64(len(data)), int64(len(data)), 2
	f.info, _ = os.Stat(f.path) // as in Append
	return nil
}

// swap puts a new file in the place of the old one, in one step.
func (f *File) swap(data []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*")
	if err != nil {
		return err
	}
	_, err = beside.Write(data)
	if err == nil {
		err = beside.Sync()
	}
	err = cmp.Or(err, beside.Close()) // in this order: the file is closed in any case
	if err == nil {
		err = replace(beside.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(beside.Name())
	}
	return err
}

// unwritten says that a write was not kept.
func (f *File) unwritten(err error) error {
	return fmt.Errorf("nothing was changed, because %w", f.named(because(err)))
}
