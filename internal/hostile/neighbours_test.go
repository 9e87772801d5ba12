//go:build blackbox

package hostile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests of this file have two callers. One attacks; the other makes honest calls, each of which has to be answered,
// and about as fast as when it was alone.

const (
	attacker = "attackers-token-0123456789"
	honest   = "honest-token-0123456789"

	calls = 60 // of the honest caller, alone and then beside the attack

	// slower is how many times as long the slowest honest calls may take beside an attack. What they take alone is some
	// milliseconds, so that a busy machine makes a difference; floor is the least that counts.
	slower = 3
	floor  = time.Second
)

// neighbours starts the program for callers with tokens.
func neighbours(t *testing.T) *site {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte(attacker+"\n"+honest+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return startHTTP(t, append(slices.Clone(sandboxed), "--toolsets=all", "--auth=token", "--auth-tokens="+file)...)
}

// as adds the credentials of a caller to headers.
func as(token string, headers ...string) []string {
	return append(slices.Clone(headers), "Authorization", "Bearer "+token)
}

// slowest makes honest calls and returns how long the slowest of them took, the slowest hundredth left out.
func (s *site) slowest(token string) time.Duration {
	s.t.Helper()
	var took []time.Duration
	for range calls {
		start := time.Now()
		status, body := s.ask(http.MethodPost, "/mcp", callLine(`"honest"`), as(token, modern...)...)
		took = append(took, time.Since(start))
		if status != http.StatusOK {
			s.t.Fatalf("an honest call: %d %.300s", status, body)
		}
		answered(s.t, parse(s.t, body))
	}
	slices.Sort(took)
	return took[len(took)-1-len(took)/100]
}

// beside compares honest calls beside an attack with those made before. What attack returns ends the attack. A machine that is busy with something else makes
// some calls slow, a program that lets the honest caller wait makes them slow every time; so what is too slow is measured again.
func (s *site) beside(token string, attack func() (end func())) {
	s.t.Helper()
	alone := s.slowest(token)
	end := attack()
	attacked := s.slowest(token)
	for again := 0; again < 4 && attacked > max(slower*alone, floor); again++ {
		attacked = s.slowest(token)
	}
	withinMemory(s.t, s.cmd)
	s.t.Logf("p99 of the honest caller: %v alone, %v beside the attack", alone, attacked)
	if attacked > max(slower*alone, floor) && !raced {
		s.t.Errorf("honest calls take %v beside the attack, and %v alone", attacked, alone)
	}
	end()
}

// stop ends the program, without a last call of a caller that has no credentials.
func (s *site) stop() {
	s.t.Helper()
	withinMemory(s.t, s.cmd)
	s.client.CloseIdleConnections()
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// unread opens streams of SSE that are not read any further than to their endpoints, and asks on each of them.
func (s *site) unread(streams, each int, credentials func(i int) []string) (end func()) {
	s.t.Helper()
	var open []io.Closer
	var senders sync.WaitGroup
	for i := range streams {
		response, err := s.do(http.MethodGet, "/sse", "", credentials(i)...)
		if err != nil {
			s.t.Fatal(err)
		}
		open = append(open, response.Body)
		if response.StatusCode != http.StatusOK {
			continue // refused
		}
		_, _ = bufio.NewReaderSize(response.Body, 16).ReadString('\n')
		endpoint := make([]byte, 200)
		n, _ := response.Body.Read(endpoint)
		id := regexp.MustCompile(`sessionId=(\w+)`).FindString(string(endpoint[:n]))
		senders.Go(func() {
			for j := range each {
				r, err := s.do(http.MethodPost, "/message?"+id, `{"jsonrpc":"2.0","id":`+strconv.Itoa(j)+`,"method":"tools/list"}`, credentials(i)...)
				if err != nil {
					return
				}
				_ = r.Body.Close()
			}
		})
	}
	senders.Wait()
	return func() {
		for _, stream := range open {
			_ = stream.Close()
		}
	}
}

func TestUnreadStreamsBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	s.beside(honest, func() func() {
		return s.unread(12, 700, func(int) []string { return as(attacker) })
	})
	s.stop()
}

// A key that looks like one of Featurebase costs nothing to invent.
func TestUnreadStreamsOfInventedKeys(t *testing.T) {
	s := keyed(t)
	s.beside(honestKey, func() func() {
		return s.unread(12, 700, func(i int) []string { return as("sk_invented_" + strconv.Itoa(i)) })
	})
	s.stop()
}

func TestUnreadAnswersBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	s.beside(honest, func() func() {
		line := `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + modernMeta + `}}`
		var open []io.Closer
		for range 300 {
			c := s.dial()
			open = append(open, c)
			_, _ = fmt.Fprintf(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
				"Accept: application/json, text/event-stream\r\nMcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\nContent-Length: %d\r\n\r\n%s",
				attacker, len(line), line)
		}
		return func() {
			for _, c := range open {
				_ = c.Close()
			}
		}
	})
	s.stop()
}

func TestLargeHandshakesBesideAnHonestCaller(t *testing.T) {
	skipRaced(t)
	s := neighbours(t)
	s.beside(honest, func() func() {
		handshake := func(size int) string {
			return strings.Replace(initialize, `"capabilities":{}`, `"capabilities":{"experimental":{"x":"`+strings.Repeat("x", size)+`"}}`, 1)
		}
		for size, want := range map[int]int{2_000_000: http.StatusBadRequest, 60_000: http.StatusOK} {
			body := handshake(size)
			parallel(300, 4, func(int) {
				if status, answer := s.ask(http.MethodPost, "/mcp", body, as(attacker)...); status != want && status != http.StatusServiceUnavailable {
					t.Errorf("a handshake of %d bytes: %d %.200s", size, status, answer)
				}
			})
		}
		return func() {}
	})
	s.stop()
}

func TestAFloodOfSessionsBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	response, err := s.do(http.MethodPost, "/mcp", initialize, as(honest)...)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	session := response.Header.Get(sessionHeader)
	s.beside(honest, func() func() {
		parallel(2060, 8, func(int) { s.ask(http.MethodPost, "/mcp", initialize, as(attacker)...) })
		return func() {}
	})
	if status, body := s.ask(http.MethodPost, "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, as(honest, sessionHeader, session)...); status != http.StatusOK {
		t.Errorf("the honest session: %d %s", status, body)
	}
	s.stop()
}

func TestAFloodOfStreamsBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	s.beside(honest, func() func() {
		var mu sync.Mutex
		var open []io.Closer
		parallel(1024, 16, func(int) {
			response, err := s.do(http.MethodGet, "/sse", "", as(attacker)...)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			open = append(open, response.Body)
		})
		response, err := s.do(http.MethodGet, "/sse", "", as(honest)...)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("the honest caller has no stream: %v", err)
		}
		open = append(open, response.Body)
		return func() {
			for _, stream := range open {
				_ = stream.Close()
			}
		}
	})
	s.stop()
}

// ask1030 makes calls that wait for a user until they are ended, and returns how many of them got as far as a question.
func (s *site) ask1030(post string, credentials func(i int) []string) (asked int, end func()) {
	const elicits = `"capabilities":{"elicitation":{}}`
	var mu sync.Mutex
	var open []io.Closer
	parallel(1030, 16, func(i int) {
		response, err := s.do(http.MethodPost, "/mcp", strings.Replace(initialize, `"capabilities":{}`, elicits, 1), credentials(i)...)
		if err != nil {
			s.t.Error(err)
			return
		}
		_ = response.Body.Close()
		session := response.Header.Get(sessionHeader)
		call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_post","arguments":{"postId":"` + post + `"}}}`
		if response, err = s.do(http.MethodPost, "/mcp", call, append(credentials(i), sessionHeader, session)...); err != nil {
			s.t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		open = append(open, response.Body)
		if response.Header.Get("Content-Type") == "text/event-stream" {
			asked++
		}
	})
	return asked, func() {
		for _, stream := range open {
			_ = stream.Close()
		}
	}
}

func TestOpenQuestionsBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	list := strings.Replace(callLine("1"), "list_boards", "list_posts", 1)
	_, body := s.ask(http.MethodPost, "/mcp", list, as(honest, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "list_posts")...)
	post := regexp.MustCompile(`[0-9a-f]{24}`).FindString(body)
	if post == "" {
		t.Fatalf("no post in %.300s", body)
	}
	s.beside(honest, func() func() {
		asked, end := s.ask1030(post, func(int) []string { return as(attacker) })
		t.Logf("%d questions are open", asked)
		if asked < 100 {
			t.Errorf("%d questions are open, which is no attack", asked)
		}
		return end
	})
	s.stop()
}

const honestKey = "sk_honest_0123456789"

// keyed starts the program for callers with keys, before a Featurebase that takes one of them.
func keyed(t *testing.T) *site {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer "+honestKey {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"type":"authentication_error","code":"invalid_api_key","message":"Invalid API key"}}`)
			return
		}
		_, _ = io.WriteString(w, `[{"id":"64b921c0d0013bb2e0000001","name":"Feature requests"}]`)
	}))
	t.Cleanup(api.Close)
	return startHTTP(t, "--toolsets=all", "--auth=key", "--api-url="+api.URL, "--rate=0", "--concurrency=0", "--log-level=error")
}

func TestQuestionsOfInventedKeys(t *testing.T) {
	s := keyed(t)
	s.beside(honestKey, func() func() {
		asked, end := s.ask1030("64b921c0d0013bb2e0000001", func(i int) []string { return as("sk_invented_" + strconv.Itoa(i)) })
		if asked > 0 {
			t.Errorf("%d users were asked for keys that are refused", asked)
		}
		return end
	})
	s.stop()
}

func TestAnnouncedBodiesBesideAnHonestCaller(t *testing.T) {
	s := neighbours(t)
	s.beside(honest, func() func() {
		var open []io.Closer
		for range 8 {
			c := s.dial()
			open = append(open, c)
			_, _ = io.WriteString(c, head("Content-Length: 4194304\r\nAuthorization: Bearer "+attacker)+"{")
		}
		if status, body := s.ask(http.MethodPost, "/mcp", largeLine(`"large"`, 4_000_000), as(honest, modern...)...); status != http.StatusOK {
			t.Errorf("a large honest call: %d %.300s", status, body)
		}
		return func() {
			for _, c := range open {
				_ = c.Close()
			}
		}
	})
	s.stop()
}

// Nobody fills the disk with what the program logs of requests that it refuses.
func TestRefusedRequestsAreLoggedInBrief(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	s := startHTTP(t, "--sandbox", "--log-format=json", "--log-file="+file)
	long := strings.Repeat("x", 60_000)
	parallel(500, 8, func(int) {
		s.ask(http.MethodGet, "/mcp", "", "Origin", "https://"+long)
	})
	log, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range bytes.Lines(log) {
		var entry map[string]any
		if err := json.Unmarshal(line, &entry); err != nil {
			t.Errorf("%.300s", line)
		}
		lines++
	}
	if lines == 0 || len(log) > 64<<10 {
		t.Errorf("500 refused requests of 60 kB wrote %d lines, %d bytes", lines, len(log))
	}
	s.end()
}
