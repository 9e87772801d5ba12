//go:build blackbox

package faults

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "featurebase-mcp/internal/cli" // what is built here: go test has to know that a change of it matters
	"featurebase-mcp/internal/golden"
)

const (
	mostMemory = 200             // MB of the process, at its peak
	mostAsked  = 300             // requests of a workflow, whatever cursors it is given
	slack      = 2 * time.Minute // for a machine that is busy: a call that hangs takes for ever, not longer
)

// outcome is what became of one call.
type outcome struct {
	text     string
	isError  bool
	err      error
	took     time.Duration
	requests int
	applied  int
}

func TestFaults(t *testing.T) {
	t.Parallel()
	binary := build(t)
	up, elsewhere := newUpstream(t), newElsewhere(t)
	rows := table(t, elsewhere.URL)
	servers := map[*setting]*server{}
	for _, r := range rows {
		if servers[r.under] == nil {
			servers[r.under] = serve(t, binary, r.under.address(up), r.under.flags...)
		}
	}
	outcomes := make([]map[*kind]outcome, len(rows))
	var calls sync.WaitGroup
	var mu sync.Mutex
	for i, r := range rows {
		outcomes[i] = map[*kind]outcome{}
		call := func(x *exchange) {
			o := x.happen(t, servers[r.under])
			mu.Lock()
			defer mu.Unlock()
			outcomes[i][x.kind] = o
		}
		var expected []*exchange
		for _, k := range r.kinds() {
			expected = append(expected, up.expect(r, k))
		}
		if r.under.inTurn() {
			calls.Go(func() {
				for _, x := range expected {
					up.walk(x)
					call(x)
				}
			})
			continue
		}
		for _, x := range expected {
			calls.Go(func() { call(x) })
		}
	}
	calls.Wait()
	for i, r := range rows {
		for k, o := range outcomes[i] {
			o.check(t, r, k)
		}
	}
	for i, r := range rows {
		if admins := up.names[r.under.api]; admins != nil {
			outcomes[i][looking] = outcomes[i][looking].with(admins.requests)
		}
	}
	var ends sync.WaitGroup
	for under, s := range servers {
		ends.Go(func() { s.finish(t, up, under) })
	}
	ends.Wait()
	if got := elsewhere.arrived(); len(got) > 0 {
		t.Errorf("a redirect was followed: %v", got)
	}
	if raced {
		return // the program is several times slower, and some calls end by their time instead: the words are held without the race detector
	}
	golden.File(t, "testdata/faults.txt", written(rows, outcomes))
}

// finish holds a server against what it may have taken, makes one more call, and ends it.
func (s *server) finish(t *testing.T, up *upstream, under *setting) {
	t.Helper()
	if peak := s.peak(t); peak > mostMemory && !raced {
		t.Errorf("the server %s took %d MB, at most %d are allowed", strings.Join(under.flags, " "), peak, mostMemory)
	} else {
		t.Logf("the server %s took %d MB at its peak", strings.Join(under.flags, " "), peak)
	}
	if under.api == "" || under.inTurn() {
		honest := up.expect(&row{does: works, under: under}, reading)
		if o := honest.happen(t, s); o.isError || o.err != nil {
			t.Errorf("after all this an honest call fails: %+v", o)
		}
	}
	s.end(t)
}

// address is where a server finds its API.
func (under *setting) address(up *upstream) string {
	switch {
	case under.admins != nil:
		up.expectNames(under.api, under.admins)
		return up.URL + under.api
	case under.walked:
		return up.URL + under.api
	case under.api != "":
		return under.api
	}
	return up.URL
}

// with is an outcome with the requests for names, which the calls of a server share.
func (o outcome) with(requests int) outcome {
	o.requests = requests
	return o
}

// happen makes the call of an exchange.
func (x *exchange) happen(t *testing.T, s *server) outcome {
	var o outcome
	ctx, cancel := context.WithTimeout(t.Context(), x.row.under.deadline+slack)
	defer cancel()
	begin := time.Now()
	o.text, o.isError, o.err = s.call(ctx, x.kind.tool, x.kind.arguments(x.id))
	o.took = time.Since(begin)
	x.mu.Lock()
	defer x.mu.Unlock()
	o.requests, o.applied = x.requests, x.applied
	o.text = strings.ReplaceAll(o.text, x.id, "<id>")
	return o
}

