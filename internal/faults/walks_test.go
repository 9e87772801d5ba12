//go:build blackbox

package faults

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// The workflows that walk lists, several at once.
var (
	comparing = &kind{name: "find_similar_posts", tool: "find_similar_posts"}
	triaging  = &kind{name: "triage_queue", tool: "triage_queue"}
	reporting = &kind{name: "feedback_report", tool: "feedback_report"}
	drafting  = &kind{name: "draft_changelog", tool: "draft_changelog"}
)

var cursorSent = regexp.MustCompile(`cursor"?[=:]"?(\w+)`)

// cursor is the one that a request came with.
func (a *arrival) cursor() string {
	if found := cursorSent.FindStringSubmatch(a.r.URL.RawQuery + " " + a.body); found != nil {
		return found[1]
	}
	return ""
}

// isFor reports whether a request is for one of some lists.
func (a *arrival) isFor(lists ...string) bool {
	for _, list := range lists {
		if strings.HasSuffix(a.r.URL.Path, list) {
			return true
		}
	}
	return false
}

// things are the first items of any list, of posts as well as of statuses, boards, admins and changelogs.
func things(n int, cursor string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"64b0c2f19d3e5a77%08d","title":"Dark mode %d","name":"Thing %d","type":"completed","isDefault":%t,"inReview":true,"content":"<p>It is too bright at night.</p>","upvotes":%d,`+
			`"createdAt":"2026-01-07T12:00:00.000Z","date":"2026-01-01T00:00:00.000Z","state":"live"}`, i, i, i, i == 0, i)
	}
	return `{"data":[` + b.String() + `],"nextCursor":` + cursor + `}`
}

// walks are lists without end, and parts of a workflow that go wrong.
func walks() []*row {
	some := things(5, "null")
	hangs := goesOn("", "", time.Hour)
	only := func(fault behaviour, lists ...string) behaviour {
		return func(a *arrival) {
			if a.isFor(lists...) {
				fault(a)
				return
			}
			a.answer(http.StatusOK, some)
		}
	}
	refused := replies(http.StatusForbidden, `{"message":"Not for you"}`)
	numbered := func(page string) behaviour {
		return func(a *arrival) {
			a.answer(http.StatusOK, strings.Replace(page, "CURSOR", fmt.Sprintf(`"%d"`, a.n), 1))
		}
	}
	hundred, large := things(100, "CURSOR"), things(10_000, "CURSOR")
	var rows []*row
	for i, walk := range []struct {
		name string
		does behaviour
	}{
		{"a search that never answers", only(hangs, "/posts/search")},
		{"a list of posts that never answers", only(hangs, "/posts")},
		{"nothing that ever answers", hangs},
		{"all is well", replies(http.StatusOK, some)},
		{"a new cursor for ever", numbered(hundred)},
		{"a new cursor for ever, with 10,000 items each", numbered(large)},
		{"a new cursor for ever, with one item each", numbered(things(1, "CURSOR"))},
		{"the same cursor for ever", replies(http.StatusOK, things(100, `"same"`))},
		{"two cursors in turn", func(a *arrival) {
			next := `"one"`
			if a.cursor() == "one" {
				next = `"two"`
			}
			a.answer(http.StatusOK, things(100, next))
		}},
		{"no items and a new cursor for ever", numbered(things(0, "CURSOR"))},
		{"nothing but null and a new cursor for ever", numbered(`{"data":[null,null],"nextCursor":CURSOR}`)},
		{"null among the items", replies(http.StatusOK, strings.ReplaceAll(some, `},{`, `},null,{`))},
		{"items that are no objects", replies(http.StatusOK, `{"data":[1,"two",["three"],{"id":4,"title":["five"],"createdAt":6}],"nextCursor":null}`)},
		{"a second page that is refused", func(a *arrival) {
			if a.cursor() != "" {
				refused(a)
				return
			}
			a.answer(http.StatusOK, things(100, `"next"`))
		}},
		{"posts that cannot be searched", only(refused, "/posts/search")},
		{"posts that cannot be listed", only(refused, "/posts")},
		{"statuses that cannot be listed", only(refused, "/post_statuses")},
		{"boards that cannot be listed", only(refused, "/boards")},
		{"nothing that can be listed", refused},
		{"the key in each title", replies(http.StatusOK, strings.ReplaceAll(some, "Dark mode", theKey))},
	} {
		if raced && strings.Contains(walk.name, "10,000") {
			continue // as for sizes
		}
		under := &setting{
			name:  "Lists to walk: " + walk.name,
			flags: []string{"--timeout", "5m", "--deadline", "10m", "--retries", "0"}, deadline: 10 * time.Minute,
			api: fmt.Sprintf("/walks%d", i), walked: true,
		}
		if strings.Contains(walk.name, "ever answers") {
			under.flags[3], under.deadline = "15s", 15*time.Second
		}
		rows = append(rows, &row{name: walk.name, under: under, does: walk.does})
	}
	return rows
}
