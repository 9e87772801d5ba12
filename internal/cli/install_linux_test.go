package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// apiTaking takes one key, and counts what it is asked.
func apiTaking(t *testing.T, key string) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer "+key {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"type":"authentication_error","code":"invalid_api_key","message":"Invalid API key"}}`)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// Somebody at a terminal sees the lines, says yes, types a key that nobody sees, and has it tried and kept.
func TestInstallAsksForTheKeyAndTriesIt(t *testing.T) {
	t.Parallel()
	url, asked := apiTaking(t, "sk_good")
	home := homeWith(t, map[string]string{".cursor/mcp.json": "{\n  \"mcpServers\": {}\n}\n"})
	person, terminal := pseudoTerminal(t)
	setup := runProgram(t, terminal, []string{"HOME=" + home}, "install", "cursor", "codex", "--api-url", url)
	shown := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(person) // what the terminal shows of what is typed
		shown <- string(all)
	}()
	for _, host := range []string{"Cursor", "Codex"} {
		setup.waitFor("Add this server to " + host + "? [y/N] ")
		_, _ = io.WriteString(person, "y\n")
	}
	setup.waitFor("it is not shown): ")
	_, _ = io.WriteString(person, "sk_good\n")
	got := setup.end()
	if got.code != exitOK || !strings.Contains(got.out, "The key works. It is kept in "+home) || asked.Load() != 1 {
		t.Errorf("%+v after %d requests", got, asked.Load())
	}
	key := filepath.Join(home, ".config/featurebase-mcp/api-key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 || contentOf(t, key) != "sk_good\n" {
		t.Error(info, err)
	}
	for _, file := range []string{".cursor/mcp.json", ".codex/config.toml"} {
		if text := contentOf(t, home, file); !strings.Contains(text, key) || !strings.Contains(text, "--api-url="+url) || strings.Contains(text, "sk_good") {
			t.Error(text)
		}
	}
	_ = terminal.Close()
	_ = person.Close()
	if text := <-shown; strings.Contains(text, "sk_good") || strings.Contains(got.out+got.err, "sk_good") {
		t.Errorf("the key is shown: %q", text)
	}
}

// A key that Featurebase does not take is not kept, and nothing is written. The same for one that was never typed.
func TestInstallWritesNothingWithoutAGoodKey(t *testing.T) {
	t.Parallel()
	url, _ := apiTaking(t, "sk_good")
	before := "{\"mcpServers\": {}}\n"
	for typed, says := range map[string]string{
		"sk_bad\n": "nothing was written: the API does not accept the key",
		"\n":       "there is no key, so nothing was written",
		"sk a b\n": "what was typed does not hold an API key",
	} {
		home := homeWith(t, map[string]string{".cursor/mcp.json": before})
		person, terminal := pseudoTerminal(t)
		setup := runProgram(t, terminal, []string{"HOME=" + home}, "install", "cursor", "--yes", "--api-url", url)
		setup.waitFor("it is not shown): ")
		_, _ = io.WriteString(person, typed)
		if got := setup.end(); got.code == exitOK || !strings.Contains(got.err, says) {
			t.Errorf("%q: %+v", typed, got)
		}
		if _, err := os.Stat(filepath.Join(home, ".config")); !os.IsNotExist(err) || contentOf(t, home, ".cursor/mcp.json") != before {
			t.Errorf("%q: something was written: %v", typed, err)
		}
	}
}

// A no leaves the file alone, and so does a signal at the question.
func TestInstallTakesNoForAnAnswer(t *testing.T) {
	t.Parallel()
	before := "{\"mcpServers\": {}}\n"
	for _, answer := range []string{"\n", "n\n", "yes please\n", "\x03"} {
		home := homeWith(t, map[string]string{".cursor/mcp.json": before})
		person, terminal := pseudoTerminal(t)
		setup := runProgram(t, terminal, []string{"HOME=" + home}, "install", "cursor", "--sandbox")
		setup.waitFor("[y/N] ")
		if answer == "\x03" {
			setup.interrupt(syscall.SIGINT)
		} else {
			_, _ = io.WriteString(person, answer)
		}
		setup.end()
		if text := contentOf(t, home, ".cursor/mcp.json"); text != before {
			t.Errorf("%q: %s", answer, text)
		}
	}
}
