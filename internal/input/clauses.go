package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/nearest"
)

// Clauses are filters joined with AND, the only group that the API accepts. The struct tag filters declares the fields, separated by
// commas: the name; a colon and the kind, which is date, number, boolean, any for a value sent as it is, or the valid values between bars
// (without a kind the field is a text); a slash and what is special about its operators (see operators); and a question mark if null is a valid
// value. The description, the check of names and operators and the conversion of values follow from it.
type Clauses []clause

type clause struct {
	Field    string `json:"field"`
	Operator string `json:"operator,omitempty" jsonschema:"enum==,enum=!=,enum=IN,enum=NIN,enum=>,enum=<,enum=>=,enum=<=,enum=~"`
	Value    any    `json:"value"`
}

// Filter is one declared field of Clauses.
type Filter struct {
	Name, kind, special string
	nullable            bool
}

// Filters parses the struct tag filters.
func Filters(tag reflect.StructTag) []Filter {
	var list []Filter
	for spec := range strings.SplitSeq(tag.Get("filters"), ",") {
		spec, nullable := strings.CutSuffix(spec, "?")
		spec, special, _ := strings.Cut(spec, "/")
		name, kind, _ := strings.Cut(spec, ":")
		list = append(list, Filter{name, kind, special, nullable})
	}
	return list
}

// specials are what can be special about the operators of a field: it is compared strictly, or so and never excluded, it is only matched,
// or part of it can be matched.
var specials = []string{"", "strict", "range", "match", "part"}

// Operators returns the operators that the API has for the field.
func (f Filter) Operators() []string {
	switch {
	case f.special == "range":
		return []string{"=", ">", "<"}
	case f.special == "match":
		return []string{"=", "IN"}
	case f.special == "strict":
		return []string{"=", "!=", ">", "<"}
	case f.kind == "date", f.kind == "number":
		return []string{"=", "!=", ">", "<", ">=", "<="}
	case f.kind == "boolean":
		return []string{"=", "!="}
	case f.special == "part":
		return []string{"=", "!=", "IN", "NIN", "~"}
	}
	return []string{"=", "!=", "IN", "NIN"}
}

// bounded reports whether the field has so few values that the API takes a negation alone.
func (f Filter) bounded() bool { return f.kind == "boolean" || f.Values() != nil }

// DescribeFilters lists fields with their operators, those with the same operators together.
func DescribeFilters(list []Filter) string {
	var groups []string
	fields := map[string][]string{}
	for _, f := range list {
		operators := strings.Join(f.Operators(), " ")
		if fields[operators] == nil {
			groups = append(groups, operators)
		}
		fields[operators] = append(fields[operators], f.Name)
	}
	for i, operators := range groups {
		groups[i] = strings.Join(fields[operators], ", ") + " with " + operators
	}
	return strings.Join(groups, "; ")
}

// fits reports whether a name in a clause is this field. A field with an open end, such as customAttributes.<attributeId>, fits all names
// with its beginning.
func (f Filter) fits(name string) bool {
	stem, _, open := strings.Cut(f.Name, "<")
	if open {
		return len(name) > len(stem) && strings.EqualFold(name[:len(stem)], stem)
	}
	return strings.EqualFold(f.Name, name)
}

// Values returns the valid values of a field that has only a few, or nil.
func (f Filter) Values() []string {
	if !strings.Contains(f.kind, "|") {
		return nil
	}
	return strings.Split(f.kind, "|")
}

// named returns the field's name in the API's spelling.
func (f Filter) named(name string) string {
	if stem, _, open := strings.Cut(f.Name, "<"); open {
		return stem + name[len(stem):]
	}
	return f.Name
}

// FilterNames returns the names of filters.
func FilterNames(list []Filter) []string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Name
	}
	return names
}

// describeFilters describes the valid clauses to a model.
func describeFilters(tag reflect.StructTag) string {
	list := Filters(tag)
	fields := FilterNames(list)
	for i, f := range list {
		if f.Values() != nil {
			fields[i] += "(" + f.kind + ")"
		}
	}
	text := "All must hold. Fields: " + strings.Join(fields, " ")
	if slices.ContainsFunc(list, func(f Filter) bool { return f.nullable }) {
		text += "; null means none"
	}
	return text + "."
}

