package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// model is the grammar as the program has it.
func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&grammar{}, Process{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// words of a text, whatever its lines.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// Each command shows the flags that it takes, and refuses the others. Commands stand before flags.
func TestEachCommandHasItsOwnFlags(t *testing.T) {
	t.Parallel()
	app := model(t)
	shown, refused := 0, 0
	for _, c := range app.Children {
		help := start("", nil, c.Name, "--help")
		for _, f := range app.Flags {
			own := takes(c, f)
			if got := strings.Contains(help.out, "--"+f.Name+"=") || strings.Contains(help.out, "--"+f.Name+" "); help.code != exitOK || got != own {
				t.Errorf("the help of %s shows --%s: %v", c.Name, f.Name, got)
			}
			if own {
				shown++
				continue
			}
			refused++
			flag := "--" + f.Name
			if !f.IsBool() {
				flag += "=x"
			}
			if got := start("", nil, append([]string{c.Name, flag}, strings.Fields(strings.Repeat("x ", len(c.Positional)))...)...); got.code != exitUsage ||
				!strings.Contains(got.err, c.Name+" does not take --"+f.Name+"; these do: ") {
				t.Errorf("%+v", got)
			}
		}
		for _, f := range c.Flags {
			if !strings.Contains(help.out, "--"+f.Name) {
				t.Errorf("the help of %s lacks --%s", c.Name, f.Name)
			}
		}
	}
	if shown < 100 || refused < 50 {
		t.Errorf("only %d flags shown and %d refused", shown, refused)
	}
	help := start("", nil, "--help").out
	if commands, flags := strings.Index(help, "Commands:"), strings.Index(help, "Flags:"); commands < 0 || flags < commands {
		t.Error(help)
	}
}

func TestHelpAndVersionGoByManyNames(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--version"}, {"-v"}, {"version"}, {"--read-only", "--version"}} {
		if got := start("", nil, args...); got.code != exitOK || got.out != versionLine() || got.err != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
	whole := start("", nil, "--help")
	for _, args := range [][]string{{"help"}, {"-h"}} {
		if got := start("", nil, args...); got != whole {
			t.Errorf("%v: %+v", args, got)
		}
	}
	if got, want := start("", nil, "help", "call"), start("", nil, "call", "--help"); got != want || !strings.Contains(got.out, "name:=JSON") {
		t.Errorf("%+v", got)
	}
}

// What a tool does, takes and looks like is told without a key, and by either way to ask.
func TestAToolIsDescribed(t *testing.T) {
	t.Parallel()
	got := start("", nil, "tools", "search_posts")
	if got.code != exitOK || got.err != "" || got != start("", nil, "call", "search_posts", "--help") {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{
		"search_posts: Search posts", "toolset posts, read, in the default set,", "Search feedback posts by words and meaning",
		"limit integer, up to 100, default 10.", "detail concise or full.", "Names will do for boardId, statusId, tagId, authorId, voterId, assigneeId.",
		"Example: featurebase-mcp call --sandbox search_posts '{\"search\":",
	} {
		if !strings.Contains(words(got.out), want) {
			t.Errorf("%q is missing in\n%s", want, got.out)
		}
	}
	got = start("", []string{"FEATUREBASE_READ_ONLY=1"}, "tools", "create_ticket")
	for _, want := range []string{
		"It is switched off by FEATUREBASE_READ_ONLY.", "title text, required.", "assigneeId text. The name of an admin will do.",
		`"author":{"id":"<contactId>"}`, "search_contacts finds the contactId.", "createdAt time, such as 2026-01-31T09:00:00Z.",
	} {
		if !strings.Contains(words(got.out), want) {
			t.Errorf("%q is missing in\n%s", want, got.out)
		}
	}
	for line := range strings.Lines(got.out) {
		if len(line) > lineWidth+1 && !strings.Contains(line, " call --sandbox ") {
			t.Errorf("too long: %s", line)
		}
	}
	var one toolList
	if got := start("", nil, "tools", "get_post", "--json"); json.Unmarshal([]byte(got.out), &one) != nil || len(one.Tools) != 1 || one.Tools[0].Name != "get_post" {
		t.Errorf("%+v", got)
	}
	for _, tool := range listed(t, nil, "--toolsets", "all") {
		if got := start("", nil, "tools", tool); got.code != exitOK || !strings.HasPrefix(got.out, tool+": ") || !strings.Contains(got.out, "\nExample:\n") {
			t.Errorf("%+v", got)
		}
	}
}

func TestPromptsAreListedAndShown(t *testing.T) {
	t.Parallel()
	list := start("", nil, "prompts")
	if list.code != exitOK || list.err != "" || !strings.Contains(words(list.out), "weekly_report [period] [board] What customers asked for") {
		t.Errorf("%+v", list)
	}
	got := start("", nil, "prompts", "triage_feedback", "board=Bugs")
	if got.code != exitOK || !strings.Contains(got.out, "board (optional): Board to look at") || !strings.Contains(got.out, `"Bugs"`) {
		t.Errorf("%+v", got)
	}
	if got := start("", nil, "prompts", "close_the_loop"); got.code != exitOK || !strings.Contains(got.out, `"<post>"`) {
		t.Errorf("an argument that is missing: %+v", got)
	}
	if got := start("", nil, "prompts", "--toolsets=none", "--tools=search_articles"); got.code != exitOK || strings.Contains(got.out, "weekly_report") {
		t.Errorf("prompts of tools that are off: %+v", got)
	}
}

func TestResourcesAreListedAndRead(t *testing.T) {
	t.Parallel()
	for environ, want := range map[string]string{
		"":                         "featurebase://boards/{boardId} One board, by name or id",
		"FEATUREBASE_SANDBOX=true": "featurebase://boards/64b921c0d0013bb2e0000002 Board: Bugs",
	} {
		if got := start("", []string{environ}, "resources"); got.code != exitOK || got.err != "" || !strings.Contains(words(got.out), want) {
			t.Errorf("%+v", got)
		}
	}
	if got := start("", nil, "resources", "--sandbox", "featurebase://boards"); got.code != exitOK || !strings.HasPrefix(got.out, "# Boards\n") {
		t.Errorf("%+v", got)
	}
	if got := start("", nil, "resources", "--sandbox", "featurebase://boards/nowhere"); got.code != exitFailed || !strings.Contains(got.err, `no board is called "nowhere"`) {
		t.Errorf("%+v", got)
	}
}

// A suggestion leads to what was meant, or there is none. A key is never repeated.
func TestSuggestionsDoNotLeadAway(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		want string
		not  string
	}{
		{[]string{"--toolsets", "nope"}, `--toolsets: unknown toolset "nope"; valid: default, all, none, boards,`, "did you mean"},
		{[]string{"--toolsets", "call"}, `valid: default, all`, "did you mean"},
		{[]string{"--toolsets", "get_post"}, `--toolsets: get_post is a tool; --tools get_post adds it`, "did you mean"},
		{[]string{"--tools", "posts"}, `--tools: posts is a toolset`, "did you mean"},
		{[]string{"--api-key", "sk_live_secret"}, `set FEATUREBASE_API_KEY, or name a file that holds it with --api-key-file`, "secret"},
		{[]string{"--api-key=sk_live_secret", "call", "list_boards"}, `there is no flag for the API key`, "secret"},
		{[]string{"--token=sk_live_secret"}, `there is no flag for the API key`, "secret"},
		{[]string{"--api-key-file", "sk_live_secret"}, `--api-key-file takes the name of a file, and this looks like the key itself`, "secret"},
		{[]string{"sk_live_secret"}, `this looks like an API key`, "secret"},
		{[]string{"call", "--sandbox", "list_boards", "sk_live_secret"}, `"[API key]" is no argument`, "secret"},
		{[]string{"serve"}, `unknown command "serve"; there are stdio, http, sandbox, call, tools, prompts, resources, doctor, install, completion, man, version`, "did you mean"},
		{[]string{"doktor"}, `unknown command "doktor"; did you mean doctor?`, ""},
		{[]string{"list_boards"}, `list_boards is a tool: featurebase-mcp call list_boards calls it`, ""},
		{[]string{"--addr", ":1"}, `--addr is a flag of http, and stands behind it: featurebase-mcp http --addr`, ""},
		{[]string{"-x"}, `unknown flag -x; featurebase-mcp --help lists them`, "did you mean"},
		{[]string{"sandbox", "--adr=x"}, `unknown flag --adr; did you mean --addr?`, ""},
		{[]string{"call"}, `call needs a tool: featurebase-mcp call --help tells how it is written`, ""},
		{[]string{"call", "posts"}, `posts is a toolset; featurebase-mcp tools --toolsets posts lists its tools`, "did you mean"},
		{[]string{"tools", "lst_boards"}, `unknown tool "lst_boards"; did you mean "list_boards"?`, ""},
		{[]string{"tools", "a", "b"}, `"b" is a word too many: featurebase-mcp tools --help`, ""},
		{[]string{"--log-file", "--read-only"}, `--log-file needs a value, and --read-only is a flag`, ""},
		{[]string{"--log-file"}, `--log-file needs a value: Append logs to this file`, ""},
		{[]string{"prompts", "triage"}, `unknown prompt "triage"; did you mean "triage_feedback"?`, ""},
		{[]string{"prompts", "weekly_report", "bord=x"}, `has no argument "bord"; did you mean "board"?`, ""},
		{[]string{"resources", "boards"}, `"boards" is no address: addresses begin with featurebase://, and featurebase-mcp resources lists them`, ""},
		{[]string{"resources", "featurebase://boards"}, `no API key: set FEATUREBASE_API_KEY`, ""},
	} {
		got := start("", nil, tc.args...)
		if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, tc.want) || tc.not != "" && strings.Contains(got.err, tc.not) {
			t.Errorf("%v: %+v\nwant %s", tc.args, got, tc.want)
		}
	}
}

