package workflow_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	compare "github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// rawMatter is a conversation or a ticket with its messages.
type rawMatter struct {
	ID, Title, State            string
	TicketNumber                int
	TicketCategoryID            string
	Open                        bool
	SnoozedUntil                *time.Time
	CreatedAt                   time.Time
	TeamAssigneeID              *string
	AdminAssigneeID, AssigneeID *string
	Tags                        []struct{ Name string }
	Author                      struct{ Type string }
	Source                      struct {
		Channel string
		Author  struct{ Type string }
	}
	Parts []struct {
		PartType, Status string
		CreatedAt        time.Time
		Author           *struct{ Type string }
	} `json:"conversationParts"`
}

// deskFacts is what a report says of the inbox or of the tickets.
type deskFacts struct {
	New, Before, Closed, ClosedBefore, Open, Snoozed, Waiting int
	Ages                                                      [4]int
	Longest                                                   []string // since when, of those that have waited longest
	Answers, AnswersBefore, Closings, ClosingsBefore          speedFacts
	Team, Assignee, Tag, Channel, Category                    map[string][5]int
}

// speedFacts are times, and of how many they are known.
type speedFacts struct {
	Known, All, None int
	Median, Ninth    string
}

func TestSupportReportsCountWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(strconv.FormatUint(o.Seed, 10), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			inbox, tickets := f.threads()
			server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
			for _, q := range questionsOn(o.now) {
				if q.board+q.tag != "" {
					continue
				}
				text, isError := enginetest.Ask(t, server, "support_report", q.arguments)
				if isError {
					t.Fatalf("%s: %s", q.name, text)
				}
				zone, err := time.LoadLocation(q.zone)
				if err != nil {
					t.Fatal(err)
				}
				now := o.now.In(zone)
				first, last := q.start(now), q.end(now)
				firstBefore, lastBefore := q.before(now)
				if firstBefore.IsZero() {
					firstBefore, lastBefore = first.AddDate(0, 0, -2), first
				}
				f.compareDesk(text, "inbox", f.desk(inbox, now, first, last, firstBefore, lastBefore, func(th rawMatter) bool { return th.Source.Author.Type == "admin" }))
				f.compareDesk(text, "tickets", f.desk(tickets, now, first, last, firstBefore, lastBefore, func(th rawMatter) bool { return th.Author.Type == "admin" }))
				if tokens := enginetest.Tokens(t, text); tokens > mostTokens {
					t.Errorf("%s: %d tokens\n%s", q.name, tokens, text)
				}
			}
		})
	}
}

// threads reads all conversations and tickets, each with its messages.
func (f *facts) threads() (inbox, tickets []rawMatter) {
	f.t.Helper()
	for _, c := range everything[rawMatter](f, "/v2/conversations", nil) {
		c = one[rawMatter](f, "/v2/conversations/"+c.ID)
		c.AssigneeID = c.AdminAssigneeID
		inbox = append(inbox, c)
	}
	for _, c := range everything[rawMatter](f, "/v2/tickets", nil) {
		c = one[rawMatter](f, "/v2/tickets/"+strconv.Itoa(c.TicketNumber))
		c.Source.Author.Type = c.Author.Type
		switch c.State = "closed"; {
		case c.Open && c.SnoozedUntil != nil:
			c.State = "snoozed"
		case c.Open:
			c.State = "open"
		}
		tickets = append(tickets, c)
	}
	return inbox, tickets
}

// names reads the names of a list by ids.
func (f *facts) names(path string) map[string]string {
	f.t.Helper()
	all := map[string]string{}
	list := one[any](f, path)
	if envelope, ok := list.(map[string]any); ok {
		list = envelope["data"]
	}
	for _, item := range list.([]any) {
		o := item.(map[string]any)
		all[fmt.Sprint(o["id"])] = fmt.Sprint(o["name"])
	}
	return all
}

