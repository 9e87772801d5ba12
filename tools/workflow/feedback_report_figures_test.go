package workflow_test

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
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

// The figures of reports are held to those that this file works out by itself.

// spend is what the companies of the voters of a post pay, each counted once, and what a report calls it.
func (f *facts) spend(p rawPost) (sum int, words string) {
	type company struct {
		ID           string
		MonthlySpend *float64
	}
	paid, unknown := map[string]float64{}, map[string]bool{}
	voters := everything[struct{ Companies []company }](f, "/v2/posts/"+p.ID+"/voters", nil)
	for _, voter := range voters {
		for _, c := range voter.Companies {
			if c.MonthlySpend == nil {
				unknown[c.ID] = true
			} else {
				paid[c.ID] = *c.MonthlySpend
			}
		}
	}
	total := 0.0
	for _, one := range paid {
		total += one
	}
	switch sum = int(math.Round(total)); {
	case len(paid)+len(unknown) == 0:
		return 0, ""
	case len(paid) == 0:
		return 0, "unknown"
	case len(unknown) > 0 || len(voters) < p.Upvotes:
		return sum, fmt.Sprintf("at least %d", sum)
	default:
		return sum, strconv.Itoa(sum)
	}
}

// meant reports whether a question is about a post: its board, its tag, whether it is open.
func (f *facts) meant(q question, p rawPost) bool {
	kind := f.status[p.Status.ID].Type
	return (q.board == "" || f.boards[p.BoardID].Name == q.board) && (!q.open || kind != "completed" && kind != "canceled") &&
		(q.tag == "" || slices.ContainsFunc(p.Tags, func(t struct{ Name string }) bool { return t.Name == q.tag }))
}

// created are the posts of a period that a question is about.
func (f *facts) created(q question, start, end time.Time) []rawPost {
	return slices.DeleteFunc(slices.Clone(f.posts), func(p rawPost) bool {
		return p.CreatedAt.Before(start) || !p.CreatedAt.Before(end) || !f.meant(q, p)
	})
}

// written are the comments of a period on the posts that a question is about.
func (f *facts) written(q question, start, end time.Time) []rawRemark {
	return slices.DeleteFunc(slices.Clone(f.comments), func(c rawRemark) bool {
		at := slices.IndexFunc(f.posts, func(p rawPost) bool { return p.ID == c.PostID })
		return c.CreatedAt.Before(start) || !c.CreatedAt.Before(end) || c.IsSpam || c.IsDeleted || at < 0 || !f.meant(q, f.posts[at])
	})
}

// question is a report that is asked for, and the periods it means.
type question struct {
	name      string
	arguments string
	board     string
	tag       string
	open      bool
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
			name: "open posts with a tag", arguments: `{"tag":"invoicing","open":true,"startDate":"` + day("UTC", -200) + `","endDate":"` + day("UTC", -21) + `","unansweredDays":30}`,
			tag: "Invoicing", open: true, zone: "UTC", days: 30,
			start: func(now time.Time) time.Time { return on(now, -200) }, end: func(now time.Time) time.Time { return on(now, -20) },
			before: func(now time.Time) (time.Time, time.Time) { return on(now, -380), on(now, -200) },
		},
		{
			name: "a period without posts", arguments: `{"startDate":"2001-02-03","endDate":"2001-02-04"}`, zone: "UTC", days: 14,
			start:  func(time.Time) time.Time { return time.Date(2001, time.February, 3, 0, 0, 0, 0, time.UTC) },
			end:    func(time.Time) time.Time { return time.Date(2001, time.February, 5, 0, 0, 0, 0, time.UTC) },
			before: func(time.Time) (time.Time, time.Time) { return time.Time{}, time.Time{} },
		},
	}
}

// How much a report shows at most.
const (
	mostWhole, mostSpend, mostSlugs, mostCommented, mostOpen, mostRising = 30, 10, 5, 3, 5, 3
)

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
				if diff := compare.Diff(f.report(q, o.now), f.readReport(text)); diff != "" {
					t.Errorf("%s %s: %s\n%s", q.name, q.arguments, diff, text)
				}
				if tokens := enginetest.Tokens(t, text); tokens > mostTokens {
					t.Errorf("%s: %d tokens\n%s", q.name, tokens, text)
				}
			}
		})
	}
}

