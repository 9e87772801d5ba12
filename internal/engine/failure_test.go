package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// Every operation meets every cause of failure, and what a model reads keeps to the form. How it reads is in testdata/failures.txt.
func TestEveryOperationFailsInOneForm(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			args := written(op)
			seen := map[string]string{}
			for _, f := range failures() {
				text := f.happen(t, op, args, nil)
				f.check(t, op, args, text)
				if other := seen[text]; other != "" && f.like != other {
					t.Errorf("%s reads like %s: %s", f.name, other, text)
				}
				seen[text] = f.name
			}
		})
	}
}

const (
	mostOfAFailure = 2500 // characters
	theSecretKey   = "sk_secret_of_the_test"
)

var (
	htmlTag = regexp.MustCompile(`</?[a-zA-Z!]`)
	named   = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`)
	// goWords are what Go and the network say, and what only a log may show.
	goWords = regexp.MustCompile(`dial tcp|read tcp|EOF|unmarshal|%!|context |goroutine|net/http|127\.0\.0\.1|syscall|errno|X-Amz|` + theSecretKey)
)

// check holds a text to what all failures promise.
func (f failureCase) check(t *testing.T, op *engine.Operation, args map[string]any, text string) {
	t.Helper()
	fail := func(why string) { t.Errorf("%s: %s\n%s", f.name, why, text) }
	if f.name == "unavailable" && slices.ContainsFunc(op.Unsaid, func(rule engine.Unsaid) bool { return rule.Nothing && args[rule.Given] != nil }) {
		f.applied = false // by Featurebase's own rule
	}
	if !strings.HasPrefix(text, op.Name+" failed: ") {
		fail("does not begin with what was tried")
	}
	if bad := goWords.FindString(text); bad != "" {
		fail("shows " + bad)
	}
	if !isCleanText(text) {
		fail("not clean")
	}
	if utf8.RuneCountInString(text) > mostOfAFailure {
		fail("too long")
	}
	if got := retries(text); !slices.Equal(got, []string{f.retryOf(op)}) {
		fail(fmt.Sprintf("says %q of a retry, want %s", got, f.retryOf(op)))
	}
	applied, nothing := strings.Contains(text, "may have been made"), strings.Contains(text, "Nothing was changed.")
	if applied != (op.Effect != engine.Read && f.applied) || nothing != (op.Effect != engine.Read && !f.applied) {
		fail("is wrong about what was changed")
	}
	if applied {
		f.checkTeller(t, op, args, text)
	}
	for _, name := range named.FindAllString(text, -1) {
		if next := tools.Inventory().Lookup(name); next != nil && next != op && next.Effect != engine.Read {
			fail("sends to " + name + ", which is no read")
		}
	}
}

// isCleanText reports whether a text has nothing in it that could be more than text. The open end of a filter's name looks like a tag.
func isCleanText(text string) bool {
	text = strings.ReplaceAll(text, "customAttributes.<attributeId>", "")
	return !htmlTag.MatchString(text) && utf8.ValidString(text) && !strings.ContainsFunc(text, legible.IsControl)
}

// checkTeller requires the name of a read, with the ids in the path.
func (f failureCase) checkTeller(t *testing.T, op *engine.Operation, args map[string]any, text string) {
	t.Helper()
	_, check, _ := strings.Cut(text, "may have been made all the same: ")
	if op.Name == "create_help_center_api_spec" { // nothing lists them, by what is published
		return
	}
	if read := tools.Inventory().Lookup(named.FindString(check)); read == nil || read.Effect != engine.Read {
		t.Errorf("%s: names no read: %s", f.name, text)
	}
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := engine.Hole(part); ok && !strings.Contains(check, name+" "+input.Show(args[name])) {
			t.Errorf("%s: does not tell %s: %s", f.name, name, text)
		}
	}
}

const (
	never = "Do not retry"
	after = "Retry after"
	maybe = "A retry may help"
)

// retries returns all that a text says about a retry.
func retries(text string) []string {
	return regexp.MustCompile(never+"|"+after+"|"+maybe).FindAllString(text, -1)
}

// retryOf returns what a text has to say about a retry. A write that may have been made must not be repeated, even if the failure passes by
// itself.
func (f failureCase) retryOf(op *engine.Operation) string {
	if op.Effect != engine.Read && f.applied {
		return never
	}
	return f.retry
}

// What a model reads, for the eyes: each cause once, with a read or a write where it matters, and operations that are out of the ordinary.
func TestFailuresRead(t *testing.T) {
	t.Parallel()
	var report strings.Builder
	write := func(f failureCase, op *engine.Operation) {
		fmt.Fprintf(&report, "%s (%s)\n    %s\n\n", f.name, op.Name, f.happen(t, op, written(op), nil))
	}
	for _, f := range failures() {
		op := tools.Inventory().Lookup("get_post")
		if f.shown != "" {
			op = tools.Inventory().Lookup(f.shown)
		}
		write(f, op)
		if f.applied {
			write(f, tools.Inventory().Lookup("create_comment"))
		}
	}
	for _, tc := range []struct{ failure, tool string }{
		{"not found", "list_boards"},
		{"not found", "query_report"},
		{"not found", "get_redirect_rule_by_url"},
		{"not found", "update_ticket"},
		{"not found", "detach_conversation_tag"},
		{"no permission", "list_audit_logs"},
		{"no words", "create_webhook"},
		{"invalid id", "get_article"},
		{"conflict", "upsert_company"},
		{"timeout", "list_posts"},
		{"timeout", "delete_conversation"},
		{"rate limited", "update_post"},
		{"a refused version", "create_changelog"},
		{"a refused version", "update_post"},
		{"no words", "update_changelog"},
		{"no words", "redact_conversation_part"},
		{"no permission", "delete_changelog"},
	} {
		for _, f := range failures() {
			if f.name == tc.failure {
				write(f, tools.Inventory().Lookup(tc.tool))
			}
		}
	}
	golden.File(t, "testdata/failures.txt", report.String())
}

// Failures before the request, and in this server.
func TestFailuresOfOurOwn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		want string
	}{
		{
			&client.Error{Kind: client.KindRateLimited, RetryAfter: 1500 * time.Millisecond},
			"get_post failed: nothing was sent, because this server keeps within the rate limit of the API key and the wait would be too long. Retry after 2 s.",
		},
		{
			&client.Error{Kind: client.KindTimeout, Message: "the time for the call ran out"},
			"get_post failed: the time of the call was used up before anything was sent. A retry may help, once other calls have ended.",
		},
		{
			&client.Error{Kind: client.KindInvalid, Message: "the request was not sent"},
			"get_post failed: no request can be made of the arguments. Do not retry unchanged: correct the arguments, then call again.",
		},
		{errors.New("EOF"), "get_post failed: this server has a fault; its log has the reason. Do not retry."},
	} {
		op := tools.Inventory().Lookup("get_post")
		if got := op.Failed(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, tc.err, input.Arguments{Wire: enginetest.Sample(op, false)}).Text; got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// Each kind of failure that the client knows has words.
func TestEveryKindOfFailureHasWords(t *testing.T) {
	t.Parallel()
	kinds := 0
	for kind := client.KindNoKey; kind.String() != "unknown"; kind++ {
		kinds++
		if engine.Causes[kind].Advice == "" {
			t.Errorf("%v: no words", kind)
		}
	}
	if kinds != len(engine.Causes) {
		t.Errorf("%d kinds, words for %d", kinds, len(engine.Causes))
	}
}

// What the reference shows is what a model reads.
func TestTheReferenceShowsFailuresAsTheyAre(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := os.ReadFile("testdata/failures.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(reference), "## When a call fails")
	_, block, _ := strings.Cut(section, "```\n")
	block, _, _ = strings.Cut(block, "```")
	lines := strings.Split(strings.TrimSpace(block), "\n")
	if len(lines) < 3 {
		t.Errorf("%d examples", len(lines))
	}
	for _, line := range lines {
		if !strings.Contains(string(shown), "    "+line+"\n") {
			t.Errorf("no failure reads like this: %s", line)
		}
	}
}

