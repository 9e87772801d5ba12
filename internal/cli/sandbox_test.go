package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// served starts the sandbox command, and returns its address and what ends it in order.
func served(t *testing.T, flags ...string) (address string, end func()) {
	t.Helper()
	cmd := program(t, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, flags...)...)
	_, rest, _ := strings.Cut(announced(t, cmd), "http://")
	address, _, _ = strings.Cut(rest, ";")
	return address, func() {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// hello and upsert are messages of a client.
const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n"

func upsert(id int, email string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"upsert_contact","arguments":{"email":"%s"}}}`+"\n", id, email)
}

// Four servers that write at the same time, and commands that write meanwhile, lose nothing that was answered as done.
func TestProcessesShareTheSandboxState(t *testing.T) {
	t.Parallel()
	const servers, writes, calls = 4, 20, 4
	state := filepath.Join(t.TempDir(), "state.json")
	var running sync.WaitGroup
	for server := range servers {
		running.Go(func() {
			var session strings.Builder
			session.WriteString(hello)
			for i := range writes {
				session.WriteString(upsert(i+1, fmt.Sprintf("%d-%d@shared.example", server, i)))
			}
			cmd := program(t, "--sandbox", "--sandbox-state", state, "--tools", "upsert_contact", "--log-level", "error", "--rate", "0")
			cmd.Stdin = strings.NewReader(session.String())
			out, err := cmd.Output()
			if err != nil || bytes.Count(out, []byte("@shared.example")) != writes || bytes.Contains(out, []byte(`"isError":true`)) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	for call := range calls {
		running.Go(func() {
			if out, err := program(t, "call", "--sandbox", "--sandbox-state", state, "upsert_contact", fmt.Sprintf("email=call-%d@shared.example", call)).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	running.Wait()
	if kept := keptIn(t, state); len(kept) != servers*writes+calls {
		t.Errorf("%d of %d writes are there", len(kept), servers*writes+calls)
	}
}

// keptIn returns the addresses of the contacts that were created with a state file, each of them once.
func keptIn(t *testing.T, state string) map[string]bool {
	t.Helper()
	address, end := served(t, "--sandbox-state", state)
	defer end()
	response, err := http.Get("http://" + address + "/_sandbox/journal")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var journal struct {
		Data []struct {
			At     string `json:"at"`
			Status int    `json:"status"`
			Body   struct {
				Email string `json:"email"`
			} `json:"body"`
		} `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&journal); err != nil {
		t.Fatal(err)
	}
	kept, times := map[string]bool{}, map[string]bool{}
	for _, entry := range journal.Data {
		if kept[entry.Body.Email] || times[entry.At] || entry.Status != http.StatusCreated {
			t.Errorf("%+v is there twice, or was not created", entry)
		}
		kept[entry.Body.Email], times[entry.At] = true, true
	}
	return kept
}

