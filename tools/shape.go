package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/nearest"
)

// shape checks values by the same struct that publishes the schema, and brings them into the API's form. Where a client or model
// writes the right thing in the wrong kind ("10" for 10, one value for a list of one), the value is converted, never with loss;
// anything else is refused in words that tell the rule.
type shape struct {
	schema   *jsonschema.Schema
	tag      reflect.StructTag
	props    map[string]*shape
	names    []string // of props, in the order of the declaration
	items    *shape
	keys     *shape // of a map, as its values are; both nil where anything goes
	values   *shape
	enum     []string
	normal   func(any) any          // what another way of writing a value means, before it is checked
	wire     func(any) (any, error) // the API's form of a checked value, where it differs
	min, max *big.Rat
}

// wirer is implemented by the types of arguments whose form in the API differs from the one a model writes. It is called on the
// zero value, with the checked value and the tag of the struct field. Its error is the problem, in words.
type wirer interface {
	wire(value any, tag reflect.StructTag) (any, error)
}

// normalizer is implemented by the types of arguments that people write in more than one way. It is called on the zero value.
type normalizer interface {
	normal(value any) any
}

func newShape(t reflect.Type, s *jsonschema.Schema, tag reflect.StructTag) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	sh := &shape{schema: s, tag: tag, min: rat(s.Minimum), max: rat(s.Maximum)}
	for _, e := range s.Enum {
		sh.enum = append(sh.enum, e.(string)) // other enums do not occur, and a test reflects every input
	}
	if w, ok := reflect.TypeAssert[wirer](reflect.Zero(t)); ok {
		sh.wire = func(v any) (any, error) { return w.wire(v, tag) }
	}
	if n, ok := reflect.TypeAssert[normalizer](reflect.Zero(t)); ok {
		sh.normal = n.normal
	}
	switch {
	case s.Type == "array":
		sh.items = newShape(t.Elem(), s.Items, "")
	case s.AdditionalProperties != nil && t.Kind() == reflect.Map:
		sh.keys, sh.values = newShape(t.Key(), newReflector().ReflectFromType(t.Key()), ""), newShape(t.Elem(), s.AdditionalProperties, "")
	case s.Properties != nil:
		sh.props = map[string]*shape{}
		sh.addFields(t)
	}
	return sh
}

// addFields adds the properties of a struct and of the structs embedded in it.
func (sh *shape) addFields(t reflect.Type) {
	for f := range t.Fields() {
		name := jsonName(f)
		if f.Anonymous && name == "" {
			sh.addFields(f.Type)
			continue
		}
		p, _ := sh.schema.Properties.Get(name)
		sh.props[name] = newShape(f.Type, p, f.Tag)
		sh.names = append(sh.names, name)
	}
}

func rat(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return nil
	}
	return r
}

// check returns the value in the API's form and notes what is wrong with it. What it returns beside problems is of no use.
func (sh *shape) check(path string, v any, p *problems) any {
	before := len(p.lines)
	if sh.normal != nil {
		v = sh.normal(v)
	}
	switch sh.schema.Type {
	case "object":
		v = sh.checkObject(path, v, p)
	case "array":
		v = sh.checkArray(path, v, p)
	case "string":
		v = sh.checkString(path, v, p)
	case "integer", "number":
		v = sh.checkNumber(path, v, p)
	case "boolean":
		v = checkBoolean(path, v, p)
	}
	if sh.wire == nil || len(p.lines) > before {
		return v
	}
	out, err := sh.wire(v)
	switch {
	case err == nil:
	case strings.HasPrefix(err.Error(), "["), strings.HasPrefix(err.Error(), "."): // the problem is with a part of it
		p.add("", path+err.Error())
	default:
		p.add(path, err.Error())
	}
	return out
}

func (sh *shape) checkObject(path string, v any, p *problems) any {
	if text, ok := v.(string); ok { // some clients send nested values as JSON text
		if inner, err := decode([]byte(text)); err == nil {
			v = inner
		}
	}
	given, ok := v.(map[string]any)
	if !ok {
		p.add(path, "expected an object, got "+kindName(v))
		return v
	}
	if sh.values != nil {
		return sh.checkMap(path, given, p)
	}
	if sh.props == nil {
		return given // free keys and values
	}
	out := make(map[string]any, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		prop, known := sh.props[name]
		switch {
		case !known:
			p.unknown(path, name, sh.names)
		case value != nil:
			out[name] = prop.check(join(path, name), value, p)
		case prop.schema.Type == "": // a free value: here null is one
			out[name] = nil
		}
	}
	if len(given) == 0 && path != "" && sh.tag.Get("allow") != "empty" {
		p.add(path, "empty: give at least one of "+strings.Join(sh.names, ", "))
		return given
	}
	for _, name := range sh.schema.Required {
		if value, ok := given[name]; !ok || value == nil && sh.props[name].schema.Type != "" {
			p.add(join(path, name), "required"+because(sh.props[name].schema.Description))
		}
	}
	return out
}

