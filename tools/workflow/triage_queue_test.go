package workflow_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// What is called a likely duplicate is nearly always about the same.
func TestLikelyDuplicatesAreLikely(t *testing.T) {
	t.Parallel()
	topics := topicsOfSeed(t)
	topicOf := map[string]int{}
	const seed = 5 // not the one that the thresholds were set on
	for _, p := range factsOf(t, sandbox.Options{Seed: seed}).posts {
		topicOf[p.ID], topicOf[path.Base(p.PostURL)] = topics[p.Title], topics[p.Title]
	}
	row := regexp.MustCompile(`(?m)^(?:\[|  like )([^] ]+)`)
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
		`"createdAt":"2026-10-01T00:00:00.000Z","status":{"id":"64b0c2f19d3e5a7788990022","name":"In Review, maybe","type":"reviewing","isDefault":false},"inReview":true,"tags":[{"name":"Look, feel"}]}]}`
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
		"] awaiting moderation, \"Web, mobile\", status \"In Review, maybe\", ",
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
		"GET /v2/boards":           {"statuses: reviewing", "\nMissing here: the boards: Featurebase has a problem of its own"},
		"POST /v2/comments/search": {"; tags: ", "comments not read\n", "\nMissing here: the comments: "},
		"POST /v2/contacts/search": {" a month); tags: ", "\nMissing here: the companies of customers"},
		"GET /v2/admins":           {"boards: Feature requests", "\nMissing here: the admins: "},
		"GET /v2/post_statuses":    {"of at least ", "boards: Feature requests", "\nMissing here: the statuses and the posts in the default one: "},
	} {
		answer, isError := enginetest.Ask(t, startBroken(t, broken), "triage_queue", `{"limit":3}`)
		for _, text := range append(want, "\ncompared with: all 306 posts\n") {
			if isError || !strings.Contains(answer, text) {
				t.Errorf("%s: no %q in %s", broken, text, answer)
			}
		}
	}
	answer, isError := enginetest.Ask(t, startBroken(t, "POST /v2/posts/search"), "triage_queue", `{}`)
	if !isError || !strings.HasPrefix(answer, "triage_queue failed, since the posts awaiting moderation could not be had: Featurebase has a problem of its own") {
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
		regexp.MustCompile(`\nwaiting: 1 of at least \d+: 7 awaiting moderation, at least \d+ undecided \(read: 500 of \d+ posts in the default status\); moderation first, each oldest first`),
		regexp.MustCompile(`\ncompared with: 500 of 866 posts: the newest, and the 200 with most votes\n`),
		regexp.MustCompile(`\ntags: .* \(in the [\d,]+ posts read\)\n`),
	} {
		if isError || !want.MatchString(answer) {
			t.Errorf("no %s in %s", want, answer)
		}
	}
}
