package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// answerer computes the answer to a query. It computes each number for the window and, if the query asks for it, for the period to compare with.
type answerer struct {
	*question
	aggregation string
	percentile  float64
	compared    bool
}

// pair holds the rows in the window and in the period to compare with.
type pair struct{ now, then []row }

// Query answers with the numbers that a chart shows.
func Query(st *store.Store, body store.Object) (store.Object, error) {
	q, err := newQuestion(st, body)
	if err != nil {
		return nil, err
	}
	if err := q.checkAggregation(body); err != nil {
		return nil, err
	}
	a := &answerer{question: q, aggregation: store.Text(body, "aggregation"), percentile: store.Number(body, "percentile")}
	all := pair{now: q.rows(q.window)}
	var compared []string // the buckets of the period to compare with
	if a.compared = body["compareStartDate"] != nil; a.compared {
		window, err := readWindow(body, "compareStartDate", "compareEndDate", q.zone)
		if err != nil {
			return nil, err
		}
		if compared, err = q.grain.buckets(window, q.zone); err != nil {
			return nil, err
		}
		all.then = q.rows(window)
	}
	answer := a.valued(object{"object": "report_query_result", "meta": a.meta()}, all)
	if before := store.Number(answer, "previousValue"); before != 0 {
		answer["deltaPercent"] = rounded((store.Number(answer, "value") - before) / before * 100)
	}
	answer["timeSeries"] = a.series(all, compared)
	if q.group != nil {
		answer["groupedData"] = a.groups(all)
	}
	if q.segment != nil {
		answer["segmentData"] = a.segments(all)
	}
	return answer, nil
}

func (a *answerer) meta() object {
	meta := object{
		"metric": a.metric.id, "datasetId": a.dataset.id, "aggregation": a.aggregation, "granularity": string(a.grain),
		"officeHoursOnly": false, "unit": a.metric.unit,
	}
	if a.group != nil {
		meta["groupBy"] = a.group.id
	}
	if a.segment != nil {
		meta["segmentBy"] = a.segment.id
	}
	return meta
}

// valued puts the number of a pair into an object, and with a comparison also the earlier number.
func (a *answerer) valued(out object, p pair) object {
	out["value"] = aggregate(p.now, a.aggregation, a.percentile)
	if a.compared {
		out["previousValue"] = aggregate(p.then, a.aggregation, a.percentile)
	}
	return out
}

// series returns the numbers by bucket. It compares a bucket with the bucket at the same place in the other period.
func (a *answerer) series(all pair, compared []string) []any {
	bucket := func(r row) []string { return []string{a.grain.name(r.at)} }
	now, then := splitBy(all.now, bucket), splitBy(all.then, bucket)
	series := []any{}
	for i, name := range a.buckets {
		p := pair{now: now[name]}
		if i < len(compared) {
			p.then = then[compared[i]]
		}
		datum := a.valued(object{"date": name}, p)
		if a.segment != nil {
			datum["segments"] = a.segments(p)
		}
		series = append(series, datum)
	}
	return series
}

func (a *answerer) groups(all pair) []any {
	return a.breakdown(a.group, all, "group", func(datum object, p pair) {
		if a.segment != nil {
			datum["segments"] = a.segments(p)
		}
	})
}

func (a *answerer) segments(p pair) []any {
	return a.breakdown(a.segment, p, "segment", func(object, pair) {})
}

// breakdown returns the numbers by part, the greatest first.
func (a *answerer) breakdown(by *attribute, all pair, key string, finish func(datum object, p pair)) []any {
	now, then := a.split(by, all.now), a.split(by, all.then)
	parts := maps.Clone(now)
	maps.Copy(parts, then)
	data := []any{}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		p := pair{now[part], then[part]}
		datum := a.valued(object{key: part, key + "Label": a.partLabel(by, part)}, p)
		finish(datum, p)
		data = append(data, datum)
	}
	slices.SortStableFunc(data, func(x, y any) int {
		left, _ := x.(object)
		right, _ := y.(object)
		return cmp.Compare(store.Number(right, "value"), store.Number(left, "value"))
	})
	return data
}

func rounded(x float64) float64 { return math.Round(x*100) / 100 }
