package workflow_test

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// Who waits is held to what this file finds out by itself, over plain HTTP: every thread and every comment is read there.

type rawThread struct {
	ID, State, TicketURL, Title     string
	TicketNumber                    int
	Open                            *bool
	CreatedAt                       time.Time
	AdminAssigneeID, TeamAssigneeID *string
	AssigneeID                      *string
	Author                          rawAuthor
	Participants                    []rawAuthor
	Source                          struct{ Author rawAuthor }
	Parts                           []rawPart `json:"conversationParts"`
}

type rawAuthor struct{ ID, Name, Type string }

type rawPart struct {
	PartType  string
	CreatedAt time.Time
	Author    *rawAuthor
}

// waiter is one who waits, as a row says it.
type waiter struct {
	ID            string
	Since         time.Time // to the minute
	Days          int
	Who           string // customer, companies and revenue
	They, We, Bot string // days
}

// inbox is everybody who waits in a channel, in no order, with what filters ask for.
type inbox struct {
	waiter
	assignee, team, board string
	answered              bool
	revenue               float64
	known                 bool
	at                    time.Time // since when, exactly
}

// turn is what somebody said to the other side.
type turn struct {
	who string
	at  time.Time
	by  rawAuthor
}

// judge says of a thread whether a customer waits, and how a row says it.
func (f *facts) judge(turns []turn, contacts map[string]rawContact, now time.Time) (inbox, bool) {
	plain := make([]rawWords, len(turns))
	for i, t := range turns {
		plain[i] = rawWords{t.who, t.at}
	}
	who, since, bot := waits(plain)
	var w inbox
	if who != "customer" {
		return w, false
	}
	w.at, w.Since, w.Days = since, since.Truncate(time.Minute), int(now.Sub(since).Hours()/24)
	if !bot.IsZero() {
		w.Bot = bot.Format(time.DateOnly)
	}
	var last rawAuthor
	for _, t := range turns {
		switch t.who {
		case "customer":
			w.They, last = t.at.Format(time.DateOnly), t.by
		case "team":
			w.We, w.answered = t.at.Format(time.DateOnly), true
		}
	}
	contact, found := contacts[last.ID]
	if !found {
		f.t.Fatalf("nobody has the id %q", last.ID)
	}
	w.Who = contact.Name + ", no company"
	if len(contact.Companies) > 0 {
		w.Who = contact.Name + ", " + contact.Companies[0].Name + ", revenue " + spending(contact.Companies...)
		w.known = contact.Companies[0].MonthlySpend != nil
		if w.known {
			w.revenue = *contact.Companies[0].MonthlySpend
		}
	}
	return w, true
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// parts are the turns of the parts of a thread.
func (c rawThread) turns(opening rawAuthor) []turn {
	list := []turn{{side(opening.Type), c.CreatedAt, opening}}
	for _, p := range c.Parts {
		if p.Author != nil && p.PartType != "admin_note" {
			list = append(list, turn{side(p.Author.Type), p.CreatedAt, *p.Author})
		}
	}
	return list
}

// whoWaits is everybody who waits, by channel.
func (f *facts) whoWaits(now time.Time) map[string][]inbox {
	contacts := map[string]rawContact{}
	for _, c := range everything[rawContact](f, "/v2/contacts", url.Values{"contactType": {"all"}}) {
		contacts[c.ID] = c
	}
	all := map[string][]inbox{}
	for _, c := range everything[rawThread](f, "/v2/conversations", nil) {
		c = one[rawThread](f, "/v2/conversations/"+c.ID)
		if w, ok := f.judge(c.turns(c.Source.Author), contacts, now); ok && c.State != "closed" {
			w.ID, w.assignee, w.team = c.ID, deref(c.AdminAssigneeID), deref(c.TeamAssigneeID)
			all["inbox"] = append(all["inbox"], w)
		}
	}
	for _, c := range everything[rawThread](f, "/v2/tickets", nil) {
		c = one[rawThread](f, "/v2/tickets/"+strconv.Itoa(c.TicketNumber))
		if w, ok := f.judge(c.turns(c.Author), contacts, now); ok && *c.Open {
			w.ID, w.assignee, w.team = strconv.Itoa(c.TicketNumber), deref(c.AssigneeID), deref(c.TeamAssigneeID)
			all["tickets"] = append(all["tickets"], w)
		}
	}
	said := map[string][]turn{}
	for _, c := range everything[rawComment](f, "/v2/comments", url.Values{"privacy": {"all"}}) {
		public := !c.IsPrivate && !c.IsSpam && !c.IsDeleted && (!c.InReview || c.Author.Type != "admin")
		if c.PostID != "" && public {
			said[c.PostID] = append(said[c.PostID], turn{side(c.Author.Type), c.CreatedAt, *c.Author})
		}
	}
	for _, p := range f.posts {
		turns := append([]turn{{side(p.Author.Type), p.CreatedAt, *p.Author}}, said[p.ID]...)
		slices.SortStableFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) })
		open := f.status[p.Status.ID].Type != "completed" && f.status[p.Status.ID].Type != "canceled"
		if w, ok := f.judge(turns, contacts, now); ok && open {
			w.ID, w.assignee, w.board = p.PostURL[strings.LastIndexByte(p.PostURL, '/')+1:], deref(p.AssigneeID), f.boards[p.BoardID].Name
			all["posts"] = append(all["posts"], w)
		}
	}
	return all
}

