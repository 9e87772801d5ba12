//go:build blackbox && unix

package replicas

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// posts returns the ids of some posts.
func (w *world) posts(n int) []string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.api.url+"/v2/posts?limit=100", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test")
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing follows
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil || len(list.Data) < n {
		w.t.Fatalf("HTTP %d: %d posts, %v", response.StatusCode, len(list.Data), err)
	}
	var ids []string
	for _, p := range list.Data[:n] {
		ids = append(ids, p.ID)
	}
	return ids
}

// A call that is asked about at one replica is confirmed at another, once, in both eras of the protocol.
func TestQuestionsAreAnsweredAtAnyReplica(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	posts := w.posts(9)
	s := begin(ctx, t, w.url, ann)
	for i, id := range posts[:5] {
		arguments := `{"postId":"` + id + `"}`
		m, err := s.call(ctx, "delete_post", arguments)
		if err != nil || !m.fine() || w.api.writes(id) != 1 {
			t.Errorf("session, call %d: %v %s, sent %d times", i, err, m.text(), w.api.writes(id))
		}
	}
	for i, id := range posts[5:] {
		arguments := `{"postId":"` + id + `"}`
		m, state, err := confirmed(ctx, w.url, ann, "delete_post", arguments)
		if err != nil || !m.fine() || state == "" {
			t.Errorf("modern, call %d: %v %s", i, err, m.text())
		}
		for _, other := range w.replicas {
			m, err := modern(ctx, other.url(), ann, "delete_post", arguments, yes(state), true)
			if err != nil || m.fine() || !strings.Contains(m.text(), "used already") {
				t.Errorf("a confirmation holds again: %v %s", err, m.text())
			}
		}
		if m, err := modern(ctx, w.url, bob, "delete_post", arguments, yes(state), true); err != nil || m.fine() {
			t.Errorf("a confirmation holds for another caller: %v %s", err, m.text())
		}
		if w.api.writes(id) != 1 {
			t.Errorf("sent %d times", w.api.writes(id))
		}
	}
}

// A click in a panel counts at any replica: once, for who was asked, and not after the store has lost what it held.
func TestClicksCountAtAnyReplica(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	posts := w.posts(5)
	held := func(id string) string {
		m, err := calling(ctx, w.replicas[0].url(), ann, "delete_post", `{"postId":"`+id+`"}`, panels)
		if token := m.Result.Meta.Confirm.Token; err == nil && token != "" {
			return `{"token":"` + token + `","approve":`
		}
		t.Fatalf("nothing waits: %v %s", err, m.text())
		return ""
	}
	click := func(at *replica, who, click string) message {
		m, err := calling(ctx, at.url(), who, "confirm_call", click, panels)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for i, id := range posts[:3] {
		token := held(id)
		if m := click(w.replicas[i], bob, token+"true}"); !m.Result.IsError || w.api.writes(id) != 0 {
			t.Errorf("somebody else's click: %s", m.text())
		}
		var clicks sync.WaitGroup
		var made atomic.Int32
		for n := range 9 {
			clicks.Go(func() {
				if m, err := calling(ctx, w.replicas[(i+n)%len(w.replicas)].url(), ann, "confirm_call", token+"true}", panels); err == nil && m.fine() {
					made.Add(1)
				}
			})
		}
		clicks.Wait()
		if made.Load() != 1 || w.api.writes(id) != 1 {
			t.Errorf("nine clicks at three replicas: %d made a call, %d were sent", made.Load(), w.api.writes(id))
		}
	}
	no := held(posts[3])
	if m := click(w.replicas[1], ann, no+"false}"); w.api.writes(posts[3]) != 0 || !strings.Contains(m.text(), "declined") {
		t.Errorf("a no: %s", m.text())
	}
	if m := click(w.replicas[2], ann, no+"true}"); w.api.writes(posts[3]) != 0 || !m.Result.IsError {
		t.Errorf("a yes after a no: %s", m.text())
	}
	lost := held(posts[4])
	w.store.Kill()
	w.store.Start()
	eventually(t, 5*time.Second, "the store is back", func() bool {
		return !strings.Contains(click(w.replicas[1], ann, lost+"true}").text(), "cannot reach the store")
	})
	if w.api.writes(posts[4]) != 0 {
		t.Error("a click counted after the store had restarted")
	}
}

// A session outlives every replica that served it, belongs to its opener, and ends everywhere.
func TestSessionsOutliveReplicas(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	s := begin(ctx, t, w.url, ann)
	reads := func() {
		t.Helper()
		for range 4 {
			if m, err := s.call(ctx, "list_boards", `{}`); err != nil || !m.fine() {
				t.Errorf("%v %s", err, m.text())
			}
		}
	}
	reads()
	for _, r := range w.replicas {
		r.signal(syscall.SIGTERM)
		r.start()
	}
	reads()
	for _, r := range w.replicas {
		stranger := session{r.url(), bob, s.id}
		if status(ctx, t, &stranger) != http.StatusNotFound {
			t.Error("another caller uses the session")
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, w.url+"/mcp", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ann)
	r.Header.Set("Mcp-Session-Id", s.id)
	if response, err := http.DefaultTransport.RoundTrip(r); err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	for _, r := range w.replicas {
		own := session{r.url(), ann, s.id}
		if got := status(ctx, t, &own); got != http.StatusNotFound {
			t.Errorf("a session that has ended: HTTP %d", got)
		}
	}
}

func status(ctx context.Context, t *testing.T, s *session) int {
	t.Helper()
	response, err := s.post(ctx, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// A call that fails at each of the replicas has failed three times, for its caller alone.
func TestRepeatedFailuresAddUp(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	const nobody = `{"postId":"64b921c0d0013bb2e0ffffff"}`
	for i, r := range w.replicas {
		m, err := modern(ctx, r.url(), ann, "get_post", nobody, "", false)
		if err != nil || m.fine() || strings.Contains(m.text(), "has failed 3 times") != (i == 2) {
			t.Errorf("call %d: %v %s", i, err, m.text())
		}
	}
	if m, err := modern(ctx, w.url, bob, "get_post", nobody, "", false); err != nil || strings.Contains(m.text(), "has failed") {
		t.Errorf("another caller: %v %s", err, m.text())
	}
}
