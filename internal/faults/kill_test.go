//go:build blackbox

package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"featurebase-mcp/internal/sandbox"
)

// mortal is the sandbox of an organization that sees to it that the program is killed at one of its writes.
type mortal struct {
	box    *sandbox.Sandbox
	writes atomic.Int32
	at     int32  // the write at which kill is called
	late   bool   // the write was applied by then
	kill   func() // ends the program at once
	open   sync.WaitGroup
}

func (m *mortal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.open.Add(1)
	defer m.open.Done()
	fatal := r.Method == http.MethodPatch && m.writes.Add(1) == m.at
	if fatal && !m.late {
		m.kill()
	}
	m.box.ServeHTTP(w, r)
	if fatal && m.late {
		m.kill()
	}
}

// titles counts the writes that were applied, by the title that they set.
func (m *mortal) titles(t *testing.T) map[string]int {
	t.Helper()
	w := httptest.NewRecorder()
	m.box.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_sandbox/journal", http.NoBody))
	var journal struct {
		Data []struct {
			Body struct {
				Title string `json:"title"`
			} `json:"body"`
		} `json:"data"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &journal); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, entry := range journal.Data {
		counts[entry.Body.Title]++
	}
	return counts
}

// A program that is killed while it applies a plan has doubled nothing, and its plan is gone: the next process says so, and how to go on. The same
// changes, planned again, are those that were not made.
func TestAKilledProcessDoublesNothing(t *testing.T) {
	const rows = 8
	binary := build(t)
	planID := regexp.MustCompile(`plan_[a-z0-9]+`)
	for at := int32(1); at <= rows; at++ {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %d, applied %v", at, late), func(t *testing.T) {
				box, err := sandbox.New(sandbox.Options{NoAuth: true, Control: true})
				if err != nil {
					t.Fatal(err)
				}
				api := &mortal{box: box, at: at, late: late}
				site := httptest.NewServer(api)
				defer site.Close()
				ask := func(s *server, tool string, arguments map[string]any) string {
					text, isError, err := s.call(t.Context(), tool, arguments)
					if err != nil || isError && tool == "plan_changes" {
						t.Fatalf("%s: %v: %s", tool, err, text)
					}
					return text
				}

				first := serve(t, binary, site.URL)
				found := regexp.MustCompile(`[0-9a-f]{24}`).FindAllString(ask(first, "list_posts", map[string]any{"limit": rows, "detail": "concise"}), -1)
				changes := make([]any, 0, rows)
				for _, id := range found {
					if arguments := map[string]any{"postId": id, "title": "Killed " + id}; len(changes) < rows && !strings.Contains(fmt.Sprint(changes), id) {
						changes = append(changes, map[string]any{"tool": "update_post", "arguments": arguments})
					}
				}
				plan := planID.FindString(ask(first, "plan_changes", map[string]any{"changes": changes}))
				api.kill = func() { _ = first.cmd.Process.Kill() }
				if text, _, err := first.call(t.Context(), "apply_plan", map[string]any{"planId": plan}); err == nil {
					t.Fatalf("it lived: %s", text)
				}
				_ = first.cmd.Wait()
				_ = first.Close()
				api.open.Wait()

				second := serve(t, binary, site.URL)
				if text := ask(second, "apply_plan", map[string]any{"planId": plan}); !strings.Contains(text, "ends with the server. Plan the same changes again") {
					t.Errorf("the plan of another process: %s", text)
				}
				again := ask(second, "plan_changes", map[string]any{"changes": changes})
				if done := len(api.titles(t)); done < rows {
					ask(second, "apply_plan", map[string]any{"planId": planID.FindString(again)})
				}
				second.end(t)
				titles := api.titles(t)
				for _, change := range changes {
					title := change.(map[string]any)["arguments"].(map[string]any)["title"].(string)
					if titles[title] != 1 {
						t.Errorf("%s: written %d times", title, titles[title])
					}
				}
			})
		}
	}
}