var (
	laneHead  = regexp.MustCompile(`(?m)^(inbox|tickets|posts): (nobody|[\d,]+) waits?\b`)
	waiterRow = regexp.MustCompile(`^\[([^]]+)\] (\d+) days? since (\S+Z)(?:, a bot answered (\S+))?(?:, |$)`)
	waiterSay = regexp.MustCompile(`^  (they|we)(?: (\d{4}-\d\d-\d\d))?: `)
	onward    = regexp.MustCompile(`(?m)^nextCursor: (\S+)$`)
)

// readWaiters reads the rows of an answer, and how many wait by its words.
func readWaiters(t *testing.T, answer string) (rows map[string][]waiter, counts map[string]int) {
	t.Helper()
	rows, counts = map[string][]waiter{}, map[string]int{}
	channel := ""
	var last *waiter
	who := false
	for line := range strings.Lines(answer) {
		line = strings.TrimSuffix(line, "\n")
		if head := laneHead.FindStringSubmatch(line); head != nil {
			channel = head[1]
			if head[2] != "nobody" {
				counts[channel] = numeral(head[2])
			}
			continue
		}
		if row := waiterRow.FindStringSubmatch(line); row != nil {
			since, err := time.Parse("2006-01-02T15:04Z", row[3])
			days, err2 := strconv.Atoi(row[2])
			if err != nil || err2 != nil {
				t.Fatalf("%q: %v %v", line, err, err2)
			}
			if _, slug, whole := strings.Cut(line, "/p/"); whole { // of a single row
				row[1] = slug
			}
			rows[channel] = append(rows[channel], waiter{ID: row[1], Since: since, Days: days, Bot: row[4]})
			last, who = &rows[channel][len(rows[channel])-1], true
			continue
		}
		switch said := waiterSay.FindStringSubmatch(line); {
		case last == nil || !strings.HasPrefix(line, "  "):
		case who:
			last.Who, who = strings.TrimSpace(line), false
		case said != nil && said[1] == "they":
			last.They = said[2]
		case said != nil:
			last.We = said[2]
		}
	}
	return rows, counts
}

