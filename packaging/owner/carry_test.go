package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// owned are the values of an owner, some of them changed.
func owned(changes ...string) values {
	set := values{
		"OWNER_ORG": "acme", "OWNER_NAME": "Acme, Inc. (Feedback)", "OWNER_PUBLISHER": "Acme Tools", module: "github.com/acme/fb-mcp",
		"OWNER_REPOSITORY": "https://github.com/acme/fb-mcp", "OWNER_HOMEPAGE": "https://acme.test/fb", "OWNER_CONTACT": "help@acme.test",
		"OWNER_SECURITY_CONTACT": "https://acme.test/security", "OWNER_IMAGE": "registry.acme.test:5000/fb/mcp", "OWNER_TAP": "acme/brews", "OWNER_BUCKET": "acme/bucket",
		"OWNER_NPM_SCOPE": "@acme-tools", "OWNER_WINGET": "Acme.Feedback", "OWNER_REGISTRY_NAME": "test.acme/fb",
	}
	for i := 0; i < len(changes); i += 2 {
		set[changes[i]] = changes[i+1]
	}
	return set
}

// sets are owners whose values are hard to find again, each for its own reason.
var sets = map[string]values{
	"plain":                      owned(),
	"two with one value":         owned("OWNER_SECURITY_CONTACT", "help@acme.test", "OWNER_HOMEPAGE", "https://github.com/acme/fb-mcp", "OWNER_PUBLISHER", "acme", "OWNER_NAME", "acme"),
	"words that the tree is of":  owned("OWNER_ORG", "featurebase", "OWNER_PUBLISHER", "Featurebase", "OWNER_NPM_SCOPE", "@modelcontextprotocol"),
	"the module like the image":  owned("OWNER_IMAGE", "github.com/acme/fb-mcp"),
	"a module below another one": owned(module, "acme.test/go/featurebase-mcp"),
}

// envOf is a file that sets these values.
func envOf(set values) string {
	var b strings.Builder
	for _, is := range variables() {
		fmt.Fprintf(&b, "%s=%q\n", is.name, set[is.name])
	}
	return b.String()
}

// everywhere is a file in which each variable stands in the ways that manifests and documents have it.
const everywhere = `# Example Org: by The featurebase-mcp authors
{"homepage": "https://featurebase-mcp.example.invalid", "repository": "git+https://github.com/example-org/featurebase-mcp.git"}
owner: example-org, scope: "@example-org/featurebase-mcp-linux-x64", acme, help@acme.test
docker run -i ghcr.io/example-org/featurebase-mcp:1.0.0; brew install example-org/tap/featurebase-mcp; scoop example-org/scoop-bucket
support@example.invalid, <security@example.invalid>, winget ExampleOrg.FeaturebaseMCP, io.github.example-org/featurebase-mcp
go install featurebase-mcp@latest && /path/to/featurebase-mcp call, -X featurebase-mcp/internal/cli.release=1
`

func TestEveryVariableIsCarriedWhereverItStands(t *testing.T) {
	t.Parallel()
	small := tree{
		"README.md":     everywhere,
		"go.mod":        "module featurebase-mcp\n\ngo 1.26.0\n",
		"main.go":       "package main\n\nimport \"featurebase-mcp/internal/cli\"\n\nconst name = \"featurebase-mcp\"\n",
		"internal/x.go": "package internal\n",
		".golangci.yml": "- {pkg: featurebase-mcp, desc: x}\n- {pkg: featurebase-mcp/internal, desc: x}\ngofumpt: {module-path: featurebase-mcp}\n",
	}
	changed, _, err := small.carry(carried{Values: placeholders()}, owned())
	if err != nil {
		t.Fatal(err)
	}
	want := tree{
		"README.md": `# Acme Tools: by Acme, Inc. (Feedback)
{"homepage": "https://acme.test/fb", "repository": "git+https://github.com/acme/fb-mcp.git"}
owner: acme, scope: "@acme-tools/featurebase-mcp-linux-x64", acme, help@acme.test
docker run -i registry.acme.test:5000/fb/mcp:1.0.0; brew install acme/brews/featurebase-mcp; scoop acme/bucket
help@acme.test, <https://acme.test/security>, winget Acme.Feedback, test.acme/fb
go install github.com/acme/fb-mcp@latest && /path/to/featurebase-mcp call, -X github.com/acme/fb-mcp/internal/cli.release=1
`,
		"go.mod":        "module github.com/acme/fb-mcp\n\ngo 1.26.0\n",
		"main.go":       "package main\n\nimport \"github.com/acme/fb-mcp/internal/cli\"\n\nconst name = \"featurebase-mcp\"\n",
		".golangci.yml": "- {pkg: github.com/acme/fb-mcp, desc: x}\n- {pkg: github.com/acme/fb-mcp/internal, desc: x}\ngofumpt: {module-path: github.com/acme/fb-mcp}\n",
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
}

// The tree as it is goes to an owner, stays there when the command runs again, goes to the next owner, and comes back byte for byte.
func TestTheTreeGoesToOwnersAndBack(t *testing.T) {
	t.Parallel()
	original, err := readTree("../..")
	if err != nil {
		t.Fatal(err)
	}
	has, _, err := readCarried("../..")
	if err != nil {
		t.Fatal(err)
	}
	unowned, _, err := original.carry(has, placeholders()) // this very tree may have an owner
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(original, unowned)
	original["packaging/everywhere"] = everywhere
	for name, set := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, has := maps.Clone(original), carried{Values: placeholders()}
			step := func(want values) int {
				t.Helper()
				changed, now, err := files.carry(has, want)
				if err != nil {
					t.Fatal(err)
				}
				maps.Copy(files, changed)
				has = now
				return len(changed)
			}
			if n := step(set); n < 100 {
				t.Errorf("only %d files changed", n)
			}
			for file, text := range files {
				for _, is := range variables() {
					if is.name == module || set[is.name] == is.placeholder {
						continue
					}
					if at := strings.Index(text, is.placeholder); at >= 0 {
						t.Errorf("%s still has the %s: %.80q", file, is.name, text[at:])
					}
				}
				if at := regexp.MustCompile(`"featurebase-mcp/(internal|tools|client)`).FindStringIndex(text); at != nil {
					t.Errorf("%s still has the module: %.80q", file, text[at[0]:])
				}
			}
			if n := step(set); n != 0 {
				t.Errorf("the second run changed %d files", n)
			}
			step(owned("OWNER_ORG", "next-owner", module, "next.test/mcp"))
			step(set)
			step(placeholders())
			for file := range original {
				if files[file] != original[file] {
					t.Errorf("%s did not come back: %s", file, cmp.Diff(original[file], files[file]))
				}
			}
		})
	}
}

