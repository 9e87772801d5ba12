package install_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/install"
)

// files are what people have there before, for each host: comments, other servers, settings of other things.
var files = map[string]string{
	"claude-desktop": `{
  "globalShortcut": "Ctrl+Space",
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/jo/Desktop"]
    }
  }
}
`,
	"claude-code": `{
  "numStartups": 42,
  "tipsHistory": {"new-user-warmup": 3},
  "projects": {
    "/home/jo/shop": {"mcpServers": {"featurebase": {"command": "of the project"}}, "hasTrustDialogAccepted": true}
  },
  "oauthAccount": {"emailAddress": "jo@example.com"}
}
`,
	"cursor": `{
  // work
  "mcpServers": {
    "linear": { "url": "https://mcp.linear.app/sse" }, // asks for a login
    /* not now
    "old": { "command": "x" },
    */
  },
}
`,
	"vscode": `{
  "inputs": [
    {
      "type": "promptString",
      "id": "github-token", // of the work account
      "description": "GitHub token",
      "password": true
    }
  ],
  "servers": {
    "github": {
      "type": "stdio",
      "command": "docker",
      "args": ["run", "-i", "--rm", "-e", "TOKEN", "ghcr.io/github/github-mcp-server"],
      "env": { "TOKEN": "${input:github-token}" }
    }
  }
}
`,
	"vscode-insiders": "{\"servers\": {}}\n",
	"windsurf":        "{\n  \"mcpServers\": {}\n}\n",
	"zed": `// Zed settings
//
// For information on how to configure Zed, see the Zed
// documentation: https://zed.dev/docs/configuring-zed
{
  "theme": {
    "mode": "system",
    "light": "One Light", // by day
    "dark": "One Dark",
  },
  "vim_mode": true,
  // "context_servers": { "old": {} },
  "buffer_font_size": 15,
}
`,
	"codex": `model = "gpt-5.5-codex" # the usual one
approval_policy = "on-request"

[mcp_servers.docs]
command = "npx"
args = ["-y", "docs-mcp"]
startup_timeout_sec = 20.5

[mcp_servers.docs.env]
TOKEN = 'abc\def'

# trusted
[projects."/home/jo/shop"]
trust_level = "trusted"

[[hooks]]
when = 2026-01-01
`,
	"gemini": `{
  "security": {
    "auth": {
      "selectedType": "oauth-personal"
    }
  },
  "ui": { "theme": "GitHub" } // the light one
}
`,
	"qwen":    "{\n  \"mcpServers\": {\n    \"docs\": {\n      \"httpUrl\": \"https://docs.example/mcp\"\n    }\n  },\n  \"$version\": 2\n}\n",
	"copilot": "{\n  \"mcpServers\": {\n    \"github\": { \"type\": \"http\", \"url\": \"https://x.example/mcp\", \"tools\": [\"*\"] }\n  }\n}\n",
	"opencode": `{
  "$schema": "https://opencode.ai/config.json",
  "model": "anthropic/claude-sonnet-4-6",
  "mcp": {
    "docs": { "type": "remote", "url": "https://docs.example/mcp", "enabled": false }
    // more below
  },
  "permission": {
    "edit": "ask"
  }
}
`,
	"goose": `GOOSE_PROVIDER: anthropic
extensions:
  # built in
  developer:
    enabled: true
    type: builtin
    name: developer
    timeout: 300

  computercontroller:
    enabled: false
    type: builtin
    name: computercontroller
    args: []
GOOSE_MODEL: claude-sonnet-4-6 # for now
instructions: |
  # Always
  be brief.
`,
	"cline": "{\n  \"mcpServers\": {\n    \"notes\": {\n      \"autoApprove\": [],\n      \"disabled\": true,\n      \"command\": \"notes\"\n    }\n  }\n}",
}

