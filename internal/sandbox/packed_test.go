package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"featurebase-mcp/internal/golden"
)

// The sandbox starts with what the files of seed/ say now.
func TestTheSeedIsPacked(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("seed/*")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	files := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(name)] = string(content)
	}
	want, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	golden.Packed(t, "seed.gz", packedSeed, want)
}
