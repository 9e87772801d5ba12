package workflow_test

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

var (
	waitingLine = regexp.MustCompile(`(?m)^waiting: (?:all )?(\d+)(?: of (\d+))?`)
	waitingRow  = regexp.MustCompile(`(?m)^\[(\w+)\]`)
)

// The queue is what a plain reader of the API would sort out of all posts, in the same order and with the same counts.
func TestTriageQueueIsTrue(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(o.now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			testTriageQueue(t, o)
		})
	}
}

func testTriageQueue(t *testing.T, o sampled) {
	t.Helper()
	posts := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock}).posts
	server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
	tags := map[string]int{}
	boards := map[string]int{}
	for _, p := range posts {
		for _, tag := range p.Tags {
			tags[tag.Name]++
		}
		boards[p.BoardID]++
	}
	for board := range boards {
		for _, by := range []string{"oldest", "votes"} {
			var want []string
			for _, p := range waitingOf(posts, board, by) {
				want = append(want, p.ID)
			}
			if len(want) == 0 {
				t.Fatal("nothing waits on a board")
			}
			answer, isError := enginetest.Ask(t, server, "triage_queue", fmt.Sprintf(`{"boardId":%q,"sort":%q,"limit":30}`, board, by))
			if isError {
				t.Fatal(answer)
			}
			var got []string
			for _, row := range waitingRow.FindAllStringSubmatch(answer, -1) {
				got = append(got, row[1])
			}
			if !slices.Equal(got, want[:min(30, len(want))]) {
				t.Errorf("%s by %s: %v, not %v", board, by, got, want)
			}
			counts := waitingLine.FindStringSubmatch(answer)
			if counts == nil || counts[1] != strconv.Itoa(len(got)) || cmp.Or(counts[2], counts[1]) != strconv.Itoa(len(want)) {
				t.Errorf("%v: %d of %d wait", counts, len(got), len(want))
			}
			if !strings.Contains(answer, fmt.Sprintf("\ncompared with: all %d posts\n", len(posts))) {
				t.Errorf("%d posts: %.300s", len(posts), answer)
			}
			for tag, n := range tags {
				if line := regexp.MustCompile(`(?m)^tags: .*\b` + regexp.QuoteMeta(tag) + fmt.Sprintf(` %d\b`, n)); !line.MatchString(answer) {
					t.Errorf("%d posts have the tag %s: %s", n, tag, answer)
				}
			}
		}
	}
	answer, _ := enginetest.Ask(t, server, "triage_queue", `{}`)
	n := enginetest.Tokens(t, answer)
	t.Logf("%d tokens for 10 posts", n)
	if n > 2000 || len(waitingRow.FindAllString(answer, -1)) != 10 {
		t.Errorf("%d tokens, at most 2000 are meant for 10 posts:\n%s", n, answer)
	}
}

// waitingOf are the posts of a board that wait for a decision, in the order that is asked for.
func waitingOf(posts []rawPost, board, by string) []rawPost {
	waiting := slices.DeleteFunc(slices.Clone(posts), func(p rawPost) bool {
		undecided := p.Status.IsDefault && (len(p.Tags) == 0 || p.AssigneeID == nil)
		return p.BoardID != board || !p.InReview && !undecided
	})
	slices.SortFunc(waiting, func(a, b rawPost) int {
		if by == "votes" && a.Upvotes != b.Upvotes {
			return cmp.Compare(b.Upvotes, a.Upvotes)
		}
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return waiting
}

// What is called a likely duplicate is nearly always about the same.
func TestLikelyDuplicatesAreLikely(t *testing.T) {
	t.Parallel()
	topics := topicsOfSeed(t)
	topicOf := map[string]int{}
	const seed = 5 // not the one that the thresholds were set on
	for _, p := range factsOf(t, sandbox.Options{Seed: seed}).posts {
		topicOf[p.ID] = topics[p.Title]
	}
	row := regexp.MustCompile(`(?m)^(?:\[|  like \[)(\w+)\]`)
	var same, all, current int
	for _, by := range []string{"oldest", "votes"} {
		answer, _ := enginetest.Ask(t, enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{Seed: seed}}), "triage_queue", `{"limit":30,"sort":"`+by+`"}`)
		for _, m := range row.FindAllStringSubmatch(answer, -1) {
			if m[0][0] == '[' {
				current = topicOf[m[1]]
				continue
			}
			all++
			if topicOf[m[1]] == current {
				same++
			}
		}
	}
	t.Logf("%d of %d", same, all)
	if all < 50 || same*100 < all*95 {
		t.Errorf("%d of %d likely duplicates are about the same", same, all)
	}
}

