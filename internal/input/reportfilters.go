package input

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// ReportFilters is the type of a rule or a group of rules and groups. Hosts do not accept its recursive schema, so it is published as a
// plain object with a description, and Wire checks it.
type ReportFilters map[string]any

const (
	maxFilterDepth = 6
	maxFilterRules = 100
)

// Wire checks the rules and adds the kind of each node. It allows 6 levels of groups and 100 rules.
func (ReportFilters) Wire(v any, _ reflect.StructTag) (any, error) {
	rules := 0
	return filterNode(v, "", 1, &rules)
}

// filterNode checks one rule or group and adds its kind, which follows from its fields.
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
		return node, fmt.Errorf("%s.op: got %s; valid: and, or", path, Show(node["op"]))
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

// reportOperators are the operators of rules, with the form of the value that each takes.
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
		return node, fmt.Errorf("%s.operator: got %s; valid: %s", path, Show(node["operator"]), strings.Join(slices.Sorted(maps.Keys(reportOperators)), ", "))
	case form == "none":
		if given && value != nil {
			return node, fmt.Errorf("%s.value: leave it out with %s", path, operator)
		}
		return rule, nil
	case value == nil || isList && len(list) == 0:
		return node, fmt.Errorf("%s.value: required with %s", path, operator)
	case form == "two" && len(list) != 2:
		return node, fmt.Errorf("%s.value: between takes [low, high], got %s", path, Show(value))
	case form == "list" && !isList:
		value = []any{value}
	case form == "one" && isList:
		if len(list) > 1 {
			return node, fmt.Errorf("%s.value: %s takes one value; use in or not_in for several", path, operator)
		}
		value = list[0]
	}
	if !isScalars(value) {
		return node, fmt.Errorf("%s.value: expected text, numbers, true or false, got %s", path, Show(value))
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

// onlyKeys returns an error for a field that a rule or group does not have.
func onlyKeys(node map[string]any, path string, valid ...string) error {
	for _, name := range slices.Sorted(maps.Keys(node)) {
		if !slices.Contains(valid, name) {
			return fmt.Errorf("%s.%s: unknown; valid: %s", path, name, strings.Join(valid, ", "))
		}
	}
	return nil
}

// orFilters names the whole in a message that is not about a part of it.
func orFilters(path string) string {
	if path == "" {
		return "the whole"
	}
	return path
}
