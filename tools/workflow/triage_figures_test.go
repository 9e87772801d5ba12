package workflow_test

import (
	"cmp"
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// What a plain reader of the API would sort out of all posts, comments and contacts is what the queue says, in the same order.

var (
	waitingLine = regexp.MustCompile(`(?m)^waiting: (?:all )?(\d+)(?: of (\d+))?[^\n]*?(?:: (\d+) awaiting moderation, (\d+) undecided)?;`)
	waitingRow  = regexp.MustCompile(`(?m)^\[(\w+)\] (.*)\n  (.*)\n  by (.*)\n((?:  .*\n)*)`)
	nextCursor  = regexp.MustCompile(`(?m)^nextCursor: (\S+)$`)
	linksLine   = regexp.MustCompile(`(?m)^links: (\S+)$`)
)

// isWaiting is the rule in the words of the API's fields.
func isWaiting(p rawPost) bool {
	return p.InReview || p.Status.IsDefault && (len(p.Tags) == 0 || p.AssigneeID == nil)
}

// waitingOf are the posts that wait, in the order that is asked for.
func waitingOf(posts []rawPost, by string, keep func(rawPost) bool) []string {
	waiting := slices.DeleteFunc(slices.Clone(posts), func(p rawPost) bool { return !isWaiting(p) || !keep(p) })
	slices.SortFunc(waiting, func(a, b rawPost) int {
		if a.InReview != b.InReview {
			return map[bool]int{true: -1, false: 1}[a.InReview]
		}
		oldest := cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
		switch by {
		case "newest":
			return -oldest
		case "votes":
			return cmp.Or(cmp.Compare(b.Upvotes, a.Upvotes), oldest)
		default:
			return oldest
		}
	})
	ids := []string{}
	for _, p := range waiting {
		ids = append(ids, p.ID)
	}
	return ids
}

// queueOf follows the queue to its end. next is called between two answers.
func queueOf(t *testing.T, server *mcpclient.Client, arguments string, next func(ids []string)) (ids []string, answers []string) {
	t.Helper()
	for cursor := ""; ; {
		answer, isError := enginetest.Ask(t, server, "triage_queue", strings.Replace(arguments, "{", "{"+cursor, 1))
		if isError {
			t.Fatalf("%s: %s", arguments, answer)
		}
		for _, row := range waitingRow.FindAllStringSubmatch(answer, -1) {
			ids = append(ids, row[1])
		}
		answers = append(answers, answer)
		place := nextCursor.FindStringSubmatch(answer)
		if place == nil {
			return ids, answers
		}
		if next != nil {
			next(ids)
		}
		if cursor = fmt.Sprintf(`"cursor":%q,`, place[1]); len(answers) > 100 {
			t.Fatalf("%s: there is no end: %v", arguments, ids)
		}
	}
}

// queueCalls are the ways to ask: each sort with each restriction, and which posts a restriction keeps.
func queueCalls(f *facts) (calls []queueCall) {
	middle := f.posts[len(f.posts)/2]
	for _, by := range []string{"oldest", "newest", "votes"} {
		for _, only := range []queueCall{
			{"", func(rawPost) bool { return true }},
			{`,"only":"moderation"`, func(p rawPost) bool { return p.InReview }},
			{`,"only":"undecided"`, func(p rawPost) bool { return !p.InReview }},
			{`,"boardId":"` + middle.BoardID + `"`, func(p rawPost) bool { return p.BoardID == middle.BoardID }},
			{`,"since":"` + middle.CreatedAt.Format(time.RFC3339) + `"`, func(p rawPost) bool { return !p.CreatedAt.Before(middle.CreatedAt.Truncate(time.Second)) }},
		} {
			calls = append(calls, queueCall{fmt.Sprintf(`{"sort":%q,"limit":17%s}`, by, only.arguments), only.keeps})
		}
	}
	return calls
}

type queueCall struct {
	arguments string
	keeps     func(rawPost) bool
}

func TestTriageQueueIsTrue(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		for i, call := range queueCalls(f) {
			if at := slices.IndexFunc(organizations, func(o sampled) bool { return o.now.Equal(f.now.Truncate(time.Second)) }); i%len(organizations) != at && at != 0 {
				continue // every way in the first organization, and a few in each other
			}
			by := regexp.MustCompile(`"sort":"(\w+)"`).FindStringSubmatch(call.arguments)[1]
			want := waitingOf(f.posts, by, call.keeps)
			got, answers := queueOf(t, server, call.arguments, nil)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, not %v", call.arguments, got, want)
			}
			checkExtent(t, call.arguments, answers[0], want, f)
		}
		answer, _ := enginetest.Ask(t, server, "triage_queue", `{}`)
		if n := enginetest.Tokens(t, answer); n > 2500 || len(waitingRow.FindAllString(answer, -1)) != 10 {
			t.Errorf("%d tokens, at most 2500 are meant for 10 posts:\n%s", n, answer)
		} else {
			t.Logf("%d tokens for 10 posts", n)
		}
		answer, _ = enginetest.Ask(t, server, "triage_queue", `{"limit":30}`)
		checkFacts(t, answer, f)
	})
}

