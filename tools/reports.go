package tools

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

var datasetView = &View{Row: "id name description metrics=metrics.id attributes=attributes.id"}

var filterValueView = &View{Row: "value label", Customer: "label"}

// reports are numbers computed by Featurebase over conversations, tickets and feedback.
var reports = &Toolset{
	Name: "reports", Description: "Analytics: metrics over time, their breakdowns and the rows behind them.",
	Also: "analytics, statistics, metrics, charts, trends",
	Operations: []*Operation{
		{
			Name:        "list_report_datasets",
			Title:       "List report datasets",
			Description: "List what reports can measure and filter by. Start here; detail full tells each metric's aggregations and each attribute's operators.",
			Effect:      Read,
			Method:      http.MethodGet,
			Path:        "/v2/reports/datasets",
			Input:       Args[listReportDatasets](),
			Output:      datasetView,
			Example:     `{}`,
		},
		{
			Name:        "query_report",
			Title:       "Query report",
			Description: "Compute one metric over a period, by hour, day, week or month, with filters, breakdowns and a comparison period. Durations are in milliseconds.",
			Effect:      Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/query",
			Input:       Args[queryReport](),
			Rules: []Rule{
				{When: "aggregation=percentile", Need: "percentile"},
				{When: "compareStartDate", Need: "compareEndDate"},
				{When: "compareEndDate", Need: "compareStartDate"},
			},
			Example: `{"metric":"new_conversations","aggregation":"count","granularity":"week","startDate":"2026-10-01","endDate":"2026-10-31","filters":{"op":"or","children":[{"fieldId":"conversation.state","operator":"in","value":["open","snoozed"]}]}}`,
		},
		{
			Name:        "drill_into_report",
			Title:       "Drill into report",
			Description: "List the rows behind a metric, or behind one data point of query_report. Pages are numbered.",
			Effect:      Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/drill-in",
			Input:       Args[drillIntoReport](),
			Example:     `{"metric":"new_conversations","granularity":"week","startDate":"2026-10-01","endDate":"2026-10-31","dataPointFilters":{},"pageSize":3}`,
		},
		{
			Name:        "list_report_filter_values",
			Title:       "List report filter values",
			Description: "List the values that a report attribute can be filtered by, for attributes with supportsValueLookup.",
			Effect:      Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/filter-values",
			Input:       Args[listReportFilterValues](),
			Output:      filterValueView,
			Example:     `{"fieldId":"conversation.assignee"}`,
		},
	},
}

type listReportDatasets struct {
	detail
}

// window is what a query and a drill-in have in common: which numbers over which time.
type window struct {
	Metric          string        `json:"metric" jsonschema_description:"Id from list_report_datasets."`
	Granularity     string        `json:"granularity" jsonschema:"enum=hour,enum=day,enum=week,enum=month"`
	StartDate       string        `json:"startDate" jsonschema_description:"ISO 8601."`
	EndDate         string        `json:"endDate" jsonschema_description:"Inclusive."`
	Timezone        string        `json:"timezone,omitempty" jsonschema_description:"IANA name; default UTC."`
	Filters         reportFilters `json:"filters,omitempty" jsonschema_description:"{fieldId,operator,value}, or {op:and|or,children:[...]} of such and of groups, 6 levels deep at most. Operators: is is_not in not_in contains not_contains gte lte between exists not_exists is_member_of is_not_member_of."`
	GroupBy         string        `json:"groupBy,omitempty" jsonschema_description:"Attribute id."`
	SegmentBy       string        `json:"segmentBy,omitempty" jsonschema_description:"Attribute id of a second breakdown."`
	OfficeHoursOnly bool          `json:"officeHoursOnly,omitempty"`
	View            string        `json:"view,omitempty" jsonschema:"enum=standard,enum=hourly_heatmap,enum=sankey"`
}

type queryReport struct {
	window
	Aggregation      string  `json:"aggregation" jsonschema:"enum=count,enum=sum,enum=avg,enum=median,enum=min,enum=max,enum=percentile,enum=value"`
	Percentile       float64 `json:"percentile,omitempty" jsonschema:"minimum=1,maximum=100"`
	CompareStartDate string  `json:"compareStartDate,omitempty"`
	CompareEndDate   string  `json:"compareEndDate,omitempty"`
}

type drillIntoReport struct {
	window
	DataPointFilters dataPoint   `json:"dataPointFilters,omitzero" allow:"empty" jsonschema_description:"One point of the report; {} for all."`
	SelectedMetricID string      `json:"selectedMetricId,omitempty"`
	Sort             []drillSort `json:"sort,omitempty"`
	Page             int         `json:"page,omitempty" jsonschema:"minimum=1"`
	PageSize         int         `json:"pageSize,omitempty" jsonschema:"minimum=1,maximum=200"`
}

type dataPoint struct {
	TimeBucket   string `json:"timeBucket,omitempty" jsonschema_description:"A date of timeSeries."`
	GroupValue   string `json:"groupValue,omitempty"`
	SegmentValue string `json:"segmentValue,omitempty"`
	DayOfWeek    int    `json:"dayOfWeek,omitempty" jsonschema:"minimum=1,maximum=7" jsonschema_description:"1 is Monday."`
	HourOfDay    int    `json:"hourOfDay,omitempty" jsonschema:"minimum=0,maximum=23"`
	FlowPathID   string `json:"flowPathId,omitempty"`
	SourceNodeID string `json:"sourceNodeId,omitempty"`
	TargetNodeID string `json:"targetNodeId,omitempty"`
}