// Who has a post, and which admin is meant, is said; a name that would read as two stands in quotes.
func TestTriageSaysWhoHasWhat(t *testing.T) {
	t.Parallel()
	const twin, other = "64b921c0e5cde7fdda000001", "64b921c0e5cde7fdda000002"
	posts := `{"object":"list","nextCursor":null,"totalCount":1,"data":[{"id":"64b921c0e5cde7fdda0000aa","title":"Dark mode","boardId":"64b0c2f19d3e5a7788990011","assigneeId":"` + other + `",` +
		`"createdAt":"2026-10-01T00:00:00.000Z","status":{"id":"64b0c2f19d3e5a7788990022","name":"New","type":"reviewing","isDefault":true},"inReview":true,"tags":[{"name":"Look, feel"}]}]}`
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, map[string]string{
			"/v2/posts/search": posts,
			"/v2/boards":       `[{"id":"64b0c2f19d3e5a7788990011","name":"Web, mobile"}]`, "/v2/post_statuses": `[]`,
			"/v2/admins": `{"data":[{"id":"` + twin + `","name":"Ann"},{"id":"` + other + `","name":"Bo"},{"id":"64b921c0e5cde7fdda000003","name":"Ann"}]}`,
		}[r.URL.Path])
	}))
	t.Cleanup(api.Close)
	answer, isError := enginetest.Ask(t, enginetest.Start(t, app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}}), "triage_queue", `{}`)
	for _, want := range []string{
		"\nboards: \"Web, mobile\"\n", "\ntags: \"Look, feel\" 1\n", "\nadmins: Ann " + twin + ", Bo, Ann 64b921c0e5cde7fdda000003\n",
		"\n  by an unknown author; tags: \"Look, feel\"; assignee: Bo\n",
	} {
		if isError || !strings.Contains(answer, want) {
			t.Errorf("no %q in %s", want, answer)
		}
	}
}

// A part that fails is named, and the rest is given; only without any posts is there nothing to say.
func TestTriageQueueDoesWithoutWhatFails(t *testing.T) {
	t.Parallel()
	for broken, want := range map[string][]string{
		"GET /v2/boards":        {"statuses: reviewing", "\nMissing here: the boards: Featurebase has a problem of its own"},
		"GET /v2/admins":        {"boards: Feature requests", "\nMissing here: the admins: "},
		"GET /v2/post_statuses": {"of at least ", "boards: Feature requests", "\nMissing here: the statuses and the posts in the default one: "},
	} {
		answer, isError := enginetest.Ask(t, startBroken(t, broken), "triage_queue", `{"limit":3}`)
		for _, text := range append(want, "\ncompared with: all 306 posts\n") {
			if isError || !strings.Contains(answer, text) {
				t.Errorf("%s: no %q in %s", broken, text, answer)
			}
		}
	}
	answer, isError := enginetest.Ask(t, startBroken(t, "POST /v2/posts/search"), "triage_queue", `{}`)
	if !isError || !strings.HasPrefix(answer, "triage_queue failed, since the posts in review could not be had: Featurebase has a problem of its own") {
		t.Error(answer)
	}
}

// The answer states what was not read, so that a part of a long queue never passes for all of it.
func TestLongTriageQueuesAreNoWhole(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport())})
	board := factsOf(t, sandbox.Options{}).posts[0].BoardID
	const more = 560
	for i := range more {
		post(t, box, fmt.Sprintf(`{"boardId":%q,"title":"Wish number %d"}`, board, i))
	}
	answer, isError := enginetest.Ask(t, server, "triage_queue", `{"limit":1}`)
	for _, want := range []*regexp.Regexp{
		regexp.MustCompile(`\nwaiting: 1 of at least \d+ \(read: 500 of \d+ posts in the default status\), oldest first`),
		regexp.MustCompile(`\ncompared with: 500 of 866 posts: the newest, and the 200 with most votes\n`),
		regexp.MustCompile(`\ntags: .* \(in the [\d,]+ posts read\)\n`),
	} {
		if isError || !want.MatchString(answer) {
			t.Errorf("no %s in %s", want, answer)
		}
	}
}
