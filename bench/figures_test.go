package bench

import (
	"flag"
	"maps"
	"math"
	"slices"
	"testing"
)

var rounds = flag.Int("rounds", 20, "how often a benchmark measures each program")

// figures are the values of all rounds, by whose they are and what was measured.
type figures map[string]map[string][]float64

func (f figures) add(whose, what string, value float64) {
	if f[whose] == nil {
		f[whose] = map[string][]float64{}
	}
	f[whose][what] = append(f[whose][what], value)
}

// report prints a line for each program, with the medians of the rounds. Where the limit was measured too, the medians of the ratios to it stand beside them:
// what else the machine did in a round met both, so that they say more than the ratio of the medians.
func (f figures) report(b *testing.B) {
	b.Helper()
	for _, whose := range slices.Sorted(maps.Keys(f)) {
		b.Run(whose, func(b *testing.B) {
			for b.Loop() { // it was measured before: this is a line for its figures
				continue
			}
			b.ReportMetric(0, "ns/op")
			for what, values := range f[whose] {
				b.ReportMetric(median(values), what)
				if base := f[limit.name][what]; whose != limit.name && len(base) == len(values) {
					ratios := make([]float64, len(values))
					for i, value := range values {
						ratios[i] = value / base[i]
					}
					b.ReportMetric(median(ratios), what+":ratio")
				}
			}
		})
	}
}

// inTurns does something for each of some programs. Each round begins with another one, since what follows the same one each time has the same luck.
func inTurns(round int, programs []program, do func(i int, p program)) {
	for i := range programs {
		n := (i + round) % len(programs)
		do(n, programs[n])
	}
}

// median returns the middle of values, which must not be empty.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// tail returns the value that 99 of 100 values do not exceed.
func tail(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(math.Ceil(0.99*float64(len(sorted))))-1]
}

func TestMedianAndTail(t *testing.T) {
	t.Parallel()
	var values []float64
	for i := range 200 {
		values = append(values, float64(200-i))
	}
	if middle, most := median(values), tail(values); middle != 100.5 || most != 198 {
		t.Errorf("the median is %v, and 99 of 100 do not exceed %v", middle, most)
	}
}