// mostTokens is what an answer of a job may cost.
const mostTokens = 2500

// figures are what a report says.
type figures struct {
	Period, Before            string
	New, Earlier              int
	Votes, EarlierVotes       int
	Comments, EarlierComments int
	Moderated                 int
	Boards, Statuses          map[string][2]int
	Talk                      talk
	Shown                     []shownPost // all new posts or those with most votes: only the figures that rank decide the order
	Spend                     []int       // of the ranking by revenue
	Rising                    []string
	Commented                 []int
	Unanswered, Old           int
	OpenVotes                 []int
}

// talk is what a report says of the comments of the period.
type talk struct{ Total, Posts, Before, Customers, Team, Others, Private, Moderated int }

// shownPost is a row of a new post.
type shownPost struct {
	Votes              int
	Spend, Status, Day string
	Moderated          bool
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
	posts := f.created(q, first, last)
	whole := len(posts) <= mostWhole
	var spent []int
	for _, p := range posts {
		want.New, want.Votes, want.Comments = want.New+1, want.Votes+p.Upvotes, want.Comments+p.CommentCount
		add(want.Boards, f.boards[p.BoardID].Name, 0)
		add(want.Statuses, f.status[p.Status.ID].Name, 0)
		if p.InReview {
			want.Moderated++
		}
		row := shownPost{Votes: p.Upvotes, Status: f.status[p.Status.ID].Name, Day: strings.TrimPrefix(p.CreatedAt.In(zone).Format(time.DateOnly), last.Format("2006-")), Moderated: p.InReview}
		spend, words := f.spend(p)
		if spend > 0 {
			spent = append(spent, spend)
		}
		if whole {
			row.Spend = words
		}
		want.Shown = append(want.Shown, row)
	}
	slices.SortFunc(want.Shown, inRowOrder)
	if !whole { // of equal votes, any may be shown
		least := want.Shown[mostWhole-1].Votes
		want.Shown = slices.DeleteFunc(want.Shown, func(p shownPost) bool { return p.Votes <= least })
	}
	for _, p := range f.created(q, firstBefore, lastBefore) {
		want.Earlier, want.EarlierVotes, want.EarlierComments = want.Earlier+1, want.EarlierVotes+p.Upvotes, want.EarlierComments+p.CommentCount
		add(want.Boards, f.boards[p.BoardID].Name, 1)
		add(want.Statuses, f.status[p.Status.ID].Name, 1)
	}
	if whole {
		want.Spend = greatest(spent, mostSlugs)
	} else {
		want.Spend = greatest(spent, mostSpend)
	}
	byPost := map[string]int{}
	for _, c := range f.written(q, first, last) {
		want.Talk.Total++
		byPost[c.PostID]++
		switch c.Author.Type {
		case "admin":
			want.Talk.Team++
		case "customer", "lead", "guest":
			want.Talk.Customers++
		default:
			want.Talk.Others++
		}
		if c.IsPrivate {
			want.Talk.Private++
		}
		if c.InReview {
			want.Talk.Moderated++
		}
	}
	for _, n := range byPost {
		want.Commented = append(want.Commented, n)
	}
	want.Talk.Posts, want.Commented = len(byPost), greatest(want.Commented, mostCommented)
	want.Talk.Before = len(f.written(q, firstBefore, lastBefore))
	end := last
	if end.After(now) {
		end = now
	}
	old := time.Date(end.Year(), end.Month(), end.Day()-q.days, end.Hour(), end.Minute(), end.Second(), 0, zone)
	for _, p := range f.posts {
		if !p.CreatedAt.Before(old) || !f.status[p.Status.ID].IsDefault || !f.meant(question{board: q.board, tag: q.tag}, p) {
			continue
		}
		want.Old++
		if !slices.ContainsFunc(f.comments, func(c rawRemark) bool {
			return c.PostID == p.ID && c.Author.Type == "admin" && !c.IsPrivate && !c.InReview && !c.IsDeleted && !c.IsSpam && c.CreatedAt.Before(end)
		}) {
			want.Unanswered++
			want.OpenVotes = append(want.OpenVotes, p.Upvotes)
		}
	}
	want.OpenVotes = greatest(want.OpenVotes, mostOpen)
	for _, p := range everything[rawPost](f, "/v2/posts", url.Values{"sortBy": {"trending"}, "sortOrder": {"desc"}}) {
		if len(want.Rising) < mostRising && f.meant(q, p) {
			want.Rising = append(want.Rising, p.ID)
		}
	}
	return want
}

