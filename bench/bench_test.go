package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPageIsTenPostsOfThreeKilobytes(t *testing.T) {
	t.Parallel()
	page, ids, err := encodePosts()
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(page, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != pageSize || len(ids) != pageSize {
		t.Fatalf("got %d posts and %d ids, want %d", len(list.Data), len(ids), pageSize)
	}
	for i, post := range list.Data {
		if len(post) < postSize || len(post) > postSize+500 {
			t.Errorf("post %d has %d bytes", i, len(post))
		}
		if !bytes.Contains(post, []byte(ids[i])) {
			t.Errorf("post %d lacks its id %s", i, ids[i])
		}
	}
}

func TestStubAnswersListPostsAloneAndCountsIt(t *testing.T) {
	t.Parallel()
	s := &stub{page: []byte("page")}
	for _, step := range []struct {
		method, target string
		status         int
		body           string
	}{
		{http.MethodGet, "/v2/posts?limit=10", http.StatusOK, "page"},
		{http.MethodGet, "/v2/posts?limit=9", http.StatusNotFound, ""},
		{http.MethodPost, "/v2/posts?limit=10", http.StatusNotFound, ""},
		{http.MethodGet, "/v2/boards", http.StatusNotFound, ""},
		{http.MethodPost, "/delay?for=soon", http.StatusBadRequest, ""},
		{http.MethodPost, "/delay?for=1ns", http.StatusOK, ""},
		{http.MethodGet, "/v2/posts?limit=10", http.StatusOK, "page"},
		{http.MethodGet, "/served", http.StatusOK, "2"},
	} {
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, httptest.NewRequest(step.method, step.target, http.NoBody))
		if answer.Code != step.status || step.body != "" && answer.Body.String() != step.body {
			t.Errorf("%s %s was answered %d %q", step.method, step.target, answer.Code, answer.Body)
		}
	}
}

func TestResponseIsSplitHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"jsonrpc":"2.0","id":7,"result":{"a":1}}`:          `7 {"a":1}}`, // the short way leaves the end of the envelope
		`{"id":7,"jsonrpc":"2.0","result":{"a":1}}`:          `7 {"a":1}`,
		`{"jsonrpc":"2.0","id":7,"error":{"code":-32603}}`:   `error`,
		`{"jsonrpc":"2.0","id":"7","result":{}}`:             `error`,
		`{"jsonrpc":"2.0","method":"notifications/message"}`: `error`,
		``: `error`,
	} {
		id, result, err := response([]byte(line))
		got := fmt.Sprintf("%d %s", id, result)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s became %s, want %s", line, got, want)
		}
	}
}

func TestWrongAnswersAreNoticed(t *testing.T) {
	t.Parallel()
	ids := []string{"first", "last"}
	for result, right := range map[string]bool{
		`{"content":[{"type":"text","text":"first last"}]}}`:                true,
		`{"content":[{"type":"text","text":"first last"}],"isError":true}}`: false,
		`{"content":[{"type":"text","text":"first"}]}}`:                     false,
		`{"content":[]}}`: false,
	} {
		if err := checkFully([]byte(result), ids); (err == nil) != right {
			t.Errorf("checkFully of %s: %v", result, err)
		}
		if err := checkQuickly([]byte(result), ids[1]); (err == nil) != right {
			t.Errorf("checkQuickly of %s: %v", result, err)
		}
	}
}

func TestRatioIsTheMedianOfPairedRatios(t *testing.T) {
	t.Parallel()
	var r results
	for _, round := range [][2]float64{{3, 2}, {40, 20}, {5, 5}} {
		r.add("", startTime, round[0], round[1])
	}
	got := r.rows[0].summary()
	if got.product != 5 || got.limit != 5 || got.ratio != 1.5 || got.low != 1 || got.high != 2 || !got.met {
		t.Errorf("got %+v", got)
	}
	r.add("", startTime, 9, 1)
	if got := r.rows[0].summary(); got.ratio != 1.75 || got.met {
		t.Errorf("after one more round got %+v", got)
	}
}

func TestTailIsExceededByOneInAHundred(t *testing.T) {
	t.Parallel()
	var values []float64
	for i := range 200 {
		values = append(values, float64(200-i))
	}
	if got := tail(values); got != 198 {
		t.Errorf("got %v, want 198", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median is %v, want 2.5", got)
	}
}
