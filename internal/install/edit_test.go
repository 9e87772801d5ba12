package install_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/install"
)

// installed writes the entry into a file with this text, and returns what is there then.
func installed(t *testing.T, m install.Machine, h *install.Host, e install.Entry) string {
	t.Helper()
	c, err := m.Install(h, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store(m).Install(c); err != nil {
		t.Fatal(err)
	}
	return content(t, c.File)
}

func removed(t *testing.T, m install.Machine, h *install.Host) string {
	t.Helper()
	c, err := store(m).Removal(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store(m).Remove(c); err != nil {
		t.Fatal(err)
	}
	return content(t, c.File)
}

// Where the copy of the file is gone, the entry is taken out by itself, and everything around it is byte for byte what it was. What stood empty before, or
// was made for the entry, is {} then; and a last line that had no end has one.
func TestARemovalNeedsNoNotes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"claude-desktop", "cursor", "vscode", "codex", "opencode", "goose", "cline"} {
		for system, usual := range systems {
			h := install.Find(name)
			m, _ := machine(t, system)
			before := usual.written(h.Name, files[h.Name])
			having(t, m, h, before)
			installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: m.KeyFile()})
			if err := os.RemoveAll(m.Folder()); err != nil {
				t.Fatal(err)
			}
			got := removed(t, m, h)
			if name == "codex" && system == "windows" {
				got = strings.TrimSuffix(got, "\r\n")
			}
			if diff := cmp.Diff(before, got); diff != "" {
				t.Errorf("%s on %s: %s", h.Name, system, diff)
			}
		}
	}
}

// Hosts write their files anew. The entry is found in whatever they make of it, and what they have changed stays.
func TestARemovalKeepsWhatChangedSince(t *testing.T) {
	t.Parallel()
	h := install.Find("claude-code")
	m, _ := machine(t, "linux")
	file := having(t, m, h, files[h.Name])
	var values map[string]any
	if err := json.Unmarshal([]byte(installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: m.KeyFile()})), &values); err != nil {
		t.Fatal(err)
	}
	values["numStartups"] = 43
	rewritten, err := json.MarshalIndent(values, "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, rewritten, 0o600); err != nil {
		t.Fatal(err)
	}
	delete(values, "mcpServers")
	want, err := json.MarshalIndent(values, "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	if got := removed(t, m, h); got != string(want) {
		t.Error(cmp.Diff(string(want), got))
	}
}