// checkExtent checks what an answer says about how many posts wait, and the words to decide in.
func checkExtent(t *testing.T, arguments, answer string, want []string, f *facts) {
	t.Helper()
	if len(want) == 0 {
		if !strings.Contains(answer, "\nwaiting: none") {
			t.Errorf("%s: %s", arguments, answer)
		}
		return
	}
	moderated := 0
	for _, p := range f.posts {
		if p.InReview && slices.Contains(want, p.ID) {
			moderated++
		}
	}
	counts := waitingLine.FindStringSubmatch(answer)
	if counts == nil || counts[1] != strconv.Itoa(min(17, len(want))) || cmp.Or(counts[2], counts[1]) != strconv.Itoa(len(want)) ||
		counts[3] != "" && (counts[3] != strconv.Itoa(moderated) || counts[4] != strconv.Itoa(len(want)-moderated)) {
		t.Errorf("%s: %v: %d wait, %d of them for moderation\n%.300s", arguments, counts, len(want), moderated, answer)
	}
	if !strings.Contains(answer, fmt.Sprintf("\ncompared with: all %d posts\n", len(f.posts))) {
		t.Errorf("%d posts: %.300s", len(f.posts), answer)
	}
	tags := map[string]int{}
	for _, p := range f.posts {
		for _, tag := range p.Tags {
			tags[tag.Name]++
		}
	}
	for tag, n := range tags {
		if line := regexp.MustCompile(`(?m)^tags: .*\b` + regexp.QuoteMeta(tag) + fmt.Sprintf(` %d\b`, n)); !line.MatchString(answer) {
			t.Errorf("%d posts have the tag %s: %s", n, tag, answer)
		}
	}
}

type rawComment struct {
	PostID                                 string
	Content                                string
	Author                                 *rawAuthor
	CreatedAt                              time.Time
	IsPrivate, InReview, IsSpam, IsDeleted bool
}

