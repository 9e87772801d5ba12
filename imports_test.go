package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/golden"
)

// testdata/imports.txt has a line for each package of the product: which others of ours it imports, and which libraries. A new arrow is a line
// in a review; the linter says which arrows are never right.
func TestArrowsAreWrittenDown(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m").Output()
	if err != nil {
		t.Fatal(err)
	}
	module := strings.TrimSpace(string(out))
	out, err = exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			ImportPath string   `json:"ImportPath"`
			Imports    []string `json:"Imports"`
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		var ours, theirs []string
		for _, path := range p.Imports {
			first, _, _ := strings.Cut(path, "/")
			if name, own := strings.CutPrefix(path, module+"/"); own {
				ours = append(ours, name)
			} else if strings.Contains(first, ".") {
				theirs = append(theirs, path)
			}
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		fmt.Fprintf(&text, "%s: %s\n", strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/"), strings.Join(slices.Concat(ours, theirs), " "))
	}
	golden.File(t, "testdata/imports.txt", text.String())
}
