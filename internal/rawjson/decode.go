package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Decode returns the Go value of one JSON document. Numbers keep their digits, as json.Number.
func Decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON document")
	}
	return v, nil
}
