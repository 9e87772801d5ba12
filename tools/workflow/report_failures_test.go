package workflow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"go.uber.org/goleak"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// envOn is surroundings on the sandbox, some of whose operations always fail.
func envOn(t *testing.T, options sandbox.Options, failing ...string) engine.Env {
	t.Helper()
	options.NoAuth, options.Control = true, true
	box, err := sandbox.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	faults := []string{}
	for _, operation := range failing {
		faults = append(faults, fmt.Sprintf(`{"kind":"status","rate":1,"status":500,"operation":%q}`, operation))
	}
	body := `{"faults":[` + strings.Join(faults, ",") + `]}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/_sandbox/faults", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: box.Now}, Account: engine.Account{Client: clientOf(t, server.URL)}}
}

func clientOf(t *testing.T, address string) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{BaseURL: address, Key: "sk_test", Version: "2026-01-01.nova"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each part that fails is named as missing and not shown as zero. All other parts are shown.
func TestReportsGoOnWithoutAPart(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ tool, arguments, failing, missing, without, with string }{
		{"feedback_report", `{}`, "listPosts", "the rising posts", "\nrising", "\nunanswered at the end of the period: 61 of 80 "},
		{"feedback_report", `{}`, "listPostStatuses", "the post statuses, the unanswered posts", "\nunanswered", "\nrising"},
		{"feedback_report", `{}`, "listBoards", "the names of the boards", "Feature requests", "\nnew posts: 39, before 18 (+21)\n"},
		{"feedback_report", `{}`, "listPostVoters", "the revenue behind some of the posts: ", " a month", "\ntop new posts by votes, 30 of 39:\n"},
		{"feedback_report", `{}`, "searchComments", "the comments of the period", "comments made in the period", "\nnew posts: 39, before 18 (+21)\n"},
		{"support_report", `{}`, "listTickets", "the tickets", "\ntickets new:", "\ninbox new: 32, before 2 (+30)\n"},
		{"support_report", `{}`, "searchConversations", "the conversations (new)", "\ninbox new:", "\ntickets new: 3, before 5 (-2)\n"},
		{"support_report", `{}`, "getConversation", "messages of conversations and tickets (41 of 52 requests)", "waiting for the team now: 26", "\nwaiting for the team now: at least 0; the messages of 38 open conversations were not read\n"},
		{"support_report", `{}`, "queryReport", "Featurebase's own count of new_conversations", "Featurebase's own reports: ", "\nclosed in the period, by when they were closed last: 0, before 3 (-3)\n"},
		{"draft_changelog", `{"since":"2026-09-01"}`, "searchComments", "what the team said about the posts", "\n  team, ", "\nvoters to tell"},
		{"draft_changelog", `{}`, "listPostVoters", "the voters of post ", `("`, "\nvoters to tell"},
		{"draft_changelog", `{}`, "listBoards", "the boards, which tell what customers cannot see", "not every customer sees", "\ncheck also: posts of boards that customers cannot see"},
		{"draft_changelog", `{"since":"2026-10-16"}`, "listChangelogs", "the published changelogs", "a changelog mentions", "\nlooked at: all 6 posts in Shipped"},
	} {
		t.Run(tc.tool+" "+tc.failing, func(t *testing.T) {
			t.Parallel()
			text, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{}, tc.failing), tools.Inventory().Lookup(tc.tool), tc.arguments)
			if isError || !strings.Contains(text, "\nMissing here: "+tc.missing) || strings.Contains(text, tc.without) || !strings.Contains(text, tc.with) {
				t.Error(text)
			}
		})
	}
}

// Without its ground a report fails as a whole, in the words of the request that failed.
func TestReportsFailAsAWhole(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ tool, failing, what string }{
		{"feedback_report", "searchPosts", "the posts of the period"},
		{"survey_summary", "listSurveys", "the surveys"},
		{"draft_changelog", "searchPosts", "the finished posts"},
		{"draft_changelog", "listChangelogs", "the published changelogs"},
		{"draft_changelog", "listPostStatuses", "the post statuses"},
	} {
		text, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{}, tc.failing), tools.Inventory().Lookup(tc.tool), `{}`)
		if want := tc.tool + " failed, since " + tc.what + " could not be had: "; !isError || !strings.HasPrefix(text, want) || strings.Contains(text, render.UntrustedMark) {
			t.Errorf("%s: %s", tc.failing, text)
		}
	}
}