// What a person has put into the entry stays: arguments that keep the assistant from writing, a proxy, what may be called unasked. Only what is the
// program's own changes, and of two ways to give the key the other goes.
func TestAnEntryIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	key := func(m install.Machine) string { return m.KeyFile() }
	for name, test := range map[string]struct {
		host, before string
		entry        install.Entry
		want         string
	}{
		"a path and a key in the file": {
			"cursor",
			`{"mcpServers": {"featurebase": {"command": "/old/featurebase-mcp", "args": ["--read-only"], "env": {"HTTPS_PROXY": "http://p", "FEATUREBASE_API_KEY": "x"}, "autoApprove": ["get_post"]}}}`,
			install.Entry{Command: []string{"/new/featurebase-mcp"}},
			`{"mcpServers": {"featurebase": {"command": "/new/featurebase-mcp", "args": ["--read-only"], "env": {"HTTPS_PROXY": "http://p", "FEATUREBASE_API_KEY_FILE": "KEY"}, "autoApprove": ["get_post"]}}}`,
		},
		"out of the sandbox": {
			"cursor", `{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--sandbox", "--toolsets=posts"]}}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			`{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--toolsets=posts"], "env": {"FEATUREBASE_API_KEY_FILE": "KEY"}}}}`,
		},
		"into the sandbox": {
			"cursor", `{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": [], "env": {"FEATUREBASE_API_KEY_FILE": "/k"}}}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true},
			`{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--sandbox"], "env": {}}}}`,
		},
		"from an image": {
			"cursor", `{"mcpServers": {"featurebase": {"command": "docker", "args": ["run", "-i", "--rm", "example.test/featurebase-mcp:1.0.0", "--read-only"]}}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			`{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--read-only"], "env": {"FEATUREBASE_API_KEY_FILE": "KEY"}}}}`,
		},
		"other arguments that are asked for": {
			"cursor", `{"mcpServers": {"featurebase": {"command": "C:\\b\\featurebase-mcp.exe", "args": ["--read-only"]}}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}, Args: []string{"--toolsets=all"}},
			`{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--toolsets=all"], "env": {"FEATUREBASE_API_KEY_FILE": "KEY"}}}}`,
		},
		"through npm": {
			"opencode", `{"mcp": {"featurebase": {"type": "local", "command": ["npx", "-y", "featurebase-mcp@1.0.0", "--read-only"], "enabled": false}}}`,
			install.Entry{Command: []string{"npx", "-y", "featurebase-mcp"}},
			`{"mcp": {"featurebase": {"type": "local", "command": ["npx", "-y", "featurebase-mcp", "--read-only"], "enabled": false, "environment": {"FEATUREBASE_API_KEY_FILE": "KEY"}}}}`,
		},
		"which tools the host may call": {
			"copilot", `{"mcpServers": {"featurebase": {"type": "local", "command": "x", "args": [], "tools": ["get_post"]}}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true},
			`{"mcpServers": {"featurebase": {"type": "local", "command": "/b/featurebase-mcp", "args": ["--sandbox"], "tools": ["get_post"]}}}`,
		},
		"null": {
			"cursor", `{"mcpServers": null}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true},
			`{"mcpServers": {"featurebase": {"command": "/b/featurebase-mcp", "args": ["--sandbox"]}}}`,
		},
		"the question is there already": {
			"vscode", `{"inputs": [{"id": "featurebase-key", "type": "command"}], "servers": {}}`,
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			`{"inputs": [{"id": "featurebase-key", "type": "command"}], "servers": {"featurebase": {"type": "stdio", "command": "/b/featurebase-mcp", "args": [], "env": {"FEATUREBASE_API_KEY": "${input:featurebase-key}"}}}}`,
		},
		"a table with a table of variables": {
			"codex",
			"[mcp_servers.featurebase]\ncommand = 'x' # mine\nenabled = false\n\n# of the proxy\n[mcp_servers.featurebase.env]\nFEATUREBASE_API_KEY = \"x\"\nHTTPS_PROXY = \"p\" # here\n\n[tui]\n",
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			"[mcp_servers.featurebase]\ncommand = \"/b/featurebase-mcp\" # mine\nenabled = false\nargs = []\n\n# of the proxy\n[mcp_servers.featurebase.env]\nHTTPS_PROXY = \"p\" # here\nFEATUREBASE_API_KEY_FILE = \"KEY\"\n\n[tui]\n",
		},
		"variables in one line": {
			"codex", "[mcp_servers.featurebase]\nenv = { HTTPS_PROXY = 'p', FEATUREBASE_API_KEY = 'x', N = 7 }\n",
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			"[mcp_servers.featurebase]\nenv = { HTTPS_PROXY = \"p\", N = 7, FEATUREBASE_API_KEY_FILE = \"KEY\" }\ncommand = \"/b/featurebase-mcp\"\nargs = []\n",
		},
		"a mapping": {
			"goose",
			"extensions:\n    featurebase:\n        enabled: false # for now\n        envs:\n            HTTPS_PROXY: p\n            FEATUREBASE_API_KEY: x\n        args: [--read-only]\n        cmd: /old/featurebase-mcp\n    # the end\nA: b\n",
			install.Entry{Command: []string{"/b/featurebase-mcp"}},
			"extensions:\n    featurebase:\n        enabled: false # for now\n        envs:\n            HTTPS_PROXY: p\n            FEATUREBASE_API_KEY_FILE: KEY\n        args: [--read-only]\n        cmd: /b/featurebase-mcp\n" +
				"        name: featurebase\n        type: stdio\n        description: \"Featurebase: feedback, changelogs, help center, inbox\"\n        timeout: 60\n    # the end\nA: b\n",
		},
		"an empty mapping":  {"goose", "extensions: {} # none\nA: b\n", install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true}, gooseSandbox("extensions: # none\n", "A: b\n")},
		"nothing behind it": {"goose", "extensions:\n", install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true}, gooseSandbox("extensions:\n", "")},
		"comments alone":    {"goose", "# mine\n", install.Entry{Command: []string{"/b/featurebase-mcp"}, Sandbox: true}, gooseSandbox("# mine\nextensions:\n", "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := install.Find(test.host)
			m, _ := machine(t, "linux")
			having(t, m, h, test.before)
			test.entry.KeyFile = key(m)
			got := strings.ReplaceAll(installed(t, m, h, test.entry), m.KeyFile(), "KEY")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if again, err := m.Install(h, test.entry); err != nil || !again.IsNone() {
				t.Errorf("%v\n%s", err, again.Diff())
			}
		})
	}
}

