package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestPagesStopsAndSaysWhy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		pages   []string
		atLeast int
		items   string
		stop    Stop
		next    string
		total   int
	}{
		{"at the end", []string{`{"data":[1,2],"nextCursor":"a"}`, `{"data":[3],"nextCursor":null}`}, 0, "1 2 3", StopEnd, "", 0},
		{"at an end without a cursor at all", []string{`{"data":[1]}`}, 0, "1", StopEnd, "", 0},
		{"at an empty end", []string{`{"data":[],"nextCursor":null}`}, 0, "", StopEnd, "", 0},
		{"after a bare list", []string{` [1,2]`}, 0, "1 2", StopEnd, "", 0},
		{"at the limit, with whole pages", []string{`{"data":[1,2],"nextCursor":"a"}`, `{"data":[3,4],"nextCursor":"b"}`}, 3, "1 2 3 4", StopLimit, "b", 0},
		{"at the limit that is the end", []string{`{"data":[1,2],"nextCursor":null}`}, 2, "1 2", StopEnd, "", 0},
		{"at a repeated cursor", []string{`{"data":[1],"nextCursor":"a"}`, `{"data":[2],"nextCursor":"b"}`, `{"data":[3],"nextCursor":"a"}`}, 0, "1 2 3", StopRepeated, "a", 0},
		{"at the cursor it came from", []string{`{"data":[1],"nextCursor":"a"}`, `{"data":[2],"nextCursor":"a"}`}, 0, "1 2", StopRepeated, "a", 0},
		{"at an empty page with a cursor", []string{`{"data":[1],"nextCursor":"a"}`, `{"data":[],"nextCursor":"b"}`}, 0, "1", StopEmpty, "b", 0},
		{"not at a page of nulls", []string{`{"data":[null,null],"nextCursor":"a"}`, `{"data":[1,null],"nextCursor":null}`}, 0, "1", StopEnd, "", 0},
		{"with the total of a search", []string{`{"data":[1],"nextCursor":null,"totalCount":7,"totalCountCapped":true}`}, 0, "1", StopEnd, "", 7},
	}
	for _, tt := range tests {
		for _, first := range []Request{getPost, search} {
			t.Run(tt.name+" of "+first.Operation, func(t *testing.T) {
				t.Parallel()
				var steps []http.HandlerFunc
				for _, page := range tt.pages {
					steps = append(steps, reply(200, page))
				}
				c, api := onSocket(t, nil, steps...)
				var items []string
				var last Page
				for page, err := range Pages(t.Context(), c.Do, first, tt.atLeast) {
					noError(t, err)
					if last.Stop != StopNot {
						t.Error("a page after the last")
					}
					for _, item := range page.Items {
						items = append(items, string(item))
					}
					last = page
				}
				api.wantRequests(t, len(tt.pages))
				if got := strings.Join(items, " "); got != tt.items || last.Stop != tt.stop || last.Next != tt.next {
					t.Errorf("got %q, stop %v, next %q", got, last.Stop, last.Next)
				}
				if tt.total != 0 && (last.Total == nil || *last.Total != tt.total || !last.TotalCapped) {
					t.Errorf("got total %v, capped %v", last.Total, last.TotalCapped)
				}
			})
		}
	}
}

func TestPagesPutsTheCursorWhereTheOperationWantsIt(t *testing.T) {
	t.Parallel()
	two := []http.HandlerFunc{reply(200, `{"data":[1],"nextCursor":"a+b/ü\""}`), reply(200, `{"data":[2],"nextCursor":null}`)}
	walk := func(t *testing.T, r Request) arrival {
		t.Helper()
		c, api := onSocket(t, nil, two...)
		for _, err := range Pages(t.Context(), c.Do, r, 0) {
			noError(t, err)
		}
		api.wantRequests(t, 2)
		return api.requests()[1]
	}
	list := getPost
	list.Query = "limit=1&cursor=old"
	if got, want := walk(t, list).uri, "/v2/posts/1?cursor=a%2Bb%2F%C3%BC%22&limit=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	found := search
	found.Body = []byte(`{"limit":1,"search":"x","cursor":"old"}`)
	if got, want := walk(t, found).body, `{"cursor":"a+b/ü\"","limit":1,"search":"x"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	found.Body = nil
	if got, want := walk(t, found).body, `{"cursor":"a+b/ü\""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPagesEndsWithAnErrorWhereItCannotGoOn(t *testing.T) {
	t.Parallel()
	more := reply(200, `{"data":[1],"nextCursor":"a"}`)
	tests := []struct {
		name string
		then http.HandlerFunc
		kind Kind
	}{
		{"a failed request", reply(400, `{}`), KindInvalid},
		{"an answer that is no list", reply(200, `{"data":7}`), KindBadResponse},
		{"a cursor that is no text", reply(200, `{"data":[],"nextCursor":{}}`), KindBadResponse},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := onSocket(t, nil, more, tt.then)
			good := 0
			var failed error
			for _, err := range Pages(t.Context(), c.Do, search, 0) {
				if err != nil {
					failed = err
					continue
				}
				good++
			}
			_ = wantError(t, failed, tt.kind)
			if good != 1 {
				t.Errorf("%d good pages, want 1", good)
			}
		})
	}
}

func TestPagesEndsWithItsCallerAndItsContext(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, nil, reply(200, `{"data":[1],"nextCursor":"a"}`), reply(200, `{"data":[1],"nextCursor":"b"}`))
	for _, err := range Pages(t.Context(), c.Do, getPost, 0) {
		noError(t, err)
		break
	}
	api.wantRequests(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var failed error
	for _, err := range Pages(ctx, c.Do, getPost, 0) {
		cancel()
		failed = err
	}
	api.wantRequests(t, 2)
	_ = wantError(t, failed, KindCanceled)
	if !errors.Is(failed, context.Canceled) {
		t.Errorf("got %v", failed)
	}
}
