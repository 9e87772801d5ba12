package planning

import (
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
)

// Toolset has the tools for plans.
var Toolset = &engine.Toolset{
	Name: "plans", Description: "Many writes checked together, confirmed once, sent row by row, each at most once.",
	Also:       "bulk, batch, import, CSV, spreadsheet, mass update, undo, many at once",
	Operations: []*engine.Operation{planChanges, applyPlan},
}

var planChanges = &engine.Operation{
	Name:  "plan_changes",
	Title: "Plan changes",
	Description: "Check up to 200 writes together and see before -> after; sends nothing, apply_plan does. Give changes, or tool with rows or csv (header names arguments: companies.0.id); " +
		"undo plans the way back of an applied plan; planId shows one again.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[planChangesArgs](),
	Rules:   []input.Rule{{Need: "changes|rows|csv|undo|planId"}, {When: "rows", Need: "tool"}, {When: "csv", Need: "tool"}},
	View:    "plan",
	Run:     planThem,
	Example: `{"tool":"upsert_contact","rows":[{"email":"jo@example.com","name":"Jo Example"}]}`,
}

type planChangesArgs struct {
	Changes []change `json:"changes,omitempty" jsonschema:"maxItems=200"`
	Tool    string   `json:"tool,omitempty"`
	Rows    rows     `json:"rows,omitempty" jsonschema:"maxItems=200"`
	CSV     string   `json:"csv,omitempty"`
	Undo    string   `json:"undo,omitempty" jsonschema_description:"Plan id."`
	PlanID  string   `json:"planId,omitempty"`
	Cursor  string   `json:"cursor,omitempty"`
}

type change struct {
	Tool      string         `json:"tool"`
	Arguments map[string]any `json:"arguments"`
}

// rows are the arguments of the same tool, once for each row.
type rows []map[string]any

// Normal takes a text for what it says, because models write a table as they have it: CSV, or a list in JSON.
func (rows) Normal(v any) any { return tableOrList(v) }

var applyPlan = &engine.Operation{
	Name:        "apply_plan",
	Title:       "Apply plan",
	Description: "Send the rows of a plan, all or some, after one confirmation. Call it again to go on: no row is sent twice. Objects that changed since are skipped unless force.",
	Effect:      engine.Write,
	Default:     true,
	Input:       input.Args[applyPlanArgs](),
	Rules:       []input.Rule{{When: "rows", Refuse: "except"}},
	View:        "plan",
	Asks:        ask,
	Run:         apply,
	Example:     `{"planId":"<planId>"}`,
}

type applyPlanArgs struct {
	PlanID      string `json:"planId"`
	Rows        []int  `json:"rows,omitempty" jsonschema:"maxItems=200" jsonschema_description:"Only these."`
	Except      []int  `json:"except,omitempty" jsonschema:"maxItems=200"`
	StopOnError bool   `json:"stopOnError,omitempty"`
	Force       bool   `json:"force,omitempty"`
}
