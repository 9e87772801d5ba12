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
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) != 1 || left[0] != path+".lock" {
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

// A file that was damaged while a sandbox uses it is left as it is, and each request says so. Without the file, the next write makes it again.
func TestAStateFileThatIsDamagedLaterIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	a := start(t, Options{StateFile: path})
	a.newPost(nil)
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, request := range []struct {
		method, path string
		body         any
	}{{"GET", "/v2/boards", nil}, {"POST", "/v2/contacts", object{"email": "ada@lovelace.example"}}, {"GET", "/v2/boards", nil}} {
		failed := a.do(request.method, request.path, request.body).fails(http.StatusInternalServerError, "sandbox_state")
		if message := text(failed, "message"); !strings.Contains(message, path) || !strings.Contains(message, "move it away") {
			t.Errorf("message %q", message)
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != "hello" {
		t.Errorf("the file was changed: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example", "userId": "ada-1"}).ok()
	start(t, Options{StateFile: path}).do("GET", "/v2/contacts/by-user-id/ada-1", nil).ok()
}

// Two sandboxes with one file see the writes of each other at once, and their ids and times never meet.
func TestSandboxesShareAStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	both := []*api{start(t, Options{StateFile: path, Control: true}), start(t, Options{StateFile: path, Control: true})}
	for _, a := range both {
		a.do("GET", "/v2/boards", nil).rows() // each begins with a seed of its own
	}
	seen := map[string]bool{}
	for i := range 20 {
		writer, reader := both[i%2], both[(i+1)%2]
		post := writer.newPost(nil)
		reader.do("GET", "/v2/posts/"+text(post, "id"), nil).ok()
		if seen[text(post, "id")] || seen[text(post, "createdAt")] {
			t.Errorf("%v at %v is there twice", post["id"], post["createdAt"])
		}
		seen[text(post, "id")], seen[text(post, "createdAt")] = true, true
	}
	if n := len(both[0].do("GET", "/_sandbox/journal", nil).rows()); n != 20 {
		t.Errorf("%d of 20 writes in the journal", n)
	}
	both[0].do("POST", "/_sandbox/reset", nil).ok()
	if n := len(both[1].do("GET", "/_sandbox/journal", nil).rows()); n != 0 {
		t.Errorf("%d writes after a reset by the other", n)
	}
}

// A request that is refused halfway through its handler leaves nothing behind, and no file.
func TestARefusedWriteChangesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	a := start(t, Options{StateFile: path})
	before := a.do("GET", "/v2/contacts?limit=100", nil)
	now := a.sandbox.Now()
	a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example", "companies": []any{object{"id": "new", "name": "New"}}, "createdAt": "never"}).
		fails(http.StatusBadRequest, "invalid_request")
	if after := a.do("GET", "/v2/contacts?limit=100", nil); string(after.body) != string(before.body) || !a.sandbox.Now().Equal(now) {
		t.Error("the refused write has changed something")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the refused write has made the state file")
	}
}

// A write that cannot be kept is refused, and nothing of it stays.
func TestAWriteThatCannotBeKeptChangesNothing(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	path := filepath.Join(folder, "state.json")
	ada := object{"email": "ada@lovelace.example", "userId": "ada-1"}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	a := start(t, Options{StateFile: path})
	post := a.newPost(nil)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	failed := a.do("POST", "/v2/contacts", ada).fails(http.StatusInternalServerError, "sandbox_state")
	if message := text(failed, "message"); !strings.HasPrefix(message, path+" ") {
		t.Errorf("message %q", message)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	a.do("GET", "/v2/contacts/by-user-id/ada-1", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("POST", "/v2/contacts", ada).ok()
	second := start(t, Options{StateFile: path})
	second.do("GET", "/v2/contacts/by-user-id/ada-1", nil).ok()
	second.do("GET", "/v2/posts/"+text(post, "id"), nil).ok()
}
