package install_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/install"
)

// decoded reads a link as the host does.
func decoded(t *testing.T, link string) (name string, config, inputs any) {
	t.Helper()
	address, err := url.Parse(link)
	if err != nil || address.Scheme != "https" {
		t.Fatal(link, err)
	}
	query := address.Query()
	text := []byte(query.Get("config"))
	if address.Host == "cursor.com" {
		if text, err = base64.StdEncoding.DecodeString(query.Get("config")); err != nil {
			t.Fatal(link, err)
		}
	}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(link, err)
	}
	if list := query.Get("inputs"); list != "" {
		if err := json.Unmarshal([]byte(list), &inputs); err != nil {
			t.Fatal(link, err)
		}
	}
	return query.Get("name"), config, inputs
}

func object(fields ...any) map[string]any {
	all := map[string]any{}
	for i := 0; i < len(fields); i += 2 {
		all[fields[i].(string)] = fields[i+1]
	}
	return all
}

func TestLinksHandTheEntryOver(t *testing.T) {
	t.Parallel()
	args, sandboxed := []any{"-y", "featurebase-mcp"}, []any{"-y", "featurebase-mcp", "--sandbox"}
	question := []any{object("type", "promptString", "id", "featurebase-key", "description", "Featurebase API key", "password", true)}
	vscode := object("type", "stdio", "command", "npx", "args", args, "env", object("FEATUREBASE_API_KEY", "${input:featurebase-key}"))
	vscodeSandbox := object("type", "stdio", "command", "npx", "args", sandboxed)
	links := install.Links()
	for name, want := range map[string]struct {
		prefix, server string
		config, inputs any
	}{
		"Cursor":                   {"https://cursor.com/en/install-mcp?", "featurebase", object("command", "npx", "args", args, "env", object("FEATUREBASE_API_KEY", "${env:FEATUREBASE_API_KEY}")), nil},
		"Cursor sandbox":           {"https://cursor.com/en/install-mcp?", "featurebase-sandbox", object("command", "npx", "args", sandboxed), nil},
		"VS Code":                  {"https://insiders.vscode.dev/redirect/mcp/install?", "featurebase", vscode, question},
		"VS Code sandbox":          {"https://insiders.vscode.dev/redirect/mcp/install?", "featurebase-sandbox", vscodeSandbox, nil},
		"VS Code Insiders":         {"https://insiders.vscode.dev/redirect/mcp/install?", "featurebase", vscode, question},
		"VS Code Insiders sandbox": {"https://insiders.vscode.dev/redirect/mcp/install?", "featurebase-sandbox", vscodeSandbox, nil},
	} {
		link := links[name]
		server, config, inputs := decoded(t, link)
		if !strings.HasPrefix(link, want.prefix) || server != want.server || strings.Contains(link, "quality=insiders") != strings.Contains(name, "Insiders") {
			t.Errorf("%s: %s", name, link)
		}
		if diff := cmp.Diff([]any{want.config, want.inputs}, []any{config, inputs}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if strings.ContainsAny(link, "()<> \"") { // Markdown would end it there
			t.Errorf("%s: %s", name, link)
		}
	}
	if len(links) != 6 {
		t.Errorf("%v", slices.Sorted(maps.Keys(links)))
	}
}

// The README has the links as they are now: what stands behind a host's name in brackets is replaced with -update.
func TestTheREADMEHasTheLinks(t *testing.T) {
	t.Parallel()
	const file = "../../README.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for name, link := range install.Links() {
		before, rest, found := strings.Cut(text, "["+name+"](")
		_, after, closed := strings.Cut(rest, ")")
		if !found || !closed {
			t.Errorf("the README has no link [%s](...)", name)
			continue
		}
		if !strings.HasPrefix(rest, link+")") && !*golden.Update {
			t.Errorf("[%s] leads to something else: go test ./internal/install -run %s -update writes %s", name, flag.Lookup("test.run").Value, link)
		}
		text = before + "[" + name + "](" + link + ")" + after
	}
	if *golden.Update && text != string(content) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
