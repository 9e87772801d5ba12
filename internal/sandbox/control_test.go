package sandbox

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheJournalHoldsTheWritesThatWereApplied(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	post := a.newPost(nil)
	a.do("GET", "/v2/posts", nil).rows()
	a.do("POST", "/v2/posts/search", object{}).rows()
	a.do("DELETE", "/v2/posts/000000000000000000000000", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("DELETE", "/v2/posts/"+text(post, "id"), nil).ok()
	entries := a.do("GET", "/_sandbox/journal", nil).rows()
	if len(entries) != 2 || entries[0]["operation"] != "createPost" || at(entries[0], "body", "title") != post["title"] || entries[0]["status"] != 201.0 ||
		entries[1]["operation"] != "deletePost" || entries[1]["path"] != "/v2/posts/"+text(post, "id") {
		t.Errorf("journal %v", entries)
	}
}

// A journal that has become too long says how many entries have left it, and holds the newest ones.
func TestTheJournalSaysHowManyEntriesLeftIt(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	const writes = 6
	var last object
	for range writes {
		last = a.newPost(object{"content": strings.Repeat("x", 1<<20)})
	}
	got := a.do("GET", "/_sandbox/journal", nil).ok()
	entries := list(got, "data")
	if len(entries) == 0 || len(entries) == writes || number(got, "omitted")+float64(len(entries)) != writes || len(stringOf(got)) > 5<<20 {
		t.Errorf("%d entries, %v left out of %d", len(entries), got["omitted"], writes)
	}
	if newest, _ := entries[len(entries)-1].(object); newest["at"] != last["createdAt"] {
		t.Errorf("the last entry is of %v, the last post of %v", newest["at"], last["createdAt"])
	}
	a.do("POST", "/_sandbox/reset", nil).ok()
	for _, route := range []string{"journal", "outbox"} {
		if got := a.do("GET", "/_sandbox/"+route, nil); string(got.body) != `{"data":[],"omitted":0}` {
			t.Errorf("%s: %s", route, got.body)
		}
	}
}

func TestResetBringsTheSeedBack(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	before := a.do("GET", "/v2/posts?limit=100", nil)
	a.newPost(nil)
	a.do("POST", "/_sandbox/faults", object{"faults": []any{object{"kind": "status", "rate": 1, "status": 500}}}).ok()
	a.do("POST", "/_sandbox/reset", nil).ok()
	if after := a.do("GET", "/v2/posts?limit=100", nil); string(after.body) != string(before.body) {
		t.Error("the posts differ from those at the start")
	}
	if rows := a.do("GET", "/_sandbox/journal", nil).rows(); len(rows) != 0 {
		t.Errorf("journal %v", rows)
	}
}

func TestFaultsStrikeByCounting(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	a.do("POST", "/_sandbox/faults", object{"faults": []any{
		object{"kind": "status", "rate": 0.25, "status": 429, "retryAfter": 3, "operation": "listBoards"},
		object{"kind": "status", "rate": 0.5, "status": 503, "operation": "listPostStatuses"},
	}}).ok()
	var boards, statuses []int
	for range 8 {
		got := a.do("GET", "/v2/boards", nil)
		if boards = append(boards, got.status); got.status == http.StatusTooManyRequests && got.header.Get("Retry-After") != "3" {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
		statuses = append(statuses, a.do("GET", "/v2/post_statuses", nil).status)
		a.do("GET", "/v2/custom_fields", nil).rows()
	}
	if !slices.Equal(boards, []int{200, 200, 200, 429, 200, 200, 200, 429}) || !slices.Equal(statuses, []int{200, 503, 200, 503, 200, 503, 200, 503}) {
		t.Errorf("boards %v, statuses %v", boards, statuses)
	}
	a.do("POST", "/_sandbox/faults", object{"faults": []any{}}).ok()
	for range 4 {
		a.do("GET", "/v2/boards", nil).rows()
	}
}

func TestAFaultAfterwardsLosesOnlyTheAnswer(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	a.do("POST", "/_sandbox/faults", object{"faults": []any{object{"kind": "status", "rate": 1, "status": 502, "after": true, "operation": "upsertContact"}}}).ok()
	a.do("POST", "/v2/contacts", object{"email": "ada@lovelace.example", "userId": "ada-1"}).fails(http.StatusBadGateway, "internal_error")
	a.do("GET", "/v2/contacts/by-user-id/ada-1", nil).ok()
}

func TestBadFaultsAreRefused(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	for _, body := range []string{
		``, `{}`, `[]`, `{"faults":[null]}`, `{"faults":[{"kind":"fire","rate":1}]}`, `{"faults":[{"kind":"reset","rate":2}]}`,
		`{"faults":[{"kind":"status","rate":1,"status":404}]}`, `{"faults":[{"kind":"latency","rate":1}]}`,
		`{"faults":[{"kind":"reset","rate":1,"operation":"fly"}]}`, `{"faults":[{"kind":"reset","rate":1,"chance":1}]}`,
	} {
		if got := a.do("POST", "/_sandbox/faults", body); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

func TestAResetCutsTheConnection(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Control: true, NoAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	s.faults.set([]*fault{{Kind: "reset", Rate: 1}})

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox/v2/boards", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Transport().RoundTrip(r); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("in process: %v", err)
	}

	a := start(t, Options{})
	a.sandbox.faults.set([]*fault{{Kind: "reset", Rate: 1}})
	r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/v2/contacts", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test")
	if response, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = response.Body.Close()
		t.Errorf("over the network: status %d", response.StatusCode)
	}
}

func TestLatencyEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{NoAuth: true})
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: s.Transport(), Timeout: 2 * time.Second}
		ask := func() (int, error) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sandbox/v2/boards", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(r)
			if err != nil {
				return 0, err
			}
			defer func() { _ = response.Body.Close() }()
			return response.StatusCode, nil
		}
		for latency, fits := range map[int]bool{1500: true, 60_000: false} {
			s.faults.set([]*fault{{Kind: "latency", Rate: 1, LatencyMs: latency}})
			begin := time.Now()
			status, err := ask()
			took := time.Since(begin)
			if fits && (status != http.StatusOK || took != 1500*time.Millisecond) || !fits && (err == nil || took != 2*time.Second) {
				t.Errorf("latency of %d ms: status %d, %v after %v", latency, status, err, took)
			}
		}
	})
}

