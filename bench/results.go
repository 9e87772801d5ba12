package main

import (
	"fmt"
	"math"
	"slices"
)

// unit is how a measure is written; values are kept in seconds, bytes and calls a second.
type unit string

const (
	milliseconds unit = "ms"
	megabytes    unit = "MB" // of a million bytes
	perSecond    unit = "calls/s"
	tokens       unit = "tokens" // of o200k
	count        unit = ""
)

// goal is what the product promises of a measure. The zero value promises nothing.
type goal struct {
	text           string
	product, ratio bound
}

// bound is met by values within it; 0 means no bound.
type bound struct{ least, most float64 }

func (b bound) met(v float64) bool { return v >= b.least && (b.most == 0 || v <= b.most) }

// measure is one row of the report.
type measure struct {
	name    string
	unit    unit
	fastest bool // the least of the rounds stands for them, not the median
	goal    goal
}

// The measures, in the order of the report.
var (
	binarySize  = measure{name: "binary, stripped", unit: megabytes, goal: goal{"<= 20 MB", bound{most: 20e6}, bound{}}}
	peakMemory  = measure{name: "memory at most, after all load (VmHWM)", unit: megabytes}
	burstTime   = measure{name: "200 calls at once, upstream takes 100 ms", unit: milliseconds, goal: goal{"<= 500 ms", bound{most: 0.5}, bound{}}}
	burstPing   = measure{name: "  a ping sent behind them", unit: milliseconds, goal: goal{"<= 50 ms", bound{most: 0.05}, bound{}}}
	callersTail = measure{
		name: "HTTP, a key each: list_posts, p99 beside a caller at its limit, and alone", unit: milliseconds, goal: goal{"ratio <= 2", bound{}, bound{most: 2}},
	}
	metricsRate = measure{
		name: "HTTP: 32 in flight, metrics on, and off", unit: perSecond, goal: goal{"ratio >= 0.97", bound{}, bound{least: 0.97}},
	}
	metricsCPU  = measure{name: "  processor time of the server per call", unit: milliseconds}
	limitedRate = measure{name: "stdio: 32 in flight, the default limits", unit: perSecond}
)

// startMeasures are the rows of a fresh process, for each set of tools.
type startMeasures struct{ initialized, fastest, list, listed, cpu, count, memory measure }

func startMeasuresOf(set string, memory, list float64) startMeasures {
	m := startMeasures{
		initialized: measure{name: set + ": start until initialize is answered", unit: milliseconds, goal: goal{"ratio <= 1.5", bound{}, bound{most: 1.5}}},
		fastest:     measure{name: "  the fastest start", unit: milliseconds, fastest: true},
		list:        measure{name: "  the first tools/list", unit: milliseconds},
		listed:      measure{name: "  start until tools are listed", unit: milliseconds},
		cpu:         measure{name: "  processor time of start, tools/list and end", unit: milliseconds},
		count:       measure{name: "  tools listed", unit: count},
		memory: measure{
			name: "  memory after tools/list (VmRSS)", unit: megabytes, goal: goal{fmt.Sprintf("<= %.0f MB", memory/1e6), bound{most: memory}, bound{}},
		},
	}
	if list > 0 {
		m.list.goal = goal{fmt.Sprintf("<= %.0f ms", list*1e3), bound{most: list}, bound{}}
	}
	return m
}

// add keeps what one round of starts has given.
func (m startMeasures) add(r *results, set string, product, limit startup) {
	r.add(set, m.initialized, product.initialized, limit.initialized)
	r.add(set, m.fastest, product.initialized, limit.initialized)
	r.add(set, m.list, product.listed-product.initialized, limit.listed-limit.initialized)
	r.add(set, m.listed, product.listed, limit.listed)
	r.add(set, m.cpu, product.cpu, limit.cpu)
	r.addAlone(set, m.count, product.tools)
	r.add(set, m.memory, product.memory, limit.memory)
}

// tokensOf is the row of a standard answer; in the limit's column stands the body it would pass through.
func tokensOf(s standard) measure {
	m := measure{name: s.name, unit: tokens}
	if s.most > 0 {
		m.goal = goal{fmt.Sprintf("<= %.0f", s.most), bound{most: s.most}, bound{}}
	}
	return m
}

// callMeasures are the rows that each transport has.
type callMeasures struct{ raw, rawTail, added, addedTail, throughput, cpu measure }

func measuresOf(transport string) callMeasures {
	return callMeasures{
		raw:     measure{name: transport + ": list_posts, raw, median", unit: milliseconds},
		rawTail: measure{name: transport + ": list_posts, raw, p99", unit: milliseconds},
		added: measure{
			name: transport + ": list_posts, added, median", unit: milliseconds, goal: goal{"ratio <= 1", bound{}, bound{most: 1}},
		},
		addedTail: measure{name: transport + ": list_posts, added, p99", unit: milliseconds},
		throughput: measure{
			name: transport + ": 32 in flight", unit: perSecond, goal: goal{"ratio >= 1.5", bound{}, bound{least: 1.5}},
		},
		cpu: measure{name: "  processor time of the server per call", unit: milliseconds},
	}
}

// results are the values of all rounds. Rows appear in the order in which they are first added.
type results struct{ rows []*series }

// series are the values of one measure, one of each program a round.
type series struct {
	measure
	key            string
	product, limit []float64 // limit is empty where there is nothing to compare
}

// row finds or adds a series. group sets rows of equal names apart.
func (r *results) row(group string, m measure) *series {
	key := group + "/" + m.name
	for _, s := range r.rows {
		if s.key == key {
			return s
		}
	}
	s := &series{measure: m, key: key}
	r.rows = append(r.rows, s)
	return s
}

// add keeps what one round has given.
func (r *results) add(group string, m measure, product, limit float64) {
	s := r.row(group, m)
	s.product, s.limit = append(s.product, product), append(s.limit, limit)
}

// addAlone keeps what has no counterpart.
func (r *results) addAlone(group string, m measure, product float64) {
	s := r.row(group, m)
	s.product = append(s.product, product)
}

// summary is one measure over all rounds.
type summary struct {
	product, limit float64
	// ratio is the median of the ratios of the rounds, whose extremes are low and high.
	ratio, low, high float64
	compared         bool
	met              bool // whether the goal is; true without one
}

func (s *series) summary() summary {
	typical := median
	if s.fastest {
		typical = slices.Min[[]float64]
	}
	sum := summary{product: typical(s.product)}
	if len(s.limit) > 0 {
		var ratios []float64
		for i, l := range s.limit {
			ratios = append(ratios, s.product[i]/l)
		}
		sum.compared = true
		sum.limit, sum.ratio, sum.low, sum.high = typical(s.limit), median(ratios), slices.Min(ratios), slices.Max(ratios)
		if s.fastest {
			sum.ratio = sum.product / sum.limit
		}
	}
	sum.met = s.goal.product.met(sum.product) && (!sum.compared || s.goal.ratio.met(sum.ratio))
	return sum
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
