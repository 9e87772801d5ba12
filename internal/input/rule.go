package input

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Rule is a check that spans arguments. It applies if the condition When holds or is empty. Need lists arguments, separated by bars, of
// which one is required. Refuse is a condition that must not hold. A condition is the dotted path of an argument, which holds if the
// argument is given, or a path with a value: "type=contact".
type Rule struct {
	When, Need, Refuse string
}

// Check records a problem for each part of the rule that the arguments break.
func (r Rule) Check(wire map[string]any, p *Problems) {
	if r.When != "" && !Holds(r.When, wire) {
		return
	}
	if needs := strings.Split(r.Need, "|"); r.Need != "" && !Given(needs, wire) {
		p.Add("", r.needed(needs)+r.Reason())
	}
	if r.Refuse != "" && Holds(r.Refuse, wire) {
		name, value, _ := strings.Cut(r.Refuse, "=")
		text := "leave it out"
		if value != "" {
			text = value + " does not go"
		}
		p.Add(name, text+r.Reason())
	}
}

// Given reports whether one of the conditions holds.
func Given(names []string, wire map[string]any) bool {
	for _, name := range names {
		if Holds(name, wire) {
			return true
		}
	}
	return false
}

func (r Rule) needed(names []string) string {
	switch {
	case len(names) == 1:
		return names[0] + ": required"
	case r.When == "":
		return "give at least one of " + strings.Join(names, ", ")
	}
	return "give " + strings.Join(names, " or ")
}

// Reason returns the words for When that follow a problem: " when type is contact".
func (r Rule) Reason() string {
	name, value, hasValue := strings.Cut(r.When, "=")
	switch {
	case r.When == "":
		return ""
	case hasValue:
		return fmt.Sprintf(" when %s is %s", name, value)
	default:
		return " with " + name
	}
}

// Holds reports whether the arguments meet a condition, as in Rule: the argument is given, or has the value.
func Holds(condition string, wire map[string]any) bool {
	path, want, hasValue := strings.Cut(condition, "=")
	var at any = wire
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		if at = object[name]; at == nil {
			return false
		}
	}
	if !hasValue {
		return true
	}
	switch v := at.(type) {
	case string:
		return v == want
	case json.Number:
		return v.String() == want
	case bool:
		return strconv.FormatBool(v) == want
	default:
		return false
	}
}
