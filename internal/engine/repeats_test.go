package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/tools"
)

// repeating is a server whose API answers as the test says.
type repeating struct {
	t    *testing.T
	env  engine.Env
	next failureCase
}

func newRepeating(t *testing.T) *repeating {
	t.Helper()
	r := &repeating{t: t}
	c, err := client.New(client.Config{BaseURL: "http://127.0.0.1:1", Key: theSecretKey, Version: "v", Transport: enginetest.Wire(func(req *http.Request) (*http.Response, error) {
		return r.next.reply(nil, req)
	})})
	if err != nil {
		t.Fatal(err)
	}
	r.env = engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: slog.New(slog.DiscardHandler), AllowImpersonation: true}, Account: engine.Account{Client: c, Repeats: engine.NewRepeats()}}
	return r
}

func (r *repeating) call(tool, arguments string, next failureCase) string {
	r.t.Helper()
	r.next = next
	text, _ := enginetest.CallIn(r.t, r.env, tools.Inventory().Lookup(tool), arguments)
	return text
}

const often = "This call has failed "

var (
	fine      = answered("", "", 200, `{"id":"1"}`)
	absent    = answered("", "", 404, `{"message":"Not found"}`)
	forbidden = answered("", "", 403, `{"message":"Forbidden"}`)
	tooFast   = answered("", "", 429, `{}`)
	unstable  = answered("", "", 500, `{}`)
)

const samePost, anotherPost = `{"postId":"` + anID + `"}`, `{"postId":"64b0c2f19d3e5a7788990099"}`

// From the third time on it is said what has to change, in the words of the cause.
func TestACallThatFailsAgainAndAgainIsTold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, tool, arguments string
		next                  failureCase
		want                  string
	}{
		{"arguments of the API's", "get_post", samePost, absent, "the same way: it will not work until the arguments change. Do not repeat it."},
		{"arguments refused here", "list_posts", `{"limit":500}`, fine, "the same way: it will not work until the arguments change. Do not repeat it."},
		{"arguments that are no JSON", "list_posts", `{"limit":`, fine, "the same way: it will not work until the arguments change. Do not repeat it."},
		{"the permission", "get_post", samePost, forbidden, "the same way: it will not work until the permission changes. Do not repeat it."},
		{"the key", "get_post", samePost, answered("", "", 401, `{}`), "the same way: it will not work until the key changes. Do not repeat it."},
		{"the configuration", "get_post", samePost, answered("", "", 404, `<html>`), "the same way: it will not work until the configuration changes. Do not repeat it."},
		{"the feature", "list_report_datasets", `{}`, absent, "the same way: it will not work until the feature is enabled in Featurebase. Do not repeat it."},
		{"what passes", "get_post", samePost, tooFast, "the same way. Repeating it at once does not help: wait longer before the next attempt, or tell the user."},
		{"what may have happened", "create_comment", `{"content":"x","postId":"p"}`, unstable, "the same way, and each time the change may have been made. Do not repeat it: check first, then tell the user."},
	} {
		r := newRepeating(t)
		first := r.call(tc.tool, tc.arguments, tc.next)
		if second := r.call(tc.tool, tc.arguments, tc.next); second != first || strings.Contains(first, often) {
			t.Errorf("%s: told too early: %s", tc.name, second)
		}
		for times := 3; times < 6; times++ {
			if want, got := fmt.Sprintf("%s%d times %s\n%s", often, times, tc.want, first), r.call(tc.tool, tc.arguments, tc.next); got != want {
				t.Errorf("%s:\ngot  %s\nwant %s", tc.name, got, want)
			}
		}
	}
}

// The order of arguments and spaces between them make no other call.
func TestTheSameCallWrittenOtherwise(t *testing.T) {
	t.Parallel()
	r := newRepeating(t)
	r.call("list_posts", `{"limit":5,"q":"x"}`, forbidden)
	r.call("list_posts", `{ "q": "x", "limit": 5 }`, forbidden)
	if got := r.call("list_posts", `{"q":"\u0078","limit":5}`, forbidden); !strings.HasPrefix(got, often) {
		t.Error(got)
	}
}

func TestACountBeginsAgain(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(*repeating){
		"after a success":        func(r *repeating) { r.call("get_post", samePost, fine) },
		"after another outcome":  func(r *repeating) { r.call("get_post", samePost, forbidden) },
		"with another status":    func(r *repeating) { r.call("get_post", samePost, answered("", "", 410, `{}`)) },
		"on another server":      func(r *repeating) { r.env.Repeats = engine.NewRepeats() },
		"by another caller":      func(r *repeating) { r.env.CallerName = func(context.Context) string { return "bob" } },
		"never, by another call": nil,
	} {
		r := newRepeating(t)
		r.call("get_post", samePost, absent)
		r.call("get_post", samePost, absent)
		if between == nil {
			r.call("get_post", anotherPost, absent)
			r.call("delete_post", samePost, absent)
			r.call("get_post", anotherPost, fine)
		} else {
			between(r)
		}
		if got := r.call("get_post", samePost, absent); strings.HasPrefix(got, often) != (between == nil) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A server that runs for months remembers no more than on its first day, and nothing that was said.
func TestRepeatsForgetTheOldest(t *testing.T) {
	t.Parallel()
	r := newRepeating(t)
	search := func(i int) string {
		return r.call("search_posts", fmt.Sprintf(`{"search":"private words %d"}`, i), forbidden)
	}
	for i := range engine.MostRepeats {
		search(i)
		search(i)
	}
	if got := search(0); !strings.HasPrefix(got, often) {
		t.Errorf("forgotten too early: %s", got)
	}
	search(engine.MostRepeats) // forgets 1, since 0 has just failed
	if got := search(1); strings.HasPrefix(got, often) {
		t.Errorf("not forgotten: %s", got)
	}
	if n := r.env.Repeats.Remembered(); n != engine.MostRepeats {
		t.Errorf("%d calls are remembered", n)
	}
	if kept := fmt.Sprintf("%+v", r.env.Repeats); strings.Contains(kept, "private") || strings.Contains(kept, "search") {
		t.Errorf("keeps %s", kept)
	}
}

// Calls at the same time are all counted.
func TestRepeatsAreCountedAtTheSameTime(t *testing.T) {
	t.Parallel()
	const calls = 40
	r := newRepeating(t)
	r.next = absent
	texts := make([]string, calls)
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() { texts[i], _ = enginetest.CallIn(t, r.env, tools.Inventory().Lookup("get_post"), samePost) })
	}
	wg.Wait()
	all := strings.Join(texts, "\n")
	for times := engine.TooOften; times <= calls; times++ {
		if !strings.Contains(all, fmt.Sprintf("%s%d times ", often, times)) {
			t.Errorf("call %d is missing", times)
		}
	}
}
