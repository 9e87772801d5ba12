package workflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// conversationRow is a row of a list of conversations, as a model reads it.
type conversationRow struct {
	ID           string `json:"id"`
	State        string `json:"state"`
	Customer     string `json:"customer"`
	Company      string `json:"company"`
	Revenue      string `json:"revenue"`
	Waits        string `json:"waits"`
	SnoozedUntil string `json:"snoozedUntil"`
}

// conversationRows follows a list or a search of conversations to its end.
func conversationRows(t *testing.T, server *mcpclient.Client, tool, arguments string) []conversationRow {
	t.Helper()
	var all []conversationRow
	for cursor := ""; ; {
		asked := arguments
		if cursor != "" {
			asked = strings.TrimSuffix(arguments, "}") + fmt.Sprintf(`,"cursor":%q}`, cursor)
		}
		answer, isError := enginetest.Ask(t, server, tool, asked)
		var page struct {
			Data       []conversationRow `json:"data"`
			NextCursor string            `json:"nextCursor"`
			Note       string            `json:"note"`
			Missing    string            `json:"missing"`
		}
		if err := json.Unmarshal([]byte(answer), &page); err != nil || isError || page.Note != "" || page.Missing != "" {
			t.Fatalf("%s %s: %v: %s", tool, asked, err, answer)
		}
		all = append(all, page.Data...)
		if cursor = page.NextCursor; cursor == "" {
			return all
		}
	}
}

var (
	digestWaits = regexp.MustCompile(`(?m)^waiting: (?:the (customer|team) waits for the (?:team|customer) since (\S+?)(?:, unless the bot's answer of (\S+) was enough)?|nobody: .*)$`)
	threadWaits = regexp.MustCompile(`(?m)^waits: (.*)$`)
)

// A conversation has one truth about who waits. Rows of lists and searches, the conversation itself, its summary and the list of all who wait
// tell the same one, and the same customer.
func TestWhoWaitsIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		waiting, _ := everyWaiter(t, server, `{"channel":["inbox"],"limit":30}`)
		contacts := map[string]rawContact{}
		for _, c := range everything[rawContact](f, "/v2/contacts", url.Values{"contactType": {"all"}}) {
			contacts[c.ID] = c
		}
		listed := conversationRows(t, server, "list_conversations", `{"limit":25}`)
		found := conversationRows(t, server, "search_conversations", `{"query":[{"field":"state","operator":"IN","value":["open","snoozed","closed"]}],"limit":25}`)
		if slices.SortFunc(found, func(a, b conversationRow) int { return strings.Compare(a.ID, b.ID) }); len(found) < 80 {
			t.Fatalf("%d conversations", len(found))
		}
		kinds := map[string]int{}
		for _, row := range listed {
			i, ok := slices.BinarySearchFunc(found, row.ID, func(r conversationRow, id string) int { return strings.Compare(r.ID, id) })
			if !ok || found[i] != row {
				t.Errorf("listed %+v, found %+v", row, found[i])
			}
			plain := one[rawThread](f, "/v2/conversations/"+row.ID)
			contact := contacts[plain.Participants[0].ID]
			company, revenue := "", ""
			if len(contact.Companies) > 0 {
				company, revenue = contact.Companies[0].Name, spending(contact.Companies...)
			}
			if row.Customer != contact.Name || row.Company != company || row.Revenue != revenue {
				t.Errorf("%+v is of %+v", row, contact)
			}
			summary, _ := enginetest.Ask(t, server, "summarize_conversation", `{"conversationId":"`+row.ID+`"}`)
			said := digestWaits.FindStringSubmatch(summary)
			want := ""
			switch {
			case said == nil:
				t.Fatalf("%s: nothing about waiting: %s", row.ID, summary)
			case said[1] != "" && said[3] != "":
				want = said[1] + " since " + said[2] + "; a bot answered " + said[3]
			case said[1] != "":
				want = said[1] + " since " + said[2]
			}
			kinds[said[1]]++
			if said[3] != "" {
				kinds["bot"]++
			}
			thread, _ := enginetest.Ask(t, server, "get_conversation", `{"conversationId":"`+row.ID+`"}`)
			whole := ""
			if line := threadWaits.FindStringSubmatch(thread); line != nil {
				whole = line[1]
			}
			awaited := ""
			for _, w := range waiting["inbox"] {
				if w.ID == row.ID {
					awaited = "customer since " + w.Since.Format("2006-01-02T15:04Z")
				}
			}
			before, _, _ := strings.Cut(want, ";")
			if row.Waits != want || whole != want || awaited != before && strings.HasPrefix(want, "customer") || awaited != "" && !strings.HasPrefix(want, "customer") {
				t.Errorf("%s waits by its row %q, itself %q, its summary %q, among all who wait %q", row.ID, row.Waits, whole, want, awaited)
			}
			if (row.State == "snoozed") != (row.SnoozedUntil != "") {
				t.Errorf("%+v", row)
			}
		}
		for _, kind := range []string{"", "customer", "team", "bot"} { // without these the sandbox would prove nothing
			if kinds[kind] == 0 {
				t.Errorf("none of %q among %v", kind, kinds)
			}
		}
	})
}