// everyWaiter follows the cursor of a call to its end.
func everyWaiter(t *testing.T, server *mcpclient.Client, arguments string) (rows map[string][]waiter, counts map[string]int) {
	t.Helper()
	rows = map[string][]waiter{}
	cursor := ""
	for calls := 0; ; calls++ {
		asked := arguments
		if cursor != "" {
			asked = strings.TrimSuffix(arguments, "}") + fmt.Sprintf(`,"cursor":%q}`, cursor)
		}
		answer, isError := enginetest.Ask(t, server, "awaiting_reply", asked)
		if isError || calls > 100 {
			t.Fatalf("%s: %s", asked, answer)
		}
		enginetest.CheckAnswer(t, answer)
		if n := enginetest.Tokens(t, answer); n > 2500 && !strings.Contains(asked, `"limit":30`) {
			t.Errorf("%s: %d tokens:\n%s", asked, n, answer)
		}
		page, count := readWaiters(t, answer)
		if calls == 0 {
			counts = count
		}
		for channel, list := range page {
			rows[channel] = append(rows[channel], list...)
		}
		next := onward.FindStringSubmatch(answer)
		if next == nil {
			return rows, counts
		}
		cursor = next[1]
	}
}

// Everybody who waits is shown once, in the order that was asked for and with their own figures, however the call is narrowed.
func TestWhoWaitsIsCounted(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(o.now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
			all := f.whoWaits(o.now)
			for channel, least := range map[string]int{"inbox": 10, "tickets": 4, "posts": 50} {
				if len(all[channel]) < least {
					t.Errorf("only %d wait in %s", len(all[channel]), channel)
				}
			}
			busiest := all["inbox"][0]
			for _, w := range all["inbox"] {
				if w.assignee != "" {
					busiest = w
				}
			}
			everybody := func(string, inbox) bool { return true }
			for _, tc := range []struct {
				name, arguments string
				keep            func(channel string, w inbox) bool
				worth           bool
			}{
				{"all of them", `{"limit":30}`, everybody, false},
				{"in small answers", `{"channel":["inbox","tickets"],"limit":4}`, func(channel string, _ inbox) bool { return channel != "posts" }, false},
				{"by revenue, on a board", `{"sort":"revenue","boardId":"Bugs","limit":30}`, func(_ string, w inbox) bool { return w.board == "Bugs" }, true},
				{"by revenue, in small answers", `{"sort":"revenue","channel":["inbox"],"limit":4}`, func(channel string, _ inbox) bool { return channel == "inbox" }, true},
				{"for a hundred days and longer", `{"minDays":100,"limit":30}`, func(_ string, w inbox) bool { return !w.at.After(o.now.AddDate(0, 0, -100)) }, false},
				{"those who came back", `{"answeredBefore":true,"limit":30}`, func(_ string, w inbox) bool { return w.answered }, false},
				{"those without any answer", `{"answeredBefore":false,"channel":["inbox","tickets"],"limit":30}`, func(channel string, w inbox) bool { return !w.answered && channel != "posts" }, false},
				{"of a team", fmt.Sprintf(`{"team":%q,"limit":30}`, busiest.team), func(_ string, w inbox) bool { return w.team == busiest.team && w.board == "" }, false},
				{"of an admin", fmt.Sprintf(`{"assignee":%q,"limit":30}`, busiest.assignee), func(_ string, w inbox) bool { return w.assignee == busiest.assignee }, false},
			} {
				got, counts := everyWaiter(t, server, tc.arguments)
				for channel, list := range all {
					list = slices.DeleteFunc(slices.Clone(list), func(w inbox) bool { return !tc.keep(channel, w) })
					slices.SortFunc(list, func(a, b inbox) int {
						if tc.worth && a.known != b.known {
							return map[bool]int{true: -1, false: 1}[a.known]
						}
						if tc.worth && a.revenue != b.revenue {
							return cmp.Compare(b.revenue, a.revenue)
						}
						return a.at.Compare(b.at)
					})
					var want []waiter
					for _, w := range list {
						want = append(want, w.waiter)
					}
					if diff := gocmp.Diff(want, got[channel]); diff != "" {
						t.Errorf("%s, %s: %s", tc.name, channel, diff)
					}
					if counts[channel] != len(want) {
						t.Errorf("%s, %s: %d are said to wait, not %d", tc.name, channel, counts[channel], len(want))
					}
				}
			}
		})
	}
}
