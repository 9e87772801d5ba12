package workflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// write makes a request to a sandbox over plain HTTP and returns the answer.
func write(t *testing.T, box *sandbox.Sandbox, method, path, body string) map[string]any {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d %v %s", method, path, w.Code, err, w.Body)
	}
	return out
}

// The people of the sandbox that these tests write as.
const (
	aCustomer = "697deec0623617b53800007a"
	anAdmin   = "64b921c0e5cde7fdda000002"
)

// Only what both sides can read is an answer: not a note, not a private comment, and not a customer's own next message.
func TestOnlyAnAnswerEndsTheWait(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport())})
	conversation, _ := write(t, box, "POST", "/v2/conversations", `{"from":{"type":"contact","id":"`+aCustomer+`"},"bodyMarkdown":"Where is my **export**?"}`)["id"].(string)
	category := write(t, box, "GET", "/v2/tickets?limit=1&categoryType=customer", "")["data"].([]any)[0].(map[string]any)["ticketCategoryId"].(string)
	ticket := fmt.Sprint(write(t, box, "POST", "/v2/tickets", `{"author":{"id":"`+aCustomer+`"},"ticketCategoryId":"`+category+`","title":"No file","content":"<p>The export is <b>empty</b>.</p>"}`)["ticketNumber"])
	board := ""
	for _, b := range factsOf(t, sandbox.Options{}).boards {
		if b.Name == "Client portal" {
			board = b.ID
		}
	}
	created := write(t, box, "POST", "/v2/posts", `{"boardId":"`+board+`","title":"An export that is complete","content":"<p>All rows, please.</p>","author":{"id":"`+aCustomer+`"}}`)
	postID, _ := created["id"].(string)
	_, slug, _ := strings.Cut(created["postUrl"].(string), "/p/")
	reply := func(by, kind string) {
		write(t, box, "POST", "/v2/conversations/"+conversation+"/reply", `{"type":"`+by+`","id":"`+map[string]string{"admin": anAdmin, "contact": aCustomer}[by]+`","messageType":"`+kind+`","bodyMarkdown":"`+by+" "+kind+`"}`)
		who := map[string]string{"admin": `"adminId":"` + anAdmin + `","messageType":"` + map[string]string{"reply": "comment", "note": "note"}[kind] + `"`, "contact": `"contactId":"` + aCustomer + `"`}[by]
		write(t, box, "POST", "/v2/tickets/"+ticket+"/reply", `{"type":"`+by+`",`+who+`,"body":"<p>`+by+" "+kind+`</p>"}`)
		id := map[string]string{"admin": anAdmin, "contact": aCustomer}[by]
		write(t, box, "POST", "/v2/comments", `{"postId":"`+postID+`","author":{"id":"`+id+`"},"isPrivate":`+strconv.FormatBool(kind == "note")+`,"content":"<p>`+by+" "+kind+`</p>"}`)
	}
	first := box.Now()
	for i, step := range []struct {
		by, kind string
		waits    bool
		they, we string
		cameBack bool
	}{
		{"", "", true, "", "nothing yet", false},
		{"admin", "note", true, "", "nothing yet", false},
		{"contact", "reply", true, "contact reply", "nothing yet", false},
		{"admin", "reply", false, "", "", false},
		{"admin", "note", false, "", "", false},
		{"contact", "reply", true, "contact reply", "admin reply", true},
		{"admin", "note", true, "contact reply", "admin reply", true},
	} {
		if step.by != "" {
			reply(step.by, step.kind)
		}
		answers := map[string]string{}
		for _, arguments := range []string{`{"limit":30,"channel":["inbox","tickets"]}`, `{"limit":30,"boardId":"Client portal"}`} {
			for cursor, all := "", ""; ; {
				asked := arguments
				if cursor != "" {
					asked = strings.TrimSuffix(arguments, "}") + `,"cursor":"` + cursor + `"}`
				}
				answer, isError := enginetest.Ask(t, server, "awaiting_reply", asked)
				if isError {
					t.Fatal(answer)
				}
				all += answer
				next := onward.FindStringSubmatch(answer)
				if next == nil {
					answers[arguments] = all
					break
				}
				cursor = next[1]
			}
		}
		everything := strings.Join(slices.Collect(maps.Values(answers)), "")
		for _, id := range []string{conversation, ticket, slug} {
			row := regexp.MustCompile(`(?m)^\[` + regexp.QuoteMeta(id) + `\].*\n(?:  .*\n)+`).FindString(everything)
			if (row != "") != step.waits {
				t.Errorf("step %d, %s: %q", i, id, row)
				continue
			}
			if !step.waits {
				continue
			}
			if !strings.Contains(row, step.they) || !strings.Contains(row, "\n  we") || !strings.Contains(row, step.we) {
				t.Errorf("step %d, %s: they said %q, we %q, not\n%s", i, id, step.they, step.we, row)
			}
			if !strings.Contains(row, " since "+first.UTC().Format("2006-01-02T15:04Z")) {
				t.Errorf("step %d: all of it was within a minute of %s: %s", i, first, row)
			}
		}
		back, _ := everyWaiter(t, server, `{"answeredBefore":true,"channel":["inbox","tickets"],"limit":30}`)
		for channel, id := range map[string]string{"inbox": conversation, "tickets": ticket} {
			if slices.ContainsFunc(back[channel], func(w waiter) bool { return w.ID == id }) != step.cameBack {
				t.Errorf("step %d, %s: came back: %v", i, channel, step.cameBack)
			}
		}
	}
	write(t, box, "PATCH", "/v2/conversations/"+conversation, `{"state":"closed"}`)
	write(t, box, "PATCH", "/v2/tickets/"+ticket, `{"open":false}`)
	rows, _ := everyWaiter(t, server, `{"channel":["inbox","tickets"],"limit":30}`)
	for channel, id := range map[string]string{"inbox": conversation, "tickets": ticket} {
		if slices.ContainsFunc(rows[channel], func(w waiter) bool { return w.ID == id }) {
			t.Errorf("nobody waits in a closed one: %s", channel)
		}
	}
}

