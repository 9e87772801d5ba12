package workflow_test

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// The figures of reports are held to those that this file works out by itself.

// spend is what the companies of the voters of a post pay.
func (f *facts) spend(p rawPost) int {
	type company struct {
		ID           string
		MonthlySpend float64
	}
	paid := map[string]float64{}
	for _, voter := range everything[struct{ Companies []company }](f, "/v2/posts/"+p.ID+"/voters", nil) {
		for _, c := range voter.Companies {
			paid[c.ID] = c.MonthlySpend
		}
	}
	sum := 0.0
	for _, one := range paid {
		sum += one
	}
	return int(math.Round(sum))
}

// created are the posts of a period, on one board or on all.
func (f *facts) created(board string, start, end time.Time) []rawPost {
	return slices.DeleteFunc(slices.Clone(f.posts), func(p rawPost) bool {
		return p.CreatedAt.Before(start) || !p.CreatedAt.Before(end) || board != "" && f.boards[p.BoardID].Name != board
	})
}

// question is a report that is asked for, and the periods it means.
type question struct {
	name      string
	arguments string
	board     string
	zone      string
	days      int
	start     func(now time.Time) time.Time
	end       func(now time.Time) time.Time
	before    func(now time.Time) (start, end time.Time)
}

// minuteAfter is the end of the minute that is now.
func minuteAfter(now time.Time) time.Time { return now.Truncate(time.Minute).Add(time.Minute) }

// on is the beginning of a day some days from now, in the zone of now.
func on(now time.Time, days int) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, now.Location())
}

func questionsOn(now time.Time) []question {
	day := func(zone string, days int) string {
		place, err := time.LoadLocation(zone)
		if err != nil {
			panic(err)
		}
		return on(now.In(place), days).Format(time.DateOnly)
	}
	return []question{
		{
			name: "by default", arguments: `{}`, zone: "UTC", days: 14,
			start: func(now time.Time) time.Time { return minuteAfter(now).AddDate(0, 0, -7) }, end: minuteAfter,
			before: func(now time.Time) (time.Time, time.Time) {
				return minuteAfter(now).AddDate(0, 0, -14), minuteAfter(now).AddDate(0, 0, -7)
			},
		},
		{
			name: "one board by its name", arguments: `{"boardId":"bugs","startDate":"` + day("UTC", -40) + `","endDate":"` + day("UTC", -11) + `","unansweredDays":60}`,
			board: "Bugs", zone: "UTC", days: 60,
			start: func(now time.Time) time.Time { return on(now, -40) }, end: func(now time.Time) time.Time { return on(now, -10) },
			before: func(now time.Time) (time.Time, time.Time) { return on(now, -70), on(now, -40) },
		},
		{
			name:      "days of a zone far ahead",
			arguments: `{"timezone":"Pacific/Auckland","startDate":"` + day("Pacific/Auckland", -60) + `","endDate":"` + day("Pacific/Auckland", -3) + `"}`,
			zone:      "Pacific/Auckland", days: 14,
			start: func(now time.Time) time.Time { return on(now, -60) }, end: func(now time.Time) time.Time { return on(now, -2) },
			before: func(now time.Time) (time.Time, time.Time) { return on(now, -118), on(now, -60) },
		},
		{
			name: "until now, with summer time in between", arguments: `{"timezone":"Europe/Berlin","startDate":"` + day("Europe/Berlin", -90) + `"}`,
			zone: "Europe/Berlin", days: 14,
			start: func(now time.Time) time.Time { return on(now, -90) }, end: minuteAfter,
			before: func(now time.Time) (time.Time, time.Time) {
				end := minuteAfter(now)
				return on(now, -181), time.Date(end.Year(), end.Month(), end.Day()-91, end.Hour(), end.Minute(), 0, 0, end.Location())
			},
		},
		{
			name: "a period without posts", arguments: `{"startDate":"2001-02-03","endDate":"2001-02-04"}`, zone: "UTC", days: 14,
			start:  func(time.Time) time.Time { return time.Date(2001, time.February, 3, 0, 0, 0, 0, time.UTC) },
			end:    func(time.Time) time.Time { return time.Date(2001, time.February, 5, 0, 0, 0, 0, time.UTC) },
			before: func(time.Time) (time.Time, time.Time) { return time.Time{}, time.Time{} },
		},
	}
}

func TestFeedbackReportsCountWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(strconv.FormatUint(o.Seed, 10), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
			for _, q := range questionsOn(o.now) {
				text, isError := enginetest.Ask(t, server, "feedback_report", q.arguments)
				if isError {
					t.Errorf("%s: %s", q.name, text)
					continue
				}
				if diff := cmp.Diff(f.report(q, o.now), readReport(t, text)); diff != "" {
					t.Errorf("%s %s: %s\n%s", q.name, q.arguments, diff, text)
				}
				if tokens := enginetest.Tokens(t, text); tokens > 1500 {
					t.Errorf("%s: %d tokens\n%s", q.name, tokens, text)
				}
			}
		})
	}
}

// figures are what a report says.
type figures struct {
	Period, Before            string
	New, Earlier              int
	Votes, EarlierVotes       int
	Comments, EarlierComments int
	InReview                  int
	Boards, Statuses          map[string][2]int
	TopVotes, TopSpend        []int
	Rising                    []string
	Unanswered                int
	OpenVotes                 []int
}

// report works the figures out.
func (f *facts) report(q question, now time.Time) figures {
	f.t.Helper()
	zone, err := time.LoadLocation(q.zone)
	if err != nil {
		f.t.Fatal(err)
	}
	now = now.In(zone)
	const layout = "2006-01-02 15:04Z07:00"
	first, last := q.start(now), q.end(now)
	firstBefore, lastBefore := q.before(now)
	want := figures{
		Period: first.Format(layout) + " to " + last.Format(layout), Before: firstBefore.Format(layout) + " to " + lastBefore.Format(layout),
		Boards: map[string][2]int{}, Statuses: map[string][2]int{},
	}
	if firstBefore.IsZero() {
		want.Before = "2001-02-01 00:00Z to 2001-02-03 00:00Z"
	}
	add := func(counts map[string][2]int, name string, i int) {
		both := counts[name]
		both[i]++
		counts[name] = both
	}
	posts := f.created(q.board, first, last)
	var spent []int
	for _, p := range posts {
		want.New, want.Votes, want.Comments = want.New+1, want.Votes+p.Upvotes, want.Comments+p.CommentCount
		add(want.Boards, f.boards[p.BoardID].Name, 0)
		add(want.Statuses, f.status[p.Status.ID].Name, 0)
		if p.InReview {
			want.InReview++
		}
		want.TopVotes = append(want.TopVotes, p.Upvotes)
		if spend := f.spend(p); spend > 0 {
			spent = append(spent, spend)
		}
	}
	for _, p := range f.created(q.board, firstBefore, lastBefore) {
		want.Earlier, want.EarlierVotes, want.EarlierComments = want.Earlier+1, want.EarlierVotes+p.Upvotes, want.EarlierComments+p.CommentCount
		add(want.Boards, f.boards[p.BoardID].Name, 1)
		add(want.Statuses, f.status[p.Status.ID].Name, 1)
	}
	want.TopVotes, want.TopSpend = greatest(want.TopVotes, 5), greatest(spent, 5)
	for _, p := range f.posts {
		old := p.CreatedAt.Before(time.Date(now.Year(), now.Month(), now.Day()-q.days, now.Hour(), now.Minute(), now.Second(), 0, zone))
		if old && p.CommentCount == 0 && f.status[p.Status.ID].IsDefault && (q.board == "" || f.boards[p.BoardID].Name == q.board) {
			want.Unanswered++
			want.OpenVotes = append(want.OpenVotes, p.Upvotes)
		}
	}
	want.OpenVotes = greatest(want.OpenVotes, 3)
	for _, p := range everything[rawPost](f, "/v2/posts", url.Values{"sortBy": {"trending"}, "sortOrder": {"desc"}}) {
		if len(want.Rising) < 3 && (q.board == "" || f.boards[p.BoardID].Name == q.board) {
			want.Rising = append(want.Rising, p.ID)
		}
	}
	return want
}