// What a server has answered is there after it was killed, and the file opens again, wherever the kill struck.
func TestAKilledServerLosesNothingThatItAnswered(t *testing.T) {
	t.Parallel()
	const rounds, answered, unanswered = 3, 5, 10
	state := filepath.Join(t.TempDir(), "state.json")
	want := map[string]bool{}
	for round := range rounds {
		cmd := program(t, "--sandbox", "--sandbox-state", state, "--tools", "upsert_contact", "--log-level", "error", "--rate", "0")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(out)
		ask := func(message, want string) {
			t.Helper()
			if _, err := io.WriteString(in, message); err != nil {
				t.Fatal(err)
			}
			if want == "" {
				return
			}
			if answer, err := answers.ReadString('\n'); err != nil || !strings.Contains(answer, want) {
				t.Fatalf("%v: %s", err, answer)
			}
		}
		ask(hello, "serverInfo")
		for i := range answered {
			email := fmt.Sprintf("%d-%d@killed.example", round, i)
			ask(upsert(i+1, email), email)
			want[email] = true
		}
		for i := range unanswered {
			ask(upsert(answered+i+1, fmt.Sprintf("%d-%d@unanswered.example", round, i)), "")
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // which says that it was killed
	}
	kept := keptIn(t, state)
	for email := range want {
		if !kept[email] {
			t.Errorf("%s was answered and is lost", email)
		}
	}
}

// A state file that cannot be used ends each command at its start, with words that help: no address of Featurebase, no retries, no Go.
func TestAnUnusableStateFileEndsTheStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	good := filepath.Join(folder, "good.json")
	if got := start("", nil, "call", "--sandbox", "--sandbox-state", good, "upsert_contact", "email=jo@kept.example"); got.code != exitOK {
		t.Fatalf("%+v", got)
	}
	kept, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	const foreign = "is not a state file of the sandbox, and was left as it is: name another file, or move it away to start afresh"
	for name, c := range map[string]struct {
		content string // of the file; none is made without
		path    string // instead of a file in the folder
		want    string
	}{
		"a folder":                    {path: folder, want: "is a folder: name a file in it"},
		"a device":                    {path: os.DevNull, want: "is not a regular file: name another one"},
		"a folder that is missing":    {path: filepath.Join(folder, "missing", "state.json"), want: "cannot be made, because the folder " + filepath.Join(folder, "missing") + " does not exist"},
		"a file for a folder":         {path: filepath.Join(good, "state.json"), want: "cannot be made, because " + good + " is not a folder"},
		"a text":                      {content: "hello\n", want: foreign},
		"other JSON":                  {content: `{"name":"x","version":"1.0.0"}`, want: foreign},
		"a binary":                    {content: "\x7fELF\x00\x00", want: foreign},
		"another version":             {content: strings.Replace(string(kept), `"version":3`, `"version":9`, 1), want: "has version 9 of the format, and this program reads versions 2 and 3"},
		"half of a file":              {content: string(kept[:len(kept)/2]), want: "is damaged in line 2 (it is not a whole JSON object with the fields of a state file), and was left as it is: move it away"},
		"a line that is damaged":      {content: string(kept) + "{}\n", want: "is damaged in line 3 (write 0 follows on write 1), and was left as it is: move it away to start afresh, or delete line 3 and all after it"},
		"half of the earlier format":  {content: `{"version":2,"seed":0,"epoch":"2026-11-01T12:0`, want: "is damaged in line 1"},
		"the earlier format, no more": {content: `{"version":2}`, want: "is damaged in line 1 (it has no admins)"},
	} {
		path := c.path
		if path == "" {
			path = filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".json")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, command := range [][]string{
			{"call", "list_boards", "--sandbox"},
			{"stdio", "--sandbox"},
			{"http", "--sandbox", "--addr", "127.0.0.1:0"},
			{"doctor", "--sandbox"},
			{"sandbox", "--addr", "127.0.0.1:0"},
		} {
			refusesState(t, start("", nil, append(command, "--sandbox-state", path)...), command[0]+", "+name, path, c.want)
		}
		if c.path == "" {
			if now, err := os.ReadFile(path); err != nil || string(now) != c.content {
				t.Errorf("%s: the file was changed: %v", name, err)
			}
		}
	}
}

// refusesState checks that a command has ended at its start because of the state file.
func refusesState(t *testing.T, got outcome, name, path, want string) {
	t.Helper()
	if got.code != exitUsage || got.out != "" || !strings.HasPrefix(got.err, "featurebase-mcp: --sandbox-state: "+path+" "+want) {
		t.Errorf("%s: %d %q %s", name, got.code, got.out, got.err)
	}
	if strings.Count(got.err, "\n") != 1 || regexp.MustCompile(`(?i)retr|json:|unmarshal|featurebase\.app|sandbox_state|%!|\*\w+\.\w+|internal error|open /|no such file`).MatchString(got.err) {
		t.Errorf("%s: not words for a user: %s", name, got.err)
	}
}

// What the documentation of the sandbox tells people to type works, line by line, against the real command.
func TestTheDocumentedRoutesOfTheSandbox(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	address, end := served(t)
	defer end()
	routes := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^curl .*$`).FindAllString(string(document), -1) {
		r, want := request(t, line, address)
		response, err := (&http.Client{}).Do(r)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != want && (want != 0 || response.StatusCode >= 300) || !json.Valid(body) {
			t.Errorf("%s: %s %s", line, response.Status, body)
		}
		routes[r.Method+" "+r.URL.Path] = true
	}
	for _, route := range []string{"GET /_sandbox/journal", "GET /_sandbox/outbox", "POST /_sandbox/reset", "POST /_sandbox/faults"} {
		if !routes[route] {
			t.Errorf("the document does not show %s", route)
		}
	}
}

// request reads a line of curl: what it sends to the sandbox, and the status that a comment behind it names, if there is one.
func request(t *testing.T, line, address string) (r *http.Request, status int) {
	t.Helper()
	line, comment, _ := strings.Cut(line, " # ")
	if comment != "" {
		var err error
		if status, err = strconv.Atoi(comment); err != nil {
			t.Fatal(err)
		}
	}
	method, body, target, headers := http.MethodGet, "", "", http.Header{}
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)[1:]
	for i := 0; i < len(words); i++ {
		word := strings.Trim(words[i], "'")
		if !strings.HasPrefix(word, "-") {
			target = word
			continue
		}
		i++
		value := strings.Trim(words[i], "'")
		switch word {
		case "-X":
			method = value
		case "-d":
			method, body = http.MethodPost, value
		case "-H":
			name, of, _ := strings.Cut(value, ": ")
			headers.Set(name, of)
		default:
			t.Fatalf("%s: what is %s?", line, word)
		}
	}
	rest, documented := strings.CutPrefix(target, "http://127.0.0.1:4010/")
	if !documented {
		t.Fatalf("%s is not the address that the command prints", target)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/"+rest, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = headers
	return r, status
}