// An inbox that is larger than what one call reads is read in several, the oldest first, and nobody is left out or shown twice.
func TestALargeInboxIsReadInParts(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	for i := range 180 {
		write(t, box, "POST", "/v2/conversations", fmt.Sprintf(`{"from":{"type":"contact","id":%q},"bodyMarkdown":"Question number %d"}`, aCustomer, i))
	}
	env, requests := countingEnv(t, box)
	op := tools.Inventory().Lookup("awaiting_reply")
	for _, order := range []string{"longest", "revenue"} {
		seen := map[string]int{}
		said := 0
		for cursor, calls := "", 0; ; calls++ {
			answer, isError := enginetest.CallIn(t, env, op, fmt.Sprintf(`{"channel":["inbox"],"limit":30,"sort":%q,"cursor":%q}`, order, cursor))
			if isError || calls > 60 {
				t.Fatalf("%d calls: %s", calls, answer)
			}
			if made := requests(); made["GET /v2/conversations/id"] > 120 {
				t.Errorf("%v", made)
			}
			rows, counts := readWaiters(t, answer)
			for _, w := range rows["inbox"] {
				seen[w.ID]++
			}
			if cursor == "" {
				said = counts["inbox"]
				if !strings.Contains(answer, "; looked at: all 218 open and snoozed conversations, 120 threads; nextCursor goes on with the others; ") {
					t.Error(answer)
				}
			}
			next := onward.FindStringSubmatch(answer)
			if next == nil {
				break
			}
			cursor = next[1]
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s is shown %d times", order, id, n)
			}
		}
		if len(seen) < 200 || said > 120 {
			t.Errorf("%s: %d of more than 200 wait; the first answer says %d", order, len(seen), said)
		}
	}
}

