//go:build blackbox && unix

package replicas

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkReplicas makes calls, 32 at a time, of one replica without a store, one with a store, and three with a store behind the balancer. Featurebase
// answers after 5 ms in this process, so that what is measured is the replicas, and what they share a machine with.
func BenchmarkReplicas(b *testing.B) {
	for _, c := range []struct {
		count int
		share bool
	}{{1, false}, {1, true}, {3, true}} {
		b.Run(fmt.Sprintf("%d, store %v", c.count, c.share), func(b *testing.B) {
			const together = 32
			w := worldOf(b, c.count, c.share, "--rate=100000", "--burst=1000", "--concurrency=32")
			w.api.set(5*time.Millisecond, func(rw http.ResponseWriter, _ string) bool {
				_, _ = rw.Write([]byte(`[{"id":"64b921c0d0013bb2e0000001","name":"Ideas"}]`))
				return true
			})
			var (
				mu    sync.Mutex
				took  []time.Duration
				next  atomic.Int64
				all   sync.WaitGroup
				begun = time.Now()
			)
			processor := w.processor()
			b.ResetTimer()
			for range together {
				all.Go(func() {
					var own []time.Duration
					for next.Add(1) <= int64(b.N) {
						start := time.Now()
						if m, err := modern(context.Background(), w.url, ann, "list_boards", `{}`, "", false); err != nil || !m.fine() {
							b.Errorf("%v %s", err, m.text())
						}
						own = append(own, time.Since(start))
					}
					mu.Lock()
					defer mu.Unlock()
					took = append(took, own...)
				})
			}
			all.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "calls/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			used := w.processor()
			b.ReportMetric(1000*(used.replicas-processor.replicas).Seconds()/float64(b.N), "ms-processor/call")
			b.ReportMetric(1000*(used.store-processor.store).Seconds()/float64(b.N), "ms-store/call")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processors is how long processors have worked.
type processors struct{ replicas, store time.Duration }

func (w *world) processor() (p processors) {
	for _, r := range w.replicas {
		p.replicas += processorOf(w.t, r.cmd.Process.Pid)
	}
	p.store = processorOf(w.t, w.store.Pid())
	return p
}

// processorOf is how long a process has worked, in itself and in the kernel for it. Linux alone tells.
func processorOf(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	var ticks int
	for _, f := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
