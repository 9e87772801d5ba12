package soak

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"featurebase-mcp/internal/sandbox"
)

// api is the sandbox, with faults. It takes down which writes it made.
type api struct {
	sandbox http.Handler

	mu       sync.Mutex
	faulty   float64        // share of the requests that go wrong
	requests int            // that came
	wrong    int            // of which went wrong
	made     map[string]int // writes, by mark
}

// openAPI returns the API and its address.
func openAPI(t *testing.T) (*api, string) {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := &api{sandbox: box, made: map[string]int{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

// fault is a way in which a share of the requests that go wrong does so.
type fault struct {
	share  float64
	status int           // 0 is a connection that is reset
	after  bool          // what was asked for is done all the same
	wait   time.Duration // and then all is well
}

var faults = []fault{
	{0.2, 500, false, 0},
	{0.15, 502, true, 0},
	{0.15, 503, false, 0},
	{0.05, 429, false, 0},
	{0.2, 0, false, 0},
	{0.15, 0, true, 0},
	{0.1, 0, false, 400 * time.Millisecond},
}

// next counts a request and chooses its fault, or none.
func (a *api) next() *fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	n := rand.Float64() / a.faulty // infinite without faults
	for i := range faults {
		if n -= faults[i].share; n < 0 {
			a.wrong++
			return &faults[i]
		}
	}
	return nil
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f := a.next()
	if f != nil && f.wait > 0 {
		time.Sleep(f.wait)
		f = nil
	}
	if f != nil && !f.after {
		f.happen(w)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	a.sandbox.ServeHTTP(answer, r)
	if answer.Code/100 == 2 && r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/search") {
		a.mu.Lock()
		a.made[markOf(r, string(body))]++
		a.mu.Unlock()
	}
	if f != nil {
		f.happen(w)
		return
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (f *fault) happen(w http.ResponseWriter) {
	if f.status > 0 {
		w.Header().Set("Content-Type", "application/json")
		if f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, `{"error":{"type":"api_error","code":"fault","message":"The soak wants a failure."}}`)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

var marks = regexp.MustCompile(`soak-\d+-mark`)

// markOf is what makes a write like no other: the mark in its body, or the id of the comment that is deleted.
func markOf(r *http.Request, body string) string {
	if id, found := strings.CutPrefix(r.URL.Path, "/v2/comments/"); found && r.Method == http.MethodDelete {
		return id
	}
	if mark := marks.FindString(body); mark != "" {
		return mark
	}
	return r.Method + " " + r.URL.Path
}
