package workflow_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
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

func TestChangelogDraftsHoldWhatWasFinished(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(strconv.FormatUint(o.Seed, 10), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
			for _, q := range []drafting{
				{},
				{since: o.now.AddDate(0, 0, -45).Format(time.DateOnly)},
				{since: o.now.Add(-100 * time.Hour).Format(time.RFC3339)},
				{since: o.now.AddDate(0, 0, -120).Format(time.DateOnly), until: o.now.AddDate(0, 0, -10).Format(time.DateOnly)},
				{until: o.now.AddDate(0, 0, -20).Format(time.RFC3339)},
			} {
				arguments := q.arguments()
				text, isError := enginetest.Ask(t, server, "draft_changelog", arguments)
				if isError {
					t.Fatal(text)
				}
				want := f.draft(q, o.now)
				if q == (drafting{}) && !strings.Contains(text, "; mentions of them were looked for in the latest ") {
					t.Errorf("the organization has more changelogs than are read, and none is said to be left out: %s", text)
				}
				if diff := cmp.Diff(want, readDraft(t, text)); diff != "" {
					t.Errorf("%s: %s\n%s", arguments, diff, text)
				}
				if tokens := enginetest.Tokens(t, text); tokens > mostTokens {
					t.Errorf("%s: %d tokens\n%s", arguments, tokens, text)
				}
			}
		})
	}
}

type rawChangelog struct {
	ID, Title, Content, State string
	Date                      time.Time
	Categories                []struct{ Name string }
}

// drafting is what is asked for.
type drafting struct{ since, until string }

func (q drafting) arguments() string {
	given := map[string]string{"since": q.since, "until": q.until}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	text, err := json.Marshal(given)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// drafted is what a draft says.
type drafted struct {
	Since, Until string
	LookedAt     int
	Groups       map[string][]string // addresses by heading
	Voters       map[string]int      // by post
	Names        map[string][]string // of the first voters, by post
	Answers      map[string]string   // the day of the team's latest public comment, by post
	Categories   map[string]int
	Mentioned    map[string]string // the title of a changelog by post
	Private      int
}

// moment reads a date or a time.
func moment(s string) (at time.Time, isDay bool) {
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		return at, true
	}
	at, _ = time.Parse(time.RFC3339, s)
	return at.UTC(), false
}

// draft works out what the draft has to say.
func (f *facts) draft(q drafting, now time.Time) drafted {
	f.t.Helper()
	changelogs := everything[rawChangelog](f, "/v2/changelogs", url.Values{"state": {"all"}})
	from, _ := moment(q.since)
	to, isDay := moment(q.until)
	if isDay {
		to = to.AddDate(0, 0, 1)
	}
	if q.since == "" {
		for _, c := range changelogs {
			if c.State == "live" && c.Date.After(from) && !c.Date.After(now) && (to.IsZero() || c.Date.Before(to)) {
				from = c.Date
			}
		}
	}
	want := drafted{
		Since: from.Format("2006-01-02 15:04Z"), Groups: map[string][]string{}, Voters: map[string]int{}, Names: map[string][]string{}, Answers: map[string]string{},
		Categories: map[string]int{}, Mentioned: map[string]string{},
	}
	if !to.IsZero() {
		want.Until = to.Format("2006-01-02 15:04Z")
	}
	if from.IsZero() {
		want.Since = "the beginning; no changelog has been published"
	}
	most := 100
	if q == (drafting{}) {
		most = 20
	}
	public := publishedWords(changelogs, most)
	for _, p := range f.posts {
		if f.status[p.Status.ID].Type != "completed" || p.UpdatedAt.Before(from) || !to.IsZero() && !p.UpdatedAt.Before(to) {
			continue
		}
		want.LookedAt++
		if f.boards[p.BoardID].Access.AdminOnly || p.InReview || len(p.Access.UserIDs)+len(p.Access.CompanyExternalIDs) > 0 {
			want.Private++
			continue
		}
		if i := slices.IndexFunc(changelogs, func(c rawChangelog) bool { return tells(c, p) }); i >= 0 {
			want.Mentioned[p.ID] = changelogs[i].Title
			continue
		}
		heading := public.heading(p)
		want.Groups[heading] = append(want.Groups[heading], p.PostURL)
		want.Voters[p.ID] = p.Upvotes
		for _, voter := range everything[struct{ Name string }](f, "/v2/posts/"+p.ID+"/voters", nil) {
			if len(want.Names[p.ID]) < 3 {
				want.Names[p.ID] = append(want.Names[p.ID], voter.Name)
			}
		}
		for _, c := range f.comments {
			if day := c.CreatedAt.Format(time.DateOnly); c.PostID == p.ID && c.Author.Type == "admin" && !c.IsPrivate && !c.InReview && !c.IsSpam && !c.IsDeleted {
				want.Answers[p.ID] = max(want.Answers[p.ID], day)
			}
		}
	}
	if len(want.Voters) > 0 {
		want.Categories = public.categories
	}
	if names := slices.Collect(maps.Keys(want.Groups)); len(names) == 1 && names[0] == "Other" { // alone it needs no heading
		want.Groups = map[string][]string{"": want.Groups["Other"]}
	}
	for _, addresses := range want.Groups {
		slices.Sort(addresses)
	}
	return want
}

