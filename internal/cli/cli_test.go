package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/tools"
)

// outcome is what somebody at a terminal sees of a run.
type outcome struct {
	code     int
	out, err string
}

func start(in string, environ []string, args ...string) outcome {
	var out, errs bytes.Buffer
	code := Run(Process{Args: args, Environ: environ, In: strings.NewReader(in), Out: &out, Err: &errs})
	return outcome{code, out.String(), errs.String()}
}

// Mistakes in flags, values, variables and keys end with exit code 2 and say what is valid. Nothing is ignored.
func TestMistakesAreRefusedAtStart(t *testing.T) {
	t.Parallel()
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("sk_from_file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		environ []string
		args    []string
		want    string
	}{
		{"unknown flag", nil, []string{"--rat", "3"}, `unknown flag --rat, did you mean "--rate"?`},
		{"unknown command", nil, []string{"toools"}, `did you mean "tools"?`},
		{"unknown variable", []string{"FEATUREBASE_RATES=3"}, nil, `unknown variable FEATUREBASE_RATES; did you mean FEATUREBASE_RATE?`},
		{"unknown variable like no other", []string{"FEATUREBASE_ZZZZZZZZZZZZZZZZZZZZ=3"}, nil, `unknown variable FEATUREBASE_ZZZZZZZZZZZZZZZZZZZZ`},
		{"a number that is none", nil, []string{"--rate", "fast"}, `--rate`},
		{"a number that is none, by variable", []string{"FEATUREBASE_RATE=fast"}, []string{"version"}, `--rate`},
		{"a negative number", nil, []string{"--retries=-1"}, `--retries: must not be negative`},
		{"no time", nil, []string{"--timeout=0s"}, `--timeout: must be more than 0`},
		{"an unknown value", nil, []string{"--log-level", "loud"}, `--log-level must be one of`},
		{"an address that is none", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-url", "ftp://x"}, `https`},
		{"plain http to elsewhere", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-url", "http://example.com"}, `https`},
		{"two keys", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-key-file", keyFile}, `set one of them`},
		{"two addresses", []string{"FEATUREBASE_API_URL=https://a.example", "FEATUREBASE_BASE_URL=https://b.example"}, nil, `differ; set one of them`},
		{"a key file that is not there", nil, []string{"--api-key-file", keyFile + "x"}, `--api-key-file`},
		{"an empty key file", nil, []string{"--api-key-file", empty}, `is empty`},
		{"a key with a space", []string{"FEATUREBASE_API_KEY=sk_a b"}, nil, `FEATUREBASE_API_KEY does not hold an API key`},
		{"a call without a key", nil, []string{"call", "list_boards"}, `no API key: set FEATUREBASE_API_KEY, or give --sandbox`},
		{"a call of no tool", nil, []string{"call", "--sandbox", "list_bords"}, `unknown tool "list_bords"; did you mean "list_boards"?`},
		{"an argument without a value", nil, []string{"call", "--sandbox", "list_boards", "detail"}, `"detail" is no argument`},
		{"an argument of broken JSON", nil, []string{"call", "--sandbox", "list_posts", "boardId:=[1"}, `boardId: [1 is not valid JSON`},
		{"two objects", nil, []string{"call", "--sandbox", "list_posts", "{}", "{}"}, `stands alone`},
		{"sandbox state without a sandbox", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"call", "list_boards", "--sandbox-state", "x"}, `need --sandbox`},
		{"a sandbox for everybody", nil, []string{"sandbox", "--addr", "0.0.0.0:0"}, `not a loopback address`},
		{"a sandbox without a port", nil, []string{"sandbox", "--addr", "127.0.0.1"}, `expected host:port`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := start("", tc.environ, tc.args...)
			if got.code != exitUsage || !strings.Contains(got.err, tc.want) || got.out != "" {
				t.Errorf("%+v\nwant exit 2 with %q on standard error alone", got, tc.want)
			}
			if strings.Contains(got.err, "sk_") {
				t.Errorf("a key is shown: %s", got.err)
			}
		})
	}
}

func TestVariablesThatCountAsUnset(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{
		{"FEATUREBASE_RATE="},
		{"FEATUREBASE_RATE=${RATE}", "FEATUREBASE_API_KEY=${user_config.api_key}", "FEATUREBASE_MISSPELT=${x}"},
		{"FEATUREBASE_LOG=debug", "FEATUREBASE_CUSTOM_HEADERS=x", "OTHER_VARIABLE=1"},
	} {
		if got := start("", environ, "call", "--sandbox", "list_boards"); got.code != exitOK {
			t.Errorf("%v: %+v", environ, got)
		}
	}
	if got := start("", []string{"FEATUREBASE_LOG=debug"}, "version"); !strings.Contains(got.err, "FEATUREBASE_LOG is the SDK's") {
		t.Errorf("no warning: %+v", got)
	}
	if got := start("", []string{"FEATUREBASE_SANDBOX=true"}, "call", "list_boards"); got.code != exitOK {
		t.Errorf("a flag by its variable: %+v", got)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	if got := start("", nil, "version"); got.code != exitOK || !strings.HasPrefix(got.out, "featurebase-mcp ") || strings.Count(got.out, "\n") != 1 {
		t.Errorf("%+v", got)
	}
	got := start("", nil, "--help")
	for _, want := range []string{"$FEATUREBASE_API_KEY_FILE", "$FEATUREBASE_MAX_WAIT", "call", "sandbox"} {
		if got.code != exitOK || !strings.Contains(strings.Join(strings.Fields(got.out), " "), want) {
			t.Errorf("the help lacks %s", want)
		}
	}
}

func TestToolsAreListed(t *testing.T) {
	t.Parallel()
	got := start("", nil, "tools", "--json")
	var doc struct {
		Tools []struct {
			Name string `json:"name"`
		} `json:"tools"`
	}
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || len(doc.Tools) != len(tools.All()) {
		t.Fatalf("%v, %d tools", err, len(doc.Tools))
	}
	table := start("", nil, "tools")
	for _, tool := range doc.Tools {
		if !strings.Contains(table.out, tool.Name+" ") {
			t.Errorf("the table lacks %s", tool.Name)
		}
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	const board = "64b921c0d0013bb2e0000001"
	for _, tc := range []struct {
		name string
		in   string
		args []string
		want string
	}{
		{"words", "", []string{"search_posts", "search=dark mode", "limit=1"}, `"data":[{`},
		{"a list by repetition", "", []string{"list_posts", "boardId=" + board, "boardId=64b921c0d0013bb2e0000002", "limit=1"}, `"data":[{`},
		{"a list as JSON", "", []string{"list_posts", `boardId:=["` + board + `"]`, "limit=1"}, board},
		{"an inner field", "", []string{"create_post", "boardId=" + board, "title=hi", "author.email=jo@example.com"}, `"id":"`},
		{"an object", "", []string{"get_board", `{"boardId":"` + board + `"}`}, "Feature requests"},
		{"standard input", `{"boardId":"` + board + `"}`, []string{"get_board", "-"}, "Feature requests"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := start(tc.in, nil, append([]string{"call", "--sandbox"}, tc.args...)...)
			if got.code != exitOK || !strings.Contains(got.out, tc.want) || got.err != "" {
				t.Errorf("%+v", got)
			}
		})
	}
	got := start("", nil, "call", "--sandbox", "list_posts", "limit=ten")
	if got.code != exitFailed || got.out != "" || !strings.HasPrefix(got.err, `limit: expected an integer, got "ten"`) {
		t.Errorf("a tool error: %+v", got)
	}
}

// Two calls with one state file build on each other.
func TestSandboxStateIsKept(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state.json")
	flags := []string{"call", "--sandbox", "--sandbox-state", state}
	if got := start("", nil, append(flags, "upsert_contact", "email=jo@kept.example", "name=Jo Kept")...); got.code != exitOK {
		t.Fatalf("%+v", got)
	}
	got := start("", nil, append(flags, "search_contacts", `query:=[{"field":"email","operator":"=","value":"jo@kept.example"}]`)...)
	if !strings.Contains(got.out, "Jo Kept") {
		t.Errorf("%+v", got)
	}
}

// Hosts show an early exit as "server disconnected": without a key the server starts, lists its tools and says in each call what
// to set. The default command needs no word.
func TestStdioStartsWithoutAKey(t *testing.T) {
	t.Parallel()
	session := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"list_boards","arguments":{}}}
`
	got := start(session, nil)
	if got.code != exitOK || strings.Count(got.out, "\n") != 3 {
		t.Fatalf("%+v", got)
	}
	for _, want := range []string{`"search_posts"`, "has to set FEATUREBASE_API_KEY"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s is missing in %s", want, got.out)
		}
	}
	if !strings.Contains(got.err, "no API key") {
		t.Errorf("no warning: %s", got.err)
	}
	for line := range strings.Lines(got.out) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not the protocol: %s", line)
		}
	}
}

func TestLogsAreJSONWithReadableDurations(t *testing.T) {
	t.Parallel()
	got := start("", nil, "call", "--sandbox", "list_boards", "--log-level", "debug")
	for line := range strings.Lines(got.err) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if d, ok := entry["duration"]; ok {
			if _, err := time.ParseDuration(d.(string)); err != nil {
				t.Error(err)
			}
		}
	}
	if !strings.Contains(got.err, `"msg":"tool call","tool":"list_boards","outcome":"ok","attempts":1,"duration":"`) {
		t.Error(got.err)
	}
}

func TestLogsGoToAFileWhenAsked(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log")
	if got := start("", nil, "call", "--sandbox", "list_boards", "--log-file", file, "--log-format", "text"); got.code != exitOK || got.err != "" {
		t.Fatalf("%+v", got)
	}
	log, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(log), "tool=list_boards") || strings.Contains(string(log), "\x1b") {
		t.Errorf("%v %s", err, log)
	}
}
