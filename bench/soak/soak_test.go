package soak

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	length = flag.Duration("soak", 0, "how long calls are made; 0 makes none")
	faulty = flag.Float64("faults", 0.05, "share of the requests to the API that go wrong")
)

const (
	phases   = 10
	inFlight = 32
	// settling is how long after a phase a server may take to let go of what the calls had: writes that outlive a cancellation have 10 s.
	settling = 15 * time.Second
)

func TestSoak(t *testing.T) {
	if *length == 0 {
		t.Skip("it takes as long as -soak says: make soak")
	}
	binary := build(t)
	a, url := openAPI(t)
	stdio, web := prepare(t, binary, "stdio", url, "--rate", "0", "--concurrency", "32"), prepare(t, binary, "http", url, "--addr", "127.0.0.1:0")
	overStdio, httpURL := stdio.serveStdio(t), web.serveHTTP(t)
	found := look(t, overStdio)
	a.mu.Lock()
	a.faulty = *faulty
	a.mu.Unlock()
	l, begin := newLedger(), time.Now()
	var first [2]sample
	var wrong []string
	for phase := range phases {
		makeCalls(t, overStdio, httpURL, found, l, time.Now().Add(*length/phases))
		for i, s := range []*server{stdio, web} {
			has := s.settled(t)
			t.Logf("%7s %8d calls  %-5s  %3d goroutines  %3d files  heap %5.1f MB  resident %5.1f MB",
				time.Since(begin).Round(time.Second), l.total, s.name, has.goroutines, has.files, float64(has.heap)/1e6, float64(has.resident)/1e6)
			switch phase {
			case 0:
				first[i] = has
			case phases - 1:
				wrong = append(wrong, grown(s.name, first[i], has)...)
			}
		}
	}
	failed := 0
	for _, what := range slices.Sorted(maps.Keys(l.counts)) {
		t.Logf("%9d  %s", l.counts[what], what)
		if strings.Contains(what, ": failed by a fault") {
			failed += l.counts[what]
		}
	}
	wrong = append(append(wrong, l.balance(a.made)...), l.unexplained...)
	t.Logf("%d requests, of which %d went wrong, for %d calls, of which %d failed; %d writes were made", a.requests, a.wrong, l.total, failed, len(a.made))
	if failed > a.wrong {
		wrong = append(wrong, "more calls failed than requests")
	}
	if len(wrong) > 0 {
		t.Errorf("%d things are wrong, the first of them:\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), 10)], "\n"))
	}
}

// grown says what a server has more of than it may. Connections that are kept for the next request come and go, and a heap has caches that fill.
func grown(name string, first, last sample) (wrong []string) {
	for _, of := range []struct {
		what              string
		first, last, more int
	}{
		{"goroutines", first.goroutines, last.goroutines, 24},
		{"files", first.files, last.files, 12},
		{"bytes of heap", first.heap, last.heap, 4 << 20},
		{"bytes of memory", first.resident, last.resident, 32 << 20},
	} {
		if of.last > of.first+of.more {
			wrong = append(wrong, fmt.Sprintf("%s: %s grew from %d to %d", name, of.what, of.first, of.last))
		}
	}
	return wrong
}

func TestWhatGrowsIsFound(t *testing.T) {
	t.Parallel()
	first := sample{goroutines: 40, files: 20, heap: 2 << 20, resident: 26 << 20}
	for name, tt := range map[string]struct {
		last sample
		want int
	}{
		"nothing":                   {first, 0},
		"connections that are kept": {sample{56, 28, 2 << 20, 26 << 20}, 0},
		"goroutines":                {sample{140, 20, 2 << 20, 26 << 20}, 1},
		"files":                     {sample{40, 120, 2 << 20, 26 << 20}, 1},
		"the heap":                  {sample{40, 20, 12 << 20, 26 << 20}, 1},
		"memory":                    {sample{40, 20, 2 << 20, 126 << 20}, 1},
	} {
		if wrong := grown("stdio", first, tt.last); len(wrong) != tt.want {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
