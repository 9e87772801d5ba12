package input

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
	"featurebase-mcp/internal/rawjson"
)

// Shape checks values by the struct that the published schema comes from, and converts them to the API's form. It converts a right value in
// a wrong type without loss ("10" for 10, one value for a list of one). It refuses anything else in words that state the rule.
type Shape struct {
	Schema   *jsonschema.Schema
	Tag      reflect.StructTag
	Props    map[string]*Shape
	Names    []string // names of Props, in the order of the declaration
	open     bool     // keys that Props lacks pass as they are
	Items    *Shape
	Keys     *Shape // shape of the keys of a map; nil, like Values, for an object with free keys
	Values   *Shape
	Enum     []string
	normal   func(any) any          // converts another spelling of a value before the check; may be nil
	linked   func(any) bool         // reports whether a value is an address, which passes as it is and is resolved after the check; may be nil
	Wire     func(any) (any, error) // converts a checked value to the API's form; may be nil
	Min, max *big.Rat
}

// wirer is implemented by types of arguments whose form in the API differs from the form that a model writes. Wire is called on the zero
// value, with the checked value and the tag of the struct field. Its error is the problem in words for the model.
type wirer interface {
	Wire(value any, tag reflect.StructTag) (any, error)
}

// normalizer is implemented by types of arguments that people write in several ways. Normal is called on the zero value.
type normalizer interface {
	Normal(value any) any
}

// linker is implemented by types of arguments that are no texts and yet take an address. Linked is called on the zero value.
type linker interface {
	Linked(value any) bool
}

func newShape(t reflect.Type, s *jsonschema.Schema, tag reflect.StructTag) *Shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	sh := &Shape{Schema: s, Tag: tag, Min: rat(s.Minimum), max: rat(s.Maximum)}
	for _, e := range s.Enum {
		sh.Enum = append(sh.Enum, e.(string)) // a test reflects every input, so an enum of another type panics there
	}
	if w, ok := reflect.TypeAssert[wirer](reflect.Zero(t)); ok {
		sh.Wire = func(v any) (any, error) { return w.Wire(v, tag) }
	}
	if n, ok := reflect.TypeAssert[normalizer](reflect.Zero(t)); ok {
		sh.normal = n.Normal
	}
	if l, ok := reflect.TypeAssert[linker](reflect.Zero(t)); ok {
		sh.linked = l.Linked
	}
	switch {
	case s.Type == "array":
		sh.Items = newShape(t.Elem(), s.Items, "")
	case s.AdditionalProperties != nil && t.Kind() == reflect.Map:
		sh.Keys, sh.Values = newShape(t.Key(), newReflector().ReflectFromType(t.Key()), ""), newShape(t.Elem(), s.AdditionalProperties, "")
	case s.Properties != nil:
		sh.Props = map[string]*Shape{}
		sh.addFields(t)
	}
	return sh
}

// addFields adds the properties of a struct and of the structs embedded in it.
func (sh *Shape) addFields(t reflect.Type) {
	for f := range t.Fields() {
		name := jsonName(f)
		sh.open = sh.open || f.Type == reflect.TypeFor[Open]()
		if f.Anonymous && name == "" {
			sh.addFields(f.Type)
			continue
		}
		p, _ := sh.Schema.Properties.Get(name)
		sh.Props[name] = newShape(f.Type, p, f.Tag)
		sh.Names = append(sh.Names, name)
	}
}

func rat(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return nil
	}
	return r
}

