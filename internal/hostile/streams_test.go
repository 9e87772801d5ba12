//go:build blackbox

package hostile

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// open opens a stream and returns it, or nil when it is refused in words.
func (s *site) open(method, path, body string, headers ...string) io.Closer {
	response, err := s.do(method, path, body, headers...)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	if response.StatusCode == http.StatusOK {
		return response.Body
	}
	refusal, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(refusal), "streams are open") {
		s.t.Errorf("%s %s: %d %s", method, path, response.StatusCode, refusal)
	}
	return nil
}

// A thousand streams of each kind are more than there may be.
func TestThousandsOfStreams(t *testing.T) {
	t.Parallel()
	const each, limit = 1000, 1024
	s := startHTTP(t, sandboxed...)
	sse := func() io.Closer { return s.open(http.MethodGet, "/sse", "") }
	kinds := []func() io.Closer{ // the last one may end by itself, if there is nothing to subscribe to
		sse,
		func() io.Closer { return s.open(http.MethodGet, "/mcp", "", sessionHeader, s.session()) },
		func() io.Closer {
			return s.open(http.MethodPost, "/mcp", `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{},`+modernMeta+`}}`,
				"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen")
		},
	}
	var mu sync.Mutex
	var streams []io.Closer
	lasting := 0
	parallel(each*len(kinds), 32, func(i int) {
		kind := i % len(kinds)
		stream := kinds[kind]()
		mu.Lock()
		defer mu.Unlock()
		if stream == nil {
			return
		}
		streams = append(streams, stream)
		if kind < len(kinds)-1 {
			lasting++
		}
	})
	if lasting == 0 || lasting > limit {
		t.Errorf("%d streams are open, of %d that may be", lasting, limit)
	}
	if stream := sse(); stream != nil {
		t.Error("there is room for another stream")
		_ = stream.Close()
	}
	s.call()
	for _, stream := range streams {
		_ = stream.Close()
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // until the program has noticed
		if stream := sse(); stream != nil {
			_ = stream.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the room of streams that are closed is not given back")
		}
	}
	s.end()
}

// Who starts sessions without end locks out nobody, and a session that is used stays.
func TestThousandsOfSessions(t *testing.T) {
	t.Parallel()
	const sessions = 6000
	s := startHTTP(t, sandboxed...)
	ping := func(session string) int {
		status, _ := s.ask(http.MethodPost, "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, sessionHeader, session)
		return status
	}
	unused, used := s.session(), s.session()
	parallel(sessions, 8, func(i int) {
		s.session()
		if i%500 == 0 && ping(used) != http.StatusOK {
			t.Error("a session that is used has ended")
		}
	})
	if status := ping(unused); status != http.StatusNotFound {
		t.Errorf("the session that was not used for longest: %d", status)
	}
	if status := ping(s.session()); status != http.StatusOK {
		t.Errorf("a new session: %d", status)
	}
	s.end()
}
