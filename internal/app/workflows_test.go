package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/caller"
)

// round is how long the API of these tests takes for an answer.
const round = 100 * time.Millisecond

// postPages is an API of two thousand posts of 3 kB, in pages of a hundred.
type postPages struct {
	pages    [20]string
	requests atomic.Int32
}

// newPostPages puts the bulk of a post into a field. Of content each word is compared with those of all other posts, which takes processor time and is
// measured; of a field that nobody knows only its bytes count, which is what the tests are about.
func newPostPages(bulk string) *postPages {
	api := &postPages{}
	for i := range api.pages {
		posts := make([]string, 100)
		for at := range posts {
			n := 100*i + at
			posts[at] = fmt.Sprintf(`{"id":"64b0c2f19d3e5a77%08d","title":"Wish number %d","boardId":"64b0c2f19d3e5a7788990011","createdAt":"2026-01-07T12:00:00.000Z",`+
				`"inReview":true,"status":{"id":"64b0c2f19d3e5a7788990022","name":"New","type":"reviewing","isDefault":true},%q:"<p>%s</p>"}`, n, n, bulk, wordsOf(n, 2700))
		}
		next := strconv.Quote(strconv.Itoa(i + 1))
		if i+1 == len(api.pages) {
			next = "null"
		}
		api.pages[i] = fmt.Sprintf(`{"object":"list","data":[%s],"nextCursor":%s,"totalCount":2000}`, strings.Join(posts, ","), next)
	}
	return api
}

// wordsOf is the text of a post, about as long as asked for.
func wordsOf(post, length int) string {
	var b strings.Builder
	for i := 0; b.Len() < length; i++ {
		fmt.Fprintf(&b, "word%d ", (post*7+i*i)%5000)
	}
	return b.String()
}

func (api *postPages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var search struct {
		Cursor string `json:"cursor"`
	}
	_ = json.NewDecoder(r.Body).Decode(&search)
	api.requests.Add(1)
	time.Sleep(round)
	page, _ := strconv.Atoi(search.Cursor)
	_, _ = io.WriteString(w, map[string]string{
		"/v2/posts/search":  api.pages[page],
		"/v2/boards":        `[{"id":"64b0c2f19d3e5a7788990011","name":"Ideas"}]`,
		"/v2/post_statuses": `[{"id":"64b0c2f19d3e5a7788990022","name":"New","type":"reviewing","isDefault":true}]`,
		"/v2/admins":        `{"data":[],"nextCursor":null}`,
	}[r.URL.Path])
}

// pipes carry HTTP inside a bubble, whose clock stands still while somebody works.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }
func (p pipes) Close() error   { return nil }

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveOnPipes returns a transport to a server of its own, and what ends both.
func serveOnPipes(h http.Handler) (transport *http.Transport, end func()) {
	conns := make(pipes)
	server := &http.Server{Handler: h}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(conns) })
	transport = client.NewTransport(0)
	transport.Proxy, transport.DialContext = nil, conns.dial
	return transport, func() {
		transport.CloseIdleConnections()
		close(conns)
		_ = server.Close()
		serving.Wait()
	}
}

// triage makes a call and reports whether it read all that it wanted.
func triage(ctx context.Context, a *App) (whole bool) {
	answer, err := json.Marshal(a.MCP.HandleMessage(ctx, []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"triage_queue","arguments":{}}}`)))
	return err == nil && strings.Contains(string(answer), "compared with: 500 of 2,000 posts: the newest, and the 200 with most votes") &&
		!strings.Contains(string(answer), "Missing here")
}

const concurrency = 8

func busyConfig(transport http.RoundTripper) Config {
	return Config{
		Version: "test", Deadline: 50 * time.Second,
		Client: client.Config{BaseURL: "http://127.0.0.1", Key: "sk_test", Version: "v", Concurrency: concurrency, Timeout: time.Second, Transport: transport},
	}
}

// Workflows that keep large answers do not wait for one another beyond what the number of requests in flight makes them wait: as many rounds of
// answers pass as it takes to send all requests, and those of the last workflow, which has fewer than may be in flight.
func TestWorkflowsAtOnceTakeAsLongAsTheirRequests(t *testing.T) {
	api := newPostPages("unknown")
	const alone = 6 // rounds of one workflow
	for _, n := range []int{1, 4, 8, 16} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport, end := serveOnPipes(api)
				defer end()
				a, err := New(busyConfig(transport))
				if err != nil {
					t.Fatal(err)
				}
				api.requests.Store(0)
				start := time.Now()
				var calls sync.WaitGroup
				for range n {
					calls.Go(func() {
						if !triage(t.Context(), a) {
							t.Error("a workflow did without some of its answers")
						}
					})
				}
				calls.Wait()
				took := int(time.Since(start) / round)
				most := (int(api.requests.Load())+concurrency-1)/concurrency + alone
				t.Logf("%d rounds for %d requests, at most %d", took, api.requests.Load(), most)
				if took > most {
					t.Errorf("%d rounds for %d requests, at most %d are needed", took, api.requests.Load(), most)
				}
			})
		})
	}
}

// With a key for each caller, they share the memory alone. One who keeps all the large answers that it can does not hold up another.
func TestACallerWithLargeAnswersDoesNotHoldUpOthers(t *testing.T) {
	api := newPostPages("unknown")
	synctest.Test(t, func(t *testing.T) {
		transport, end := serveOnPipes(api)
		defer end()
		cfg := busyConfig(transport)
		cfg.KeyPerCaller, cfg.Client.Key = true, ""
		a, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if config := a.accounts.config; config.Memory == nil || !config.OneCaller {
			t.Error("accounts do not share a memory, each as one caller")
		}
		call := func(who int) (rounds int) {
			start := time.Now()
			ctx, leave := context.WithCancel(caller.With(t.Context(), somebody(who)))
			defer leave()
			if !triage(ctx, a) {
				t.Error("a workflow did without some of its answers")
			}
			return int(time.Since(start) / round)
		}
		alone := call(0)
		var greedy sync.WaitGroup
		for range 16 {
			greedy.Go(func() { call(1) })
		}
		for range 3 {
			time.Sleep(3 * round)
			if took := call(2); took > 2*alone {
				t.Errorf("a workflow took %d rounds beside those of another caller, and %d alone", took, alone)
			}
		}
		greedy.Wait()
		a.Close(t.Context())
	})
}

// BenchmarkWorkflowsAtOnce tells the time of several workflows with the limits that users have.
func BenchmarkWorkflowsAtOnce(b *testing.B) {
	server := httptest.NewServer(newPostPages("content"))
	defer server.Close()
	for _, n := range []int{1, 4, 8, 16} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var parts atomic.Int32
			for b.Loop() {
				a, err := New(Config{Version: "test", Deadline: 50 * time.Second, Client: client.Config{
					BaseURL: server.URL, Key: "sk_test", Version: "v", Rate: 25, Burst: 50, Concurrency: concurrency,
					Retries: 3, Timeout: 30 * time.Second, MaxWait: 20 * time.Second,
				}})
				if err != nil {
					b.Fatal(err)
				}
				var calls sync.WaitGroup
				for range n {
					calls.Go(func() {
						if !triage(b.Context(), a) {
							parts.Add(1)
						}
					})
				}
				calls.Wait()
				a.Client.CloseIdleConnections()
			}
			b.ReportMetric(float64(parts.Load())/float64(b.N), "incomplete/op")
		})
	}
}
