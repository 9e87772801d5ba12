package store

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// sharingViolation is Windows' answer while another program has the file open.
	sharingViolation = syscall.Errno(32)
	// replaceWait is how long a scanner of viruses or an indexer may look at a file that was just written.
	replaceWait = 2 * time.Second
)

// replace moves a file to the place of another. Windows refuses that for as long as anybody has either of them open, which is a matter of
// milliseconds: other processes of ours that start look at the file before they have the lock, and scanners look at whatever was written.
func replace(from, to string) error {
	for begin := time.Now(); ; time.Sleep(lockRetry) {
		err := os.Rename(from, to)
		busy := errors.Is(err, fs.ErrPermission) || errors.Is(err, sharingViolation)
		if !busy || time.Since(begin) > replaceWait {
			return err
		}
	}
}