// The read that tells whether a write was made, for all writes at a glance.
func TestEveryWriteHasATeller(t *testing.T) {
	t.Parallel()
	var report strings.Builder
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect != engine.Read {
			fmt.Fprintf(&report, "%s: %s\n", op.Name, engine.Fail(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, op, enginetest.Sample(op, false)).Check())
		}
	}
	golden.File(t, "testdata/tellers.txt", report.String())
}

// The tool that finds a right id, for all ids that some operation takes.
func TestEveryIDHasAFinder(t *testing.T) {
	t.Parallel()
	var report strings.Builder
	for _, op := range tools.Inventory().Endpoints() {
		var words []string
		f := engine.Fail(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, op, enginetest.Sample(op, false))
		for _, id := range f.IDs() {
			words = append(words, fmt.Sprintf(f.Finder(id.Name), id.Name))
		}
		if words != nil {
			fmt.Fprintf(&report, "%s: %s\n", op.Name, strings.Join(words, ", "))
		}
	}
	golden.File(t, "testdata/finders.txt", report.String())
}

// An error that names a tool to find an id with must name one that exists.
func TestEveryIDInAPathHasAFinder(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		for part := range strings.SplitSeq(op.Path, "/") {
			name, ok := engine.Hole(part)
			if !ok {
				continue
			}
			if name == "specId" || name == "operationId" { // nothing lists them, by what is published
				continue
			}
			if finder := tools.Inventory().Lookup(tools.Inventory().FinderOf(name)); finder == nil || finder.Effect != engine.Read {
				t.Errorf("%s: no tool finds a %s", op.Name, name)
			}
			_, resolved := tools.Inventory().RefsOf(op)[name]
			if sh := op.Input.Shape().Props[name]; sh.Wire == nil && sh.Schema.Type != "integer" && !resolved {
				t.Errorf("%s: %s goes into the path unchecked; give it the type objectID, shortID or externalID", op.Name, name)
			}
		}
	}
}

