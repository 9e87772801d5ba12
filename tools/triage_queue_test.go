package tools_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
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
	server := start(t, app.Config{Sandbox: &o.Sandbox})
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
			answer, isError := ask(t, server, "triage_queue", fmt.Sprintf(`{"boardId":%q,"sort":%q,"limit":30}`, board, by))
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
	answer, _ := ask(t, server, "triage_queue", `{}`)
	n := tools.CountText(t, answer)
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
		answer, _ := ask(t, start(t, app.Config{Sandbox: &app.Sandbox{Seed: seed}}), "triage_queue", `{"limit":30,"sort":"`+by+`"}`)
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

// A part that fails is named, and the rest is given; only without any posts is there nothing to say.
func TestTriageQueueDoesWithoutWhatFails(t *testing.T) {
	t.Parallel()
	for broken, want := range map[string][]string{
		"GET /v2/boards":        {"statuses: reviewing", "\nMissing here: the boards: Featurebase has a problem of its own"},
		"GET /v2/admins":        {"boards: Feature requests", "\nMissing here: the admins: "},
		"GET /v2/post_statuses": {"of at least ", "boards: Feature requests", "\nMissing here: the statuses and the posts in the default one: "},
	} {
		answer, isError := ask(t, startBroken(t, broken), "triage_queue", `{"limit":3}`)
		for _, text := range append(want, "\ncompared with: all 306 posts\n") {
			if isError || !strings.Contains(answer, text) {
				t.Errorf("%s: no %q in %s", broken, text, answer)
			}
		}
	}
	answer, isError := ask(t, startBroken(t, "POST /v2/posts/search"), "triage_queue", `{}`)
	if !isError || !strings.HasPrefix(answer, "triage_queue failed, since the posts in review could not be had: Featurebase has a problem of its own") {
		t.Error(answer)
	}
}

// No tool is named that a model cannot call.
func TestTriageNamesOnlyToolsThatAreOn(t *testing.T) {
	t.Parallel()
	for _, call := range [][2]string{{"triage_queue", `{"limit":1}`}, {"find_similar_posts", `{"text":"dark mode at night"}`}, {"find_similar_posts", `{"text":"quantum tofu"}`}} {
		op := tools.Lookup(call[0])
		for _, off := range []bool{false, true} {
			answer := runWorkflow(t, op, call[1], off)
			if next := strings.Contains(answer, "\nnext: "); next == off {
				t.Errorf("all other tools off: %v\n%s", off, answer)
			}
		}
	}
}

// What was not read is said: nobody takes a part of a long queue for all of it.
func TestLongTriageQueuesAreNoWhole(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New(sandbox.Options{NoAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, app.Config{Client: client.Config{BaseURL: "http://127.0.0.1", NoAuth: true, Transport: box.Transport()}})
	board := factsOf(t, sandbox.Options{}).posts[0].BoardID
	const more = 560
	for i := range more {
		post(t, box, fmt.Sprintf(`{"boardId":%q,"title":"Wish number %d"}`, board, i))
	}
	answer, isError := ask(t, server, "triage_queue", `{"limit":1}`)
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
