package contract

import (
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
	golden.Packed(t, "contract.json.gz", carried, source)
}