// published are the words that the latest changelogs have made public.
type published struct {
	categories map[string]int
	words      string
}

func publishedWords(changelogs []rawChangelog, most int) published {
	live := slices.DeleteFunc(slices.Clone(changelogs), func(c rawChangelog) bool { return c.State != "live" })
	slices.SortFunc(live, func(a, b rawChangelog) int { return b.Date.Compare(a.Date) })
	all := published{categories: map[string]int{}}
	for _, c := range live[:min(len(live), most)] {
		all.words += plain(c.Title) + "." + plain(c.Content)
		for _, category := range c.Categories {
			all.categories[category.Name]++
		}
	}
	return all
}

// heading is the one of a post: a category that a tag is called like, or a tag that has been public.
func (p published) heading(post rawPost) string {
	for _, tag := range post.Tags {
		for category := range p.categories {
			if strings.EqualFold(category, tag.Name) {
				return category
			}
		}
	}
	for _, tag := range post.Tags {
		if strings.Contains(p.words, plain(tag.Name)) {
			return tag.Name
		}
	}
	return "Other"
}

// plain are the words of a text, in lower case and with one space around each.
func plain(s string) string {
	s = anAddress.ReplaceAllString(anyTag.ReplaceAllString(s, " "), " ")
	return " " + strings.ToLower(strings.TrimSpace(notAWord.ReplaceAllString(s, " "))) + " "
}

var (
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	anAddress  = regexp.MustCompile(`https?://\S+`)
	notAWord   = regexp.MustCompile(`[^\pL\pN]+`)
	endOfATag  = regexp.MustCompile(`["'<\s?#]`)
	lineOfLink = regexp.MustCompile(`^  - \[.*\]\((\S+)\)$`)
	lineOfVote = regexp.MustCompile(`^- ([0-9a-f]{24}): ([\d,]+) votes?(?: \((.*)\))?, changed \d{4}-\d\d-\d\d: ".*"$`)
	lineOfTeam = regexp.MustCompile(`^  team, (\d{4}-\d\d-\d\d): `)
	lineOfMade = regexp.MustCompile(`^- ([0-9a-f]{24}), [\d,]+ votes?; in the (?:draft|live) one "(.*)": ".*"$`)
	lineOfGone = regexp.MustCompile(`^left out: ([\d,]+) posts? `)
	lineOfLook = regexp.MustCompile(`(?m)^looked at: all ([\d,]+) posts? in Shipped`)
)