// A value is named as it was given, by its flag or by its variable, with the rule.
func TestWrongValuesAreNamedAsTheyWereGiven(t *testing.T) {
	t.Parallel()
	file := t.TempDir()
	for _, tc := range []struct{ flag, value, want string }{
		{"timeout", "30", `: "30" is no length of time: write a number with its unit, such as 500ms, 30s or 2m`},
		{"rate", "fast", `: "fast" is no number: write one such as 25 or 0.5`},
		{"retries", "1.5", `: "1.5" is no whole number: write one such as 8`},
		{"dry-run", "perhaps", `: "perhaps" is neither true nor false`},
		{"deadline", "-5s", `: must not be negative`},
		{"log-level", "loud", ` must be one of "debug","info","warn","error" but got "loud"`},
		{"toolsets", "bords", `: unknown toolset "bords"; did you mean "boards"?`},
		{"api-key-file", file + "/none", `: ` + file + `/none: there is no such file or folder`},
		{"api-key-file", file, `: ` + file + `: it is a folder, and a file is needed`},
		{"log-file", file + "/none/log", `: ` + file + `/none/log: there is no such file or folder`},
		{"audit-log", file, `: ` + file + `: it is a folder, and a file is needed`},
	} {
		by := variable(tc.flag)
		for _, got := range []outcome{start("", nil, "--"+tc.flag+"="+tc.value), start("", []string{by + "=" + tc.value})} {
			if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, "--"+tc.flag+tc.want) && !strings.Contains(got.err, by+tc.want) {
				t.Errorf("--%s: %+v", tc.flag, got)
			}
		}
		if got := start("", []string{by + "=" + tc.value}); strings.Contains(got.err, "--"+tc.flag) {
			t.Errorf("the flag in place of its variable: %s", got.err)
		}
	}
	for _, value := range []string{"on", "YES", "true", "1"} {
		if got := listed(t, []string{"FEATUREBASE_READ_ONLY=" + value}, "--toolsets=posts"); slices.Contains(got, "create_post") {
			t.Errorf("%s does not switch on", value)
		}
	}
}
