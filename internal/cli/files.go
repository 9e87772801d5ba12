package cli

import (
	"io"
	"os"
	"syscall"
	"time"
)

// pipeTime is how long a line waits for the reader of a pipe.
const pipeTime = time.Second

// appendTo opens a file to append lines to. It refuses a pipe that has no reader, because to open that would block the start for ever.
func appendTo(flag, name string) (io.WriteCloser, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600) //nolint:gosec // the user names the file
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return pipe{f}, nil
	}
	return f, nil
}

// pipe is a named pipe. A write to it fails when its reader has stopped reading; otherwise it would block every call for ever.
type pipe struct{ *os.File }

// Write implements io.Writer.
func (p pipe) Write(line []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(pipeTime)); err != nil {
		return 0, err
	}
	return p.File.Write(line)
}
