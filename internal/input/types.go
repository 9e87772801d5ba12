package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/nearest"
)

// Page is embedded in the arguments of operations that list with pages.
type Page struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=10"`
	Cursor string `json:"cursor,omitempty"`
}

// Detail is embedded in the arguments of operations that list objects with more fields than a row shows.
type Detail struct {
	Detail string `json:"detail,omitempty" jsonschema:"enum=concise,enum=full"`
}

// Onward is embedded in the arguments of operations without a cursor whose answer can be too long for one call.
type Onward struct {
	Offset position `json:"offset,omitempty"`
}

// Document is embedded in the arguments of operations that read one object with a text in HTML. An answer that left hidden text out names the argument.
type Document struct {
	Hidden bool `json:"hidden,omitempty"`
	Onward
}

// position is the offset that the previous answer stated.
type position int

// Wire refuses a negative offset.
func (position) Wire(v any, _ reflect.StructTag) (any, error) {
	if strings.HasPrefix(Show(v), "-") {
		return v, errors.New("not negative; the answer before says where to go on")
	}
	return v, nil
}

// ObjectID is the id of an object in a path, 24 hex digits. A made-up or truncated id is refused here, where the message can say how to
// find the right one. It is not used in bodies, where some fields accept slugs as well.
type ObjectID string

// IsHex24 reports whether a text has the form of an id: 24 hex digits.
func IsHex24(id string) bool {
	return len(id) == 24 && strings.Trim(id, "0123456789abcdefABCDEF") == ""
}

// Normal removes the name before an id in brackets.
func (ObjectID) Normal(v any) any { return withoutName(v, IsHex24) }

// Wire refuses any other form.
func (ObjectID) Wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); !IsHex24(s) {
		return v, fmt.Errorf("not an id: ids are 24 hex digits, got %s. Look it up, do not guess it", Show(v))
	}
	return v, nil
}

// ExternalID is an id from the organization's own system in a path, or a slug. It can be any text except one that a proxy could resolve as
// path steps.
type ExternalID string

// Normal removes the name before an id in brackets.
func (ExternalID) Normal(v any) any { return withoutName(v, IsHex24) }

// Wire refuses texts that are unsafe in a path.
func (ExternalID) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if s == "" || s == "." || strings.Contains(s, "..") || strings.ContainsAny(s, "/\\") || strings.ContainsFunc(s, legible.IsControl) {
		return v, fmt.Errorf("%s cannot be an id in a path", Show(v))
	}
	return v, nil
}

// ShortID is the id of a conversation, a part of one, an article, a collection or a help center: 1 to 20 letters, digits, "_" or "-".
type ShortID string

func isShortID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == ""
}

// Normal removes the name before an id in brackets.
func (ShortID) Normal(v any) any { return withoutName(v, IsNumber) }

// Wire refuses any other form.
func (ShortID) Wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); !isShortID(s) {
		return v, fmt.Errorf("not an id: these are short, such as 10021362, got %s. Look it up, do not guess it", Show(v))
	}
	return v, nil
}

// withoutName returns the id from a name with the id in brackets, a form that completions offer and answers show: Dark mode
// (64b0c2f19d3e5a7788990011).
func withoutName(v any, form func(id string) bool) any {
	if s, ok := v.(string); ok && strings.HasSuffix(s, ")") {
		return Bracketed(s, form)
	}
	return v
}

// TicketNumber is the number that addresses a ticket: 42, which people write TK-42. The ticket's id of 24 hex digits does not work in a
// path.
type TicketNumber int

// Normal returns the number in TK-42.
func (TicketNumber) Normal(v any) any {
	s, ok := v.(string)
	if _, number, found := strings.Cut(s, "-"); ok && found {
		return number
	}
	return v
}

// Linked reports whether the value is an address of a ticket, which has its number.
func (TicketNumber) Linked(v any) bool {
	s, ok := v.(string)
	return ok && IsLink(s)
}

// Clauses are filters joined with AND, the only group that the API accepts. The struct tag filters declares the fields, separated by
// commas: the name; a colon and the kind, which is date, number, boolean, any for a value sent as it is, or the valid values between bars
// (without a kind the field is a text); and a question mark if null is a valid value. The description, the check of names and the
// conversion of values follow from it.
type Clauses []clause

type clause struct {
	Field    string `json:"field"`
	Operator string `json:"operator" jsonschema:"enum==,enum=!=,enum=IN,enum=NIN,enum=>,enum=<,enum=>=,enum=<=,enum=~"`
	Value    any    `json:"value"`
}

// Filter is one declared field of Clauses.
type Filter struct {
	Name, kind string
	nullable   bool
}

// Filters parses the struct tag filters.
func Filters(tag reflect.StructTag) []Filter {
	var list []Filter
	for spec := range strings.SplitSeq(tag.Get("filters"), ",") {
		spec, nullable := strings.CutSuffix(spec, "?")
		name, kind, _ := strings.Cut(spec, ":")
		list = append(list, Filter{name, kind, nullable})
	}
	return list
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
	text := "Filters, all must hold. Fields: " + strings.Join(fields, " ") + ". IN and NIN take lists; dates are ISO 8601"
	if slices.ContainsFunc(list, func(f Filter) bool { return f.nullable }) {
		text += "; null means none"
	}
	return text + "."
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
			hint := "valid: " + strings.Join(names, ", ")
			if near := nearest.Name(name, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return v, fmt.Errorf("[%d]: unknown field %q; %s", i, name, hint)
		}
		value, err := fields[at].value(c["operator"].(string), c["value"])
		if err != nil {
			return v, fmt.Errorf("[%d] (%s): %w", i, fields[at].Name, err)
		}
		c["field"], c["value"] = fields[at].named(name), value
	}
	return map[string]any{"operator": "AND", "value": list}, nil
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
		return v, fmt.Errorf("operator %s takes one value; use IN or NIN for several", operator)
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

// Locale is a language that Featurebase supports.
type Locale string

// JSONSchemaExtend makes the languages an enum, which is too long to be published.
func (Locale) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum = OneOf("bn bs pt-BR bg ca hr cs da nl en et fi fr de el hi hu id it ja ko lv lt ms mn nb pl pt ro ru sr zh-CN sk sl es sw sv th zh-TW tr uk vi")
}

// OneOf returns words, separated by spaces, as the values of an enum.
func OneOf(words string) []any {
	var values []any
	for word := range strings.FieldsSeq(words) {
		values = append(values, word)
	}
	return values
}

// Author is the person whom a write is credited to. The API tries id, userId and email in this order.
type Author struct {
	ID             string         `json:"id,omitempty"`
	UserID         string         `json:"userId,omitempty" jsonschema:"maxLength=255"`
	Email          string         `json:"email,omitempty"`
	Name           string         `json:"name,omitempty" jsonschema:"maxLength=255"`
	ProfilePicture markup.Address `json:"profilePicture,omitempty"`
}