// clausesOf returns filters in the form of the schema, from other forms in which models write them: the API's group, and an object with a field for
// each filter, such as {"boardId":"Bugs","upvotes":{">":10}}. It returns anything else as it is.
func clausesOf(v any) any {
	object, ok := v.(map[string]any)
	if _, single := object["field"]; !ok || single || len(object) == 0 {
		return v
	}
	if list, isGroup := object["value"].([]any); isGroup && object["operator"] == "AND" {
		return list
	}
	clauses := []any{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		compared, isObject := object[name].(map[string]any)
		if !isObject {
			clauses = append(clauses, map[string]any{"field": name, "value": object[name]})
			continue
		}
		for _, operator := range slices.Sorted(maps.Keys(compared)) {
			clauses = append(clauses, map[string]any{"field": name, "operator": operator, "value": compared[operator]})
		}
	}
	return clauses
}

// asFilter says how an argument that does not exist is written as a filter. It is empty if no filter has the name.
func (sh *Shape) asFilter(name string) string {
	const longest = 100 // characters; no field has a longer name
	if len(name) > longest {
		return ""
	}
	for _, prop := range sh.Names {
		tag := sh.Props[prop].Tag
		if tag.Get("filters") == "" {
			continue
		}
		for _, f := range Filters(tag) {
			if f.fits(name) {
				return fmt.Sprintf(`unknown argument %q; it is a filter: %q:[{"field":%q,"value":...}]`, name, prop, f.named(name))
			}
		}
	}
	return ""
}

// Wire checks the clauses and wraps them into the API's group.
func (Clauses) Wire(v any, tag reflect.StructTag) (any, error) {
	fields := Filters(tag)
	list := v.([]any) // the shape accepts nothing else
	for i, item := range list {
		c := item.(map[string]any)
		name := c["field"].(string)
		at := slices.IndexFunc(fields, func(f Filter) bool { return f.fits(name) })
		if at < 0 {
			names := FilterNames(fields)
			hint := "valid: " + DescribeFilters(fields)
			if near := nearest.Name(name, names); near != "" {
				hint = fmt.Sprintf("did you mean %q? Valid: %s", near, DescribeFilters(fields))
			}
			return v, fmt.Errorf("[%d]: unknown field %q; %s", i, name, hint)
		}
		if err := fields[at].clause(c); err != nil {
			return v, fmt.Errorf("[%d] (%s): %w", i, fields[at].Name, err)
		}
		c["field"] = fields[at].named(name)
	}
	return map[string]any{"operator": "AND", "value": list}, nil
}

// clause puts the operator and the value of a clause into the form that the API has for the field.
func (f Filter) clause(c map[string]any) error {
	operator, _ := c["operator"].(string)
	several := false
	if list, isList := c["value"].([]any); isList {
		several = len(list) > 1
	}
	switch valid := f.Operators(); {
	case operator == "" && several, operator == "=" && several && slices.Contains(valid, "IN"):
		operator = "IN"
	case operator == "" && f.special == "part": // people seldom know the whole of a name
		operator = "~"
	case operator == "":
		operator = "="
	case operator == "!=" && several && slices.Contains(valid, "NIN"):
		operator = "NIN"
	case operator == "IN" && !several && !slices.Contains(valid, "IN"):
		operator = "="
	case operator == "NIN" && !several && !slices.Contains(valid, "NIN"):
		operator = "!="
	}
	value, err := f.value(operator, c["value"])
	if err != nil {
		return err
	}
	if operator, value = f.strictly(operator, value); !slices.Contains(f.Operators(), operator) {
		if written, _ := c["operator"].(string); written != "" {
			operator = written
		}
		return fmt.Errorf("operator %s is not valid for it; valid: %s", operator, strings.Join(f.Operators(), " "))
	}
	c["operator"], c["value"] = operator, value
	return nil
}

// strictly turns a comparison with equality into one without, where the API has no other for the field: a date moves by a second, a number by
// less than it can have.
func (f Filter) strictly(operator string, value any) (string, any) {
	strict, isLoose := map[string]string{">=": ">", "<=": "<"}[operator]
	n, ok := value.(json.Number)
	if valid := f.Operators(); !isLoose || !ok || slices.Contains(valid, operator) || !slices.Contains(valid, strict) {
		return operator, value
	}
	step := big.NewRat(1, 1)
	if f.kind == "number" {
		step = big.NewRat(1, 1_000_000)
	}
	exact, ok := exactNumber(n.String())
	if !ok {
		return operator, value
	}
	if strict == ">" {
		step.Neg(step)
	}
	const places = 6
	text := exact.Add(exact, step).FloatString(places)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return strict, json.Number(text)
}