func greatest(list []int, most int) []int {
	slices.SortFunc(list, func(a, b int) int { return b - a })
	return list[:min(len(list), most)]
}

var (
	lineOfTotals    = regexp.MustCompile(`(?m)^new posts: ([\d,]+), before ([\d,]+) \(([+-]\d+)\)\nvotes on them until now: ([\d,]+), before ([\d,]+); comments: ([\d,]+), before ([\d,]+) `)
	lineOfExtent    = regexp.MustCompile(`(?m)^looked at: (?:no|all ([\d,]+)) posts? of the period; (?:no|all ([\d,]+)) posts? before(?:; (\d+) posts? of the period awaiting moderation)?$`)
	lineOfPost      = regexp.MustCompile(`^- (?:([\d,]+) from )?([\d,]+) votes?, (?:.+, )?([0-9a-f]{24}): ".*"$`)
	namesWithCounts = regexp.MustCompile(`([^,()]+?) ([\d,]+) \(([\d,]+)\)(?:, |$)`)
)

// readReport reads the figures from an answer.
func readReport(t *testing.T, text string) figures {
	t.Helper()
	var got figures
	totals, extent := lineOfTotals.FindStringSubmatch(text), lineOfExtent.FindStringSubmatch(text)
	if totals == nil || extent == nil {
		t.Fatalf("no totals in\n%s", text)
	}
	got.New, got.Earlier, got.Votes, got.EarlierVotes = numeral(totals[1]), numeral(totals[2]), numeral(totals[4]), numeral(totals[5])
	got.Comments, got.EarlierComments, got.InReview = numeral(totals[6]), numeral(totals[7]), numeral(extent[3])
	if numeral(totals[3]) != got.New-got.Earlier || numeral(extent[1]) != got.New || numeral(extent[2]) != got.Earlier {
		t.Errorf("%q does not go with %q", totals[0], extent[0])
	}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, rest, _ := strings.Cut(line, ": ")
		if post := lineOfPost.FindStringSubmatch(line); post != nil {
			switch section {
			case "top new posts by votes":
				got.TopVotes = append(got.TopVotes, numeral(post[2]))
			case "top new posts by revenue":
				got.TopSpend = append(got.TopSpend, numeral(post[1]))
			case "rising":
				got.Rising = append(got.Rising, post[3])
			case "unanswered now":
				got.OpenVotes = append(got.OpenVotes, numeral(post[2]))
			default:
				t.Errorf("a post below %q: %s", section, line)
			}
			continue
		}
		section, _, _ = strings.Cut(strings.TrimSuffix(name, ":"), " (")
		switch section {
		case "period":
			got.Period = strings.TrimSuffix(rest, " (so far)")
		case "before":
			got.Before = rest
		case "by board":
			got.Boards = countsIn(rest)
		case "by status of today":
			got.Statuses = countsIn(rest)
		case "unanswered now":
			number, _, _ := strings.Cut(rest, " ")
			got.Unanswered = numeral(number)
		}
	}
	return got
}

func countsIn(list string) map[string][2]int {
	counts := map[string][2]int{}
	for _, found := range namesWithCounts.FindAllStringSubmatch(list, -1) {
		counts[found[1]] = [2]int{numeral(found[2]), numeral(found[3])}
	}
	return counts
}

// numeral reads 1,340 and +12; nothing is 0.
func numeral(s string) int {
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	if err != nil && s != "" {
		panic(fmt.Sprintf("%q is no number", s))
	}
	return n
}
