package sandbox

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

func TestStateFileCarriesOnWhereTheLastProcessStopped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := start(t, Options{StateFile: path, Control: true})
	first.do("GET", "/v2/boards", nil).rows()
	if _, err := os.Stat(path); err == nil {
		t.Error("reading has written the state file")
	}
	post := first.newPost(object{"author": object{"email": "ada@lovelace.example"}, "tags": "Brand new"})
	comment := first.do("POST", "/v2/comments", object{"postId": post["id"], "content": "x"}).ok()

	second := start(t, Options{StateFile: path, Control: true})
	for _, target := range []string{"/v2/posts/" + text(post, "id"), "/v2/comments/" + text(comment, "id"), "/v2/posts?limit=100", "/v2/contacts?limit=100", "/v2/boards", "/_sandbox/journal", "/_sandbox/outbox"} {
		if was, is := first.do("GET", target, nil), second.do("GET", target, nil); string(was.body) != string(is.body) || is.status != http.StatusOK {
			t.Errorf("%s differs:\n%.300s\n%.300s", target, was.body, is.body)
		}
	}
	later := second.newPost(nil)
	if later["id"] == post["id"] || text(later, "createdAt") <= text(comment, "createdAt") {
		t.Errorf("the second process starts over: %v", later["createdAt"])
	}
	third := start(t, Options{StateFile: path, Control: true})
	third.do("GET", "/v2/posts/"+text(later, "id"), nil).ok()
	third.do("POST", "/_sandbox/reset", nil).ok()
	start(t, Options{StateFile: path}).do("GET", "/v2/posts/"+text(later, "id"), nil).fails(http.StatusNotFound, "resource_not_found")
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A state file keeps the organization it began with, whatever the options of a later process say; so does a reset.
func TestAStateFileKeepsSeedAndClock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	clock := time.Date(2024, time.February, 29, 23, 59, 59, 0, time.UTC)
	first := start(t, Options{StateFile: path, Seed: 2, Clock: clock, Control: true})
	if now := first.sandbox.Now(); now != clock {
		t.Errorf("the present is %v", now)
	}
	before := first.do("GET", "/v2/posts?limit=100", nil)
	first.newPost(nil)
	second := start(t, Options{StateFile: path, Control: true})
	if now := second.sandbox.Now(); now != clock.Add(time.Second) {
		t.Errorf("the present is %v", now)
	}
	second.do("POST", "/_sandbox/reset", nil).ok()
	if after := second.do("GET", "/v2/posts?limit=100", nil); string(after.body) != string(before.body) || second.sandbox.Now() != clock {
		t.Error("the reset brought another organization")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	older := regexp.MustCompile(`"seed":2,"epoch":"[^"]*",`).ReplaceAll(data, nil)
	if err := os.WriteFile(path, older, 0o600); err != nil || len(older) == len(data) {
		t.Fatalf("%d bytes of %d: %v", len(older), len(data), err)
	}
	if now := start(t, Options{StateFile: path}).sandbox.Now(); now != store.Shipped {
		t.Errorf("a file that says no clock has the present %v", now)
	}
}

func TestADamagedStateFileIsReportedAndLeftAlone(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "state.json")
	a := start(t, Options{StateFile: good})
	a.newPost(nil)
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string]string{
		"empty":              "",
		"cut off":            string(data[:len(data)/2]),
		"not JSON":           "hello",
		"another JSON":       `{"version":2,"posts":[]}`,
		"no organization":    `{"version":2}`,
		"another version":    strings.Replace(string(data), `"version":2`, `"version":7`, 1),
		"text after the end": string(data) + "x",
		"an object sans id":  `{"version":2,"kinds":{"admin":[{"name":"x"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
				t.Fatal(err)
			}
			a := start(t, Options{StateFile: path})
			for range 2 {
				failed := a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example"}).fails(http.StatusInternalServerError, "sandbox_state")
				if message := text(failed, "message"); !strings.Contains(message, path) || !strings.Contains(message, "move it away") {
					t.Errorf("message %q", message)
				}
			}
			if err := a.sandbox.Close(); err != nil {
				t.Error(err)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != damaged {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

func TestAStateFileThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	a := start(t, Options{StateFile: filepath.Join(t.TempDir(), "missing", "state.json")})
	failed := a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example"}).fails(http.StatusInternalServerError, "internal_error")
	if !strings.Contains(text(failed, "message"), "write the sandbox state") {
		t.Errorf("message %v", failed["message"])
	}
	a.sandbox.store.Dirty = false // or the close at the end of the test tries again
}