// checkFacts holds every line of every row against the API.
func checkFacts(t *testing.T, answer string, f *facts) {
	t.Helper()
	comments := map[string][]rawComment{}
	for _, c := range everything[rawComment](f, "/v2/comments", url.Values{"privacy": {"all"}}) {
		comments[c.PostID] = append(comments[c.PostID], c)
	}
	contacts := map[string]rawContact{}
	for _, c := range everything[rawContact](f, "/v2/contacts", url.Values{"contactType": {"all"}}) {
		contacts[c.ID] = c
	}
	links := linksLine.FindStringSubmatch(answer)
	rows := waitingRow.FindAllStringSubmatch(answer, -1)
	if links == nil || len(rows) < 20 {
		t.Fatalf("%d rows: %s", len(rows), answer)
	}
	for _, row := range rows {
		id, head, title, by, rest := row[1], row[2], row[3], row[4], row[5]
		p := f.posts[slices.IndexFunc(f.posts, func(p rawPost) bool { return p.ID == id })]
		for _, want := range []string{
			f.boards[p.BoardID].Name, fmt.Sprintf(", %d vote", p.Upvotes), ", " + strings.TrimPrefix(p.PostURL, links[1]),
			fmt.Sprintf("%d day", int(f.now.Sub(p.CreatedAt).Hours()/24)),
		} {
			if !strings.Contains(head, want) {
				t.Errorf("%s: no %q in %s", id, want, head)
			}
		}
		if strings.HasPrefix(head, "awaiting moderation, ") != p.InReview || strings.Contains(head, "no tags") != (len(p.Tags) == 0) ||
			!p.Status.IsDefault && !strings.Contains(head, ", status "+f.status[p.Status.ID].Name+",") || !strings.HasPrefix(p.Title, strings.TrimSuffix(title, "…")) {
			t.Errorf("%+v: %s %s", p, head, title)
		}
		if want := authorOf(p, contacts); !strings.HasPrefix(by, want) {
			t.Errorf("%s is by %q, not by %q", id, by, want)
		}
		if want := saidBelow(comments[id]); !strings.Contains("\n"+rest, "\n  "+want) {
			t.Errorf("%s: %q is meant:\n%s", id, want, rest)
		}
		checkDuplicates(t, rest, links[1], f)
	}
}

// authorOf is what the contacts say of an author.
func authorOf(p rawPost, contacts map[string]rawContact) string {
	if p.Author.Type == "admin" {
		return p.Author.Name + " (of the team)"
	}
	c := contacts[p.Author.ID]
	if len(c.Companies) == 0 {
		return p.Author.Name + " (no company)"
	}
	var names []string
	for _, company := range c.Companies {
		names = append(names, company.Name)
	}
	firm, paid := p.Author.Name+" ("+strings.Join(names, ", ")+", ", spending(c.Companies...)
	if paid == "unknown" {
		return firm + "revenue unknown)"
	}
	return firm + paid + " a month)"
}

// saidBelow is what is to be said of the comments below a post.
func saidBelow(comments []rawComment) string {
	if len(comments) == 0 {
		return ""
	}
	slices.SortFunc(comments, func(a, b rawComment) int { return b.CreatedAt.Compare(a.CreatedAt) })
	comments = slices.DeleteFunc(comments, func(c rawComment) bool { return c.IsSpam || c.IsDeleted })
	said := "no public answer of the team"
	for _, c := range comments {
		if c.Author.Type == "admin" && !c.IsPrivate && !c.InReview {
			said = "the team answered in public " + c.CreatedAt.Format(time.DateOnly)
			break
		}
	}
	if len(comments) == 0 {
		return said + "\n"
	}
	who := map[string]string{"admin": "the team", "customer": "a customer", "lead": "a customer"}[comments[0].Author.Type]
	if comments[0].IsPrivate {
		who += ", in private"
	} else if comments[0].InReview {
		who += ", awaiting moderation"
	}
	words := strings.Join(strings.Fields(tag.ReplaceAllString(comments[0].Content, " ")), " ")
	return said + "; latest comment " + comments[0].CreatedAt.Format(time.DateOnly) + " by " + who + ": " + words[:min(len(words), 40)]
}

var likeLine = regexp.MustCompile(`(?m)^  like (\S+) score \d\.\d\d: (\d+) votes?, ([^,\n]+)(, awaiting moderation)?, (.*)$`)

// checkDuplicates checks what is said of the posts that are like one.
func checkDuplicates(t *testing.T, rest, links string, f *facts) {
	t.Helper()
	found := likeLine.FindAllStringSubmatch(rest, -1)
	if n := strings.Count("\n"+rest, "\n  like "); n != len(found) {
		t.Errorf("%d of %d duplicates are understood: %s", len(found), n, rest)
	}
	for _, like := range found {
		at := slices.IndexFunc(f.posts, func(p rawPost) bool { return p.PostURL == links+like[1] })
		if at < 0 {
			t.Errorf("no post has the link %s%s", links, like[1])
			continue
		}
		p := f.posts[at]
		if like[2] != strconv.Itoa(p.Upvotes) || like[3] != f.status[p.Status.ID].Name || (like[4] != "") != p.InReview || !strings.HasPrefix(p.Title, strings.TrimSuffix(like[5], "…")) {
			t.Errorf("%v: %+v", like, p)
		}
	}
}

