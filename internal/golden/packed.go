package golden

import (
	"bytes"
	"compress/gzip"
	"testing"

	"featurebase-mcp/internal/packed"
)

// Packed compares what the program carries compressed, from a file of that name, with what it should hold. It is the content that counts: another version
// of Go compresses in another way. .ci/update runs the tests that call Packed first, since the program embeds these files.
func Packed(t testing.TB, name string, carried, want []byte) {
	t.Helper()
	got, err := packed.Unpack(carried)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if !*Update {
		t.Fatalf("%s does not hold what it is made from (%v): make update packs it", name, err)
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(want)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = write(name, b.String())
	}
	if err != nil {
		t.Fatal(err)
	}
}
