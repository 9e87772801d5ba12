package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
)

func TestPageIsTenPostsOfThreeKilobytes(t *testing.T) {
	t.Parallel()
	page, ids := encodePosts(pageSize)
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

// The figures are worth nothing if the answers they are taken from are not those of the API.
func TestStandardAnswersAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	endpoints := map[string]bool{}
	served := lookups()
	for _, s := range standards() {
		served = append(served, lookup{s.operation, s.endpoint, s.body})
	}
	for _, s := range served {
		op := contract.Load().Operation(s.operation)
		if op == nil {
			t.Fatalf("no operation %s", s.operation)
		}
		if err := op.ValidateResponse(http.StatusOK, s.body); err != nil {
			t.Errorf("%s: %v", s.endpoint, err)
		}
		method, target, _ := strings.Cut(s.endpoint, " ")
		pattern := regexp.MustCompile(`^` + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(op.Path, `[^/]+`) + `(\?limit=\d+)?$`)
		if method != op.Method || !pattern.MatchString(target) {
			t.Errorf("%s is served at %s, the API has it at %s %s", s.operation, s.endpoint, op.Method, op.Path)
		}
		if endpoints[s.endpoint] {
			t.Errorf("%s is served twice", s.endpoint)
		}
		endpoints[s.endpoint] = true
	}
}

// The optional fields count, too: an answer looks short beside a body that lacks half of them.
func TestStandardAnswersAreInFullForm(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		item   map[string]any
		size   int
		absent []string // what the live API gives in other circumstances alone
	}{
		"Post":         {newPost(3), postSize, nil},
		"Article":      {newArticle(3), articleSize, []string{"surveyId"}},
		"Conversation": {newConversation(), 0, []string{"botConversationState", "csatDebug", "csatHistory", "csatSummary", "customAttributes", "customAttributeValues", "disableCustomerReply"}},
		"Contact":      {newContact(3), 0, nil},
		"Company":      {newCompany(3), 0, nil},
	} {
		properties := contract.Load().Resolve(map[string]any{"$ref": "#/components/schemas/" + name})["properties"].(map[string]any)
		for property := range properties {
			if _, has := tc.item[property]; !has && !slices.Contains(tc.absent, property) {
				t.Errorf("%s lacks %s", name, property)
			}
		}
		if size := len(encode(tc.item)); tc.size > 0 && (size < tc.size || size > tc.size+500) {
			t.Errorf("%s has %d bytes, want %d", name, size, tc.size)
		}
	}
	if got := len(newConversation()["conversationParts"].([]any)); got != 24 {
		t.Errorf("%d parts", got)
	}
}

func TestStubAnswersWhatItHasAndCountsIt(t *testing.T) {
	t.Parallel()
	s := &stub{pages: map[string][]byte{"GET /v2/posts?limit=10": []byte("page"), "POST /v2/articles/search": []byte("hits")}}
	for _, step := range []struct {
		method, target string
		status         int
		body           string
	}{
		{http.MethodGet, "/v2/posts?limit=10", http.StatusOK, "page"},
		{http.MethodGet, "/v2/posts?limit=9", http.StatusNotFound, ""},
		{http.MethodPost, "/v2/posts?limit=10", http.StatusNotFound, ""},
		{http.MethodGet, "/v2/posts", http.StatusNotFound, ""},
		{http.MethodPost, "/v2/articles/search", http.StatusOK, "hits"},
		{http.MethodGet, "/v2/boards", http.StatusNotFound, ""},
		{http.MethodPost, "/delay?for=soon", http.StatusBadRequest, ""},
		{http.MethodPost, "/delay?for=1ns", http.StatusOK, ""},
		{http.MethodGet, "/v2/posts?limit=10", http.StatusOK, "page"},
		{http.MethodGet, "/served", http.StatusOK, "3"},
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
	start := startMeasuresOf("default tools", 0, 0).initialized
	for _, round := range [][2]float64{{3, 2}, {40, 20}, {5, 5}} {
		r.add("", start, round[0], round[1])
	}
	got := r.rows[0].summary()
	if got.product != 5 || got.limit != 5 || got.ratio != 1.5 || got.low != 1 || got.high != 2 || !got.met {
		t.Errorf("got %+v", got)
	}
	r.add("", start, 9, 1)
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