// desk works out what the report has to say.
func (f *facts) desk(all []rawMatter, now, first, last, firstBefore, lastBefore time.Time, ours func(rawMatter) bool) deskFacts {
	f.t.Helper()
	teams, admins, categories := f.names("/v2/teams"), f.names("/v2/admins"), f.names("/v2/tickets/categories")
	d := deskFacts{Team: map[string][5]int{}, Assignee: map[string][5]int{}, Tag: map[string][5]int{}, Channel: map[string][5]int{}, Category: map[string][5]int{}}
	in := func(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }
	var waits []time.Time
	var times [4][]time.Duration
	for _, th := range all {
		var row [5]int
		mark := func(i int) { row[i] = 1 }
		fresh, earlier := in(th.CreatedAt, first, last), in(th.CreatedAt, firstBefore, lastBefore)
		if fresh {
			d.New++
			mark(0)
		} else if earlier {
			d.Before++
			mark(1)
		}
		closed, answered := time.Time{}, time.Time{}
		waiting := time.Time{}
		if !ours(th) {
			waiting = th.CreatedAt
		}
		for _, p := range th.Parts {
			if p.PartType == "status" && p.Status == "closed" {
				closed = p.CreatedAt
			}
			if p.Author == nil || p.PartType == "admin_note" || !strings.HasSuffix(p.PartType, "_msg") {
				continue
			}
			switch p.Author.Type {
			case "admin":
				if waiting = (time.Time{}); answered.IsZero() {
					answered = p.CreatedAt
				}
			case "bot":
			default:
				if waiting.IsZero() {
					waiting = p.CreatedAt
				}
			}
		}
		switch th.State {
		case "closed":
			if in(closed, first, last) {
				d.Closed++
				mark(2)
			} else if in(closed, firstBefore, lastBefore) {
				d.ClosedBefore++
			}
		case "open":
			d.Open++
			mark(3)
		default:
			d.Snoozed++
			mark(3)
		}
		if th.State != "closed" && !waiting.IsZero() && (th.TicketNumber <= 0 || !ours(th)) {
			d.Waiting++
			mark(4)
			waits = append(waits, waiting)
			age := now.Sub(waiting).Hours() / 24
			d.Ages[slices.IndexFunc([]float64{1, 3, 7, math.Inf(1)}, func(most float64) bool { return age < most })]++
		}
		add := func(counts map[string][5]int, name string) {
			if row == [5]int{} {
				return
			}
			sum := counts[cmp.Or(name, "none")]
			for i := range sum {
				sum[i] += row[i]
			}
			counts[cmp.Or(name, "none")] = sum
		}
		add(d.Team, teams[text(th.TeamAssigneeID)])
		add(d.Assignee, admins[text(th.AssigneeID)])
		if th.TicketNumber > 0 {
			add(d.Category, categories[th.TicketCategoryID])
		} else {
			add(d.Channel, th.Source.Channel)
			if len(th.Tags) == 0 {
				add(d.Tag, "")
			}
			for _, tag := range th.Tags {
				add(d.Tag, tag.Name)
			}
		}
		if ours(th) || !fresh && !earlier {
			continue
		}
		answers, closings, at := &d.Answers, &d.Closings, 0
		if earlier {
			answers, closings, at = &d.AnswersBefore, &d.ClosingsBefore, 1
		}
		answers.All++
		closings.All++
		if answered.IsZero() {
			answers.None++
		} else {
			times[at] = append(times[at], answered.Sub(th.CreatedAt))
		}
		if th.State != "closed" {
			closings.None++
		} else {
			times[2+at] = append(times[2+at], closed.Sub(th.CreatedAt))
		}
	}
	for i, of := range []*speedFacts{&d.Answers, &d.AnswersBefore, &d.Closings, &d.ClosingsBefore} {
		of.measure(times[i])
	}
	slices.SortFunc(waits, time.Time.Compare)
	for _, since := range waits[:min(3, len(waits))] {
		d.Longest = append(d.Longest, since.In(now.Location()).Format("2006-01-02 15:04Z07:00"))
	}
	return d
}

