package contract

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	"featurebase-mcp/internal/golden"
)

// The program knows what contract.json says now.
func TestTheDocumentIsPacked(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("contract.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack(packed)
	if err == nil && bytes.Equal(got, source) {
		return
	}
	if !*golden.Update {
		t.Fatalf("contract.json.gz is not contract.json (%v): make update packs it", err)
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(source); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("contract.json.gz", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
