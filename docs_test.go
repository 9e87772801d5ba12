package main

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A promise of SECURITY.md, and what directories ask for, is held by tests that exist, or by a script that does.
func TestEveryPromiseIsHeld(t *testing.T) {
	t.Parallel()
	for file, least := range map[string]struct{ columns, rows int }{"SECURITY.md": {2, 30}, "docs/directories.md": {3, 15}} {
		document, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		promises := 0
		for line := range strings.Lines(string(document)) {
			cells := strings.Split(strings.TrimSuffix(strings.TrimSpace(line), " |"), " | ")
			held := cells[len(cells)-1]
			if len(cells) != least.columns || strings.HasPrefix(line, "| promise ") || strings.HasSuffix(held, "held by") || strings.Trim(held, "|- ") == "" || strings.HasPrefix(line, "| where ") {
				continue // text, or a heading
			}
			promises++
			isHeld(t, held, line)
		}
		if promises < least.rows {
			t.Errorf("%s: only %d promises were read", file, promises)
		}
	}
}

// isHeld checks what stands behind a promise: files in backquotes, and tests of theirs.
func isHeld(t *testing.T, held, line string) {
	t.Helper()
	holders := regexp.MustCompile("`([^`]+)`(?:: ((?:Test|Fuzz)\\w+(?:, (?:Test|Fuzz)\\w+)*))?")
	if rest := regexp.MustCompile(`\[.*?\]\(.*?\)`).ReplaceAllString(holders.ReplaceAllString(held, ""), ""); strings.Trim(rest, "; ") != "" {
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

// What the documents tell people to make can be made.
func TestMakeTargetsExist(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := 0
	for file, content := range read(t, "*.md", "docs/*.md", "interop/*.md", ".ci/run") {
		for _, named := range regexp.MustCompile("(?m)(?:^|`| )make ([a-z-]+)").FindAllStringSubmatch(code(file, content), -1) {
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

// A link between documents leads to a file, and to a heading of it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	for file, content := range read(t, "*.md", "docs/*.md", "interop/*.md") {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]*)\)`).FindAllStringSubmatch(blocks.ReplaceAllString(content, ""), -1) {
			if strings.Contains(link[1], ":") { // an address
				continue
			}
			links++
			path, anchor, _ := strings.Cut(link[1], "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), path)
			}
			text, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if anchor != "" && !slices.Contains(anchors(string(text)), anchor) {
				t.Errorf("%s: %s has no heading #%s", file, target, anchor)
			}
		}
	}
	if links < 60 {
		t.Errorf("only %d links were followed", links)
	}
}

// anchors are the headings of a document as links name them.
func anchors(content string) []string {
	var names []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(blocks.ReplaceAllString(content, ""), -1) {
		name := regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// What people copy into the configuration of a host is JSON.
func TestConfigurationsAreJSON(t *testing.T) {
	t.Parallel()
	configurations := 0
	for file, content := range read(t, "*.md", "docs/*.md") {
		for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(content, -1) {
			configurations++
			if !json.Valid([]byte(block[1])) {
				t.Errorf("%s: this is no JSON: %s", file, block[1])
			}
		}
	}
	if configurations < 5 {
		t.Errorf("only %d configurations were read", configurations)
	}
}

// The comment of a package is the map of its files, and the table in docs/architecture.md that of the packages.
func TestMapsAreWhole(t *testing.T) {
	t.Parallel()
	architecture := read(t, "docs/architecture.md")["docs/architecture.md"]
	packages := map[string][]string{}
	if err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && (entry.Name() == "node_modules" || path == "interop/gosdk") {
			return fs.SkipDir
		}
		if dir := filepath.Dir(path); dir != "." && filepath.Ext(path) == ".go" {
			packages[dir] = append(packages[dir], path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for dir, files := range packages {
		if !regexp.MustCompile("(?m)^\\|[^|]*`" + dir + "`[^|]*\\|").MatchString(architecture) {
			t.Errorf("docs/architecture.md has no row for %s", dir)
		}
		about, unnamed := packageComment(t, files)
		for _, name := range regexp.MustCompile(`[\w*]+\.go\b`).FindAllString(about, -1) {
			if found, err := filepath.Glob(filepath.Join(dir, name)); err != nil || len(found) == 0 {
				t.Errorf("the comment of %s names %s, which is not there", dir, name)
			} else {
				unnamed = slices.DeleteFunc(unnamed, func(file string) bool { return slices.Contains(found, file) })
			}
		}
		if len(unnamed) > 0 {
			t.Errorf("the comment of %s does not name %s", dir, strings.Join(unnamed, ", "))
		}
	}
	if len(packages) < 20 {
		t.Errorf("only %d packages were read", len(packages))
	}
}

// packageComment reads the comment of a package, and which of its files, tests aside, are without it.
func packageComment(t *testing.T, files []string) (about string, without []string) {
	t.Helper()
	var comments strings.Builder
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Doc != nil {
			comments.WriteString(parsed.Doc.Text())
		} else if !strings.HasSuffix(file, "_test.go") {
			without = append(without, file)
		}
	}
	return comments.String(), without
}

// blocks are the blocks of code of a document.
var blocks = regexp.MustCompile("(?ms)^ *(?:```.*?^ *```|~~~.*?^ *~~~)$")

// read gives the content of all files that the patterns match, by their names.
func read(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			contents[file] = string(content)
		}
	}
	return contents
}
