package wire

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/internal/caller"
)

// expiring believes a request that says in X-Good-For how long its credentials are good, and everybody else for ever.
type expiring struct{ byName }

func (expiring) Authenticate(r *http.Request) (caller.Caller, *caller.Refusal) {
	who := caller.Caller{Principal: "ann"}
	if goodFor, err := time.ParseDuration(r.Header.Get("X-Good-For")); err == nil {
		who.Until = time.Now().Add(goodFor)
	}
	return who, nil
}

// A stream ends with the credentials that opened it, and not before: what happens until then is heard. Those whose credentials do not expire
// hear on, and the place of a stream that has ended is free.
func TestAStreamEndsWithItsCredentials(t *testing.T) {
	t.Parallel()
	const minute = "1m"
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, quiet())
		p := openPipedSite(t, s, HTTPOptions{Auth: expiring{}, MaxStreams: 5})
		lasting, ending := p.handshake(), p.handshake()
		subscribe := func(headers ...string) *http.Response {
			headers = append(headers, modernHeaders("subscriptions/listen", "")...)
			return p.do(t.Context(), http.MethodPost, pathMCP, listen("1", `"toolsListChanged":true`), headers...)
		}
		open := time.Now()
		lives := map[string]*events{
			"of a session":   eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", lasting...)),
			"a subscription": eventsOf(t, subscribe()),
		}
		ends := map[string]*events{
			"of a session":   eventsOf(t, p.do(t.Context(), http.MethodGet, pathMCP, "", append(ending, "X-Good-For", minute)...)),
			"a subscription": eventsOf(t, subscribe("X-Good-For", minute)),
		}
		for _, e := range []*events{lives["a subscription"], ends["a subscription"]} {
			if m := e.next(); m.Method != "notifications/subscriptions/acknowledged" {
				t.Fatalf("%s", m.line)
			}
		}
		sse := eventsOf(t, p.do(t.Context(), http.MethodGet, pathSSE, "", "X-Good-For", minute))
		path, err := sse.data()
		if err != nil {
			t.Fatal(err)
		}

		time.Sleep(time.Minute - time.Nanosecond)
		addTool(s, "news", nil)
		for _, streams := range []map[string]*events{lives, ends} {
			for name, e := range streams {
				if m := e.next(); m.Method != "notifications/tools/list_changed" {
					t.Errorf("%s heard %s", name, m.line)
				}
			}
		}
		if m := ends["a subscription"].next(); string(m.ID) != "1" || m.Error != nil {
			t.Errorf("the subscription ended with %s", m.line)
		}
		ends["SSE"] = sse
		for name, e := range ends {
			if data, err := e.data(); !errors.Is(err, io.EOF) {
				t.Errorf("%s goes on: %s %v", name, data, err)
			}
		}
		if lived := time.Since(open); lived != time.Minute {
			t.Errorf("the streams ended after %s", lived)
		}
		if status, body := p.status(http.MethodPost, string(path), callLine("2", "echo")); status != http.StatusNotFound {
			t.Errorf("a message to the stream that ended: %d %s", status, body)
		}

		time.Sleep(5 * time.Minute) // a session that is idle ends later
		addTool(s, "more", nil)
		for name, e := range lives {
			if m := e.next(); m.Method != "notifications/tools/list_changed" {
				t.Errorf("%s, minutes later: %s", name, m.line)
			}
		}
		for range 3 {
			if response := subscribe(); response.StatusCode != http.StatusOK {
				t.Errorf("a stream in place of one that ended: %d", response.StatusCode)
			}
		}
	})
}

// What runs may finish: it was allowed when it began, its deadline is near, and nobody would know what a write that is cut has done.
func TestACallOutlivesItsCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, quiet())
		w := addWaiting(s)
		p := openPipedSite(t, s, HTTPOptions{Auth: expiring{}})
		stream := eventsOf(t, p.do(t.Context(), http.MethodGet, pathSSE, "", "X-Good-For", "1s"))
		path, err := stream.data()
		if err != nil {
			t.Fatal(err)
		}
		p.status(http.MethodPost, string(path), callLine("1", "wait"), "X-Good-For", "1s")
		answer := make(chan string, 1)
		go func() {
			headers := append(modernHeaders("tools/call", "wait"), "X-Good-For", "1s")
			_, body := p.status(http.MethodPost, pathMCP, modernCall("2", "wait"), headers...)
			answer <- body
		}()
		<-w.started
		<-w.started
		time.Sleep(2 * time.Second)
		close(w.release)
		if body := <-answer; !strings.Contains(body, "released") {
			t.Errorf("POST: %s", body)
		}
		if m := stream.next(); string(m.ID) != "1" || m.tool(t).Content[0].Text != "released" {
			t.Errorf("SSE: %s", m.line)
		}
		if data, err := stream.data(); !errors.Is(err, io.EOF) {
			t.Errorf("the stream goes on: %s %v", data, err)
		}
	})
}
