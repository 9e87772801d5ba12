package workflow

import (
	"slices"

	"featurebase-mcp/internal/rawjson"
)

// mostPlanned is how many rows of a plan an answer hands over, so that it stays short.
const mostPlanned = 10

// handOver returns the line with the plan that carries out the obvious next step, ready to be called as it stands. It is empty if there is no
// row, or if one of the tools is switched off.
func (j *work) handOver(does, tool string, rows ...map[string]any) string {
	list := make([]any, len(rows))
	for i, row := range rows {
		list[i] = row
	}
	return j.handOverAll(does, map[string]any{"tool": tool, "rows": list[:min(len(list), mostPlanned)]}, tool)
}

// step is one write of a plan of several tools.
func step(tool string, arguments map[string]any) map[string]any {
	return map[string]any{"tool": tool, "arguments": arguments}
}

// handOverSteps is handOver for writes of several tools. Those whose tool is switched off are left out.
func (j *work) handOverSteps(does string, steps ...map[string]any) string {
	steps = slices.DeleteFunc(steps, func(s map[string]any) bool { return j.Hint(s["tool"].(string), "on") == "" })
	list := make([]any, len(steps))
	for i, s := range steps {
		list[i] = s
	}
	return j.handOverAll(does, map[string]any{"changes": list})
}

func (j *work) handOverAll(does string, arguments map[string]any, tools ...string) string {
	rows, _ := arguments["rows"].([]any)
	changes, _ := arguments["changes"].([]any)
	if len(rows)+len(changes) == 0 {
		return ""
	}
	for _, tool := range append(tools, "plan_changes", "apply_plan") {
		if j.Hint(tool, "on") == "" {
			return ""
		}
	}
	return "\nplan: " + does + ": plan_changes " + string(rawjson.Encode(arguments))
}