func gooseSandbox(before, after string) string {
	return before + "  featurebase:\n    name: featurebase\n    type: stdio\n    enabled: true\n    description: \"Featurebase: feedback, changelogs, help center, inbox\"\n" +
		"    cmd: /b/featurebase-mcp\n    args:\n    - \"--sandbox\"\n    timeout: 60\n" + after
}

// A file that cannot be read, or in which the entry would not be safe, is left alone, in words.
func TestFilesThatAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ host, text, says string }{
		"half a file":                {"cursor", `{"mcpServers": {`, "it ends too early"},
		"a missing comma":            {"cursor", "{\n  \"a\": 1\n  \"b\": 2\n}", "line 3"},
		"two values":                 {"cursor", `{} {}`, "there is more behind the end"},
		"a comment without end":      {"zed", "{} /* what", "invalid character"},
		"a list":                     {"cursor", `[]`, "it is no object"},
		"servers that are a list":    {"cursor", `{"mcpServers": []}`, "mcpServers is no object"},
		"an entry that is a text":    {"cursor", `{"mcpServers": {"featurebase": "x"}}`, "mcpServers.featurebase is no object"},
		"twice the same":             {"cursor", `{"mcpServers": {"a": {}}, "mcpServers": {}}`, ""},
		"UTF-16":                     {"claude-desktop", "\xff\xfe{\x00}\x00", "it is UTF-16 or no text"},
		"Latin-1":                    {"claude-desktop", "{\"a\": \"\xe4\"}", "it is no valid UTF-8"},
		"questions that are none":    {"vscode", `{"inputs": {}}`, "inputs is no list"},
		"broken TOML":                {"codex", "model = \n", "line 1"},
		"a key twice":                {"codex", "a = 1\na = 2\n", "a stands twice"},
		"a table twice":              {"codex", "[a]\n[a]\n", "a stands twice"},
		"servers in one line":        {"codex", "mcp_servers = { docs = { command = 'x' } }\n", "mcp_servers is written in one line, and cannot be added to"},
		"an entry in one line":       {"codex", "[mcp_servers]\nfeaturebase = { command = 'x' }\n", "mcp_servers.featurebase has no header of its own there"},
		"broken YAML":                {"goose", "a: [\n", "yaml"},
		"tabs in YAML":               {"goose", "a:\n\tb: c\n", "yaml"},
		"several documents":          {"goose", "a: b\n---\nc: d\n", "it holds several documents"},
		"a list in YAML":             {"goose", "- a\n", "it is no mapping"},
		"extensions in braces":       {"goose", "extensions: {a: {enabled: true}}\n", "no mapping of several lines"},
		"extensions that are a list": {"goose", "extensions:\n- a\n", "no mapping of several lines"},
		"an entry in braces":         {"goose", "extensions:\n  featurebase: {enabled: true}\n", "is not written as a mapping of several lines"},
		"everything in braces":       {"goose", "{a: b}\n", "it is written in one line, in braces"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := install.Find(test.host)
			m, _ := machine(t, "linux")
			file := having(t, m, h, test.text)
			c, err := m.Install(h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: "/k"})
			if test.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), file+" was left alone: ") {
				t.Errorf("%v %+v", err, c)
			}
			if content(t, file) != test.text {
				t.Error("it was written")
			}
		})
	}
}

