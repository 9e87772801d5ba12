package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// valueColumn is the column of a drill-in that holds the number for which a row counts.
const valueColumn = "metric.value"

// DrillIn answers with the rows behind a number.
func DrillIn(st *store.Store, body store.Object) (store.Object, error) {
	q, err := newQuestion(st, body)
	if err != nil {
		return nil, err
	}
	if err := q.follow(store.Text(body, "selectedMetricId")); err != nil {
		return nil, err
	}
	point, _ := body["dataPointFilters"].(object)
	holds, err := q.point(point)
	if err != nil {
		return nil, err
	}
	order, err := q.order(store.List(body, "sort"))
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(q.rows(q.window), func(r row) bool { return !holds(r) })
	slices.SortFunc(rows, order)
	page, _ := valueOr(body, "page", 1.0).(float64)
	size, _ := valueOr(body, "pageSize", 25.0).(float64)
	shown := []any{}
	for i := (page - 1) * size; i < min(page*size, float64(len(rows))); i++ {
		shown = append(shown, q.cells(rows[int(i)]))
	}
	return object{
		"object": "report_drill_in_result", "meta": object{"datasetId": q.dataset.id, "metricId": q.metric.id},
		"availableColumns": q.columns(), "defaultColumnIds": q.dataset.columns, "rows": shown,
		"page": page, "pageSize": size, "total": float64(len(rows)), "timezone": q.zone.String(),
	}, nil
}

// follow changes to another metric of the same dataset, if the body names one.
func (q *question) follow(id string) error {
	if id == "" {
		return nil
	}
	ds, m, err := metricNamed(id, "selectedMetricId")
	if err != nil {
		return err
	}
	if ds.id != q.dataset.id {
		return problem("selectedMetricId", "'"+id+"' is not a metric of the dataset '"+q.dataset.id+"'")
	}
	q.metric = m
	return nil
}

// point returns the predicate that selects the rows of one data point of the chart.
func (q *question) point(raw object) (func(row) bool, error) {
	var conditions []func(row) bool
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		value := store.Text(raw, key)
		switch key {
		case "timeBucket":
			if !slices.Contains(q.buckets, value) {
				return nil, problem("dataPointFilters."+key, "No data point has this date: use one of timeSeries")
			}
			conditions = append(conditions, func(r row) bool { return q.grain.name(r.at) == value })
		case "groupValue", "segmentValue":
			by, needs := q.group, "groupBy"
			if key == "segmentValue" {
				by, needs = q.segment, "segmentBy"
			}
			if by == nil {
				return nil, problem("dataPointFilters."+key, "Needs "+needs)
			}
			conditions = append(conditions, func(r row) bool { return slices.Contains(q.parts(by, r), value) })
		default:
			return nil, problem("dataPointFilters."+key, "Belongs to a view that the metric does not support")
		}
	}
	return func(r row) bool {
		return !slices.ContainsFunc(conditions, func(holds func(row) bool) bool { return !holds(r) })
	}, nil
}

// order returns the order of a drill-in. The default is the newest row first; the id decides between equal rows.
func (q *question) order(sort []any) (func(a, b row) int, error) {
	type criterion struct {
		key  func(row) any
		sign int
	}
	var criteria []criterion
	for i, s := range sort {
		given, _ := s.(object)
		id, sign := store.Text(given, "fieldId"), 1
		if given["direction"] == "desc" {
			sign = -1
		}
		key := func(r row) any { return r.value }
		if id != valueColumn {
			a, err := q.dataset.attribute(id, "sort."+strconv.Itoa(i)+".fieldId", "sort by", func(attribute) bool { return true })
			if err != nil {
				return nil, err
			}
			key = func(r row) any { return q.sortKey(a, r) }
		}
		criteria = append(criteria, criterion{key, sign})
	}
	return func(a, b row) int {
		for _, by := range criteria {
			if order := by.sign * store.CompareValues(by.key(a), by.key(b)); order != 0 {
				return order
			}
		}
		return cmp.Or(b.at.Compare(a.at), strings.Compare(store.Text(a.object, "id"), store.Text(b.object, "id")))
	}, nil
}

// sortKey returns the key by which a column is sorted: numbers as they are, other values by their labels.
func (q *question) sortKey(a attribute, r row) any {
	if a.valueType == "number" {
		return a.read(q.store, r.object)
	}
	return strings.ToLower(strings.Join(q.labels(a, r), ", "))
}

// labels returns the values of an attribute as people read them.
func (q *question) labels(a attribute, r row) []string {
	labels := []string{}
	for _, part := range q.parts(&a, r) {
		if part != noValue {
			labels = append(labels, q.partLabel(&a, part))
		}
	}
	return labels
}

func (q *question) columns() []any {
	columns := []any{}
	for _, a := range q.dataset.attributes {
		columns = append(columns, object{"id": a.id, "name": a.name, "valueType": a.valueType, "category": a.category()})
	}
	return append(columns, object{"id": valueColumn, "name": q.metric.name, "valueType": "number", "category": "Metric"})
}

// cells shows a row by column.
func (q *question) cells(r row) object {
	cells := object{valueColumn: r.value}
	for _, a := range q.dataset.attributes {
		cells[a.id] = q.cell(a, r)
	}
	return cells
}

// cell shows an id with the name of its object, and other values as they are.
func (q *question) cell(a attribute, r row) any {
	value := a.read(q.store, r.object)
	if len(a.of) == 0 || value == nil {
		return value
	}
	if a.several {
		return q.labels(a, r)
	}
	id, _ := value.(string)
	cell := object{"kind": "identity", "id": id, "label": a.label(q.store, id)}
	if color := store.Text(a.find(q.store, id), "color"); color != "" {
		cell["color"] = color
	}
	return cell
}

// FilterValues answers with values of an attribute: the selected ones first, then those whose label contains the text.
func FilterValues(st *store.Store, body store.Object) (store.Object, error) {
	a, err := lookedUp(store.Text(body, "fieldId"))
	if err != nil {
		return nil, err
	}
	limit, _ := valueOr(body, "limit", 20.0).(float64)
	query := strings.ToLower(store.Text(body, "query"))
	chosen := store.List(body, "selectedValues")
	var selected, found []any
	for _, kindName := range a.of {
		for _, o := range st.Kind(kindName).All() {
			option := object{"value": o["id"], "label": a.label(st, store.Text(o, "id"))}
			switch {
			case slices.Contains(chosen, o["id"]):
				selected = append(selected, option)
			case strings.Contains(strings.ToLower(store.Text(option, "label")), query):
				found = append(found, option)
			}
		}
	}
	byLabel := func(x, y any) int {
		left, _ := x.(object)
		right, _ := y.(object)
		return cmp.Or(strings.Compare(store.Text(left, "label"), store.Text(right, "label")), strings.Compare(store.Text(left, "value"), store.Text(right, "value")))
	}
	slices.SortFunc(selected, byLabel)
	slices.SortFunc(found, byLabel)
	data := append([]any{}, selected...)
	return object{"object": "list", "data": append(data, found[:min(len(found), int(limit))]...)}, nil
}

// lookedUp returns the attribute with this id, of any dataset, if its values can be looked up.
func lookedUp(id string) (attribute, error) {
	everything := dataset{}
	for _, ds := range datasets() {
		everything.attributes = append(everything.attributes, ds.attributes...)
	}
	return everything.attribute(id, "fieldId", "look up values of", func(a attribute) bool { return len(a.of) > 0 })
}
