package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A promise of SECURITY.md is held by tests that exist, or by a script that does.
func TestEveryPromiseIsHeld(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	holders := regexp.MustCompile("`([^`]+)`(?:: ((?:Test|Fuzz)\\w+(?:, (?:Test|Fuzz)\\w+)*))?")
	promises := 0
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(line, " | ")
		held := strings.TrimSuffix(strings.TrimSpace(cells[len(cells)-1]), " |")
		if len(cells) != 2 || strings.HasPrefix(line, "| promise ") || strings.Trim(held, "|-") == "" { // text, or a heading
			continue
		}
		promises++
		if rest := holders.ReplaceAllString(held, ""); strings.Trim(rest, "; ") != "" {
			t.Errorf("%q is neither a file nor a test in one: %s", rest, line)
		}
		for _, holder := range holders.FindAllStringSubmatch(held, -1) {
			file, names := holder[1], holder[2]
			content, err := os.ReadFile(file)
			if err != nil {
				t.Errorf("%v: %s", err, line)
				continue
			}
			if names == "" && strings.HasSuffix(file, ".go") {
				t.Errorf("no test of %s is named: %s", file, line)
			}
			for name := range strings.SplitSeq(names, ", ") {
				if !strings.Contains("\n"+string(content), "\nfunc "+name+"(") && names != "" {
					t.Errorf("%s has no %s", file, name)
				}
			}
		}
	}
	if promises < 30 {
		t.Errorf("only %d promises were read", promises)
	}
}

// What the documents tell people to make can be made.
func TestMakeTargetsExist(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "interop/*.md", ".ci/run"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	targets := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, named := range regexp.MustCompile("(?m)(?:^|`| )make ([a-z-]+)").FindAllStringSubmatch(code(file, string(content)), -1) {
			targets++
			if !strings.Contains("\n"+string(makefile), "\n"+named[1]+":") {
				t.Errorf("%s: make %s makes nothing", file, named[1])
			}
		}
	}
	if targets < 15 {
		t.Errorf("only %d targets were read", targets)
	}
}

// code is what a document has in backquotes or in a block of code: the word stands in sentences, too.
func code(file, content string) string {
	if filepath.Ext(file) != ".md" {
		return content
	}
	var b strings.Builder
	for _, part := range regexp.MustCompile("(?s)```.*?```|`[^`\n]+`").FindAllString(content, -1) {
		b.WriteString(part + "\n")
	}
	return b.String()
}
