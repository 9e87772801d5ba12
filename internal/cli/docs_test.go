package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/tools"
)

// The documents repeat the flags, their defaults, the commands and the jobs for people; this holds them to what the program has.
func TestTheDocumentsAreFresh(t *testing.T) {
	t.Parallel()
	document := func(name string) string {
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	reference, readme := document("docs/reference.md"), document("README.md")
	var g grammar
	parser, err := kong.New(&g)
	if err != nil {
		t.Fatal(err)
	}
	var wanted []string
	row := func(f *kong.Flag) {
		if hasVariable(f) && f.Name != "json" {
			wanted = append(wanted, strings.TrimSuffix(fmt.Sprintf("| `--%s` | `%s` |", f.Name, f.Default), " | `` |"))
		}
	}
	for _, f := range parser.Model.Flags {
		row(f)
	}
	for _, c := range parser.Model.Children {
		if c.Name != "stdio" {
			wanted = append(wanted, "| `featurebase-mcp "+c.Name)
		}
		if c.Name != "sandbox" { // its one flag stands in the table of commands
			for _, f := range c.Flags {
				row(f)
			}
		}
	}
	for _, want := range wanted {
		if !strings.Contains(reference, want) {
			t.Errorf("docs/reference.md lacks %s", want)
		}
	}
	if len(wanted) < 25 {
		t.Errorf("only %d facts compared", len(wanted))
	}
	pinned, later, previews := 0, 0, 0
	for _, op := range tools.Inventory().Endpoints() {
		switch {
		case op.Preview != "":
			previews++
		case op.Version != "":
			later++
		default:
			pinned++
		}
	}
	documented := slices.DeleteFunc(contract.Load().Operations(), func(op *contract.Operation) bool { return op.Read != "" })
	wanted = []string{
		fmt.Sprintf("**%d of the %d operations** of the API's version nova", pinned, len(documented)), fmt.Sprintf("the **%d of training data**", later),
		fmt.Sprintf("**%d previews**", previews),
	}
	for _, op := range tools.Inventory().All() {
		if op.Run != nil {
			wanted = append(wanted, "| `"+op.Name+"` | ")
		}
	}
	_, rights, _ := strings.Cut(readme, "## Rights and plans")
	rights, _, _ = strings.Cut(rights, "\n## ")
	for _, set := range tools.Inventory().Toolsets() {
		if strings.Count(rights, "`"+set.Name+"`") != 1 {
			t.Errorf("the README does not say once what %s needs", set.Name)
		}
	}
	for _, want := range wanted {
		if !strings.Contains(readme, want) {
			t.Errorf("the README lacks %s", want)
		}
	}
	if lines := strings.Count(readme, "\n"); lines > 250 {
		t.Errorf("the README has %d lines: strangers read 250 at most, and what is looked up stands in docs", lines)
	}
}

// A flag or a variable that a document names is one of the program's, or of a program that people run beside it.
func TestDocumentsNameFlagsThatExist(t *testing.T) {
	t.Parallel()
	var g grammar
	parser, err := kong.New(&g)
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Concat([]string{keyVariable, baseURLVariable}, foreign, strings.Fields(
		"--build-arg --network --rm --env --header --transport --allowedTools --strict --period --marketplace --key --signature --now --from-file --values --yolo --dangerously-bypass-approvals-and-sandbox --board")) // of others
	for _, node := range append(parser.Model.Children, parser.Model.Node) {
		for _, f := range node.Flags {
			known = append(known, "--"+f.Name, variable(f.Name))
		}
	}
	named := 0
	for _, pattern := range []string{"README.md", "SECURITY.md", "docs/*.md"} {
		files, err := filepath.Glob("../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range regexp.MustCompile(`\B--[A-Za-z][A-Za-z-]*|`+prefix+`[A-Z_]*[A-Z]`).FindAllString(string(content), -1) {
				named++
				if !slices.Contains(known, name) {
					t.Errorf("%s: there is no %s", filepath.Base(file), name)
				}
			}
		}
	}
	if named < 200 {
		t.Errorf("only %d names were read", named)
	}
}

// Configurations are shared and shells keep what was typed: documents show where a key comes from, never one. What is built is static wherever it is built.
func TestDocumentsShowNoKeyAndAStaticBuild(t *testing.T) {
	t.Parallel()
	blocks, builds := 0, 0
	for _, file := range []string{"../../README.md", "../../docs/hosts.md", "../../docs/install.md", "../../docs/http.md"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)```(?:json|sh|toml)\n.*?```").FindAllString(string(content), -1) {
			blocks++
			if strings.Contains(block, "sk_") {
				t.Errorf("%s shows a key: %s", filepath.Base(file), block)
			}
			for line := range strings.Lines(block) {
				if regexp.MustCompile(`\bgo (build|run|test) `).MatchString(line) {
					builds++
					if !regexp.MustCompile(`^CGO_ENABLED=0 go (build|run|test) -trimpath `).MatchString(line) {
						t.Errorf("%s: this compiles everything once more, and where there is a C compiler, a dynamic binary: %s", filepath.Base(file), line)
					}
				}
			}
		}
	}
	if blocks < 10 || builds < 1 {
		t.Errorf("only %d blocks and %d builds were read", blocks, builds)
	}
}