// What a merge brings has placeholders, and the next run finds these too.
func TestWhatAMergeBringsIsCarried(t *testing.T) {
	t.Parallel()
	changed, _, err := tree{"new.md": "by Acme Tools and Example Org"}.carry(carried{Values: owned()}, owned())
	if err != nil || changed["new.md"] != "by Acme Tools and Acme Tools" {
		t.Error(changed, err)
	}
}

func TestWhatCannotBeToldIsLeftAlone(t *testing.T) {
	t.Parallel()
	both := owned("OWNER_SECURITY_CONTACT", "help@acme.test")
	for name, test := range map[string]struct {
		text string
		has  carried
		want values
		says string
	}{
		"two that were one and part": {"help@acme.test", carried{Values: both}, owned(), "which now differ"},
		"a file that was edited since": {
			"acme acme acme",
			carried{owned(), map[string]map[string][]string{"x": {"acme": {"", "OWNER_ORG"}}}},
			owned("OWNER_ORG", "new"), "stood here 2 times",
		},
		"a value that joins what is beside it": {"example-org/brews", carried{Values: placeholders()}, owned(), "become a part of other words"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := (tree{"x": test.text}).carry(test.has, test.want); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Error(err)
			}
		})
	}
}

func TestWrongValuesAreRefused(t *testing.T) {
	t.Parallel()
	good := envOf(owned())
	if set, err := readEnv(good); err != nil || !maps.Equal(set, owned()) {
		t.Fatal(set, err)
	}
	for change, says := range map[string]string{
		`OWNER_ORG="a b"`:                "OWNER_ORG is \"a b\", and has to be a name as GitHub has it",
		`OWNER_NAME="The \"A\" authors"`: "is not NAME=\"value\"",
		`OWNER_NAME="A: B"`:              "has to be letters, digits, blanks",
		`OWNER_HOMEPAGE="http://a.test"`: "has to be an https address",
		`OWNER_CONTACT=""`:               "has to be an e-mail address or an https address",
		`OWNER_TAP="${OWNER_NEW}/tap"`:   "uses ${OWNER_NEW}, which is not set above it",
		`OWNER_NEW="x"`:                  "OWNER_NEW is no variable of the owner's",
		`OWNER_ORG`:                      "is not NAME=\"value\"",
	} {
		name, _, _ := strings.Cut(change, "=")
		text := regexp.MustCompile(`(?m)^`+name+`=.*$`).ReplaceAllLiteralString(good, change)
		if text == good {
			text += change + "\n"
		}
		if _, err := readEnv(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", change, err)
		}
	}
	if _, err := readEnv(strings.ReplaceAll(good, "OWNER_TAP=", "#")); err == nil || !strings.Contains(err.Error(), "OWNER_TAP is not set") {
		t.Error(err)
	}
	if _, err := readEnv(good + "OWNER_ORG=twice\n"); err == nil || !strings.Contains(err.Error(), "sets OWNER_ORG again") {
		t.Error(err)
	}
}

// The tree carries what packaging/owner.env says: after a change of it, `make owner` has been run.
func TestTheTreeIsSettled(t *testing.T) {
	t.Parallel()
	if err := run("../..", true, false); err != nil {
		t.Error(err)
	}
}

func TestFilesAreRewrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	env := placeholders()
	env["OWNER_ORG"] = "acme"
	for name, content := range map[string]string{
		envFile: envOf(env), "script": "#!/bin/sh\r\necho example-org\r\n", "picture": "example-org\x00", ".git/config": "example-org", "plain": "nothing",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(root, true, false); err == nil || !strings.Contains(err.Error(), "packaging/owner.carried, script would change") {
		t.Error(err)
	}
	changed, err := settle(root, true)
	if err != nil || !slices.Equal(changed, []string{carriedFile, "script"}) {
		t.Fatal(changed, err)
	}
	script, err := os.ReadFile(filepath.Join(root, "script"))
	if err != nil || string(script) != "#!/bin/sh\r\necho acme\r\n" {
		t.Errorf("%q %v", script, err)
	}
	if info, err := os.Stat(filepath.Join(root, "script")); err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info.Mode(), err)
	}
	if err := run(root, true, true); err == nil || !strings.Contains(err.Error(), "has to set OWNER_PUBLISHER, OWNER_REPOSITORY, OWNER_HOMEPAGE, OWNER_CONTACT") {
		t.Error(err)
	}
}
