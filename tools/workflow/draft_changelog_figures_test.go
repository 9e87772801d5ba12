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
			for _, since := range []string{"", o.now.AddDate(0, 0, -45).Format(time.DateOnly), o.now.Add(-100 * time.Hour).Format(time.RFC3339)} {
				arguments := "{}"
				if since != "" {
					arguments = `{"since":"` + since + `"}`
				}
				text, isError := enginetest.Ask(t, server, "draft_changelog", arguments)
				if isError {
					t.Fatal(text)
				}
				if !strings.Contains(text, "; mentions of them were looked for in the latest ") {
					t.Errorf("the organization has more changelogs than are read, and none is said to be left out: %s", text)
				}
				if diff := cmp.Diff(f.draft(since, o.now), readDraft(t, text)); diff != "" {
					t.Errorf("since %q: %s\n%s", since, diff, text)
				}
				if tokens := enginetest.Tokens(t, text); tokens > 1500 {
					t.Errorf("since %q: %d tokens\n%s", since, tokens, text)
				}
			}
		})
	}
}

type rawChangelog struct {
	ID, Title, Content, State string
	Date                      time.Time
}

// drafted is what a draft says.
type drafted struct {
	Since     string
	LookedAt  int
	Groups    map[string][]string // addresses by heading
	Voters    map[string]int      // by post
	Mentioned map[string]string   // the title of a changelog by post
	Private   int
}

// draft works out what the draft has to say. since is empty, a date or a time.
func (f *facts) draft(since string, now time.Time) drafted {
	f.t.Helper()
	changelogs := everything[rawChangelog](f, "/v2/changelogs", url.Values{"state": {"all"}})
	var from time.Time
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if given, err := time.Parse(layout, since); err == nil {
			from = given
		}
	}
	if since == "" {
		for _, c := range changelogs {
			if c.State == "live" && c.Date.After(from) && !c.Date.After(now) {
				from = c.Date
			}
		}
	}
	want := drafted{Since: from.Format("2006-01-02 15:04Z"), Groups: map[string][]string{}, Voters: map[string]int{}, Mentioned: map[string]string{}}
	if from.IsZero() {
		want.Since = "the beginning; no changelog has been published"
	}
	for _, p := range f.posts {
		if f.status[p.Status.ID].Type != "completed" || p.UpdatedAt.Before(from) {
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
		heading := "Other"
		if len(p.Tags) > 0 {
			heading = p.Tags[0].Name
		}
		want.Groups[heading] = append(want.Groups[heading], p.PostURL)
		want.Voters[p.ID] = p.Upvotes
	}
	if names := slices.Collect(maps.Keys(want.Groups)); len(names) == 1 && names[0] == "Other" { // alone it needs no heading
		want.Groups = map[string][]string{"": want.Groups["Other"]}
	}
	for _, addresses := range want.Groups {
		slices.Sort(addresses)
	}
	return want
}

var (
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	anAddress  = regexp.MustCompile(`https?://\S+`)
	notAWord   = regexp.MustCompile(`[^\pL\pN]+`)
	endOfATag  = regexp.MustCompile(`["'<\s?#]`)
	lineOfLink = regexp.MustCompile(`^  - \[.*\]\((\S+)\)$`)
	lineOfVote = regexp.MustCompile(`^- ([0-9a-f]{24}): ([\d,]+) votes?, changed \d{4}-\d\d-\d\d$`)
	lineOfMade = regexp.MustCompile(`^- ([0-9a-f]{24}), [\d,]+ votes?; in the (?:draft|live) one "(.*)": ".*"$`)
	lineOfGone = regexp.MustCompile(`^left out: ([\d,]+) posts? `)
	lineOfLook = regexp.MustCompile(`(?m)^looked at: all ([\d,]+) posts? in Shipped`)
)

// tells reports that a changelog links to a post or has its title of three words or more.
func tells(c rawChangelog, p rawPost) bool {
	if _, after, found := strings.Cut(c.Content, p.PostURL); found && endOfATag.MatchString(after[:1]) {
		return true
	}
	plain := func(s string) string {
		s = anAddress.ReplaceAllString(anyTag.ReplaceAllString(s, " "), " ")
		return " " + strings.ToLower(strings.TrimSpace(notAWord.ReplaceAllString(s, " "))) + " "
	}
	title := plain(p.Title)
	return strings.Count(title, " ") >= 4 && (strings.Contains(plain(c.Title), title) || strings.Contains(plain(c.Content), title))
}

func readDraft(t *testing.T, text string) drafted {
	t.Helper()
	got := drafted{Groups: map[string][]string{}, Voters: map[string]int{}, Mentioned: map[string]string{}}
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "since: "):
			got.Since, _, _ = strings.Cut(strings.TrimPrefix(line, "since: "), ", the date of")
		case strings.HasPrefix(line, "  ## "):
			heading = strings.ReplaceAll(strings.TrimPrefix(line, "  ## "), `\`, "")
		}
		if found := lineOfLink.FindStringSubmatch(line); found != nil {
			got.Groups[heading] = append(got.Groups[heading], found[1])
		}
		if found := lineOfVote.FindStringSubmatch(line); found != nil {
			got.Voters[found[1]] = numeral(found[2])
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
		if diff := cmp.Diff(factsOf(t, sandbox.Options{StateFile: box.StateFile}).draft("", now), got); diff != "" {
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
	write("update_post", `{"postId":%q,"tags":["C# [beta]","Import"],"title":"A <b>bold</b> [title](https://evil.example) *now*"}`, similar.ID)
	if got, text := compare("something internal is shipped"); got.Private != 1 || len(got.Voters) != 1 || !strings.Contains(text, "of the board Internal roadmap") ||
		!strings.Contains(text, `## C# \[beta\]`) || !strings.Contains(text, `\<b>bold\</b> \[title\] (https://evil.example) \*now\*](`+similar.PostURL+")") {
		t.Errorf("%+v\n%s", got, text)
	}
	for _, c := range everything[rawChangelog](f, "/v2/changelogs", url.Values{"state": {"all"}}) {
		write("delete_changelog", `{"changelogId":%q}`, c.ID)
	}
	write("delete_changelog", `{"changelogId":%q}`, draft)
	everythingText, isError := enginetest.Ask(t, server, "draft_changelog", `{}`)
	want, shown := factsOf(t, sandbox.Options{StateFile: box.StateFile}).draft("", now), readDraft(t, everythingText)
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