// tooBroad reports whether the API refuses the clauses because they only exclude, and returns the field that can narrow them: a date that all
// objects have.
func tooBroad(clauses []any, fields []Filter) (date string, ok bool) {
	for _, item := range clauses {
		c, _ := item.(map[string]any)
		name, _ := c["field"].(string)
		at := slices.IndexFunc(fields, func(f Filter) bool { return f.fits(name) })
		if operator := c["operator"]; at < 0 || operator != "!=" && operator != "NIN" || fields[at].bounded() {
			return "", false
		}
	}
	for _, f := range fields {
		if f.kind == "date" && strings.HasPrefix(strings.ToLower(f.Name), "created") {
			return f.Name, len(clauses) > 0
		}
	}
	return "", false
}

// Narrow adds a clause that holds for every object to clauses that only exclude, such as "not completed": the API refuses those alone as too
// broad, and takes them beside one that does not exclude. group is what Wire returned.
func Narrow(group map[string]any, tag reflect.StructTag) {
	const most = 15 // clauses
	list, _ := group["value"].([]any)
	if date, ok := tooBroad(list, Filters(tag)); ok && len(list) < most {
		group["value"] = append(list, map[string]any{"field": date, "operator": ">", "value": json.Number("0")})
	}
}

// WholeName returns the field of a clause that compares a whole name, of which a part could be matched. It is empty if there is none. group is what
// Wire returned.
func WholeName(group map[string]any, tag reflect.StructTag) string {
	list, _ := group["value"].([]any)
	for _, item := range list {
		c, _ := item.(map[string]any)
		for _, f := range Filters(tag) {
			if f.special == "part" && c["field"] == f.Name && c["operator"] == "=" {
				return f.Name
			}
		}
	}
	return ""
}

// value converts a value to the form that its operator and its field need: a list for IN and NIN, one value for the others.
func (f Filter) value(operator string, v any) (any, error) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	if len(list) == 0 {
		return v, errors.New("value: at least one needed")
	}
	out := make([]any, len(list))
	for i, item := range list {
		var err error
		if out[i], err = f.one(item, operator); err != nil {
			return v, err
		}
	}
	switch {
	case operator == "IN" || operator == "NIN":
		return out, nil
	case len(out) > 1:
		return v, fmt.Errorf("operator %s takes one value", operator)
	default:
		return out[0], nil
	}
}

// one converts a single value from any form in which models write it.
func (f Filter) one(v any, operator string) (any, error) {
	if v == nil || f.nullable && v == "null" {
		return nil, nil //nolint:nilnil // null is the value
	}
	if f.kind == "any" {
		return v, nil
	}
	if b, ok := v.(bool); ok {
		v = strconv.FormatBool(b)
	}
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	default:
		return v, errors.New("value: expected text, a number, true or false, got " + kindName(v))
	}
	if values := f.Values(); values != nil {
		at := slices.IndexFunc(values, func(value string) bool { return strings.EqualFold(value, s) })
		if at < 0 {
			return v, fmt.Errorf("value: got %s; valid: %s", Show(s), strings.Join(values, ", "))
		}
		return values[at], nil
	}
	switch f.kind {
	case "date":
		return unixSeconds(s, operator == "<=")
	case "number":
		if _, ok := exactNumber(s); !ok {
			return v, errors.New("value: expected a number, got " + Show(v))
		}
		return json.Number(s), nil
	case "boolean":
		if s != "true" && s != "false" {
			return v, errors.New("value: expected true or false, got " + Show(v))
		}
		return s == "true", nil
	default:
		return s, nil
	}
}

// unixSeconds converts a time from any form in which models write it, because the API takes Unix seconds in filters and ISO 8601 everywhere
// else. With wholeDay a date becomes its last second.
func unixSeconds(s string, wholeDay bool) (any, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			if wholeDay && layout == time.DateOnly { // an upper bound includes that day
				t = t.AddDate(0, 0, 1).Add(-time.Second)
			}
			return json.Number(strconv.FormatInt(t.Unix(), 10)), nil
		}
	}
	if n, ok := exactNumber(s); ok && n.IsInt() {
		return json.Number(n.Num().String()), nil
	}
	return s, fmt.Errorf("value: expected a date such as 2026-03-02 or Unix seconds, got %s", Show(s))
}