// A queue that changes while somebody works on it is walked to its end: what was decided is gone, and nothing else is passed over or seen twice.
func TestTheQueueIsResumedWhereItStopped(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"oldest", "newest", "votes"} {
		box := enginetest.Box(t, sandbox.Options{})
		server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport())})
		want := waitingOf(factsOf(t, sandbox.Options{}).posts, by, func(rawPost) bool { return true })
		decided := 0
		got, _ := queueOf(t, server, `{"limit":9,"sort":"`+by+`"}`, func(ids []string) {
			for _, id := range ids[decided:] { // all that were shown are decided
				change(t, box, "/v2/posts/"+id, `{"inReview":false,"tags":["Decided"],"assigneeId":"64b921c0e5cde7fdda000001"}`)
			}
			decided = len(ids)
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d posts, not %d: %v, not %v", by, len(got), len(want), got, want)
		}
	}
}

// A queue that is longer than what is read at once has no gap.
func TestALongQueueHasNoGap(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport())})
	f := factsOf(t, sandbox.Options{})
	const more = 560
	for i := range more {
		body := `{"boardId":%q,"title":"Wish number %d","createdAt":"2026-%02d-%02dT%02d:00:00Z"}`
		if i%50 == 7 {
			body = strings.Replace(body, "{", `{"inReview":true,`, 1)
		}
		post(t, box, fmt.Sprintf(body, f.posts[0].BoardID, i, 1+i%10, 1+i%28, i%24))
	}
	behind := httptest.NewServer(box)
	t.Cleanup(behind.Close)
	f.base = behind.URL
	posts := everything[rawPost](f, "/v2/posts", url.Values{"inReview": {"true"}})
	for _, by := range []string{"oldest", "newest"} {
		want := waitingOf(posts, by, func(rawPost) bool { return true })
		got, answers := queueOf(t, server, `{"limit":30,"sort":"`+by+`"}`, nil)
		if len(want) < more || !slices.Equal(got, want) {
			t.Errorf("%s: %d posts, not %d", by, len(got), len(want))
		}
		if strings.Count(answers[0], "] awaiting moderation, ") != 19 {
			t.Errorf("%s: posts awaiting moderation do not come first: %s", by, answers[0])
		}
	}
}

// A cursor belongs to its call.
func TestCursorsOfTheQueueAreChecked(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	answer, _ := enginetest.Ask(t, server, "triage_queue", `{"limit":3,"sort":"votes"}`)
	cursor := nextCursor.FindStringSubmatch(answer)[1]
	if second, isError := enginetest.Ask(t, server, "triage_queue", `{"limit":5,"sort":"votes","cursor":"`+cursor+`"}`); isError || len(waitingRow.FindAllString(second, -1)) != 5 {
		t.Errorf("another limit: %s", second)
	}
	for arguments, want := range map[string]string{
		`{"cursor":"` + cursor + `"}`:                                    "other arguments",
		`{"sort":"newest","cursor":"` + cursor + `"}`:                    "other arguments",
		`{"sort":"votes","boardId":"Bugs","cursor":"` + cursor + `"}`:    "other arguments",
		`{"sort":"votes","only":"moderation","cursor":"` + cursor + `"}`: "other arguments",
		`{"sort":"votes","cursor":"` + cursor[:len(cursor)-1] + `"}`:     "damaged or made up",
		`{"sort":"votes","cursor":"` + cursor + `0"}`:                    "damaged or made up",
		`{"sort":"votes","cursor":"eyJrIjoyNi42NjM4fQ"}`:                 "damaged or made up",
		`{"sort":"votes","cursor":"2"}`:                                  "damaged or made up",
		`{"since":"soon"}`:                                               "neither a date",
		`{"only":"in review"}`:                                           "moderation, undecided",
	} {
		if answer, isError := enginetest.Ask(t, server, "triage_queue", arguments); !isError || !strings.Contains(answer, want) {
			t.Errorf("%s: %s", arguments, answer)
		}
	}
}
