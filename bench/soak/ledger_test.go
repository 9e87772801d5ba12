package soak

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// outcome is what the answer to a call says of it.
type outcome int

const (
	done  outcome = iota // a success
	maybe                // a write that may have been made, or a call that was cancelled
	not                  // surely not made
)

// ledger is the account of all calls. Reads are counted; a write has a mark, which the API sees too.
type ledger struct {
	mu          sync.Mutex
	marks       int
	outcomes    map[string]outcome // of writes, by mark
	counts      map[string]int     // calls, by tool and outcome
	total       int
	unexplained []string
}

func newLedger() *ledger { return &ledger{outcomes: map[string]outcome{}, counts: map[string]int{}} }

// mark returns what makes the next write like no other.
func (l *ledger) mark() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marks++
	return fmt.Sprintf("soak-%d-mark", l.marks)
}

var (
	// explained are the words of errors that the faults give cause for, behind what was tried.
	explained = regexp.MustCompile(`The soak wants a failure|Too many requests|the connection broke before the answer was complete|Featurebase has a problem of its own`)
	perhaps   = regexp.MustCompile(`may have been made`)
	unchanged = regexp.MustCompile(`Nothing was changed|sent nothing`)
)

// enter notes what became of a call. expected are the words that the answer has to have where the call was wrong on purpose; mark is empty for reads.
func (l *ledger) enter(tool, mark, expected string, a answer) outcome {
	o, word := done, "done"
	switch {
	case a.cancelled:
		o, word = maybe, "cancelled"
	case a.err != nil:
		o, word = maybe, "unexplained"
	case expected != "" && a.isError && strings.Contains(a.text, expected):
		word = "refused as expected"
	case expected != "" && !a.isError, a.isError && !explained.MatchString(a.text):
		word = "unexplained"
	case a.isError && perhaps.MatchString(a.text):
		o, word = maybe, "failed by a fault, perhaps made"
	case a.isError && mark != "" && !unchanged.MatchString(a.text):
		o, word = maybe, "unexplained"
	case a.isError:
		o, word = not, "failed by a fault"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.counts[tool+": "+word]++
	if word == "unexplained" {
		l.unexplained = append(l.unexplained, fmt.Sprintf("%s, of which %q is expected: %.500s %v", tool, expected, a.text, a.err))
	}
	if mark != "" {
		l.outcomes[mark] = o
	}
	return o
}

// balance holds the writes that the API made against the account, and returns what does not agree.
func (l *ledger) balance(made map[string]int) (wrong []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for mark := range made {
		if _, known := l.outcomes[mark]; !known {
			wrong = append(wrong, mark+" was made, and nobody asked for it")
		}
	}
	for mark, o := range l.outcomes {
		switch n := made[mark]; {
		case n > 1:
			wrong = append(wrong, fmt.Sprintf("%s was made %d times", mark, n))
		case o == done && n == 0:
			wrong = append(wrong, mark+" was answered as done, and was not made")
		case o == not && n > 0:
			wrong = append(wrong, mark+" was answered as not made, and was")
		}
	}
	return wrong
}

// A ledger that finds nothing wrong with anything would prove nothing.
func TestTheLedgerFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const mark = "soak-1-mark"
	answered := answer{text: `{"id":"1"}`}
	perhaps := answer{isError: true, text: "create_comment failed: the connection broke before the answer was complete. The change may have been made all the same: ..."}
	denied := answer{isError: true, text: `create_comment failed: too many requests. Featurebase says: "Too many requests". Nothing was changed. Retry after 1 s.`}
	once, twice := map[string]int{mark: 1}, map[string]int{mark: 2}
	for name, tt := range map[string]struct {
		a    answer
		made map[string]int
		want string
	}{
		"done":               {answered, once, ""},
		"done, lost":         {answered, nil, mark + " was answered as done, and was not made"},
		"done, doubled":      {answered, twice, mark + " was made 2 times"},
		"perhaps, made":      {perhaps, once, ""},
		"perhaps, not made":  {perhaps, nil, ""},
		"perhaps, doubled":   {perhaps, twice, mark + " was made 2 times"},
		"cancelled, doubled": {answer{cancelled: true, err: errors.New("cancelled")}, twice, mark + " was made 2 times"},
		"denied":             {denied, nil, ""},
		"denied, made":       {denied, once, mark + " was answered as not made, and was"},
		"not asked for":      {answered, map[string]int{mark: 1, "PATCH /v2/posts/1": 1}, "PATCH /v2/posts/1 was made, and nobody asked for it"},
	} {
		l := newLedger()
		l.enter("create_comment", l.mark(), "", tt.a)
		if got := strings.Join(l.balance(tt.made), "\n"); got != tt.want || len(l.unexplained) > 0 {
			t.Errorf("%s: got %q, want %q; unexplained: %q", name, got, tt.want, l.unexplained)
		}
	}
}

func TestTheLedgerFindsErrorsThatNoFaultExplains(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mark, expected string
		a              answer
	}{
		"no answer":                            {"", "", answer{err: errors.New("the connection was closed")}},
		"other words":                          {"", "", answer{isError: true, text: "get_post failed: the time for the call ran out. A retry may help."}},
		"a write of which nothing is said":     {"m", "", answer{isError: true, text: "the connection broke before the answer was complete"}},
		"a success where there should be none": {"", "nothing has postId", answer{text: "{}"}},
		"other words where some were expected": {"", "nothing has postId", answer{isError: true, text: "get_post failed"}},
	} {
		l := newLedger()
		if l.enter("get_post", tt.mark, tt.expected, tt.a); len(l.unexplained) != 1 {
			t.Errorf("%s: unexplained: %q", name, l.unexplained)
		}
	}
}