// WithoutEmpty removes the optional arguments that are an empty text, list or object, at any depth. Models fill in arguments that they do
// not need, and in a call that changes nothing such a value means nothing. For an update it empties a field, so updates keep it.
func (sh *Shape) WithoutEmpty(v any) any {
	object, ok := v.(map[string]any)
	if !ok || sh.Props == nil {
		return v
	}
	kept := make(map[string]any, len(object))
	for name, value := range object {
		prop := sh.Props[name]
		if prop == nil {
			kept[name] = value
			continue
		}
		if !slices.Contains(sh.Schema.Required, name) && prop.Tag.Get("allow") != "empty" {
			if value = prop.WithoutEmpty(value); isEmpty(value) {
				continue
			}
		}
		kept[name] = value
	}
	return kept
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// Check returns the value in the API's form and records its problems. The result is undefined if there are any.
func (sh *Shape) Check(path string, v any, p *Problems) any {
	if sh.linked != nil && sh.linked(v) {
		return v
	}
	before := len(p.lines)
	if sh.normal != nil {
		v = sh.normal(v)
	}
	switch sh.Schema.Type {
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
	if sh.Wire == nil || len(p.lines) > before {
		return v
	}
	out, err := sh.Wire(v)
	switch {
	case err == nil:
	case strings.HasPrefix(err.Error(), "["), strings.HasPrefix(err.Error(), "."): // the error begins with the path of a part
		p.Add("", path+err.Error())
	default:
		p.Add(path, err.Error())
	}
	return out
}

func (sh *Shape) checkObject(path string, v any, p *Problems) any {
	if text, ok := v.(string); ok { // some clients send nested values as a JSON text
		if inner, err := rawjson.Decode([]byte(text)); err == nil {
			v = inner
		}
	}
	given, ok := v.(map[string]any)
	if !ok {
		p.Add(path, "expected an object, got "+kindName(v))
		return v
	}
	if sh.Values != nil {
		return sh.checkMap(path, given, p)
	}
	if sh.Props == nil {
		return given // free keys and values
	}
	out := make(map[string]any, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		prop, known := sh.Props[name]
		switch {
		case !known && sh.open && !sh.isSpelling(name):
			out[name] = value
		case !known && path == "" && sh.asFilter(name) != "":
			p.Add("", sh.asFilter(name))
		case !known:
			p.unknown(path, name, sh.Names)
		case value != nil:
			out[name] = prop.Check(JoinPath(path, name), value, p)
		case prop.Schema.Type == "": // null is a valid free value
			out[name] = nil
		}
	}
	if len(given) == 0 && path != "" && sh.Tag.Get("allow") != "empty" {
		p.Add(path, "empty: give at least one of "+strings.Join(sh.Names, ", "))
		return given
	}
	for _, name := range sh.Schema.Required {
		if value, ok := given[name]; !ok || value == nil && sh.Props[name].Schema.Type != "" {
			p.Add(JoinPath(path, name), "required"+because(sh.Props[name].Schema.Description))
		}
	}
	return out
}

// isSpelling reports whether an unknown key is the name of an argument in another spelling. Where unknown keys pass, that would be sent beside it.
func (sh *Shape) isSpelling(key string) bool {
	bare := func(name string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name)) }
	return slices.ContainsFunc(sh.Names, func(name string) bool { return bare(name) == bare(key) })
}

// checkMap checks the keys and values of a map, which the published schema calls just an object.
func (sh *Shape) checkMap(path string, given map[string]any, p *Problems) any {
	out := make(map[string]any, len(given))
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if name, ok := sh.Keys.Check(path, key, p).(string); ok && given[key] != nil {
			out[name] = sh.Values.Check(JoinPath(path, name), given[key], p)
		}
	}
	return out
}

// because returns the first sentence of an argument's description, for the message that the argument is missing.
func because(description string) string {
	if description == "" {
		return ""
	}
	first, _, _ := strings.Cut(description, ". ")
	first = strings.TrimSuffix(first, ".")
	if other, ok := strings.CutPrefix(first, "Or "); ok { // beside the id, which the name of the argument tells
		first = "id or " + other
	}
	return " (" + first + ")"
}

func (sh *Shape) checkArray(path string, v any, p *Problems) any {
	filters := sh.Tag.Get("filters") != ""
	if text, ok := v.(string); ok && (strings.HasPrefix(strings.TrimSpace(text), "[") || filters) {
		if inner, err := rawjson.Decode([]byte(text)); err == nil {
			v = inner
		}
	}
	if filters {
		v = clausesOf(v)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v} // one value for a list of one
		if text, isText := v.(string); isText && strings.Contains(text, ",") {
			parts, sure := splitIDs(text)
			if !sure {
				p.Add(path, fmt.Sprintf("%s may be one or several; send a list: [%s] or [%s]", Show(text), Show(text), strings.Join(quotedParts(text), ",")))
				return v
			}
			list = parts
		}
	}
	if n := sh.Schema.MinItems; n != nil && uint64(len(list)) < *n {
		p.Add(path, fmt.Sprintf("at least %d needed, got %d", *n, len(list)))
	}
	if n := sh.Schema.MaxItems; n != nil && uint64(len(list)) > *n {
		p.Add(path, fmt.Sprintf("at most %d, got %d", *n, len(list)))
		return v
	}
	out := make([]any, 0, len(list))
	for i, item := range list {
		out = append(out, sh.Items.Check(fmt.Sprintf("%s[%d]", path, i), item, p))
	}
	return out
}