// countingEnv is surroundings on a sandbox that count the requests by their operation.
func countingEnv(t *testing.T, box *sandbox.Sandbox) (engine.Env, func() map[string]int) {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int{}
	under := box.Transport()
	digits := regexp.MustCompile(`/[0-9a-f]{5,24}`)
	c := enginetest.Client(t, enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		counts[r.Method+" "+digits.ReplaceAllString(r.URL.Path, "/id")]++
		mu.Unlock()
		return under.RoundTrip(r)
	})))
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: box.Now}, Account: engine.Account{Client: c, Names: enginetest.Names(c)}}
	return env, func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		made := counts
		counts = map[string]int{}
		return made
	}
}

// However long a page is, its rows take a bounded number of requests, and the answer says which rows go without. What the caller may not read is not read.
func TestRowsAskForNoMoreThanTheySay(t *testing.T) {
	t.Parallel()
	env, requests := countingEnv(t, enginetest.Box(t, sandbox.Options{}))
	op := tools.Inventory().Lookup("list_conversations")
	answer, _ := enginetest.CallIn(t, env, op, `{"limit":60}`)
	made := requests()
	const note = `"note":"company, revenue, snoozedUntil and waits are read for 25 rows; not for the last 35 of this page"`
	if made["GET /v2/conversations/id"] > 25 || made["GET /v2/contacts/id"] > 25 || !strings.Contains(answer, note) {
		t.Errorf("%v: %s", made, answer)
	}
	if answer, _ = enginetest.CallIn(t, env, op, `{"limit":5,"detail":"full"}`); len(requests()) > 3 || strings.Contains(answer, `"waits"`) {
		t.Errorf("the fields of the API alone are meant: %s", answer)
	}
	for _, tc := range []struct {
		off           string
		with, without []string
	}{
		{"get_conversation", []string{`"company"`, `"customer"`}, []string{`"waits"`, `"note"`}},
		{"get_contact", []string{`"waits"`}, []string{`"revenue"`}},
	} {
		env.Reads = func(operation string) bool { return operation != tc.off }
		answer, isError := enginetest.CallIn(t, env, op, `{"limit":30}`)
		for _, text := range tc.with {
			if isError || !strings.Contains(answer, text) {
				t.Errorf("without %s: no %s in %s", tc.off, text, answer)
			}
		}
		for _, text := range tc.without {
			if strings.Contains(answer, text) {
				t.Errorf("without %s: %s in %s", tc.off, text, answer)
			}
		}
	}
	env.Names, env.Reads = nil, nil
	requests()
	answer, _ = enginetest.CallIn(t, env, tools.Inventory().Lookup("search_conversations"), `{"query":[{"field":"state","operator":"=","value":"open"}],"limit":30}`)
	if made := requests(); len(made) != 1 || !strings.Contains(answer, `"customer"`) || !strings.Contains(answer, `"company"`) {
		t.Errorf("%v: %s", made, answer)
	}
}

// What fails is named, and the rows are shown without it.
func TestRowsDoWithoutWhatFails(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{}).Transport()
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v2/contacts/") {
			return enginetest.Response(http.StatusForbidden, `{"error":{"type":"authorization_error","code":"forbidden","message":"Not for you"}}`), nil
		}
		return box.RoundTrip(r)
	}))})
	answer, isError := enginetest.Ask(t, server, "list_conversations", `{"limit":5}`)
	if isError || !strings.Contains(answer, `"waits":"`) || !strings.Contains(answer, `"missing":"the companies of customers (5 of 5 requests): `) || !json.Valid([]byte(answer)) {
		t.Error(answer)
	}
}

// A host that waits for nothing gets its rows at once: facts that do not come in time are left out.
func TestRowsDoNotWaitForEver(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	under, hold := box.Transport(), make(chan struct{})
	defer close(hold)
	c := enginetest.Client(t, client.Config{BaseURL: "http://127.0.0.1:1", NoAuth: true, Transport: enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v2/conversations/") {
			select {
			case <-hold:
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		return under.RoundTrip(r)
	})})
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: c, Names: enginetest.Names(c)}}
	env.Names.Patience = time.Millisecond
	answer, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup("list_conversations"), `{"limit":3}`)
	if isError || strings.Contains(answer, `"waits"`) || !strings.Contains(answer, `"missing":"who waits (`) || strings.Count(answer, `"id":`) != 3 {
		t.Error(answer)
	}
}
