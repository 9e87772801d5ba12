package report

import (
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// object is a JSON object of the store, the body or the answer.
type object = store.Object

// question is the checked part of a body that queries and drill-ins have in common.
type question struct {
	store   *store.Store
	dataset dataset
	metric  metric
	zone    *time.Location
	window  period
	grain   grain
	buckets []string
	keep    func(object) bool
	group   *attribute // nil when not asked for
	segment *attribute
}

// row is an object that a metric counts.
type row struct {
	object object
	at     time.Time // in the zone of the question
	value  float64
}

// newQuestion reads the part of the body that says what to count.
func newQuestion(st *store.Store, body object) (*question, error) {
	q := &question{store: st, grain: grain(store.Text(body, "granularity"))}
	var err error
	if q.dataset, q.metric, err = metricNamed(store.Text(body, "metric"), "metric"); err != nil {
		return nil, err
	}
	if view := valueOr(body, "view", "standard"); view != "standard" {
		return nil, problem("view", "The metric does not support this view. Supported: standard")
	}
	if store.Flag(body, "officeHoursOnly") {
		return nil, problem("officeHoursOnly", "The metric does not support office hours")
	}
	zone, _ := valueOr(body, "timezone", "UTC").(string)
	if q.zone, err = readZone(zone); err != nil {
		return nil, err
	}
	if q.window, err = readWindow(body, "startDate", "endDate", q.zone); err != nil {
		return nil, err
	}
	if q.buckets, err = q.grain.buckets(q.window, q.zone); err != nil {
		return nil, err
	}
	if err := q.readFilters(body); err != nil {
		return nil, err
	}
	if q.group, err = q.groupedBy(body, "groupBy"); err != nil {
		return nil, err
	}
	if q.segment, err = q.groupedBy(body, "segmentBy"); err != nil {
		return nil, err
	}
	return q, nil
}

// valueOr returns a field of the body, or the fallback if the body does not have it.
func valueOr(body object, name string, fallback any) any {
	if value, given := body[name]; given {
		return value
	}
	return fallback
}

func (q *question) readFilters(body object) (err error) {
	q.keep = func(object) bool { return true }
	if filters, ok := body["filters"].(object); ok {
		r := &filterReader{store: q.store, dataset: q.dataset, zone: q.zone}
		q.keep, err = r.read(filters, "filters", 1)
	}
	return err
}

// groupedBy returns the attribute of a breakdown, or nil if the body asks for none.
func (q *question) groupedBy(body object, key string) (*attribute, error) {
	id := store.Text(body, key)
	if id == "" {
		return nil, nil //nolint:nilnil // no breakdown is asked for
	}
	a, err := q.dataset.attribute(id, key, "group by", func(a attribute) bool { return a.groups })
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// rows returns the objects that count in a window.
func (q *question) rows(window period) []row {
	var rows []row
	for _, o := range q.store.Kind(q.dataset.kind).All() {
		at, err := time.Parse(time.RFC3339, q.metric.at(q.store, o))
		if err == nil && window.holds(at) && q.keep(o) {
			rows = append(rows, row{o, at.In(q.zone), q.metric.value(o)})
		}
	}
	return rows
}

// noValue is the part of the objects without a value of the attribute of a breakdown.
const noValue = "none"

// parts returns the parts of a breakdown by an attribute to which a row belongs.
func (q *question) parts(a *attribute, r row) []string {
	var parts []string
	for _, value := range valuesOf(a.read(q.store, r.object)) {
		switch value := value.(type) {
		case string:
			parts = append(parts, value)
		case bool:
			parts = append(parts, map[bool]string{true: "true", false: "false"}[value])
		}
	}
	if len(parts) == 0 {
		return []string{noValue}
	}
	return parts
}

// split returns the rows by the parts of an attribute.
func (q *question) split(a *attribute, rows []row) map[string][]row {
	return splitBy(rows, func(r row) []string { return q.parts(a, r) })
}

func splitBy(rows []row, parts func(row) []string) map[string][]row {
	out := map[string][]row{}
	for _, r := range rows {
		for _, part := range parts(r) {
			out[part] = append(out[part], r)
		}
	}
	return out
}

// partLabel returns a part as people read it.
func (q *question) partLabel(a *attribute, part string) string {
	switch {
	case part == noValue:
		return "None"
	case a.valueType == "boolean":
		return map[string]string{"true": "Yes", "false": "No"}[part]
	}
	return a.label(q.store, part)
}

// aggregate returns one number for rows, and 0 for no rows.
func aggregate(rows []row, aggregation string, percentile float64) float64 {
	if len(rows) == 0 {
		return 0
	}
	values := make([]float64, len(rows))
	sum := 0.0
	for i, r := range rows {
		values[i] = r.value
		sum += r.value
	}
	slices.Sort(values)
	switch aggregation {
	case "sum":
		return sum
	case "avg":
		return rounded(sum / float64(len(values)))
	case "min":
		return values[0]
	case "max":
		return values[len(values)-1]
	case "median":
		return quantile(values, 0.5)
	case "percentile":
		return quantile(values, percentile/100)
	}
	return float64(len(values))
}

// quantile returns the value at a share of sorted values. It interpolates between two values.
func quantile(sorted []float64, share float64) float64 {
	place := share * float64(len(sorted)-1)
	low := int(place)
	high := min(low+1, len(sorted)-1)
	return rounded(sorted[low] + (sorted[high]-sorted[low])*(place-float64(low)))
}

// checkAggregation refuses an aggregation that the metric does not have.
func (q *question) checkAggregation(body object) error {
	aggregation := store.Text(body, "aggregation")
	if !slices.Contains(q.metric.aggregations, aggregation) {
		return problem("aggregation", "'"+aggregation+"' is not supported for '"+q.metric.id+"'. Supported: "+strings.Join(q.metric.aggregations, ", "))
	}
	if aggregation == "percentile" && body["percentile"] == nil {
		return problem("percentile", "Required when aggregation is percentile")
	}
	return nil
}