// No failure sends a model to a tool that it cannot call: in the default set, and where the operation is the only one.
func TestFailuresNameOnlyToolsThatAreOn(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			for _, selection := range []tools.Selection{{}, {Toolsets: []string{"none"}, Tools: []string{op.Name}}, {Exclude: reads()}} {
				for _, f := range failures() {
					text := f.happen(t, op, written(op), selection.OffBy)
					for _, at := range named.FindAllStringIndex(text, -1) {
						name, before := text[at[0]:at[1]], text[:at[0]]
						if tools.Inventory().Lookup(name) != nil && name != op.Name && selection.OffBy(name) != "" && !strings.HasSuffix(before, "--tools ") {
							t.Errorf("%s: sends to %s, which is off\n%s", f.name, name, text)
						}
					}
				}
			}
		})
	}
}

func reads() []string {
	var names []string
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect == engine.Read {
			names = append(names, op.Name)
		}
	}
	return names
}

// One line a call, with what somebody needs to find it again, and nothing of what was said.
func TestTheLogHasOneLineACallAndNoSecrets(t *testing.T) {
	t.Parallel()
	refusal := envelope("authorization_error", "forbidden", "You may not say private words")
	for _, tc := range []struct {
		failureCase
		want []string
	}{
		{
			answered("", "", http.StatusOK, `{"id":"1","content":"answer text"}`, "X-Request-Id", "req_1"),
			[]string{`"level":"INFO"`, `"tool":"create_comment"`, `"outcome":"ok"`, `"attempts":1`, `"duration":`, `"request_id":"req_1"`},
		},
		{
			answered("", "", http.StatusForbidden, refusal, "X-Request-Id", "req_2"),
			[]string{`"level":"WARN"`, `"outcome":"forbidden"`, `"attempts":1`, `"status":403`, `"code":"forbidden"`, `"request_id":"req_2"`},
		},
		{
			answered("", "", http.StatusBadGateway, "<html>answer text"),
			[]string{`"level":"WARN"`, `"outcome":"server"`, `"attempts":1`, `"status":502`, `"error":"create_comment: the API answered 502`},
		},
		{
			broken("", "", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
			[]string{`"level":"WARN"`, `"outcome":"unreachable"`, `"attempts":1`, `"error":"create_comment: no connection`, `connection refused`},
		},
	} {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, nil))
		c, err := client.New(client.Config{BaseURL: "http://127.0.0.1:1", Key: theSecretKey, Version: "v", Logger: logger, Transport: tc.transport(nil)})
		if err != nil {
			t.Fatal(err)
		}
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: logger, AllowImpersonation: true}, Account: engine.Account{Client: c}}
		if _, err := env.Handler(tools.Inventory().Lookup("create_comment"))(t.Context(), enginetest.Request("create_comment", `{"content":"private words","postId":"p"}`)); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 {
			t.Errorf("%d lines:\n%s", lines, log.String())
		}
		for _, want := range tc.want {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s is missing in %s", want, log.String())
			}
		}
		for _, bad := range []string{"sk_secret", "private words", "answer text"} {
			if strings.Contains(log.String(), bad) {
				t.Errorf("the log shows %q: %s", bad, log.String())
			}
		}
	}
}

