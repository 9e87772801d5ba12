//go:build !windows

package store

import "os"

// replace moves a file to the place of another.
func replace(from, to string) error { return os.Rename(from, to) }