// namesOfVoters stand behind their number, and may be lost.
var namesOfVoters = regexp.MustCompile(` \("[^)]*\)`)

// Null items and lost names change no figure.
func TestReportsCountAmongOddities(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"feedback_report", "draft_changelog"} {
		plain, _ := enginetest.CallIn(t, envOn(t, sandbox.Options{}), tools.Inventory().Lookup(tool), `{}`)
		odd, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{Quirks: true}), tools.Inventory().Lookup(tool), `{}`)
		if isError || strings.Contains(odd, "null") || !strings.Contains(odd, "(untitled)") {
			t.Error(odd)
		}
		was, is := strings.Split(plain, "\n"), strings.Split(odd, "\n")
		if len(was) != len(is) {
			t.Fatalf("%s\n%s", plain, odd)
		}
		for i, line := range was {
			line, _, _ = strings.Cut(line, `: "`) // a title may be lost, or left out where there is no room
			is[i], _, _ = strings.Cut(is[i], `: "`)
			is[i], line = namesOfVoters.ReplaceAllString(is[i], ""), namesOfVoters.ReplaceAllString(line, "")
			if is[i] != line && !strings.Contains(is[i], "untitled") {
				t.Errorf("%s\nwas\n%s", is[i], line)
			}
		}
	}
}