// A host that writes its file between the question and the answer does not lose what it wrote.
func TestAFileThatChangedMeanwhileIsNotWritten(t *testing.T) {
	t.Parallel()
	h := install.Find("claude-code")
	m, _ := machine(t, "linux")
	file := having(t, m, h, `{}`)
	c, err := m.Install(h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, Sandbox: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"numStartups": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store(m).Install(c); err == nil || !strings.Contains(err.Error(), "has changed in the meantime: nothing was written") {
		t.Error(err)
	}
	if content(t, file) != `{"numStartups": 1}` {
		t.Error(content(t, file))
	}
}

// A link stays a link, and what it leads to is written: settings often stand in a repository.
func TestLinksStay(t *testing.T) {
	t.Parallel()
	h := install.Find("codex")
	m, root := machine(t, "linux")
	target := filepath.Join(root, "dotfiles", "codex.toml")
	link := filepath.Join(m.Home, ".codex", "config.toml")
	for _, folder := range []string{filepath.Dir(target), filepath.Dir(link)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(target, []byte("model = 'x'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, Sandbox: true})
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error(info, err)
	}
	if !strings.Contains(content(t, target), "[mcp_servers.featurebase]") {
		t.Error(content(t, target))
	}
	if got := removed(t, m, h); got != "model = 'x'\n" {
		t.Error(got)
	}
}

// Installing again, with other arguments, still leads back to the file as it was first.
func TestTheFirstCopyIsTheOneThatComesBack(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"windsurf", "vscode-insiders", "codex"} {
		h := install.Find(name)
		m, _ := machine(t, "linux")
		before := strings.TrimSuffix(files[name], "\n")
		having(t, m, h, before)
		installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, Sandbox: true})
		installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: m.KeyFile(), Args: []string{"--read-only"}})
		if got := removed(t, m, h); got != before {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// An entry that was there by hand goes, too: the copy would bring it back.
func TestARemovalTakesOutAnEntryOfOnesOwn(t *testing.T) {
	t.Parallel()
	h := install.Find("cursor")
	m, _ := machine(t, "linux")
	having(t, m, h, `{"mcpServers": {"featurebase": {"command": "x"}, "a": {}}}`)
	installed(t, m, h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, Sandbox: true})
	if got := removed(t, m, h); got != `{"mcpServers": { "a": {}}}` {
		t.Error(got)
	}
}

// The key goes with the last host that uses it.
func TestTheKeyGoesWithTheLastHost(t *testing.T) {
	t.Parallel()
	m, _ := machine(t, "linux")
	if err := store(m).WriteKey("sk_test"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(m.KeyFile()); err != nil || info.Mode().Perm() != 0o600 || content(t, m.KeyFile()) != "sk_test\n" {
		t.Error(info.Mode(), err)
	}
	for _, name := range []string{"cursor", "codex", "goose"} {
		installed(t, m, install.Find(name), install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: m.KeyFile()})
	}
	for i, name := range []string{"cursor", "codex", "goose"} {
		c, err := store(m).Removal(install.Find(name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store(m).Remove(c); err != nil {
			t.Fatal(err)
		}
		if gone, err := store(m).RemoveKey(); err != nil || gone != (i == 2) {
			t.Error(name, gone, err)
		}
	}
}
