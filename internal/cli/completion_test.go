package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// homeWith is a home folder with files in it.
func homeWith(t *testing.T, files map[string]string) string {
	t.Helper()
	home := t.TempDir()
	for name, content := range files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func contentOf(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// script is the completion for a shell, in a file.
func script(t *testing.T, shell string) (path, text string) {
	t.Helper()
	got := start("", nil, "completion", shell)
	if got.code != exitOK || got.err != "" {
		t.Fatalf("%+v", got)
	}
	home := homeWith(t, map[string]string{"script": got.out})
	return filepath.Join(home, "script"), got.out
}

// shell runs a program that may not be on this machine, and returns its lines.
func shell(t *testing.T, name string, args ...string) []string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s here", name)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Fields(string(out))
}

// completions are words that are typed, the last of them up to the cursor, and what has to be offered for it, and what not.
var completions = []struct{ typed, offered, not string }{
	{"ins", "install", "call"},
	{"", "call stdio man", "--sandbox"},
	{"call sea", "search_posts search_articles", "get_post"},
	{"call --sand", "--sandbox --sandbox-state", "--addr"},
	{"http --au", "--auth --auth-tokens", "--yes"},
	{"http --auth ", "none token key oidc", "http"},
	{"--toolsets ", "default all none posts", "get_post"},
	{"install --sandbox co", "codex", "claude-code"},
	{"install --r", "--remove --read-only", "--rate"},
	{"completion ", "bash zsh fish powershell", "call"},
	{"--confirm a", "auto always", "never"},
	{"call --log-level ", "debug info warn error", "search_posts"},
}

func TestBashCompletes(t *testing.T) {
	t.Parallel()
	path, _ := script(t, "bash")
	for _, test := range completions {
		words := append([]string{"featurebase-mcp"}, strings.Split(test.typed, " ")...)
		got := shell(t, "bash", slices.Concat([]string{
			"--norc", "-c",
			`source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _featurebase_mcp; printf '%s\n' "${COMPREPLY[@]}"`, path,
		}, words)...)
		offers(t, "bash", test.typed, test.offered, test.not, got)
	}
	// Bash cuts --flag=value into three words.
	got := shell(t, "bash", "--norc", "-c", `source "$0"; COMP_WORDS=(featurebase-mcp --confirm = al); COMP_CWORD=3; _featurebase_mcp; printf '%s\n' "${COMPREPLY[@]}"`, path)
	offers(t, "bash", "--confirm=al", "always", "auto", got)
	if declared := shell(t, "bash", "--norc", "-c", `source "$0"; complete -p featurebase-mcp`, path); !slices.Contains(declared, "_featurebase_mcp") {
		t.Error(declared)
	}
}

func TestFishCompletes(t *testing.T) {
	t.Parallel()
	path, _ := script(t, "fish")
	for _, test := range completions {
		got := shell(t, "fish", "--no-config", "-c", `source $argv[1]; complete -C "featurebase-mcp $argv[2]"`, path, test.typed)
		if test.typed == "" || strings.HasSuffix(test.typed, "e ") { // fish offers files, too, and flags alone after a dash
			test.not = ""
		}
		offers(t, "fish", test.typed, test.offered, test.not, got)
	}
}

// Zsh's own functions show a menu at a terminal. Here they are replaced by ones that print what they get.
func TestZshCompletes(t *testing.T) {
	t.Parallel()
	path, _ := script(t, "zsh")
	for _, test := range completions {
		got := shell(t, "zsh", slices.Concat([]string{"-f", "-c", `
			compdef() { :; }
			_describe() { local name=${@[-1]}; print -l -- "${(@P)name%%:*}"; }
			_files() { :; }
			source $1; shift
			words=("$@") CURRENT=$#
			_featurebase_mcp`, "zsh", path, "featurebase-mcp"}, strings.Split(test.typed, " "))...)
		typed := test.typed[strings.LastIndexByte(test.typed, ' ')+1:]
		got = slices.DeleteFunc(got, func(word string) bool { return !strings.HasPrefix(word, typed) }) // as its functions do
		offers(t, "zsh", test.typed, test.offered, test.not, got)
	}
}

func offers(t *testing.T, shell, typed, offered, not string, got []string) {
	t.Helper()
	for word := range strings.FieldsSeq(offered) {
		if !slices.Contains(got, word) {
			t.Errorf("%s: %q does not offer %s: %v", shell, typed, word, got)
		}
	}
	if not != "" && slices.Contains(got, not) {
		t.Errorf("%s: %q offers %s", shell, typed, not)
	}
}

// PowerShell is on few machines of ours, so that its script is held to what it has to know.
func TestPowerShellKnowsTheCommandLine(t *testing.T) {
	t.Parallel()
	path, text := script(t, "powershell")
	for _, want := range []string{"'--confirm' = 'auto always never'", "'completion' = 'bash zsh fish powershell'", "'man' = '--help --version'"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s:\n%s", want, text)
		}
	}
	if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "'")%2 != 0 {
		t.Error("brackets or quotation marks do not match")
	}
	if _, err := exec.LookPath("pwsh"); err == nil {
		got := shell(t, "pwsh", "-NoProfile", "-Command", ". $args[0]; (TabExpansion2 'featurebase-mcp ins' 19).CompletionMatches.CompletionText", path)
		offers(t, "powershell", "ins", "install", "call", got)
	}
}

// The manual page is one that troff and mandoc take, and has every command and flag.
func TestTheManualPageIsWhole(t *testing.T) {
	t.Parallel()
	got := start("", nil, "man")
	if got.code != exitOK || got.err != "" {
		t.Fatalf("%+v", got)
	}
	for _, want := range []string{".TH FEATUREBASE\\-MCP 1", ".B install [HOST...]\n", ".B call TOOL [ARGUMENTS...]\n", ".B \\-\\-read\\-only\n", "FEATUREBASE_READ_ONLY", ".B \\-\\-auth=none", ".SS Limits"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	path := filepath.Join(homeWith(t, map[string]string{"page.1": got.out}), "page.1")
	t.Run("mandoc", func(t *testing.T) {
		if complaints := shell(t, "mandoc", "-T", "lint", "-W", "error", path); len(complaints) > 0 {
			t.Error(strings.Join(complaints, " "))
		}
	})
	t.Run("groff", func(t *testing.T) {
		if complaints := shell(t, "groff", "-man", "-ww", "-z", "-T", "utf8", path); len(complaints) > 0 {
			t.Error(strings.Join(complaints, " "))
		}
	})
}