// inRowOrder orders rows for a comparison.
func inRowOrder(a, b shownPost) int {
	return cmp.Or(b.Votes-a.Votes, cmp.Compare(a.Spend, b.Spend), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Day, b.Day))
}

func greatest(list []int, most int) []int {
	slices.SortFunc(list, func(a, b int) int { return b - a })
	return list[:min(len(list), most)]
}

var (
	lineOfTotals    = regexp.MustCompile(`(?m)^new posts: ([\d,]+), before ([\d,]+) \(([+-]\d+)\)\nvotes on them until now: ([\d,]+), before ([\d,]+); comments: ([\d,]+), before ([\d,]+) `)
	lineOfExtent    = regexp.MustCompile(`(?m)^looked at: (?:no|all ([\d,]+)) posts? of the period; (?:no|all ([\d,]+)) posts? before(?:; (\d+) posts? of the period awaiting moderation)?$`)
	lineOfTalk      = regexp.MustCompile(`(?m)^comments made in the period, on posts of any age: (\d+) on (\d+) posts?, before (\d+)(?:; (.*))?$`)
	lineOfLinks     = regexp.MustCompile(`(?m)^links: (\S+) and the word that the row begins with$`)
	lineOfOpen      = regexp.MustCompile(`(?m)^unanswered at the end of the period: (\d+) of (\d+) posts? in New and created before .* most votes first:`)
	votesOfARow     = regexp.MustCompile(`, (\d+) votes?(?:,|$)`)
	spendOfARow     = regexp.MustCompile(`, ((?:at least )?[\d,]+) a month|, revenue (unknown)`)
	commentedOfARow = regexp.MustCompile(`, (\d+) of \d+ comments?`)
	namesWithCounts = regexp.MustCompile(`([^,()]+?) ([\d,]+) \(([\d,]+)\)(?:, |$)`)
	countedWords    = regexp.MustCompile(`(\d+) (by customers|by the team|by others|of them private|of them awaiting moderation)`)
)

