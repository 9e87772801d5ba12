package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

var datasetView = &render.View{Row: "id name description metrics=metrics.id attributes=attributes.id"}

var filterValueView = &render.View{Row: "value label", Customer: "label"}

// resultView shows a report's numbers. The names of groups may be text by customers.
var resultView = &render.View{
	Lines:    "meta|brief value previousValue deltaPercent timeSeries|table groupedData|table segmentData|table flowData|table",
	Customer: "groupedData segmentData flowData",
}

// drillInView shows the measured value and the columns that the API lists as the default ones.
var drillInView = &render.View{
	Lines: "total page pageSize timezone meta", Hide: "availableColumns defaultColumnIds",
	Table: "rows", Columns: "defaultColumnIds metric.value", Customer: "rows",
}

// reports are the operations on numbers that Featurebase computes over conversations, tickets and feedback.
var reports = &engine.Toolset{
	Name: "reports", Description: "Analytics: metrics over time, their breakdowns and the rows behind them.",
	Also: "analytics, statistics, metrics, charts, trends",
	Operations: []*engine.Operation{
		{
			Name:        "list_report_datasets",
			Title:       "List report datasets",
			Description: "List what reports can measure and filter by. Start here; detail full tells each metric's aggregations and each attribute's operators.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/reports/datasets",
			Input:       input.Args[listReportDatasets](),
			Output:      datasetView,
			Example:     `{}`,
		},
		{
			Name:        "query_report",
			Title:       "Query report",
			Description: "Compute one metric over a period, by hour, day, week or month, with filters, breakdowns and a comparison period. Durations are in milliseconds.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/query",
			Input:       input.Args[queryReport](),
			Rules: []input.Rule{
				{When: "aggregation=percentile", Need: "percentile"},
				{When: "compareStartDate", Need: "compareEndDate"},
				{When: "compareEndDate", Need: "compareStartDate"},
			},
			Output:  resultView,
			Verify:  verifyReport,
			Example: `{"metric":"new_conversations","aggregation":"count","granularity":"week","startDate":"2026-10-01","endDate":"2026-10-31","filters":{"op":"or","children":[{"fieldId":"conversation.state","operator":"in","value":["open","snoozed"]}]}}`,
		},
		{
			Name:        "drill_into_report",
			Title:       "Drill into report",
			Description: "List the rows behind a metric, or behind one data point of query_report. Pages are numbered.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/drill-in",
			Input:       input.Args[drillIntoReport](),
			Output:      drillInView,
			Verify:      verifyRows,
			Example:     `{"metric":"new_conversations","granularity":"week","startDate":"2026-10-01","endDate":"2026-10-31","dataPointFilters":{},"pageSize":3}`,
		},
		{
			Name:        "list_report_filter_values",
			Title:       "List report filter values",
			Description: "List the values that a report attribute can be filtered by, for attributes with supportsValueLookup.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/reports/filter-values",
			Input:       input.Args[listReportFilterValues](),
			Output:      filterValueView,
			Example:     `{"fieldId":"conversation.assignee"}`,
		},
	},
}

type listReportDatasets struct {
	input.Detail
	input.Onward
}

// window has the arguments that a query and a drill-in share: the numbers and the time.
type window struct {
	Metric          string              `json:"metric" jsonschema_description:"Id from list_report_datasets."`
	Granularity     string              `json:"granularity" jsonschema:"enum=hour,enum=day,enum=week,enum=month"`
	StartDate       string              `json:"startDate" jsonschema_description:"ISO 8601."`
	EndDate         string              `json:"endDate" jsonschema_description:"Inclusive."`
	Timezone        string              `json:"timezone,omitempty" jsonschema_description:"IANA name; default UTC."`
	Filters         input.ReportFilters `json:"filters,omitempty" jsonschema_description:"{fieldId,operator,value}, or {op:and|or,children:[...]} of such and of groups, 6 levels deep at most. Operators: is is_not in not_in contains not_contains gte lte between exists not_exists is_member_of is_not_member_of."`
	GroupBy         string              `json:"groupBy,omitempty" jsonschema_description:"Attribute id."`
	SegmentBy       string              `json:"segmentBy,omitempty" jsonschema_description:"Attribute id of a second breakdown."`
	OfficeHoursOnly bool                `json:"officeHoursOnly,omitempty"`
	View            string              `json:"view,omitempty" jsonschema:"enum=standard,enum=hourly_heatmap,enum=sankey"`
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