// splitIDs splits a text at its commas if every part is an id or an e-mail address, which contain no commas. A name may contain one.
func splitIDs(text string) (parts []any, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if !IsHex24(part) && !IsNumber(part) && !isAddress(part) {
			return nil, false
		}
		parts = append(parts, part)
	}
	return parts, true
}

func isAddress(s string) bool {
	local, host, found := strings.Cut(s, "@")
	return found && local != "" && strings.Contains(host, ".") && !strings.ContainsAny(s, " \t\n")
}

// quotedParts returns the parts of a text between its commas, in the form of Show.
func quotedParts(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		parts = append(parts, Show(strings.TrimSpace(part)))
	}
	return parts
}

func (sh *Shape) checkString(path string, v any, p *Problems) any {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number: // ids are often numeric
		s = v.String()
	default:
		p.Add(path, "expected text, got "+kindName(v))
		return v
	}
	if sh.Enum != nil {
		return sh.checkEnum(path, s, p)
	}
	n := uint64(utf8.RuneCountInString(s)) //nolint:gosec // a length is not negative
	if m := sh.Schema.MinLength; m != nil && n < *m {
		p.Add(path, fmt.Sprintf("at least %d characters, got %d", *m, n))
	}
	if m := sh.Schema.MaxLength; m != nil && n > *m {
		p.Add(path, fmt.Sprintf("at most %d characters, got %d", *m, n))
	}
	if sh.Schema.Format == "email" && !isAddress(s) {
		p.Add(path, "not an e-mail address: "+Show(s))
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil && sh.Tag.Get("bound") == "end" {
		return s + lastMoment
	}
	if sh.Schema.Format == "date-time" {
		return checkTime(path, s, p)
	}
	return s
}

func (sh *Shape) checkEnum(path, s string, p *Problems) any {
	for _, e := range sh.Enum {
		if strings.EqualFold(e, s) {
			return e
		}
	}
	const tooMany = 100 // too many values to list beside a good guess
	valid := strings.Join(sh.Enum, ", ")
	switch near := nearest.Name(s, sh.Enum); {
	case near == "":
		p.Add(path, fmt.Sprintf("got %s; valid: %s", Show(s), valid))
	case len(sh.Enum) > tooMany:
		p.Add(path, fmt.Sprintf("got %s; did you mean %q?", Show(s), near))
	default:
		p.Add(path, fmt.Sprintf("got %s; did you mean %q? Valid: %s", Show(s), near, valid))
	}
	return s
}

// lastMoment completes a date that is an upper bound, so that it includes the whole day.
const lastMoment = "T23:59:59.999Z"

// checkTime completes a date, and a time without seconds, which answers show; the API requires a full time.
func checkTime(path, s string, p *Problems) any {
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return s
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s + "T00:00:00Z"
	}
	if _, err := time.Parse("2006-01-02T15:04Z", s); err == nil {
		return strings.TrimSuffix(s, "Z") + ":00Z"
	}
	p.Add(path, "expected a time in ISO 8601 such as 2026-03-02T09:00:00Z, got "+Show(s))
	return s
}

