package cli

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/internal/auth/authtest"
)

// The audit log grows from call to call, is nobody else's to read, and holds no text; a read leaves nothing in it.
func TestTheAuditLogIsAppendedTo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, args := range [][]string{
		{"list_boards"}, {"create_comment", "postId=653b6440cf4abb6d20000001", "content=Private words"}, {"delete_post", "postId=653b6440cf4abb6d20000001"},
	} {
		start("", nil, append([]string{"call", "--sandbox", "--audit-log", file}, args...)...)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `"tool":"create_comment","targets":{"postId":"653b6440cf4abb6d20000001"},"outcome":"sending"}`) ||
		!strings.Contains(lines[3], `"tool":"delete_post"`) || strings.Contains(string(text), "Private") {
		t.Errorf("%s", text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// On a full disk no write is made, and reads go on.
func TestAFullDiskStopsWrites(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("needs " + full)
	}
	state := filepath.Join(t.TempDir(), "state.json")
	got := start("", nil, "call", "--sandbox", "--sandbox-state", state, "--audit-log", full, "delete_post", "postId=653b6440cf4abb6d20000001")
	if got.code != exitFailed || !strings.Contains(got.err, "delete_post sent nothing: the audit log cannot be written") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("something was written to the sandbox")
	}
	if got := start("", nil, "call", "--sandbox", "--audit-log", full, "list_boards"); got.code != exitOK {
		t.Errorf("%+v", got)
	}
}

// Over HTTP, both lines of a write name who made it, however that is known, and hold no credential.
func TestTheAuditLogNamesTheCaller(t *testing.T) {
	t.Parallel()
	tokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(tokens, []byte("# ann, then bob\nann-0123456789abcdef\nbob-0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	issuer := authtest.New(t)
	anns, bobs := issuer.Token(map[string]any{"sub": "ann@acme.example"}), issuer.Token(map[string]any{"sub": "bob@acme.example"})
	for _, tc := range []struct {
		auth      []string
		callers   [2]http.Header
		want      [2]string // of the callers' names, the beginnings
		sensitive []string
	}{
		{
			[]string{"token", "--auth-tokens", tokens},
			[2]http.Header{bearer("ann-0123456789abcdef"), bearer("bob-0123456789abcdef")},
			[2]string{"token 2", "token 3"},
			[]string{"0123456789abcdef"},
		},
		{
			[]string{"key"},
			[2]http.Header{bearer(annsKey), {"X-Featurebase-Api-Key": {bobsKey}}},
			[2]string{"key ", "key "},
			[]string{annsKey, bobsKey, "sk_", "0123456789"},
		},
		{
			[]string{"oidc", "--oidc-issuer", issuer.URL, "--oidc-audience", authtest.Audience},
			[2]http.Header{bearer(anns), bearer(bobs)},
			[2]string{"ann@acme.example", "bob@acme.example"},
			[]string{anns, bobs, strings.Split(anns, ".")[2]},
		},
	} {
		t.Run(tc.auth[0], func(t *testing.T) {
			t.Parallel()
			trail := filepath.Join(t.TempDir(), "audit.jsonl")
			h := host(t, append([]string{"--sandbox", "--audit-log", trail, "--auth"}, tc.auth...)...)
			for _, who := range tc.callers {
				_, posts := h.call(who, "search_posts", `{"limit":1}`)
				id := regexp.MustCompile(`"id":"([0-9a-f]{24})"`).FindStringSubmatch(posts)
				if id == nil {
					t.Fatal(posts)
				}
				if _, text := h.call(who, "create_comment", `{"postId":"`+id[1]+`","content":"Private words"}`); !strings.Contains(text, `"did":"created","id":"`) {
					t.Error(text)
				}
			}
			text, err := os.ReadFile(trail)
			if err != nil {
				t.Fatal(err)
			}
			var callers, outcomes []string
			for line := range strings.Lines(string(text)) {
				var l struct {
					Caller  string `json:"caller"`
					Outcome string `json:"outcome"`
				}
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					t.Fatal(err)
				}
				callers, outcomes = append(callers, l.Caller), append(outcomes, l.Outcome)
			}
			if strings.Join(outcomes, " ") != "sending ok sending ok" || callers[0] != callers[1] || callers[2] != callers[3] || callers[0] == callers[2] ||
				!strings.HasPrefix(callers[0], tc.want[0]) || !strings.HasPrefix(callers[2], tc.want[1]) {
				t.Errorf("%s", text)
			}
			for _, secret := range append(tc.sensitive, "Private words") {
				if strings.Contains(string(text), secret) {
					t.Errorf("the audit log has %q:\n%s", secret, text)
				}
			}
			log, err := os.ReadFile(h.log)
			if err != nil || !strings.Contains(string(log), callers[0]) || !strings.Contains(string(log), callers[2]) {
				t.Errorf("%v: the log names no caller:\n%s", err, log)
			}
		})
	}
}