// tells reports that a changelog links to a post or has its title of three words or more.
func tells(c rawChangelog, p rawPost) bool {
	if _, after, found := strings.Cut(c.Content, p.PostURL); found && endOfATag.MatchString(after[:1]) {
		return true
	}
	title := plain(p.Title)
	return strings.Count(title, " ") >= 4 && (strings.Contains(plain(c.Title), title) || strings.Contains(plain(c.Content), title))
}

func readDraft(t *testing.T, text string) drafted {
	t.Helper()
	got := drafted{
		Groups: map[string][]string{}, Voters: map[string]int{}, Names: map[string][]string{}, Answers: map[string]string{}, Categories: map[string]int{}, Mentioned: map[string]string{},
	}
	heading, post := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "since: "):
			got.Since, _, _ = strings.Cut(strings.TrimPrefix(line, "since: "), ", the date of")
		case strings.HasPrefix(line, "until: "):
			got.Until = strings.TrimPrefix(line, "until: ")
		case strings.HasPrefix(line, "categories of the latest published changelogs: "):
			_, list, _ := strings.Cut(line, ": ")
			for one := range strings.SplitSeq(list, ", ") {
				at := strings.LastIndex(one, " ")
				got.Categories[one[:at]] = numeral(one[at+1:])
			}
		case strings.HasPrefix(line, "  ## "):
			heading = strings.ReplaceAll(strings.TrimPrefix(line, "  ## "), `\`, "")
		}
		if found := lineOfLink.FindStringSubmatch(line); found != nil {
			got.Groups[heading] = append(got.Groups[heading], found[1])
		}
		if found := lineOfVote.FindStringSubmatch(line); found != nil {
			post = found[1]
			got.Voters[post] = numeral(found[2])
			for _, name := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(found[3], -1) {
				got.Names[post] = append(got.Names[post], name[1])
			}
		}
		if found := lineOfTeam.FindStringSubmatch(line); found != nil {
			got.Answers[post] = found[1]
		}
		if found := lineOfMade.FindStringSubmatch(line); found != nil {
			got.Mentioned[found[1]] = found[2]
		}
		if found := lineOfGone.FindStringSubmatch(line); found != nil {
			got.Private += numeral(found[1])
		}
	}
	if found := lineOfLook.FindStringSubmatch(text); found != nil {
		got.LookedAt = numeral(found[1])
	}
	for _, addresses := range got.Groups {
		slices.Sort(addresses)
	}
	return got
}

// What people do to changelogs and posts between two drafts, each step on top of those before.
func TestChangelogDraftsFollowWhatHappens(t *testing.T) {
	t.Parallel()
	box := app.Sandbox{StateFile: filepath.Join(t.TempDir(), "state.json")}
	server := enginetest.Start(t, app.Config{Sandbox: &box})
	now := organizations[0].now
	write := func(tool, arguments string, values ...any) string {
		t.Helper()
		text, isError := enginetest.Ask(t, server, tool, fmt.Sprintf(arguments, values...))
		if isError {
			t.Fatalf("%s: %s", tool, text)
		}
		now = now.Add(time.Second)
		_, after, _ := strings.Cut(text, `"id":"`)
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	compare := func(step string) (drafted, string) {
		t.Helper()
		text, isError := enginetest.Ask(t, server, "draft_changelog", `{}`)
		if isError {
			t.Fatalf("%s: %s", step, text)
		}
		got := readDraft(t, text)
		if diff := cmp.Diff(factsOf(t, sandbox.Options{StateFile: box.StateFile}).draft(drafting{}, now), got); diff != "" {
			t.Errorf("%s: %s\n%s", step, diff, text)
		}
		return got, text
	}
	f := factsOf(t, sandbox.Options{})
	shippedStatus, linked, titled, similar := "", rawPost{}, rawPost{}, rawPost{}
	for _, s := range f.status {
		if s.Type == "completed" {
			shippedStatus = s.ID
		}
	}
	for _, p := range f.posts {
		words := strings.Count(p.Title, " ") + 1
		switch open := f.status[p.Status.ID].Type == "reviewing" && !p.InReview && !f.boards[p.BoardID].Access.AdminOnly; {
		case open && linked.ID == "":
			linked = p
		case open && titled.ID == "" && words > 3:
			titled = p
		case open && similar.ID == "":
			similar = p
		}
	}
	for _, p := range []rawPost{linked, titled, similar} {
		write("update_post", `{"postId":%q,"statusId":%q}`, p.ID, shippedStatus)
	}
	before, _ := compare("three more are shipped")
	if len(before.Voters) < 3 || len(before.Mentioned) > 0 {
		t.Fatalf("%+v", before)
	}

	text := "We made [this](" + linked.PostURL + ") and «" + strings.ToUpper(titled.Title) + "», not " + similar.PostURL + "-2."
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	draft := write("create_changelog", `{"title":"Not out yet","markdownContent":%s}`, quoted)
	got, _ := compare("a newer draft tells of two")
	if got.Since != before.Since || len(got.Mentioned) != 2 || got.Mentioned[linked.ID] != "Not out yet" || got.Mentioned[titled.ID] != "Not out yet" {
		t.Errorf("%+v", got)
	}
	write("publish_changelog", `{"changelogId":%q,"scheduledDate":"2026-12-01T00:00:00Z","locales":["en"]}`, draft)
	if got, _ := compare("it is scheduled"); got.Since != before.Since {
		t.Errorf("since %s, before %s", got.Since, before.Since)
	}
	write("publish_changelog", `{"changelogId":%q,"locales":["en"]}`, draft)
	if got, text := compare("it is published"); got.LookedAt != 0 || !strings.Contains(text, "to announce: nothing") || strings.Contains(text, "next:") {
		t.Errorf("%+v\n%s", got, text)
	}
	internal := slices.IndexFunc(f.posts, func(p rawPost) bool {
		return f.boards[p.BoardID].Access.AdminOnly && f.status[p.Status.ID].Type != "completed"
	})
	write("update_post", `{"postId":%q,"statusId":%q}`, f.posts[internal].ID, shippedStatus)
	write("update_post", `{"postId":%q,"tags":["C# [beta]","Import"],"title":"A <b>b</b> [t](https://evil.example) *now*"}`, similar.ID)
	if got, text := compare("something internal is shipped"); got.Private != 1 || len(got.Voters) != 1 || !strings.Contains(text, "of the board Internal roadmap") ||
		strings.Contains(text, `## C#`) || !strings.Contains(text, "C# [beta]\n") || !strings.Contains(text, `\<b>b\</b> \[t\] (https://evil.example) \*now\*](`+similar.PostURL+")") {
		t.Errorf("%+v\n%s", got, text)
	}
	for _, c := range everything[rawChangelog](f, "/v2/changelogs", url.Values{"state": {"all"}}) {
		write("delete_changelog", `{"changelogId":%q}`, c.ID)
	}
	write("delete_changelog", `{"changelogId":%q}`, draft)
	everythingText, isError := enginetest.Ask(t, server, "draft_changelog", `{}`)
	want, shown := factsOf(t, sandbox.Options{StateFile: box.StateFile}).draft(drafting{}, now), readDraft(t, everythingText)
	rest := 0
	for id, votes := range want.Voters {
		if _, ok := shown.Voters[id]; !ok {
			rest += votes
		}
	}
	const most = 20
	left := fmt.Sprintf("not in the draft: %d posts with fewer votes, %d in all;", len(want.Voters)-most, rest)
	if isError || !strings.Contains(everythingText, "since: the beginning; no changelog has been published\n") || shown.LookedAt != want.LookedAt ||
		len(shown.Voters) != most || !strings.Contains(everythingText, left) {
		t.Errorf("%s\n%s", left, everythingText)
	}
}