func TestTransportServesWithoutANetwork(t *testing.T) {
	t.Parallel()
	s, err := New(Options{NoAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: s.Transport()}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://do.featurebase.app/v2/posts/search", strings.NewReader(`{"search":"dark mode"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.Status != "200 OK" || int64(len(data)) != response.ContentLength || !strings.Contains(string(data), "Dark mode") ||
		response.Header.Get("Content-Type") != "application/json; charset=utf-8" || response.Request.URL.Path != "/v2/posts/search" {
		t.Errorf("%v %s %v %.100s", err, response.Status, response.Header, data)
	}
}

func TestTheAllowanceNeverLooksNearlyUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l window
		read := func() (remaining, reset int) {
			h := http.Header{}
			l.take(h)
			remaining, _ = strconv.Atoi(h.Get("X-RateLimit-Remaining"))
			reset, _ = strconv.Atoi(h.Get("X-RateLimit-Reset"))
			return remaining, reset
		}
		if remaining, reset := read(); remaining != 1999 || reset < 60 || reset > 61 {
			t.Errorf("first: %d remaining, reset in %d s", remaining, reset)
		}
		for range 5000 {
			read()
		}
		if remaining, _ := read(); remaining != 1000 {
			t.Errorf("under load: %d remaining", remaining)
		}
		time.Sleep(time.Minute)
		if remaining, _ := read(); remaining != 1999 {
			t.Errorf("in the next minute: %d remaining", remaining)
		}
	})
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Quirks: true})
	rows := a.do("GET", "/v2/contacts?limit=3", nil).rows()
	if len(rows) != 4 || rows[1] != nil || rows[0]["name"] != nil || text(rows[2], "name") == "" {
		t.Errorf("rows %v", rows)
	}
	shapes := map[string]bool{}
	for range 6 {
		got := a.do("GET", "/v2/posts/nope", nil)
		if got.status != http.StatusBadRequest || !strings.Contains(string(got.body), "Invalid post ID") {
			t.Errorf("%d %s", got.status, got.body)
		}
		shapes[string(got.body)] = true
	}
	if len(shapes) != 3 {
		t.Errorf("shapes %v", shapes)
	}
	if got := a.do("GET", "/v2/nothing", nil); got.status != http.StatusNotFound || !strings.HasPrefix(string(got.body), "<!DOCTYPE html>") {
		t.Errorf("unknown route: %s", got.body)
	}
}
