package contract

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
)

// packed is contract.json, an eighth as long. A test holds it to the file, and writes it with -update.
//
//go:embed contract.json.gz
var packed []byte

// unpack returns what was compressed.
func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
