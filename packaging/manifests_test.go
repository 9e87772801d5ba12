// Package packaging holds what a release is made of; README.md is its map. These tests hold the manifests to the program.
package packaging_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/internal/golden"
	"featurebase-mcp/tools"
)

// The bundle of Claude Desktop lists the tools that it has as it is set when it is installed, each with the first sentence of its description.
func TestTheBundleListsItsTools(t *testing.T) {
	t.Parallel()
	const name = "mcpb/manifest.json"
	manifest, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, set := range (tools.Selection{}).Exposed() {
		for _, op := range set.Operations {
			first, _, _ := strings.Cut(op.Description, ". ")
			lines = append(lines, fmt.Sprintf(`    { "name": %q, "description": %q }`, op.Name, strings.TrimSuffix(first, ".")))
		}
	}
	const begin, end = "  \"tools\": [", "],\n  \"tools_generated\""
	before, rest, found := strings.Cut(string(manifest), begin)
	_, after, whole := strings.Cut(rest, end)
	if !found || !whole || len(lines) < 20 {
		t.Fatalf("%s has no place for %d tools", name, len(lines))
	}
	golden.File(t, name, before+begin+"\n"+strings.Join(lines, ",\n")+"\n  "+end+after)
}

// Each way to install asks for the same settings, and hands them over by the same variables.
func TestAllWaysToInstallAskForTheSame(t *testing.T) {
	t.Parallel()
	variables := func(file string) string {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(regexp.MustCompile(`FEATUREBASE_[A-Z_]+`).FindAllString(string(content), -1), " ")
	}
	want := variables("mcpb/manifest.json")
	for _, file := range []string{"claude-plugin/.mcp.json", "build/registry.mjs"} {
		if got := variables(file); got != want {
			t.Errorf("%s hands over %s, and the bundle %s", file, got, want)
		}
	}
	if strings.Count(want, " ") != 4 {
		t.Errorf("the bundle hands over %s", want)
	}
}

// The plugin's icon is the one of the bundle: a plugin is a folder of its own, and its directory looks for the file there.
func TestThePluginHasTheIcon(t *testing.T) {
	t.Parallel()
	icon, err := os.ReadFile("icon/icon.png")
	if err != nil {
		t.Fatal(err)
	}
	if copied, err := os.ReadFile("claude-plugin/.claude-plugin/icon.png"); err != nil || string(copied) != string(icon) {
		t.Errorf("claude-plugin/.claude-plugin/icon.png is not icon/icon.png: %v", err)
	}
}

// The workflow and the Dockerfile build with the same release of Go, so that both make the same program.
func TestReleasesAreBuiltWithTheGoOfTheDockerfile(t *testing.T) {
	t.Parallel()
	found := map[string]string{"../Dockerfile": `FROM \S+ golang:(\S+)`, "../.github/workflows/release.yml": `go-version: "(.*)"`}
	for file, pattern := range found {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		match := regexp.MustCompile(pattern).FindStringSubmatch(string(content))
		if match == nil {
			t.Fatalf("%s names no release of Go", file)
		}
		found[file] = match[1]
	}
	if found["../Dockerfile"] != found["../.github/workflows/release.yml"] {
		t.Errorf("releases of Go differ: %v", found)
	}
}
