package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// Bounds of a report filter.
const (
	maxFilterDepth = 6
	maxFilterRules = 100
)

// filterReader reads the filters of a report into a predicate.
type filterReader struct {
	store   *store.Store
	dataset dataset
	zone    *time.Location
	rules   int // how many were read
}

// read reads a rule or a group that is nested depth levels deep.
func (r *filterReader) read(raw object, path string, depth int) (func(object) bool, error) {
	if raw["kind"] == "rule" {
		if r.rules++; r.rules > maxFilterRules {
			return nil, problem("filters", "At most "+strconv.Itoa(maxFilterRules)+" rules")
		}
		return r.rule(raw, path)
	}
	if depth > maxFilterDepth {
		return nil, problem(path, "At most "+strconv.Itoa(maxFilterDepth)+" levels of groups")
	}
	var children []func(object) bool
	for i, child := range store.List(raw, "children") {
		inner, _ := child.(object)
		keep, err := r.read(inner, path+".children."+strconv.Itoa(i), depth+1)
		if err != nil {
			return nil, err
		}
		children = append(children, keep)
	}
	either := raw["op"] == "or" && len(children) > 0 // a group without children keeps all objects
	return func(o object) bool {
		return slices.ContainsFunc(children, func(keep func(object) bool) bool { return keep(o) == either }) == either
	}, nil
}

func (r *filterReader) rule(raw object, path string) (func(object) bool, error) {
	a, err := r.dataset.attribute(store.Text(raw, "fieldId"), path+".fieldId", "filter by", func(attribute) bool { return true })
	if err != nil {
		return nil, err
	}
	operator := store.Text(raw, "operator")
	if allowed := operators[a.valueType]; !slices.Contains(allowed, operator) {
		return nil, problem(path+".operator", "Operator '"+operator+"' is not supported for '"+a.id+"'. Supported: "+strings.Join(allowed, ", "))
	}
	wanted, err := r.operands(a, operator, raw, path+".value")
	if err != nil {
		return nil, err
	}
	return func(o object) bool { return r.matches(operator, r.comparable(a, o), wanted) }, nil
}

// operands reads the value of a rule as the list of values that its operator takes.
func (r *filterReader) operands(a attribute, operator string, raw object, path string) ([]any, error) {
	value, given := raw["value"]
	several, isList := value.([]any)
	switch operator {
	case "exists", "not_exists":
		if given {
			return nil, problem(path, operator+" takes no value")
		}
		return nil, nil
	case "between":
		if len(several) != 2 {
			return nil, problem(path, "between takes [low, high]")
		}
	case "in", "not_in":
		if len(several) == 0 {
			return nil, problem(path, operator+" takes an array of at least one value")
		}
	default:
		if !given || isList {
			return nil, problem(path, operator+" takes one value")
		}
		several = []any{value}
	}
	out := make([]any, len(several))
	for i, v := range several {
		read, complaint := r.operand(a, v)
		if complaint != "" {
			return nil, problem(path, complaint)
		}
		out[i] = read
	}
	return out, nil
}

// operand reads one value by the type of an attribute, or says what is wrong with it.
func (r *filterReader) operand(a attribute, v any) (read any, complaint string) {
	s, isText := v.(string)
	_, isNumber := v.(float64)
	_, isBool := v.(bool)
	switch a.valueType {
	case "number":
		if !isNumber {
			return nil, "Expected number"
		}
	case "boolean":
		if !isBool {
			return nil, "Expected boolean"
		}
	case "date":
		p, ok := readPeriod(s, r.zone)
		if !ok {
			return nil, "Expected a date: use ISO 8601, such as 2026-03-02"
		}
		return p, ""
	case "enum":
		if !slices.Contains(a.options, s) {
			return nil, "Expected one of " + strings.Join(a.options, ", ")
		}
	default:
		if !isText {
			return nil, "Expected string"
		}
	}
	return v, ""
}

// comparable returns the values of an attribute of an object in the form of operands.
func (r *filterReader) comparable(a attribute, o object) []any {
	values := valuesOf(a.read(r.store, o))
	if a.valueType == "date" {
		for i, v := range values {
			s, _ := v.(string)
			values[i], _ = readPeriod(s, r.zone)
		}
	}
	return values
}

// valuesOf returns the value of an attribute as a list. The list is empty for null and for the empty text.
func valuesOf(value any) []any {
	if several, ok := value.([]any); ok {
		return slices.Clone(several)
	}
	if value == nil || value == "" {
		return nil
	}
	return []any{value}
}

func (r *filterReader) matches(operator string, have, wanted []any) bool {
	equals := func(h any) bool { return slices.Contains(wanted, h) }
	switch operator {
	case "exists":
		return len(have) > 0
	case "not_exists":
		return len(have) == 0
	case "is", "in":
		return slices.ContainsFunc(have, equals)
	case "is_not", "not_in":
		return !slices.ContainsFunc(have, equals)
	case "contains":
		return slices.ContainsFunc(have, func(h any) bool { return containsText(h, wanted[0]) })
	case "not_contains":
		return !slices.ContainsFunc(have, func(h any) bool { return containsText(h, wanted[0]) })
	case "gte":
		return slices.ContainsFunc(have, func(h any) bool { return atLeast(h, wanted[0]) })
	case "lte":
		return slices.ContainsFunc(have, func(h any) bool { return atMost(h, wanted[0]) })
	case "between":
		return slices.ContainsFunc(have, func(h any) bool { return atLeast(h, wanted[0]) && atMost(h, wanted[1]) })
	}
	panic("sandbox: report operator " + operator + " has no rule")
}

func containsText(have, part any) bool {
	h, _ := have.(string)
	p, _ := part.(string)
	return strings.Contains(strings.ToLower(h), strings.ToLower(p))
}

// atLeast and atMost compare numbers, or moments with the period of a date.

func atLeast(have, low any) bool {
	if bound, ok := low.(period); ok {
		at, _ := have.(period)
		return !at.from.Before(bound.from)
	}
	h, _ := have.(float64)
	l, _ := low.(float64)
	return h >= l
}

func atMost(have, high any) bool {
	if bound, ok := high.(period); ok {
		at, _ := have.(period)
		return at.from.Before(bound.to)
	}
	h, _ := have.(float64)
	limit, _ := high.(float64)
	return h <= limit
}
