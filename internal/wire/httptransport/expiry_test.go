package httptransport

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire/wiretest"
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
		s := wiretest.NewServer(t, wiretest.Quiet())
		p := wiretest.OpenPiped(t, New(s, Options{Auth: expiring{}, MaxStreams: 20, KeepAlive: time.Hour}).Serve)
		lasting, ending := p.Handshake(), p.Handshake()
		subscribe := func(headers ...string) *http.Response {
			headers = append(headers, wiretest.ModernHeaders("subscriptions/listen", "")...)
			return p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Listen("1", `"toolsListChanged":true`), headers...)
		}
		open := time.Now()
		lives := map[string]*wiretest.Events{
			"of a session":   wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", lasting...)),
			"a subscription": wiretest.EventsOf(t, subscribe()),
		}
		ends := map[string]*wiretest.Events{
			"of a session":   wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathMCP, "", append(ending, "X-Good-For", minute)...)),
			"a subscription": wiretest.EventsOf(t, subscribe("X-Good-For", minute)),
		}
		for _, e := range []*wiretest.Events{lives["a subscription"], ends["a subscription"]} {
			if m := e.Next(); m.Method != "notifications/subscriptions/acknowledged" {
				t.Fatalf("%s", m.Line)
			}
		}
		sse := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "", "X-Good-For", minute))
		path := sse.Endpoint()

		time.Sleep(time.Minute - time.Nanosecond)
		wiretest.AddTool(s, "news", nil)
		for _, streams := range []map[string]*wiretest.Events{lives, ends} {
			for name, e := range streams {
				if m := e.Next(); m.Method != "notifications/tools/list_changed" {
					t.Errorf("%s heard %s", name, m.Line)
				}
			}
		}
		if m := ends["a subscription"].Next(); string(m.ID) != "1" || m.Error != nil {
			t.Errorf("the subscription ended with %s", m.Line)
		}
		ends["SSE"] = sse
		for name, e := range ends {
			if data, err := e.Data(); !errors.Is(err, io.EOF) {
				t.Errorf("%s goes on: %s %v", name, data, err)
			}
		}
		if lived := time.Since(open); lived != time.Minute {
			t.Errorf("the streams ended after %s", lived)
		}
		if status, body := p.Status(http.MethodPost, path, wiretest.CallLine("2", "echo")); status != http.StatusNotFound {
			t.Errorf("a message to the stream that ended: %d %s", status, body)
		}

		time.Sleep(5 * time.Minute) // a session that is idle ends later
		wiretest.AddTool(s, "more", nil)
		for name, e := range lives {
			if m := e.Next(); m.Method != "notifications/tools/list_changed" {
				t.Errorf("%s, minutes later: %s", name, m.Line)
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
		s := wiretest.NewServer(t, wiretest.Quiet())
		w := addWaiting(s)
		p := wiretest.OpenPiped(t, New(s, Options{Auth: expiring{}}).Serve)
		stream := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "", "X-Good-For", "1s"))
		path := stream.Endpoint()
		p.Status(http.MethodPost, path, wiretest.CallLine("1", "wait"), "X-Good-For", "1s")
		answer := make(chan string, 1)
		go func() {
			headers := append(wiretest.ModernHeaders("tools/call", "wait"), "X-Good-For", "1s")
			_, body := p.Status(http.MethodPost, pathMCP, wiretest.ModernCall("2", "wait"), headers...)
			answer <- body
		}()
		<-w.started
		<-w.started
		time.Sleep(2 * time.Second)
		close(w.release)
		if body := <-answer; !strings.Contains(body, "released") {
			t.Errorf("POST: %s", body)
		}
		if m := stream.Next(); string(m.ID) != "1" || m.Tool(t).Content[0].Text != "released" {
			t.Errorf("SSE: %s", m.Line)
		}
		if data, err := stream.Data(); !errors.Is(err, io.EOF) {
			t.Errorf("the stream goes on: %s %v", data, err)
		}
	})
}