type drillSort struct {
	FieldID   string `json:"fieldId"`
	Direction string `json:"direction" jsonschema:"enum=asc,enum=desc"`
}

type listReportFilterValues struct {
	FieldID        string   `json:"fieldId"`
	Query          string   `json:"query,omitempty" jsonschema_description:"Narrows the values."`
	SelectedValues []string `json:"selectedValues,omitempty" jsonschema_description:"Values whose labels are wanted too."`
	Limit          int      `json:"limit,omitempty" jsonschema:"minimum=1,maximum=50"`
}

// reportFilters is one rule or a group of rules and groups. Its schema would be recursive, which hosts do not take; so it is
// published as a plain object that the description explains, and checked here.
type reportFilters map[string]any

const (
	maxFilterDepth = 6
	maxFilterRules = 100
)

func (reportFilters) wire(v any, _ reflect.StructTag) (any, error) {
	rules := 0
	return filterNode(v, "", 1, &rules)
}

// filterNode checks one rule or group and adds its kind, which the form tells already.
func filterNode(v any, path string, depth int, rules *int) (any, error) {
	node, ok := v.(map[string]any)
	if !ok {
		return v, fmt.Errorf("%s: expected {fieldId,operator,value} or {op,children}, got %s", orFilters(path), kindName(v))
	}
	if _, group := node["children"]; group || node["op"] != nil || node["kind"] == "group" {
		return filterGroup(node, path, depth, rules)
	}
	if *rules++; *rules > maxFilterRules {
		return v, fmt.Errorf("%s: more than %d rules", orFilters(path), maxFilterRules)
	}
	return filterRule(node, path)
}

func filterGroup(node map[string]any, path string, depth int, rules *int) (any, error) {
	if depth > maxFilterDepth {
		return node, fmt.Errorf("%s: groups nest %d levels at most", orFilters(path), maxFilterDepth)
	}
	if err := onlyKeys(node, path, "kind", "op", "children"); err != nil {
		return node, err
	}
	op, _ := node["op"].(string)
	if op = strings.ToLower(op); op != "and" && op != "or" {
		return node, fmt.Errorf("%s.op: got %s; valid: and, or", path, show(node["op"]))
	}
	children, ok := node["children"].([]any)
	if !ok || len(children) == 0 {
		return node, fmt.Errorf("%s.children: expected a list of rules and groups", path)
	}
	out := make([]any, len(children))
	for i, child := range children {
		var err error
		if out[i], err = filterNode(child, fmt.Sprintf("%s.children[%d]", path, i), depth+1, rules); err != nil {
			return node, err
		}
	}
	return map[string]any{"kind": "group", "op": op, "children": out}, nil
}

// reportOperators are what rules can say, with the form of the value that each takes.
var reportOperators = map[string]string{
	"is": "one", "is_not": "one", "contains": "one", "not_contains": "one", "gte": "one", "lte": "one", "between": "two",
	"in": "list", "not_in": "list", "is_member_of": "list", "is_not_member_of": "list", "exists": "none", "not_exists": "none",
}

func filterRule(node map[string]any, path string) (any, error) {
	if err := onlyKeys(node, path, "kind", "fieldId", "operator", "value"); err != nil {
		return node, err
	}
	field, _ := node["fieldId"].(string)
	if field == "" {
		return node, fmt.Errorf("%s.fieldId: required (an attribute id from list_report_datasets)", path)
	}
	operator, _ := node["operator"].(string)
	operator = strings.ToLower(operator)
	form := reportOperators[operator]
	value, given := node["value"]
	list, isList := value.([]any)
	rule := map[string]any{"kind": "rule", "fieldId": field, "operator": operator}
	switch {
	case form == "":
		return node, fmt.Errorf("%s.operator: got %s; valid: %s", path, show(node["operator"]), strings.Join(slices.Sorted(maps.Keys(reportOperators)), ", "))
	case form == "none":
		if given && value != nil {
			return node, fmt.Errorf("%s.value: leave it out with %s", path, operator)
		}
		return rule, nil
	case value == nil || isList && len(list) == 0:
		return node, fmt.Errorf("%s.value: required with %s", path, operator)
	case form == "two" && len(list) != 2:
		return node, fmt.Errorf("%s.value: between takes [low, high], got %s", path, show(value))
	case form == "list" && !isList:
		value = []any{value}
	case form == "one" && isList:
		if len(list) > 1 {
			return node, fmt.Errorf("%s.value: %s takes one value; use in or not_in for several", path, operator)
		}
		value = list[0]
	}
	if !isScalars(value) {
		return node, fmt.Errorf("%s.value: expected text, numbers, true or false, got %s", path, show(value))
	}
	rule["value"] = value
	return rule, nil
}

func isScalars(v any) bool {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	return !slices.ContainsFunc(list, func(item any) bool {
		switch item.(type) {
		case nil, map[string]any, []any:
			return true
		default:
			return false
		}
	})
}

// onlyKeys refuses what a rule or group does not have.
func onlyKeys(node map[string]any, path string, valid ...string) error {
	for _, name := range slices.Sorted(maps.Keys(node)) {
		if !slices.Contains(valid, name) {
			return fmt.Errorf("%s.%s: unknown; valid: %s", path, name, strings.Join(valid, ", "))
		}
	}
	return nil
}

// orFilters keeps a message about the whole apart from one about a part of it.
func orFilters(path string) string {
	if path == "" {
		return "the whole"
	}
	return path
}
