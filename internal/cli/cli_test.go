package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/engine"
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
		{"unknown flag", nil, []string{"--rat", "3"}, `unknown flag --rat; did you mean --rate?`},
		{"unknown command", nil, []string{"toools"}, `unknown command "toools"; did you mean tools?`},
		{"unknown variable", []string{"FEATUREBASE_RATES=3"}, nil, `unknown variable FEATUREBASE_RATES; did you mean FEATUREBASE_RATE?`},
		{"a restriction that is nearly ours", []string{"FEATUREBASE_MCP_READ_ONLY_MODE=1"}, nil, `unknown variable FEATUREBASE_MCP_READ_ONLY_MODE; did you mean FEATUREBASE_READ_ONLY?`},
		{"a number that is none", nil, []string{"--rate", "fast"}, `--rate`},
		{"a number that is none, by variable", []string{"FEATUREBASE_RATE=fast"}, []string{"version"}, `FEATUREBASE_RATE: "fast" is no number`},
		{"a negative number", nil, []string{"--retries=-1"}, `--retries: must not be negative`},
		{"a budget that no answer could keep", []string{"FEATUREBASE_ANSWER_BUDGET=500"}, []string{"--sandbox"}, `FEATUREBASE_ANSWER_BUDGET: 500 bytes: at least 2000, or 0 for no limit`},
		{"no time", nil, []string{"--timeout=0s"}, `--timeout: must be more than 0`},
		{"an unknown value", nil, []string{"--log-level", "loud"}, `--log-level must be one of`},
		{"an address that is none", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-url", "ftp://x"}, `https`},
		{"plain http to elsewhere", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-url", "http://example.com"}, `https`},
		{"two keys", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"--api-key-file", keyFile}, `set one of them`},
		{"two addresses", []string{"FEATUREBASE_API_URL=https://a.example", "FEATUREBASE_BASE_URL=https://b.example"}, nil, `differ; set one of them`},
		{"a key file that is not there", nil, []string{"--api-key-file", keyFile + "x"}, `--api-key-file`},
		{"an empty key file", nil, []string{"--api-key-file", empty}, `holds no key`},
		{"a key with a space", []string{"FEATUREBASE_API_KEY=sk_a b"}, nil, `FEATUREBASE_API_KEY does not hold an API key`},
		{"a key in the command line", nil, []string{"--api-key=sk_x"}, `unknown flag --api-key: there is no flag for the API key`},
		{"a call without a key", nil, []string{"call", "list_boards"}, `no API key: set FEATUREBASE_API_KEY, or give --sandbox`},
		{"a call of no tool", nil, []string{"call", "--sandbox", "list_bords"}, `unknown tool "list_bords"; did you mean "list_boards"?`},
		{"an argument without a value", nil, []string{"call", "--sandbox", "list_boards", "detail"}, `"detail" is no argument`},
		{"an argument of broken JSON", nil, []string{"call", "--sandbox", "list_posts", "boardId:=[1"}, `boardId: not valid JSON`},
		{"two objects", nil, []string{"call", "--sandbox", "list_posts", "{}", "{}"}, `stands alone`},
		{"sandbox state without a sandbox", []string{"FEATUREBASE_API_KEY=sk_x"}, []string{"call", "list_boards", "--sandbox-state", "x"}, `need --sandbox`},
		{"an unknown toolset", nil, []string{"--toolsets", "default,bords"}, `--toolsets: unknown toolset "bords"; did you mean "boards"?`},
		{"an unknown toolset, by variable", []string{"FEATUREBASE_TOOLSETS=webhoks"}, []string{"version"}, `FEATUREBASE_TOOLSETS: unknown toolset "webhoks"; `},
		{"an unknown tool", nil, []string{"tools", "--tools=get_bord"}, `--tools: unknown tool "get_bord"; did you mean "get_board"?`},
		{"an unknown tool to leave out", nil, []string{"http", "--sandbox", "--exclude-tools=delet_post"}, `--exclude-tools: unknown tool "delet_post"; did you mean "delete_post"?`},
		{"no toolset and one", nil, []string{"--toolsets=none,boards"}, `--toolsets: none stands alone`},
		{"a restriction that is neither on nor off", []string{"FEATUREBASE_READ_ONLY=perhaps"}, nil, `FEATUREBASE_READ_ONLY: "perhaps" is neither true nor false`},
		{"an admin that is none", nil, []string{"--sandbox", "--acting-admin", "ann"}, `--acting-admin: "ann" is neither the id of an admin (24 hex digits) nor an e-mail`},
		{"a call of a tool that is off", []string{"FEATUREBASE_READ_ONLY=true"}, []string{"call", "--sandbox", "create_post"}, `tool "create_post" is switched off by FEATUREBASE_READ_ONLY`},
		{"a call outside of the toolsets", nil, []string{"call", "--sandbox", "--toolsets=default", "get_board"}, `tool "get_board" is switched off by --toolsets default; --tools get_board would add it`},
		{"an audit log in no folder", nil, []string{"--sandbox", "--audit-log", empty + "/audit"}, `--audit-log: `},
		{"no time to end", nil, []string{"--sandbox", "--drain-timeout=0"}, `--drain-timeout: must be more than 0`},
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
		{"FEATUREBASE_TOOLSETS=", "FEATUREBASE_TOOLS=${user_config.tools}", "FEATUREBASE_READ_ONLY=${user_config.read_only}"},
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

// listed returns the names that the tools command lists, which the table has, too.
func listed(t *testing.T, environ []string, args ...string) []string {
	t.Helper()
	got := start("", environ, append([]string{"tools", "--json"}, args...)...)
	var doc toolList
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || doc.Tools == nil || doc.Total.Tools != len(doc.Tools) {
		t.Fatalf("%v %+v", err, got)
	}
	var names []string
	tokens := 0
	table := start("", environ, append([]string{"tools"}, args...)...).out
	for _, tool := range doc.Tools {
		names = append(names, tool.Name)
		if tokens += tool.Tokens; tool.Tokens < 10 {
			t.Errorf("%s takes %d tokens", tool.Name, tool.Tokens)
		}
		if !strings.Contains(table, "\n"+tool.Name+" ") {
			t.Errorf("the table lacks %s", tool.Name)
		}
	}
	if doc.Total.Tokens != tokens {
		t.Errorf("the total is %d tokens, the sum %d", doc.Total.Tokens, tokens)
	}
	if want := fmt.Sprintf("\n%d tools, %d tokens\n", len(names), tokens); !strings.HasSuffix(table, want) || strings.Count(table, "\n") != len(names)+2 {
		t.Errorf("not %d tools:\n%s", len(names), table)
	}
	return names
}

// The tools command lists the tools of the configuration it is given, by flags or by variables.
func TestToolsAreListed(t *testing.T) {
	t.Parallel()
	if got := listed(t, nil, "--toolsets", "all,help-center-api,outbound"); len(got) != len(tools.Inventory().All()) {
		t.Errorf("%d of %d tools", len(got), len(tools.Inventory().All()))
	}
	for _, tc := range []struct {
		name    string
		environ []string
		args    []string
		want    []string
	}{
		{"one toolset", nil, []string{"--toolsets", "boards"}, []string{"list_boards", "get_board"}},
		{"by variable, with spaces", []string{"FEATUREBASE_TOOLSETS=none", "FEATUREBASE_TOOLS= get_post, list_boards,"}, nil, []string{"list_boards", "get_post"}},
		{"the command line wins", []string{"FEATUREBASE_TOOLSETS=all"}, []string{"--toolsets=boards", "--exclude-tools=get_board"}, []string{"list_boards"}},
		{"read-only", []string{"FEATUREBASE_READ_ONLY=true"}, []string{"--toolsets=none", "--tools=create_post,get_post"}, []string{"get_post"}},
		{"no-destructive", nil, []string{"--toolsets=none", "--tools=delete_post,create_post", "--no-destructive"}, []string{"create_post"}},
		{"none", nil, []string{"--toolsets=none"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := listed(t, tc.environ, tc.args...); !slices.Equal(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
	if got := listed(t, nil); !slices.Contains(got, "create_post") || slices.Contains(got, "get_board") {
		t.Errorf("not the default set: %v", got)
	}
}

// What is listed over the protocol is what the tools command lists.
func TestServersExposeTheSelection(t *testing.T) {
	t.Parallel()
	const session = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + modernMeta + `}}` + "\n"
	for _, flags := range [][]string{nil, {"--no-apps"}, {"--toolsets=default,boards", "--read-only"}, {"--toolsets=none"}} {
		var answer struct {
			Result toolList `json:"result"`
		}
		got := start(session, nil, append([]string{"--sandbox"}, flags...)...)
		if err := json.Unmarshal([]byte(got.out), &answer); err != nil || answer.Result.Tools == nil {
			t.Fatalf("%v %+v", err, got)
		}
		var names []string
		for _, tool := range answer.Result.Tools {
			names = append(names, tool.Name)
		}
		want := listed(t, nil, slices.DeleteFunc(slices.Clone(flags), func(flag string) bool { return flag == "--no-apps" })...)
		if flags == nil {
			want = append(want, engine.ClickTool) // for panels, not for models
		}
		slices.Sort(want)
		slices.Sort(names)
		if !slices.Equal(names, want) {
			t.Errorf("%v: %v, want %v", flags, names, want)
		}
	}
}

// A write under --dry-run is answered, and the sandbox's state stays as it was.
func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	flags := []string{"call", "--sandbox", "--sandbox-state", filepath.Join(t.TempDir(), "state.json")}
	got := start("", []string{"FEATUREBASE_DRY_RUN=true"}, append(flags, "upsert_contact", "email=jo@dry.example", "name=Jo")...)
	if got.code != exitOK || !strings.HasPrefix(got.out, "Dry run: nothing was sent") || !strings.Contains(got.out, "\nPOST /v2/contacts\n") {
		t.Errorf("%+v", got)
	}
	got = start("", nil, append(flags, "search_contacts", `query:=[{"field":"email","operator":"=","value":"jo@dry.example"}]`)...)
	if got.code != exitOK || !strings.HasPrefix(got.out, `{"data":[]`) {
		t.Errorf("%+v", got)
	}
}

func TestImpersonationIsAllowedByItsFlagAlone(t *testing.T) {
	t.Parallel()
	found := start("", nil, "call", "--sandbox", "search_posts", "limit=1")
	var posts struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(found.out), &posts); err != nil || len(posts.Data) != 1 {
		t.Fatalf("%v %+v", err, found)
	}
	args := []string{"call", "--sandbox", "create_comment", "postId=" + posts.Data[0].ID, "content=hi", "author.email=jo@example.com"}
	if got := start("", nil, args...); got.code != exitFailed || !strings.Contains(got.err, "only the user can allow it, with --allow-impersonation") {
		t.Errorf("%+v", got)
	}
	if got := start("", []string{"FEATUREBASE_ALLOW_IMPERSONATION=true"}, args...); got.code != exitOK {
		t.Errorf("%+v", got)
	}
}

func TestAddressesAreMaskedByTheirFlagAlone(t *testing.T) {
	t.Parallel()
	args := []string{"call", "--sandbox", "search_contacts", `query:=[{"field":"email","operator":"=","value":"henrik.castro@larkspur-interiors.example"}]`}
	if got := start("", nil, args...); got.code != exitOK || !strings.Contains(got.out, "henrik.castro@larkspur-interiors.example") {
		t.Errorf("%+v", got)
	}
	if got := start("", []string{"FEATUREBASE_MASK_EMAILS=true"}, args...); got.code != exitOK || !strings.Contains(got.out, `"h***@larkspur-interiors.example"`) {
		t.Errorf("%+v", got)
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
		{"a budget", "", []string{"--answer-budget=2000", "list_posts", "limit=50"}, "of this page's 50; nextCursor goes on after them"},
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
	if got.code != exitFailed || got.out != "" || !strings.HasPrefix(got.err, `list_posts sent nothing: limit: expected an integer, got "ten"`) {
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