func (sh *Shape) checkNumber(path string, v any, p *Problems) any {
	want := map[string]string{"integer": "an integer", "number": "a number"}[sh.Schema.Type]
	n, ok := v.(json.Number)
	if text, isString := v.(string); isString && json.Valid([]byte(text)) {
		n, ok = json.Number(text), true
	}
	r, exact := exactNumber(n.String())
	if !ok || !exact {
		p.Add(path, "expected "+want+", got "+kindName(v))
		return v
	}
	switch {
	case sh.Schema.Type == "integer" && !r.IsInt():
		p.Add(path, "expected an integer, got "+n.String())
	case sh.Min != nil && r.Cmp(sh.Min) < 0:
		p.Add(path, fmt.Sprintf("at least %s, got %s", sh.Min.RatString(), n))
	case sh.max != nil && r.Cmp(sh.max) > 0:
		p.Add(path, fmt.Sprintf("at most %s, got %s", sh.max.RatString(), n))
	}
	if r.IsInt() && sh.Schema.Type == "integer" {
		return json.Number(r.Num().String()) // a model writes 5.0 or 5e0 for an integer, and the API refuses them
	}
	return n
}

// exactNumber parses a number without rounding. It first refuses a number that a float64 cannot hold: 1e999999999 is short, and as an exact
// number it would fill the memory.
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

func checkBoolean(path string, v any, p *Problems) any {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		if strings.EqualFold(v, "true") || strings.EqualFold(v, "false") {
			return strings.EqualFold(v, "true")
		}
	}
	p.Add(path, "expected true or false, got "+kindName(v))
	return v
}

// Bounds returns the valid values in words, or an empty text where every value of the type is valid.
func (sh *Shape) Bounds() string {
	const tooMany = 400 // characters; a longer list would bury the rest of the message
	s := sh.Schema
	switch {
	case sh.Enum != nil:
		valid := strings.Join(sh.Enum, ", ")
		if len(valid) > tooMany {
			return fmt.Sprintf("one of %d values, such as %s", len(sh.Enum), sh.Enum[0])
		}
		return "valid: " + valid
	case s.Minimum != "" && s.Maximum != "":
		return fmt.Sprintf("from %s to %s", s.Minimum, s.Maximum)
	case s.Minimum != "":
		return "at least " + s.Minimum.String()
	case s.Maximum != "":
		return "at most " + s.Maximum.String()
	case s.MaxLength != nil:
		return fmt.Sprintf("at most %d characters", *s.MaxLength)
	case s.MaxItems != nil:
		return fmt.Sprintf("at most %d items", *s.MaxItems)
	}
	return ""
}

// Has reports whether the shape has a field or a filter of that name, at any depth.
func (sh *Shape) Has(field string) bool {
	if sh == nil {
		return false
	}
	if sh.Tag.Get("filters") != "" && slices.Contains(FilterNames(Filters(sh.Tag)), field) {
		return true
	}
	for name, prop := range sh.Props {
		if name == field || prop.Has(field) {
			return true
		}
	}
	return sh.Items.Has(field)
}

// checkTags returns the mistakes in the struct tags of the shape at a path, and of those below it.
func (sh *Shape) checkTags(path string) []error {
	if sh == nil {
		return nil
	}
	var found []error
	if spec := sh.Tag.Get("filters"); spec != "" {
		for _, f := range Filters(sh.Tag) {
			if kinds := []string{"", "date", "number", "boolean", "any"}; f.Name == "" || !slices.Contains(specials, f.special) || !slices.Contains(kinds, f.kind) && f.Values() == nil {
				found = append(found, fmt.Errorf("%s: filter %q has the kind %q; a kind is %s or values between bars", path, f.Name, f.kind, strings.Join(kinds[1:], ", ")))
			}
		}
	}
	if allow := sh.Tag.Get("allow"); allow != "" && allow != "empty" {
		found = append(found, fmt.Errorf("%s: allow is %q; only empty is known", path, allow))
	}
	if bound := sh.Tag.Get("bound"); bound != "" && bound != "end" {
		found = append(found, fmt.Errorf("%s: bound is %q; only end is known", path, bound))
	}
	for name, prop := range sh.Props {
		found = append(found, prop.checkTags(JoinPath(path, name))...)
	}
	return append(found, sh.Items.checkTags(path+"[]")...)
}

// OnlyIDs reports whether the type of the argument admits the form of an id alone, so that a name would be refused.
func (sh *Shape) OnlyIDs() bool {
	var p Problems
	sh.Check("", "A name", &p)
	return p.Any() && sh.Wire != nil
}
