package tools

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Rule is a condition that spans arguments. When and Refuse name an argument, by its dotted path, that is given, or one with a certain
// value: "type=contact". An empty When always holds. Need names the arguments of which one is needed, separated by bars.
type Rule struct {
	When, Need, Refuse string
}

func (r Rule) check(wire map[string]any, p *problems) {
	if r.When != "" && !holds(r.When, wire) {
		return
	}
	if needs := strings.Split(r.Need, "|"); r.Need != "" && !given(needs, wire) {
		p.add("", needed(needs)+r.reason())
	}
	if r.Refuse != "" && holds(r.Refuse, wire) {
		name, value, _ := strings.Cut(r.Refuse, "=")
		text := "leave it out"
		if value != "" {
			text = value + " does not go"
		}
		p.add(name, text+r.reason())
	}
}

func given(names []string, wire map[string]any) bool {
	for _, name := range names {
		if holds(name, wire) {
			return true
		}
	}
	return false
}

func needed(names []string) string {
	if len(names) == 1 {
		return names[0] + ": required"
	}
	return "give " + strings.Join(names, " or ")
}

// reason says when the rule applies.
func (r Rule) reason() string {
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

// holds reports whether the arguments meet a condition: an argument is there, or has a value.
func holds(condition string, wire map[string]any) bool {
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