// The API's words for a failure, and the current values of a dry run, are masked as answers are.
func TestFailuresAreMasked(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, 409, `{"error":{"type":"conflict","code":"conflict","message":"jo.hart@example.com is taken"}}`)
	text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: true}, Account: engine.Account{Client: api.Client(t)}}, tools.Inventory().Lookup("create_post"), `{"title":"xx","boardId":"`+anID+`"}`)
	if !isError || !strings.Contains(text, "j***@example.com is taken") {
		t.Error(text)
	}
	if a := tools.Inventory().Lookup("get_post").Failed(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, &client.Error{Err: errors.New("x")}, input.Arguments{}).Masked(false); strings.Contains(a.Text, "***") {
		t.Error(a.Text)
	}
	api = enginetest.NewAPI(t, 200, `{"id":"`+anID+`","title":"Ask jo.hart@example.com"}`)
	text, isError = enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: true, DryRun: true}, Account: engine.Account{Client: api.Client(t)}}, tools.Inventory().Lookup("update_post"), `{"postId":"`+anID+`","title":"new"}`)
	if isError || !strings.Contains(text, "Ask j***@example.com") {
		t.Error(text)
	}
}

// Whatever is answered, a model reads clean text of a bounded length, and the key in it nowhere.
func FuzzFailure(f *testing.F) {
	for _, body := range []string{
		"", "{", "[]", "null", `{"error":null}`, `{"error":"` + theSecretKey + `"}`, `{"success":false,"message":"Invalid API Key"}`, "<html>" + theSecretKey,
		`{"error":{"code":"invalid_id","param":"id","message":"<b>bad</b> https://x.example/?a=b"},"details":[{"path":"query.value.0.field","message":"x"}]}`,
		`{"code":400,"message":"\"\"\"","details":[{"path":[["a"],0],"message":{}},{"path":"id"},{"message":"m"}]}`, "{\"message\":\"\xff\xfe\"}",
		`{"message":"` + strings.Repeat(`\"`, 600) + `","details":[{"path":"content","message":"` + strings.Repeat("m", 600) + `"}]}`,
	} {
		for _, status := range []int{200, 302, 400, 402, 403, 404, 409, 410, 429, 503} {
			f.Add(uint8(status), uint16(status), body, "12")
		}
	}
	ops := tools.Inventory().Endpoints()
	f.Fuzz(func(t *testing.T, which uint8, status uint16, body, header string) {
		if status < 200 || status > 999 {
			t.Skip("not an answer")
		}
		op := ops[int(which)%len(ops)]
		wire := answered("", "", int(status), body, "Retry-After", header, "X-Request-Id", header, "Location", header, "X-RateLimit-Reset", header)
		c, err := client.New(client.Config{BaseURL: "http://127.0.0.1:1", Key: theSecretKey, Version: "v", Transport: wire.transport(nil)})
		if err != nil {
			t.Fatal(err)
		}
		text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AllowImpersonation: true, ActingAdmin: engine.ActingAs(anID)}, Account: engine.Account{Client: c}}, op, string(rawjson.Encode(written(op))))
		if !isError {
			t.Skip("not a failure")
		}
		if strings.Contains(text, theSecretKey) || !isCleanText(text) {
			t.Errorf("not clean: %s", text)
		}
		if n := utf8.RuneCountInString(text); n > mostOfAFailure {
			t.Errorf("%d characters: %s", n, text)
		}
		if got := retries(text); len(got) != 1 {
			t.Errorf("says %q of a retry: %s", got, text)
		}
	})
}

// written are arguments with which the first request of a write is the write: one that replaces a text reads the old text before.
func written(op *engine.Operation) map[string]any {
	args := enginetest.Sample(op, false)
	if op.Keeps != nil {
		delete(args, op.Keeps.Argument)
	}
	return args
}