// Posts with more comments than one call reads are read in several calls, too.
func TestPostsWithManyCommentsAreReadInParts(t *testing.T) {
	t.Parallel()
	under := enginetest.Box(t, sandbox.Options{}).Transport()
	count := regexp.MustCompile(`"commentCount":\d+`)
	api := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		res, err := under.RoundTrip(r)
		if err != nil || r.URL.Path != "/v2/posts/search" {
			return res, err
		}
		body, err := io.ReadAll(res.Body)
		res.Body = io.NopCloser(bytes.NewReader(count.ReplaceAll(body, []byte(`"commentCount":900`))))
		res.ContentLength = -1
		return res, err
	})
	want, _ := everyWaiter(t, enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}}), `{"boardId":"Integrations","limit":30}`)
	got, _ := everyWaiter(t, enginetest.Start(t, app.Config{Client: enginetest.Behind(api)}), `{"boardId":"Integrations","limit":30}`)
	for _, rows := range [][]waiter{want["posts"], got["posts"]} {
		slices.SortFunc(rows, func(a, b waiter) int { return strings.Compare(a.ID, b.ID) })
		for i := range rows {
			rows[i].Days = 0 // one of the servers has the clock of this machine
		}
	}
	if !slices.Equal(want["posts"], got["posts"]) || len(want["posts"]) < 10 {
		t.Errorf("%+v\nis not\n%+v", got["posts"], want["posts"])
	}
}

// A channel that fails is named as missing and not said to be empty; the others are given. Only without any of them does the call fail.
func TestWhoWaitsIsToldWithoutWhatFails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ failing, arguments, missing, with, without string }{
		{"searchConversations", `{}`, "the inbox", "\ntickets: ", "\ninbox: "},
		{"listTickets", `{}`, "the tickets", "\ninbox: ", "\ntickets: "},
		{"listPostStatuses", `{}`, "the posts", "\ninbox: ", "\nposts: "},
		{"getConversation", `{"channel":["inbox"]}`, "threads of the inbox (38 of 38 requests)", "\ninbox: nobody waits; looked at: all 38 open and snoozed conversations, 0 threads", "\n["},
		{"searchComments", `{"channel":["posts"]}`, "comments of posts (", "posts that are neither completed nor canceled, 0 public comments of ", "\ninbox: "},
		{"searchContacts", `{"channel":["inbox"]}`, "the companies of customers: ", "\ninbox: 2", "\nposts: "},
		{"listBoards", `{"channel":["posts"]}`, "the boards", "\nposts: ", "\ninbox: "},
	} {
		t.Run(tc.failing, func(t *testing.T) {
			t.Parallel()
			text, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{}, tc.failing), tools.Inventory().Lookup("awaiting_reply"), tc.arguments)
			if isError || !strings.Contains(text, "\nMissing here: "+tc.missing) || !strings.Contains(text, tc.with) || strings.Contains(text, tc.without) {
				t.Error(text)
			}
		})
	}
	text, isError := enginetest.CallIn(t, envOn(t, sandbox.Options{}, "searchConversations", "listTickets", "searchPosts"), tools.Inventory().Lookup("awaiting_reply"), `{}`)
	if !isError || !strings.HasPrefix(text, "awaiting_reply failed, since the conversations could not be had: ") {
		t.Error(text)
	}
}

// A thread that is deleted while it is looked at is nobody's wait, and no failure.
func TestAThreadThatIsGoneWaitsForNobody(t *testing.T) {
	t.Parallel()
	under := enginetest.Box(t, sandbox.Options{}).Transport()
	api := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v2/conversations/1008") {
			return enginetest.Response(http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Gone","status":404}}`), nil
		}
		return under.RoundTrip(r)
	})
	answer, isError := enginetest.Ask(t, enginetest.Start(t, app.Config{Client: enginetest.Behind(api)}), "awaiting_reply", `{"channel":["inbox"],"limit":30}`)
	if isError || strings.Contains(answer, "Missing") || strings.Contains(answer, "\n[1008") || !strings.Contains(answer, "all 38 open and snoozed conversations, 33 threads;") {
		t.Error(answer)
	}
}

