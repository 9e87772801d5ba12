package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// outcome is what the answer to a call says of it.
type outcome int

const (
	done  outcome = iota // a success
	maybe                // a write that may have been made, or a call that was cancelled
	not                  // surely not made
)

// ledger is the account of all calls. Reads are counted; a write has a mark, which its entry in the journal has too.
type ledger struct {
	mu          sync.Mutex
	next        int
	outcomes    map[string]outcome // of writes, by mark
	counts      map[string]int     // calls, by tool and outcome
	failed      int                // errors that a fault explains
	total       int
	unexplained []string
}

func newLedger() *ledger { return &ledger{outcomes: map[string]outcome{}, counts: map[string]int{}} }

// mark returns what makes the next write like no other.
func (l *ledger) mark() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return fmt.Sprintf("soak-%d-mark", l.next)
}

func (l *ledger) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// explained are the words of errors that the faults of the sandbox give cause for, behind what was tried.
var explained = regexp.MustCompile(`The sandbox was told to fail|Too many requests|the connection broke before the answer was complete|Featurebase has a problem of its own`)

// enter notes what became of a call. expected are the words that the answer has to have where the call was wrong on purpose; mark is empty for
// reads.
func (l *ledger) enter(tool, mark, expected string, a answer) outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	o, word := done, "done"
	switch {
	case a.cancelled:
		o, word = maybe, "cancelled"
	case a.err != nil:
		o, word = maybe, "unexplained"
		l.unexplained = append(l.unexplained, fmt.Sprintf("%s: %v", tool, a.err))
	case expected != "":
		word = "refused as expected"
		if !a.isError || !strings.Contains(a.text, expected) && !explained.MatchString(a.text) {
			word = "unexplained"
			l.unexplained = append(l.unexplained, fmt.Sprintf("%s should say %q: %.500s", tool, expected, a.text))
		}
	case a.isError:
		l.failed++
		word = "failed by a fault"
		if o = not; strings.Contains(a.text, "may have been made") {
			o = maybe
		} else if mark != "" && !strings.Contains(a.text, "Nothing was changed") && !strings.Contains(a.text, "sent nothing") {
			word = "unexplained"
		}
		if !explained.MatchString(a.text) {
			word = "unexplained"
		}
		if word == "unexplained" {
			l.unexplained = append(l.unexplained, fmt.Sprintf("%s: %.500s", tool, a.text))
		}
	}
	l.counts[tool+": "+word]++
	if mark != "" {
		l.outcomes[mark] = o
	}
	return o
}

// marks finds the mark of an entry of the journal: in the body of what is made, or the id of a comment in the path of what is deleted.
var (
	marks   = regexp.MustCompile(`soak-\d+-mark`)
	deletes = regexp.MustCompile(`^/v2/comments/(\w+)$`)
)

func (w written) mark() string {
	if found := deletes.FindStringSubmatch(w.Path); found != nil && w.Operation == "deleteComment" {
		return found[1]
	}
	return marks.FindString(string(w.Body))
}

// balance holds the journal against the account, and returns what does not agree.
func (l *ledger) balance(made []written) (wrong []string, ok, open int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	times := map[string]int{}
	for _, w := range made {
		mark := w.mark()
		if _, known := l.outcomes[mark]; !known {
			wrong = append(wrong, fmt.Sprintf("%s %s was made, and nobody asked for it: %.200s", w.Operation, w.Path, w.Body))
		}
		times[mark]++
	}
	for mark, o := range l.outcomes {
		n := times[mark]
		switch {
		case n > 1:
			wrong = append(wrong, fmt.Sprintf("%s was made %d times", mark, n))
		case o == done && n == 0:
			wrong = append(wrong, mark+" was answered as done, and was not made")
		case o == not && n > 0:
			wrong = append(wrong, mark+" was answered as not made, and was")
		case o == maybe:
			open++
		case o == done:
			ok++
		}
	}
	return wrong, ok, open
}