// goWords are those of Go's errors, which no model is shown.
var goWords = regexp.MustCompile(`net/http|\bEOF\b|dial tcp|goroutine|runtime error|0x[0-9a-f]{4}|malformed|context deadline|connection reset by peer`)

// check holds an outcome against what holds for all.
func (o outcome) check(t *testing.T, r *row, k *kind) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Errorf("%s, %s: %s\n%d requests, applied %d times, after %v:\n%.600s", r.name, k.name, fmt.Sprintf(format, args...), o.requests, o.applied, o.took, o.text)
	}
	const perhaps, undone, unsent = "may have been made", "Nothing was changed", "sent nothing"
	switch {
	case o.err != nil:
		fail("no answer: %v", o.err)
	case o.took > r.under.deadline+slack:
		fail("hangs beyond its deadline of %v", r.under.deadline)
	case strings.Contains(o.text, theKey):
		fail("the key is shown")
	case len(o.text) > 24000:
		fail("the answer has %d bytes", len(o.text))
	case r.under.walked && o.requests > mostAsked:
		fail("it goes on asking")
	case o.applied > 1:
		fail("done twice")
	case k == writing && o.requests > 1 && !r.repeats:
		fail("a write was sent again")
	case o.isError && o.applied == 1 && !strings.Contains(o.text, perhaps):
		fail("it was done, and is not said to be")
	case o.isError && k.changes && !strings.Contains(o.text, perhaps) && !strings.Contains(o.text, undone) && !strings.Contains(o.text, unsent):
		fail("not said whether anything was changed")
	case !o.isError && k.changes && o.applied == 0:
		fail("nothing was done, and it is called a success")
	case o.isError && goWords.MatchString(o.text):
		fail("words of Go's")
	}
}

// written is the table with its outcomes, for people. Faults of which the same becomes, but for the number of the status, stand together.
func written(rows []*row, outcomes []map[*kind]outcome) string {
	var b strings.Builder
	b.WriteString(`What becomes of calls when Featurebase goes wrong. First the faults, then for reading (get_post; list_posts for lists), writing
(reply_to_conversation) and deleting (delete_post), and for workflows, which read many lists: how many requests arrived, whether the upstream did what was asked for, and what a model
reads. Written by go test -tags blackbox ./internal/faults -update.
`)
	var under *setting
	names, order := map[string][]string{}, []string{} // of the faults, by what becomes of them
	flush := func() {
		for _, said := range order {
			b.WriteString("\n" + strings.Join(names[said], "\n") + "\n" + said)
		}
		names, order = map[string][]string{}, nil
	}
	for i, r := range rows {
		if r.under != under {
			flush()
			under = r.under
			b.WriteString("\n== " + under.name + ": " + strings.Join(under.flags, " ") + "\n")
		}
		var text strings.Builder
		for _, k := range r.kinds() {
			text.WriteString(outcomes[i][k].written(k))
		}
		said := port.ReplaceAllString(text.String(), "$1:PORT") // first, since a port can hold the digits of a status
		said = age.ReplaceAllString(daysAgo.ReplaceAllString(said, "TIME ($1"), "awaiting moderation, N days")
		if r.code != 0 {
			said = strings.ReplaceAll(said, strconv.Itoa(r.code), "NNN")
		}
		if names[said] == nil {
			order = append(order, said)
		}
		names[said] = append(names[said], r.name)
	}
	flush()
	return b.String()
}

// These differ from run to run.
var (
	port    = regexp.MustCompile(`(localhost|127\.0\.0\.1):\d+`)
	daysAgo = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\dZ \((\d+ days ago)`)
	age     = regexp.MustCompile(`awaiting moderation, [\d,]+ days`)
)

func (o outcome) written(k *kind) string {
	facts := fmt.Sprintf("%d requests", o.requests)
	if o.requests == 1 {
		facts = "1 request"
	}
	if k == looking {
		facts += " for names"
	}
	if k.changes {
		facts += map[int]string{0: ", not done", 1: ", done"}[o.applied]
	}
	if !o.isError {
		facts += ", a success"
	}
	return fmt.Sprintf("  %s: %s\n    %s\n", k.name, facts, strings.ReplaceAll(short(o.text), "\n", "\n    "))
}

// short is a text without its middle.
func short(text string) string {
	const ends = 400
	if len(text) <= 3*ends {
		return text
	}
	return strings.ToValidUTF8(text[:ends], "") + fmt.Sprintf(" [... %d bytes in all ...] ", len(text)) + strings.ToValidUTF8(text[len(text)-ends:], "")
}
