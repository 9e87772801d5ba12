package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox"
)

const (
	pageSize    = 10   // posts of the page that is asked for most
	postSize    = 3000 // bytes of a post, as JSON
	articleSize = 9000
)

// upstream is the API that both servers ask. What the sandbox says to a request, with posts and articles of a usual length, is kept and sent again, so that
// the sandbox is not measured with them.
type upstream struct {
	url     string
	delay   atomic.Int64 // before each answer, in nanoseconds
	served  atomic.Int64 // answers given
	sandbox http.RoundTripper

	mu   sync.Mutex
	kept map[string][]byte // by method, URL and body
}

func newUpstream(tb testing.TB) *upstream {
	tb.Helper()
	box, err := sandbox.New(sandbox.Options{NoAuth: true})
	if err != nil {
		tb.Fatal(err)
	}
	u := &upstream{sandbox: box.Transport(), kept: map[string][]byte{}}
	server := httptest.NewServer(u)
	tb.Cleanup(server.Close)
	u.url = server.URL
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	answer, err := u.answer(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	time.Sleep(time.Duration(u.delay.Load()))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-RateLimit-Limit", "2000")
	w.Header().Set("X-RateLimit-Remaining", "1999")
	w.Header().Set("X-RateLimit-Reset", "60")
	u.served.Add(1)
	_, _ = w.Write(answer)
}

func (u *upstream) answer(r *http.Request, body []byte) ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	key := r.Method + " " + r.URL.String() + " " + string(body)
	if kept := u.kept[key]; kept != nil {
		return kept, nil
	}
	asked := r.Clone(r.Context())
	asked.URL.Host, asked.Body = "sandbox", io.NopCloser(bytes.NewReader(body))
	response, err := u.sandbox.RoundTrip(asked)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var answer any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	u.kept[key] = encode(lengthened(answer))
	return u.kept[key], nil
}

// lengthened repeats the words of each post and each article until it has its usual length.
func lengthened(answer any) any {
	object, _ := answer.(map[string]any)
	items, _ := object["data"].([]any)
	for _, item := range items {
		lengthened(item)
	}
	for kind, text := range map[string]struct {
		field string
		size  int
	}{"post": {"content", postSize}, "article": {"body", articleSize}} {
		if words, ok := object[text.field].(string); ok && object["object"] == kind {
			missing := text.size - len(encode(object))
			object[text.field] = words + strings.Repeat("<p>"+words+"</p>", max(missing, 0)/(len(words)+len("<p></p>"))+1)
		}
	}
	return answer
}

// encode leaves markup as it is, as the API does.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// page asks for a page of posts without a server between.
func (u *upstream) page(tb testing.TB) []byte {
	tb.Helper()
	response, err := connections.Get(u.url + "/v2/posts?limit=" + strconv.Itoa(pageSize))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		tb.Fatalf("%s %.300s %v", response.Status, body, err)
	}
	return body
}

// posts are the ids of the posts on that page.
func (u *upstream) posts(tb testing.TB) (ids []string) {
	tb.Helper()
	var page struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(u.page(tb), &page); err != nil || len(page.Data) != pageSize {
		tb.Fatalf("%d posts: %v", len(page.Data), err)
	}
	for _, post := range page.Data {
		ids = append(ids, post.ID)
	}
	return ids
}

// said returns what was answered to the request whose method, URL and body hold some words.
func (u *upstream) said(tb testing.TB, words string) string {
	tb.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	for request, answer := range u.kept {
		if strings.Contains(request, words) {
			return string(answer)
		}
	}
	tb.Fatalf("nobody asked for %s", words)
	return ""
}

// The figures are worth nothing if the answers they are taken from are not those of the API.
func TestTheUpstreamAnswersAsTheAPIDoes(t *testing.T) {
	t.Parallel()
	page := newUpstream(t).page(t)
	if size := len(page) / pageSize; size < postSize || size > postSize+1000 {
		t.Errorf("a post has %d bytes", size)
	}
	if err := contract.Load().Operation("listPosts").ValidateResponse(http.StatusOK, page); err != nil {
		t.Error(err)
	}
}
