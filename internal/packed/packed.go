// Package packed reads what the program carries compressed: files that are large and seldom needed. The files themselves stand in the tree as people read
// them; golden.Packed writes the compressed ones, and holds them to the others.
package packed

import (
	"bytes"
	"compress/gzip"
	"io"
)

// Unpack returns what was compressed.
func Unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
