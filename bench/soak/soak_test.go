package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func entry(operation, path, body string) written {
	return written{Operation: operation, Path: path, Body: json.RawMessage(body)}
}

// A ledger that finds nothing wrong with anything would prove nothing.
func TestTheLedgerFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	comment := func(mark string) written {
		return entry("createComment", "/v2/comments", `{"content":"<p>`+mark+`</p>"}`)
	}
	answered := answer{text: `{"id":"1"}`}
	perhaps := answer{isError: true, text: "create_comment failed: the connection broke before the answer was complete. The change may have been made all the same: ..."}
	denied := answer{isError: true, text: `create_comment failed: too many requests. Featurebase says: "Too many requests". Nothing was changed. Retry after 1 s.`}
	for _, tt := range []struct {
		name string
		a    answer
		made func(mark string) []written
		want string // the beginning of what is wrong, without the mark
	}{
		{"done", answered, func(m string) []written { return []written{comment(m)} }, ""},
		{"done, lost", answered, func(string) []written { return nil }, " was answered as done, and was not made"},
		{"done, doubled", answered, func(m string) []written { return []written{comment(m), comment(m)} }, " was made 2 times"},
		{"perhaps, made", perhaps, func(m string) []written { return []written{comment(m)} }, ""},
		{"perhaps, not made", perhaps, func(string) []written { return nil }, ""},
		{"perhaps, doubled", perhaps, func(m string) []written { return []written{comment(m), comment(m)} }, " was made 2 times"},
		{"denied", denied, func(string) []written { return nil }, ""},
		{"denied, made", denied, func(m string) []written { return []written{comment(m)} }, " was answered as not made, and was"},
		{"not asked for", answered, func(m string) []written { return []written{comment(m), comment("soak-99-mark")} }, "createComment /v2/comments was made, and nobody asked for it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			mark := l.mark()
			l.enter("create_comment", mark, "", tt.a)
			wrong, _, _ := l.balance(tt.made(mark))
			got := strings.TrimPrefix(strings.Join(wrong, "\n"), mark)
			if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if len(l.unexplained) > 0 {
				t.Errorf("unexplained: %q", l.unexplained)
			}
		})
	}
}

func TestTheLedgerFindsErrorsThatNoFaultExplains(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mark, expected string
		a                    answer
	}{
		{"no answer", "", "", answer{err: errors.New("the connection was closed")}},
		{"other words", "", "", answer{isError: true, text: "get_post failed: the time for the call ran out. A retry may help."}},
		{"a write of which nothing is said", "m", "", answer{isError: true, text: "the connection broke before the answer was complete"}},
		{"a success where there should be none", "", "nothing has postId", answer{text: "{}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			l.enter("get_post", tt.mark, tt.expected, tt.a)
			if len(l.unexplained) != 1 {
				t.Errorf("unexplained: %q", l.unexplained)
			}
		})
	}
}

func TestTheVerdictFindsWhatGrows(t *testing.T) {
	t.Parallel()
	first := sample{goroutines: 40, files: 20, threads: 10, heap: 2 << 20, resident: 26 << 20}
	for _, tt := range []struct {
		name string
		grow func(*sample)
		want int
	}{
		{"nothing", func(*sample) {}, 0},
		{"connections that are kept", func(s *sample) { s.goroutines += 16; s.files += 8 }, 0},
		{"goroutines", func(s *sample) { s.goroutines += 100 }, 1},
		{"files", func(s *sample) { s.files += 100 }, 1},
		{"the heap", func(s *sample) { s.heap += 10 << 20 }, 1},
		{"memory", func(s *sample) { s.resident += 100 << 20 }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			last := first
			tt.grow(&last)
			r := &report{settings: settings{inFlight: 32}}
			r.add(time.Second, 1, []sample{first, first})
			r.add(time.Minute, 2, []sample{first, last})
			var out strings.Builder
			if err := r.verdict(&out, newLedger(), nil, 0); (err != nil) != (tt.want > 0) || strings.Count(out.String(), "grew from") != tt.want {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}