// vast is an organization with more posts than anybody looks at. A search tells how many, or only that there are more.
func vast(t *testing.T, total string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v2/posts/search":
			var body struct {
				Cursor string `json:"cursor"`
				Limit  int    `json:"limit"`
			}
			_ = json.NewDecoder(r.Body).Decode(&body)
			items := make([]string, body.Limit)
			for i := range items {
				items[i] = fmt.Sprintf(`{"id":"64b0c2f19d3e5a77%08x","title":"A post","boardId":"64b0c2f19d3e5a7788990011","upvotes":1,"createdAt":"2026-10-30T10:00:00.000Z","status":{"name":"Done"},"tags":[]}`, len(body.Cursor)*1000+i)
			}
			_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"nextCursor":%q%s}`, strings.Join(items, ","), body.Cursor+"x", total)
		case "/v2/post_statuses":
			_, _ = fmt.Fprint(w, `[{"id":"64b0c2f19d3e5a7788990022","name":"Done","type":"completed"}]`)
		case "/v2/boards":
			_, _ = fmt.Fprint(w, `[]`)
		default:
			_, _ = fmt.Fprint(w, `{"object":"list","data":[],"nextCursor":null}`)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// A part is never presented as the whole.
func TestReportsSayHowMuchTheyLookedAt(t *testing.T) {
	t.Parallel()
	for total, want := range map[string][]string{
		`,"totalCount":3400,"totalCountCapped":false`: {
			"new posts: 3,400, before 3,400 (+0)\nvotes on those looked at, until now: 2,000; comments: 0\nlooked at: 2,000 of 3,400 posts of the period, newest first; 2,000 of 3,400 posts before, newest first\n",
			"looked at: 500 of 3,400 posts in Done, those with the most votes.",
		},
		`,"totalCount":5000,"totalCountCapped":true`: {
			"new posts: more than 5,000, before more than 5,000\nvotes on those looked at", "looked at: 500 of more than 5,000 posts in Done, those with the most votes.",
		},
		``: {
			"new posts: at least 2,000, before at least 2,000\nvotes on those looked at, until now: 2,000; comments: 0\nlooked at: 2,000 posts of the period; there are more, newest first; ",
			"looked at: 500 posts in Done; there are more, those with the most votes.",
		},
	} {
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: func() time.Time { return time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC) }}, Account: engine.Account{Client: clientOf(t, vast(t, total).URL)}}
		report, _ := enginetest.CallIn(t, env, tools.Inventory().Lookup("feedback_report"), `{}`)
		draft, _ := enginetest.CallIn(t, env, tools.Inventory().Lookup("draft_changelog"), `{}`)
		if !strings.Contains(report, want[0]) || !strings.Contains(report, "\nby board: 64b0c2f19d3e5a7788990011 2,000\nby status of today: Done 2,000\n") ||
			!strings.Contains(report, "\nunanswered: not known, since no status is the one that posts start with") {
			t.Errorf("want %s\n%s", want[0], report)
		}
		if !strings.Contains(draft, want[1]) || !strings.Contains(draft, "\nnot in the draft: 480 posts with fewer votes, 480 in all;") {
			t.Errorf("want %s\n%s", want[1], draft)
		}
	}
}

// Without a status that means finished there is nothing to draft, and the answer says why.
func TestADraftNeedsAStatusThatMeansFinished(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/posts/search" {
			t.Error("a search for nothing")
		}
		_, _ = fmt.Fprint(w, `{"object":"list","data":[],"nextCursor":null}`)
	}))
	defer server.Close()
	text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: clientOf(t, server.URL)}}, tools.Inventory().Lookup("draft_changelog"), `{}`)
	if isError || !strings.HasSuffix(text, "finished posts: none, since no status of posts has the type completed") {
		t.Error(text)
	}
}

// Where nothing was finished, nothing is said of it but that.
func TestADraftOfNothingIsShort(t *testing.T) {
	t.Parallel()
	text, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{}), tools.Inventory().Lookup("draft_changelog"), `{"since":"2026-11-01T11:59:00Z"}`)
	if isError || !strings.HasSuffix(text, "\nlooked at: no posts in Shipped, changed since then\nto announce: nothing") {
		t.Error(text)
	}
}

// A report of a period in the future is refused, with the current time.
func TestReportsOfTheFutureAreRefused(t *testing.T) {
	t.Parallel()
	env := envOn(t, sandbox.Options{})
	for tool, arguments := range map[string]string{"feedback_report": `{"startDate":"2027-01-01"}`, "draft_changelog": `{"since":"2027-01-01"}`} {
		if text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup(tool), arguments); !isError || !strings.Contains(text, "; it is now 2026-11-01 12:00Z\nDo not retry unchanged") {
			t.Error(text)
		}
	}
}

// A call that is cancelled ends all of its requests, at once, and leaves nothing behind.
func TestACancelledReportStops(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for tool, parts := range map[string]int{"feedback_report": 2, "draft_changelog": 4, "support_report": 6, "survey_summary": 1} { // parts: at the same time, at first
		arrived, gone := make(chan string, 100), make(chan string, 100)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = r.Body.Read(make([]byte, 4096)) // the server notices that a client has gone once the body is read
			arrived <- r.URL.Path
			<-r.Context().Done()
			gone <- r.URL.Path
		}))
		ctx, cancel := context.WithCancel(t.Context())
		c := clientOf(t, server.URL)
		done := make(chan *mcp.CallToolResult, 1)
		go func() {
			op := tools.Inventory().Lookup(tool)
			res, err := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: slog.New(slog.DiscardHandler)}, Account: engine.Account{Client: c}}.Handler(op)(ctx, enginetest.Request(tool, `{}`))
			if err != nil {
				t.Error(err)
			}
			done <- res
		}()
		for range parts {
			<-arrived
		}
		cancel()
		res := <-done
		for range parts {
			<-gone
		}
		if text := res.Content[0].(mcp.TextContent).Text; !res.IsError || !strings.Contains(text, "the call was cancelled") {
			t.Errorf("%s: %s", tool, text)
		}
		c.Drain(context.WithoutCancel(t.Context()))
		server.Close()
	}
}

// An impossible period is refused before any request.
func TestPeriodsThatAreNone(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, 500, "{}")
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: func() time.Time { return time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC) }}, Account: engine.Account{Client: api.Client(t)}}
	for arguments, want := range map[string]string{
		`{"startDate":"2026-10-20","endDate":"2026-10-10"}`:                     "endDate: it lies before startDate, 2026-10-20",
		`{"startDate":"2026-11-02"}`:                                            "has not begun; it is now 2026-11-01 12:00Z",
		`{"startDate":"2026-10-01","endDate":"2026-10-02","period":"week"}`:     "period: leave it out",
		`{"startDate":"2026-10-1"}`:                                             `not a date such as 2026-03-02: "2026-10-1"`,
		`{"endDate":"2026-02-30"}`:                                              "not a date",
		`{"timezone":"Mars/Olympus"}`:                                           `unknown time zone "Mars/Olympus"`,
		`{"timezone":"Local"}`:                                                  "unknown time zone",
		`{"period":"year"}`:                                                     "period",
		`{"unansweredDays":0}`:                                                  "unansweredDays",
		`{"boardId":"64b0c2f19d3e5a7788990011","startDate":"tomorrow morning"}`: "not a date",
	} {
		text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup("feedback_report"), arguments)
		if !isError || !strings.Contains(text, want) || !strings.Contains(text, input.Unchanged) {
			t.Errorf("%s: %s", arguments, text)
		}
	}
	if sent := api.Arrived(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}
