package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// What is wrong with the content of a file. Each text goes on after the name of the file.
var (
	errEmpty   = errors.New("is empty, and a state file never is: delete it, and the first write makes a new one")
	errForeign = errors.New("is not a state file of the sandbox, and was left as it is: name another file, or move it away to start afresh")
	errLine    = damagef("it is not a whole JSON object with the fields of a state file")
)

func otherVersion(found int) error {
	return fmt.Errorf("has version %d of the format, and this program reads versions %d and %d: use the program that wrote it, or move it away to start afresh",
		found, wholeVersion, version)
}

// damage says what is wrong with a line.
type damage struct{ reason string }

func (d *damage) Error() string { return d.reason }

func damagef(format string, values ...any) error { return &damage{fmt.Sprintf(format, values...)} }

// at tells in which line the damage is, and how to go on. Other errors stay what they are.
func at(line int, err error) error {
	var d *damage
	if !errors.As(err, &d) {
		return err
	}
	keep := ""
	if line > 2 {
		keep = fmt.Sprintf(", or delete line %d and all after it to keep the writes before it", line)
	}
	return fmt.Errorf("is damaged in line %d (%s), and was left as it is: move it away to start afresh%s", line, d.reason, keep)
}

// check says why a path cannot be a state file. It opens nothing that would make the program wait, such as a pipe, and makes no lock beside the
// file of another program: /etc/passwd.lock stops other programs.
func check(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return checkFolder(filepath.Dir(path))
	}
	if err != nil {
		return because(err)
	}
	if info.IsDir() {
		return errors.New("is a folder: name a file in it")
	}
	if !info.Mode().IsRegular() {
		return errors.New("is not a regular file: name another one")
	}
	read, err := os.Open(path) //nolint:gosec // the path is the user's own choice
	if err != nil {
		return because(err)
	}
	err = recognize(read)
	_ = read.Close()
	if err != nil {
		return err
	}
	write, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // as above
	if err != nil {
		return because(err)
	}
	return write.Close()
}

// recognize looks at the beginning of a file, so that a large file of another program is refused without reading it.
func recognize(file *os.File) error {
	begin := make([]byte, beginning)
	n, err := file.ReadAt(begin, 0)
	switch {
	case err != nil && err != io.EOF: //nolint:errorlint // ReadAt returns it bare
		return because(err)
	case n == 0:
		return errEmpty
	}
	_, err = headerOf(begin[:n])
	return err
}

func checkFolder(folder string) error {
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot be made, because the folder %s does not exist: make the folder first, or name another file", folder)
	case err == nil && !info.IsDir(), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("cannot be made, because %s is not a folder: name another file", folder)
	case err != nil:
		return because(err)
	}
	return nil
}

// because tells the operating system's reason in words, without the names of calls.
func because(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read and written by this user: change its permissions, or name another file")
	case errors.Is(err, syscall.EROFS):
		return errors.New("is on a file system that is mounted read-only: name another file")
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("cannot be read and written (%w): name another file", number)
	}
	return errors.New("cannot be read and written: name another file")
}