// readReport reads the figures from an answer, and finds the posts of its rows by their links.
func (f *facts) readReport(text string) figures {
	f.t.Helper()
	var got figures
	totals, extent, spoken, open := lineOfTotals.FindStringSubmatch(text), lineOfExtent.FindStringSubmatch(text), lineOfTalk.FindStringSubmatch(text), lineOfOpen.FindStringSubmatch(text)
	if totals == nil || extent == nil || spoken == nil || open == nil {
		f.t.Fatalf("no totals in\n%s", text)
	}
	got.New, got.Earlier, got.Votes, got.EarlierVotes = numeral(totals[1]), numeral(totals[2]), numeral(totals[4]), numeral(totals[5])
	got.Comments, got.EarlierComments, got.Moderated = numeral(totals[6]), numeral(totals[7]), numeral(extent[3])
	if numeral(totals[3]) != got.New-got.Earlier || numeral(extent[1]) != got.New || numeral(extent[2]) != got.Earlier {
		f.t.Errorf("%q does not go with %q", totals[0], extent[0])
	}
	got.Talk = talk{Total: numeral(spoken[1]), Posts: numeral(spoken[2]), Before: numeral(spoken[3])}
	for _, found := range countedWords.FindAllStringSubmatch(spoken[4], -1) {
		*map[string]*int{
			"by customers": &got.Talk.Customers, "by the team": &got.Talk.Team, "by others": &got.Talk.Others, "of them private": &got.Talk.Private,
			"of them awaiting moderation": &got.Talk.Moderated,
		}[found[2]] = numeral(found[1])
	}
	got.Unanswered, got.Old = numeral(open[1]), numeral(open[2])
	start := ""
	if found := lineOfLinks.FindStringSubmatch(text); found != nil {
		start = found[1]
	}
	find := func(link string) rawPost {
		i := slices.IndexFunc(f.posts, func(p rawPost) bool { return p.PostURL == start+link })
		if i < 0 {
			f.t.Fatalf("no post has the link %q\n%s", start+link, text)
		}
		return f.posts[i]
	}
	section, votes := "", map[string]int{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if row, ok := strings.CutPrefix(line, "- "); ok {
			f.readRow(&got, section, row, find, votes)
			continue
		}
		if strings.HasPrefix(line, "  ") {
			continue
		}
		name, rest, _ := strings.Cut(line, ": ")
		section = strings.TrimSuffix(name, ":")
		switch {
		case section == "period":
			got.Period = strings.TrimSuffix(rest, " (so far)")
		case section == "before":
			got.Before = rest
		case strings.HasPrefix(section, "by board"):
			got.Boards = countsIn(rest)
		case strings.HasPrefix(section, "by status of today"):
			got.Statuses = countsIn(rest)
		case strings.HasPrefix(section, "rising now") && rest != "none":
			for row := range strings.SplitSeq(rest, ", ") {
				link, _, _ := strings.Cut(row, " ")
				got.Rising = append(got.Rising, find(link).ID)
			}
		case strings.HasPrefix(section, "top new posts by revenue") && rest != "" && rest != "none":
			for link := range strings.SplitSeq(rest, ", ") {
				sum, _ := f.spend(find(link))
				got.Spend = append(got.Spend, sum)
			}
		}
	}
	slices.SortFunc(got.Shown, inRowOrder)
	if len(got.Shown) > 0 && strings.Contains(text, "\ntop new posts by votes") {
		least := got.Shown[len(got.Shown)-1].Votes
		got.Shown = slices.DeleteFunc(got.Shown, func(p shownPost) bool { return p.Votes <= least })
	}
	return got
}

// readRow reads the row of a post below a heading.
func (f *facts) readRow(got *figures, section, row string, find func(link string) rawPost, votes map[string]int) {
	f.t.Helper()
	link, rest, _ := strings.Cut(row, ", ")
	post := find(link)
	facts, title, titled := strings.Cut(", "+rest, `: "`)
	if titled && strings.TrimSuffix(title, `"`) != post.Title && !strings.HasSuffix(title, `…"`) {
		f.t.Errorf("%q is not the title of %+v", title, post)
	}
	figure := func(of *regexp.Regexp) int {
		if found := of.FindStringSubmatch(facts); found != nil {
			return numeral(found[1])
		}
		return 0
	}
	spend := ""
	if found := spendOfARow.FindStringSubmatch(facts); found != nil {
		spend = strings.ReplaceAll(found[1]+found[2], ",", "")
	}
	switch {
	case strings.HasPrefix(section, "all new posts"), strings.HasPrefix(section, "top new posts by votes"):
		day := regexp.MustCompile(`, ((?:\d{4}-)?\d\d-\d\d)(?:,|$)`).FindStringSubmatch(facts)
		status := ""
		for _, s := range f.status {
			if strings.Contains(facts+",", ", "+s.Name+",") {
				status = s.Name
			}
		}
		if day == nil {
			f.t.Fatalf("no day in %q", row)
		}
		got.Shown = append(got.Shown, shownPost{figure(votesOfARow), spend, status, day[1], strings.Contains(facts, "awaiting moderation")})
		votes[post.ID] = figure(votesOfARow)
	case strings.HasPrefix(section, "top new posts by revenue"):
		sum, words := f.spend(post)
		if got.Spend = append(got.Spend, sum); spend != words {
			f.t.Errorf("%q: the voters' companies pay %s", row, words)
		}
	case strings.HasPrefix(section, "most comments made in the period"):
		got.Commented = append(got.Commented, figure(commentedOfARow))
	case strings.HasPrefix(section, "unanswered at the end"):
		got.OpenVotes = append(got.OpenVotes, figure(votesOfARow))
	default:
		f.t.Errorf("a post below %q: %s", section, row)
	}
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