// systems are the platforms, each with what is usual there: how a file is written, and where the program is.
var systems = map[string]struct {
	written func(host, text string) string
	program string
}{
	"linux": {func(_, text string) string { return text }, "/home/jo/bin/featurebase-mcp"},
	"darwin": { // a byte order mark, and tabs where the format takes them
		func(host, text string) string {
			if host != "goose" {
				text = strings.ReplaceAll(text, "  ", "\t")
			}
			return "\ufeff" + text
		}, "/opt/homebrew/bin/featurebase-mcp",
	},
	"windows": { // other line ends, and no end of the last line
		func(_, text string) string { return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n") },
		`C:\Program Files\featurebase-mcp\featurebase-mcp.exe`,
	},
}

// machine is a machine of that system whose folders are below a folder of the test.
func machine(t *testing.T, system string) (install.Machine, string) {
	t.Helper()
	root := t.TempDir()
	home := filepath.Join(root, "home", "Jo Doe")
	variables := map[string]string{}
	if system == "windows" {
		variables["APPDATA"] = filepath.Join(home, "AppData", "Roaming")
	}
	return install.Machine{
		System: system, Home: home,
		Getenv:   func(name string) string { return variables[name] },
		LookPath: func(string) (string, error) { return "", exec.ErrNotFound },
	}, root
}

func store(m install.Machine) install.Store {
	return install.Store{Machine: m, Now: func() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }}
}

// having lays out a file of the host, and returns its path.
func having(t *testing.T, m install.Machine, h *install.Host, text string) string {
	t.Helper()
	c, err := m.Install(h, install.Entry{Command: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(c.File), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.File, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return c.File
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shown is a text with what is not seen otherwise.
func shown(text, root string) string {
	return strings.NewReplacer("\r\n", "\\r\n", "\t", "\\t", "\ufeff", "\\ufeff", root, "").Replace(text)
}

// Each host's file on each platform gets the entry and keeps everything else, gets nothing more the second time, and is what it was after the removal.
func TestEveryHostOnEveryPlatform(t *testing.T) {
	t.Parallel()
	archive := golden.Archive(t, "testdata/hosts.txt")
	for _, h := range install.Hosts() {
		for system, usual := range systems {
			t.Run(h.Name+" on "+system, func(t *testing.T) {
				t.Parallel()
				m, root := machine(t, system)
				before := usual.written(h.Name, files[h.Name])
				file := having(t, m, h, before)
				entry := install.Entry{Command: []string{usual.program}, KeyFile: m.KeyFile()}
				c, err := m.Install(h, entry)
				if err != nil {
					t.Fatal(err)
				}
				if content(t, file) != before {
					t.Error("the file was written before anybody had agreed")
				}
				backup, err := store(m).Install(c)
				if err != nil || content(t, backup) != before {
					t.Fatal(backup, err)
				}
				got := content(t, file)
				archive.File(t, h.Name+"/"+system, fmt.Sprintf("%s\n%s", shown(file, root), shown(got, root)))
				if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
					t.Error(info.Mode(), err)
				}
				if !strings.Contains(c.Diff(), "+ ") || strings.Contains(c.Diff(), "jo@example.com") {
					t.Error(c.Diff())
				}
				if again, err := m.Install(h, entry); err != nil || !again.IsNone() {
					t.Errorf("%v\n%s", err, again.Diff())
				}

				removal, err := store(m).Removal(h)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := store(m).Remove(removal); err != nil {
					t.Fatal(err)
				}
				if content(t, file) != before {
					t.Errorf("after the removal:\n%q\nbefore:\n%q", content(t, file), before)
				}
				if again, err := store(m).Removal(h); err != nil || !again.IsNone() {
					t.Errorf("%v\n%s", err, again.Diff())
				}
			})
		}
	}
}

// Where there was no file there is none in the end, whatever folders there are.
func TestEveryHostWithoutAFile(t *testing.T) {
	t.Parallel()
	archive := golden.Archive(t, "testdata/fresh.txt")
	for _, h := range install.Hosts() {
		t.Run(h.Name, func(t *testing.T) {
			t.Parallel()
			m, root := machine(t, "linux")
			c, err := m.Install(h, install.Entry{Command: []string{"/bin/featurebase-mcp"}, KeyFile: m.KeyFile(), Args: []string{"--read-only"}})
			if err != nil || c.IsNone() {
				t.Fatal(err)
			}
			if backup, err := store(m).Install(c); err != nil || backup != "" {
				t.Fatal(backup, err)
			}
			archive.File(t, h.Name, shown(content(t, c.File), root))
			if info, err := os.Stat(c.File); err != nil || info.Mode().Perm() != 0o600 {
				t.Error(info.Mode(), err)
			}
			removal, err := store(m).Removal(h)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store(m).Remove(removal); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(c.File); !os.IsNotExist(err) {
				t.Errorf("%v: %s", err, content(t, c.File))
			}
		})
	}
}