// checkMap checks the keys and values of a map, which the schema publishes as a mere object.
func (sh *shape) checkMap(path string, given map[string]any, p *problems) any {
	out := make(map[string]any, len(given))
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if name, ok := sh.keys.check(path, key, p).(string); ok && given[key] != nil {
			out[name] = sh.values.check(join(path, name), given[key], p)
		}
	}
	return out
}

// because appends what an argument is to the word that it is missing.
func because(description string) string {
	if description == "" {
		return ""
	}
	first, _, _ := strings.Cut(description, ". ")
	return " (" + strings.TrimSuffix(first, ".") + ")"
}

func (sh *shape) checkArray(path string, v any, p *problems) any {
	if text, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "[") {
		if inner, err := decode([]byte(text)); err == nil {
			v = inner
		}
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v} // one value for a list of one
	}
	if n := sh.schema.MinItems; n != nil && uint64(len(list)) < *n {
		p.add(path, fmt.Sprintf("at least %d needed, got %d", *n, len(list)))
	}
	if n := sh.schema.MaxItems; n != nil && uint64(len(list)) > *n {
		p.add(path, fmt.Sprintf("at most %d, got %d", *n, len(list)))
		return v
	}
	out := make([]any, 0, len(list))
	for i, item := range list {
		out = append(out, sh.items.check(fmt.Sprintf("%s[%d]", path, i), item, p))
	}
	return out
}

func (sh *shape) checkString(path string, v any, p *problems) any {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number: // ids are often numeric
		s = v.String()
	default:
		p.add(path, "expected text, got "+kindName(v))
		return v
	}
	if sh.enum != nil {
		return sh.checkEnum(path, s, p)
	}
	n := uint64(utf8.RuneCountInString(s)) //nolint:gosec // a length is not negative
	if m := sh.schema.MinLength; m != nil && n < *m {
		p.add(path, fmt.Sprintf("at least %d characters, got %d", *m, n))
	}
	if m := sh.schema.MaxLength; m != nil && n > *m {
		p.add(path, fmt.Sprintf("at most %d characters, got %d", *m, n))
	}
	if sh.schema.Format == "date-time" {
		return checkTime(path, s, p)
	}
	return s
}

func (sh *shape) checkEnum(path, s string, p *problems) any {
	for _, e := range sh.enum {
		if strings.EqualFold(e, s) {
			return e
		}
	}
	const tooMany = 100 // to list them besides a good guess
	valid := strings.Join(sh.enum, ", ")
	switch near := nearest.Name(s, sh.enum); {
	case near == "":
		p.add(path, fmt.Sprintf("got %s; valid: %s", show(s), valid))
	case len(sh.enum) > tooMany:
		p.add(path, fmt.Sprintf("got %s; did you mean %q?", show(s), near))
	default:
		p.add(path, fmt.Sprintf("got %s; did you mean %q? Valid: %s", show(s), near, valid))
	}
	return s
}

// checkTime completes a bare date and a time without seconds, as answers show it; the API wants the time too.
func checkTime(path, s string, p *problems) any {
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return s
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s + "T00:00:00Z"
	}
	if _, err := time.Parse("2006-01-02T15:04Z", s); err == nil {
		return strings.TrimSuffix(s, "Z") + ":00Z"
	}
	p.add(path, "expected a time in ISO 8601 such as 2026-03-02T09:00:00Z, got "+show(s))
	return s
}

func (sh *shape) checkNumber(path string, v any, p *problems) any {
	want := map[string]string{"integer": "an integer", "number": "a number"}[sh.schema.Type]
	n, ok := v.(json.Number)
	if text, isString := v.(string); isString && json.Valid([]byte(text)) {
		n, ok = json.Number(text), true
	}
	r, exact := exactNumber(n.String())
	if !ok || !exact {
		p.add(path, "expected "+want+", got "+kindName(v))
		return v
	}
	switch {
	case sh.schema.Type == "integer" && !r.IsInt():
		p.add(path, "expected an integer, got "+n.String())
	case sh.min != nil && r.Cmp(sh.min) < 0:
		p.add(path, fmt.Sprintf("at least %s, got %s", sh.min.RatString(), n))
	case sh.max != nil && r.Cmp(sh.max) > 0:
		p.add(path, fmt.Sprintf("at most %s, got %s", sh.max.RatString(), n))
	}
	if r.IsInt() && sh.schema.Type == "integer" {
		return json.Number(r.Num().String()) // 5.0 and 5e0 are integers to a model, not to the API
	}
	return n
}

// exactNumber reads a number without rounding. What a float64 cannot hold at all is refused first: 1e999999999 is a few letters
// long and would fill the memory as an exact number.
func exactNumber(text string) (*big.Rat, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !json.Valid([]byte(text)) { // Go reads +5 and 0x10 as well
		return nil, false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if f == 0 && strings.ContainsAny(mantissa, "123456789") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func checkBoolean(path string, v any, p *problems) any {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		if strings.EqualFold(v, "true") || strings.EqualFold(v, "false") {
			return strings.EqualFold(v, "true")
		}
	}
	p.add(path, "expected true or false, got "+kindName(v))
	return v
}