// What contradicts itself is refused in words that help, and so is a cursor that no answer gave.
func TestWhoWaitsRefusesWhatIsAboutNothing(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	first, _ := enginetest.Ask(t, server, "awaiting_reply", `{"channel":["inbox"]}`)
	for arguments, want := range map[string]string{
		`{"boardId":"Bugs","team":"Support"}`:                      "awaiting_reply sent nothing: channel: none of them is left, since only posts have a board, and they have no team; leave out channel, boardId or team",
		`{"channel":["tickets"],"boardId":"Bugs"}`:                 "awaiting_reply sent nothing: channel: none of them is left",
		`{"boardId":"5f5f5f5f5f5f5f5f5f5f5f5f"}`:                   `awaiting_reply sent nothing: boardId: no board has the id "5f5f5f5f5f5f5f5f5f5f5f5f"; valid: Feature requests, `,
		`{"team":"Sales"}`:                                         `awaiting_reply sent nothing: team: no team is called "Sales"; `,
		`{"cursor":"made-up"}`:                                     "awaiting_reply sent nothing: cursor: damaged or made up",
		`{"channel":["mail"]}`:                                     "awaiting_reply sent nothing: channel[0]: ",
		`{"cursor":"` + onward.FindStringSubmatch(first)[1] + `"}`: "awaiting_reply sent nothing: cursor: it goes on with a call that had other arguments",
	} {
		if answer, isError := enginetest.Ask(t, server, "awaiting_reply", arguments); !isError || !strings.HasPrefix(answer, want) {
			t.Errorf("%s: %s", arguments, answer)
		}
	}
	answer, isError := enginetest.Ask(t, server, "awaiting_reply", `{"minDays":5000}`)
	if isError || strings.Count(answer, ": nobody waits for 5,000 days or more; ") != 3 || strings.Contains(answer, "nextCursor: ") {
		t.Error(answer)
	}
}

// However long and strange the texts of customers are, an answer costs no more than it should.
func TestWhoWaitsIsAffordable(t *testing.T) {
	t.Parallel()
	under := enginetest.Box(t, sandbox.Options{}).Transport()
	for what, unit := range map[string]string{
		"words": "The invoice for October shows the wrong address. ", "emoji": "🙂", "Japanese": "日本語の", "accents": "é", "tags": "<b>bold</b> ", "letters": "qzxvkj", "mixed": "aB3$",
	} {
		long := strings.Repeat(unit, 4000/len(unit))
		api := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
			res, err := under.RoundTrip(r)
			if err != nil || res.StatusCode != http.StatusOK {
				return res, err
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return nil, err
			}
			body = enginetest.ReplaceLeaves(t, body, func(name, _ string) (any, bool) {
				return long, slices.Contains([]string{"name", "title", "content", "bodyHtml", "bodyMarkdown"}, name) && !strings.Contains(r.URL.Path, "statuses")
			}, nil)
			res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			return res, nil
		})
		server := enginetest.Start(t, app.Config{Client: enginetest.Behind(api)})
		for _, tool := range []string{"awaiting_reply", "rank_requests"} {
			answer, isError := enginetest.Ask(t, server, tool, `{}`)
			n := enginetest.Tokens(t, answer)
			t.Logf("%s of %s: %d tokens, %d rows", tool, what, n, strings.Count(answer, "\n["))
			if isError || n > 2500 || strings.Count(answer, "\n  ") < 6 {
				t.Errorf("%s of %s costs %d tokens, at most 2500 are meant: %s", tool, what, n, answer)
			}
		}
	}
}
