package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// What a server may have more of at the end than after the first phase: connections that are kept for the next request come and go, and a heap
// has caches that fill.
const (
	moreGoroutines = 24
	moreFiles      = 12
	moreHeap       = 4 << 20
	moreResident   = 32 << 20
	shown          = 10 // of a list of what is wrong
)

// report is what was seen between the phases.
type report struct {
	settings settings
	points   []point
}

type point struct {
	after   time.Duration
	calls   int
	samples []sample
}

func (r *report) add(after time.Duration, calls int, samples []sample) {
	r.points = append(r.points, point{after, calls, samples})
}

// verdict prints what was seen, and returns an error if it is not what should be.
func (r *report) verdict(out io.Writer, l *ledger, made []written, requests int) error {
	last := r.points[len(r.points)-1]
	_, _ = fmt.Fprintf(out, "%d calls and %d requests in %s, %d in flight, faults %.0f %%\n\n", last.calls, requests, last.after.Round(time.Second), r.settings.inFlight, 100*r.settings.faults)
	var wrong []string
	for i, name := range []string{"stdio", "http"} {
		_, _ = fmt.Fprintf(out, "%-6s %9s %9s %11s %6s %8s %8s %8s\n", name, "after", "calls", "goroutines", "files", "threads", "heap MB", "RSS MB")
		for _, p := range r.points {
			s := p.samples[i]
			_, _ = fmt.Fprintf(out, "%-6s %9s %9d %11d %6d %8d %8.1f %8.1f\n", "", p.after.Round(time.Second), p.calls, s.goroutines, s.files, s.threads, float64(s.heap)/1e6, float64(s.resident)/1e6)
		}
		wrong = append(wrong, grown(name, r.points[0].samples[i], last.samples[i])...)
	}
	_, _ = fmt.Fprintln(out)
	for _, what := range slices.Sorted(maps.Keys(l.counts)) {
		_, _ = fmt.Fprintf(out, "%9d  %s\n", l.counts[what], what)
	}
	wrong = append(wrong, l.unexplained...)
	if most := float64(requests) * r.settings.faults; float64(l.failed) > most+1 {
		wrong = append(wrong, fmt.Sprintf("%d calls failed, and there were %.0f faults at most", l.failed, most))
	}
	unbalanced, ok, open := l.balance(made)
	wrong = append(wrong, unbalanced...)
	_, _ = fmt.Fprintf(out, "\n%d writes in the journal; %d answered as done and made once, %d that may have been made and were at most once\n", len(made), ok, open)
	if len(wrong) == 0 {
		_, _ = fmt.Fprintln(out, "nothing grew, nothing is unexplained, every write is accounted for")
		return nil
	}
	for _, what := range wrong[:min(len(wrong), shown)] {
		_, _ = fmt.Fprintln(out, "WRONG:", what)
	}
	return fmt.Errorf("%d things are wrong", len(wrong))
}

// grown says what a server has more of than it may.
func grown(name string, first, last sample) []string {
	var errs []string
	for _, of := range []struct {
		what              string
		first, last, more int
	}{
		{"goroutines", first.goroutines, last.goroutines, moreGoroutines},
		{"files", first.files, last.files, moreFiles},
		{"bytes of heap", first.heap, last.heap, moreHeap},
		{"bytes of memory", first.resident, last.resident, moreResident},
	} {
		if of.last > of.first+of.more {
			errs = append(errs, fmt.Sprintf("%s: %s grew from %d to %d", name, of.what, of.first, of.last))
		}
	}
	return errs
}