// measure works out the median, and the time within which nine of ten lie.
func (s *speedFacts) measure(times []time.Duration) {
	if s.Known = len(times); s.Known == 0 {
		return
	}
	slices.Sort(times)
	median := times[s.Known/2]
	if s.Known%2 == 0 {
		median = (times[s.Known/2-1] + median) / 2
	}
	within := 1
	for within*10 < s.Known*9 {
		within++
	}
	say := func(d time.Duration) string {
		switch hours := d.Hours(); {
		case hours < 2:
			return fmt.Sprintf("%.0f min", d.Minutes())
		case hours < 48:
			return fmt.Sprintf("%.1f h", hours)
		default:
			return fmt.Sprintf("%.1f days", hours/24)
		}
	}
	s.Median, s.Ninth = say(median), say(times[within-1])
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

var (
	lineOfNew     = regexp.MustCompile(`^(?:inbox|tickets) new: (\d+), before (\d+) \([+-]\d+\)$`)
	lineOfClosed  = regexp.MustCompile(`^closed in the period, by when they were closed last: (\d+), before (\d+) \([+-]\d+\)$`)
	lineOfOpenNow = regexp.MustCompile(`^open now: (\d+), and (\d+) snoozed$`)
	lineOfWaiting = regexp.MustCompile(`^waiting for the team now: (\d+)(?: \(less than a day (\d+), 1 to 3 days (\d+), 3 to 7 days (\d+), 7 days or more (\d+)\))?`)
	lineOfLongest = regexp.MustCompile(`^- (?:conversation|ticket) \d+, .*, since (\S+ \S+): ".*"$`)
	lineOfSpeed   = regexp.MustCompile(`^(first answer by the team|resolution, from created to closed), of the new ones by customers: (.*); before: (.*)$`)
	aSpeed        = regexp.MustCompile(`^(?:median (.+), nine of ten within (.+) \()?known of (\d+) of the (\d+)(?:, (\d+) not yet)?\)?$`)
	aRow          = regexp.MustCompile(`([^;/]+?) (\d+) \((\d+)\) / (\d+) / (\d+) / (\d+)(?:; |$)`)
)

// compareDesk compares the lines of an answer about the inbox or the tickets with what there is.
func (f *facts) compareDesk(answer, what string, want deskFacts) {
	f.t.Helper()
	_, rest, found := strings.Cut(answer, "\n"+what+" new: ")
	if !found {
		f.t.Fatalf("nothing of the %s in\n%s", what, answer)
	}
	rest, _, _ = strings.Cut(what+" new: "+rest, "\n\n")
	got := deskFacts{Team: map[string][5]int{}, Assignee: map[string][5]int{}, Tag: map[string][5]int{}, Channel: map[string][5]int{}, Category: map[string][5]int{}}
	numbers := func(of *regexp.Regexp, line string, into ...*int) {
		if found := of.FindStringSubmatch(line); found != nil {
			for i, n := range into {
				*n = numeral(found[i+1])
			}
		}
	}
	for line := range strings.Lines(rest) {
		line = strings.TrimSuffix(line, "\n")
		numbers(lineOfNew, line, &got.New, &got.Before)
		numbers(lineOfClosed, line, &got.Closed, &got.ClosedBefore)
		numbers(lineOfOpenNow, line, &got.Open, &got.Snoozed)
		numbers(lineOfWaiting, line, &got.Waiting, &got.Ages[0], &got.Ages[1], &got.Ages[2], &got.Ages[3])
		if found := lineOfLongest.FindStringSubmatch(line); found != nil {
			got.Longest = append(got.Longest, found[1])
		}
		if found := lineOfSpeed.FindStringSubmatch(line); found != nil {
			now, before := &got.Answers, &got.AnswersBefore
			if strings.HasPrefix(found[1], "resolution") {
				now, before = &got.Closings, &got.ClosingsBefore
			}
			for i, into := range []*speedFacts{now, before} {
				s := aSpeed.FindStringSubmatch(found[2+i])
				if s == nil {
					f.t.Fatalf("%q", line)
				}
				*into = speedFacts{numeral(s[3]), numeral(s[4]), numeral(s[5]), s[1], s[2]}
			}
		}
		if by, list, ok := strings.Cut(strings.TrimPrefix(line, "by "), ": "); ok && strings.HasPrefix(line, "by ") {
			counts := map[string]map[string][5]int{"team": got.Team, "assignee": got.Assignee, "tag": got.Tag, "channel": got.Channel, "category": got.Category}[by]
			for _, row := range aRow.FindAllStringSubmatch(list, -1) {
				counts[row[1]] = [5]int{numeral(row[2]), numeral(row[3]), numeral(row[4]), numeral(row[5]), numeral(row[6])}
			}
			if more := regexp.MustCompile(`; and (\d+) more$`).FindStringSubmatch(list); more != nil { // the smallest rows are left out
				whole := map[string]map[string][5]int{"team": want.Team, "assignee": want.Assignee, "tag": want.Tag, "channel": want.Channel, "category": want.Category}[by]
				if len(whole)-len(counts) != numeral(more[1]) {
					f.t.Errorf("%d rows of %d, and %q", len(counts), len(whole), more[0])
				}
				maps.DeleteFunc(whole, func(name string, _ [5]int) bool { _, shown := counts[name]; return !shown })
			}
		}
	}
	if diff := compare.Diff(want, got); diff != "" {
		f.t.Errorf("%s: %s\n%s", what, diff, answer)
	}
}
