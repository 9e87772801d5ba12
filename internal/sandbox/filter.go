package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// maxClauses is the greatest number of clauses in one AND group.
const maxClauses = 15

// clause is one checked condition of a search.
type clause struct {
	field    contract.SearchField
	operator string
	values   []any // one, or several for IN and NIN
}

func (cl clause) negative() bool { return cl.operator == "!=" || cl.operator == "NIN" }

// bounded reports whether the field has so few values that a negation alone narrows the search.
func (cl clause) bounded() bool {
	return cl.field.Type == "boolean" || strings.HasPrefix(cl.field.Type, "enum:")
}

// filter returns the query of a search as a predicate. Without a search text, the API refuses a query of negations alone as too broad.
func (c *call) filter(fullText bool) (func(object) bool, error) {
	query, ok := c.body["query"].(object)
	if !ok {
		query, ok = c.body["filter"].(object) // as the later search calls it
	}
	if !ok {
		return func(object) bool { return true }, nil
	}
	clauses, err := c.clauses(query)
	if err != nil {
		return nil, err
	}
	tooBroad := !fullText
	for _, cl := range clauses {
		if !cl.negative() || cl.bounded() {
			tooBroad = false
		}
	}
	if tooBroad {
		return nil, invalid("query_too_broad", "Only negations: add a clause that says what to find, or a search text", "query")
	}
	return func(o object) bool {
		for _, cl := range clauses {
			if !cl.matches(c.searchValue(cl.field, o)) {
				return false
			}
		}
		return true
	}, nil
}

func (c *call) clauses(query object) ([]clause, error) {
	if _, single := query["field"]; single {
		cl, err := c.clause(query, "query")
		return []clause{cl}, err
	}
	if query["operator"] != "AND" {
		return nil, refused("query.operator", "Only AND is supported")
	}
	members := list(query, "value")
	if len(members) > maxClauses {
		return nil, refused("query.value", "At most "+strconv.Itoa(maxClauses)+" clauses")
	}
	clauses := make([]clause, len(members))
	for i, m := range members {
		member, _ := m.(object)
		cl, err := c.clause(member, "query.value."+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		clauses[i] = cl
	}
	return clauses, nil
}

func (c *call) clause(raw object, path string) (clause, error) {
	name := text(raw, "field")
	if slices.Contains(c.op.SearchAliases, name) {
		name = camelCase(name)
	}
	field, known := c.searchField(name)
	if !known {
		names := make([]string, len(c.op.SearchFields))
		for j, f := range c.op.SearchFields {
			names[j] = f.Name
		}
		return clause{}, refused(path+".field", "Unsupported field '"+name+"'. Supported: "+strings.Join(names, ", "))
	}
	cl := clause{field: field, operator: text(raw, "operator")}
	if !slices.Contains(cl.field.Operators, cl.operator) {
		return clause{}, refused(path+".operator", "Operator '"+cl.operator+"' is not supported for '"+name+"'. Supported: "+
			strings.Join(cl.field.Operators, " "))
	}
	several, isList := raw["value"].([]any)
	switch wantsList := cl.operator == "IN" || cl.operator == "NIN"; {
	case wantsList && !isList:
		return clause{}, refused(path+".value", cl.operator+" takes an array")
	case wantsList && len(several) == 0:
		return clause{}, refused(path+".value", "The array is empty")
	case !wantsList && isList:
		return clause{}, refused(path+".value", cl.operator+" takes one value, not an array")
	case isList:
		cl.values = several
	default:
		cl.values = []any{raw["value"]}
	}
	for _, v := range cl.values {
		if complaint := wrongValue(cl.field.Type, v); complaint != "" {
			return clause{}, refused(path+".value", complaint)
		}
	}
	return cl, nil
}

// undocumented are the operators of a search field for which the contract gives none. Values of all types have these operators.
var undocumented = []string{"=", "!=", "IN", "NIN"}

// searchField returns the field of this name. A name of the contract with a hole at the end, such as customAttributes.<attributeId>, matches
// all names that begin like it.
func (c *call) searchField(name string) (contract.SearchField, bool) {
	for _, field := range c.op.SearchFields {
		beginning, _, hole := strings.Cut(field.Name, "<")
		if field.Name != name && (!hole || len(name) <= len(beginning) || !strings.HasPrefix(name, beginning)) {
			continue
		}
		field.Name = name
		if len(field.Operators) == 0 {
			field.Operators = undocumented
		}
		return field, true
	}
	return contract.SearchField{}, false
}

// wrongValue says why v is not a value of a search field of this type. It returns the empty text if v is one.
func wrongValue(fieldType string, v any) string {
	base, nullable := strings.CutSuffix(fieldType, "|null")
	if v == nil {
		if nullable || base == "any" {
			return ""
		}
		return "null is not allowed for this field"
	}
	s, isText := v.(string)
	_, isNumber := v.(float64)
	_, isBool := v.(bool)
	options, isEnum := strings.CutPrefix(base, "enum:")
	switch {
	case isEnum && !slices.Contains(strings.Split(options, "|"), s):
		return "Expected one of " + strings.ReplaceAll(options, "|", ", ")
	case base == "id" && !store.IsObjectID(s):
		return "Expected a 24-character hex ID"
	case base == "string" && !isText:
		return "Expected string"
	case base == "number" && !isNumber:
		return "Expected number"
	case base == "unix_seconds" && !isNumber:
		return "Expected a date in Unix seconds"
	case base == "boolean" && !isBool:
		return "Expected boolean"
	}
	return ""
}

// searchValue returns the value of an object in a search field: one value, a list of values, or nil.
func (c *call) searchValue(field contract.SearchField, o object) any {
	outer, key, inside := strings.Cut(field.Name, ".")
	name := camelCase(outer) // searchArticles has only snake_case names
	value := o[name]
	if inside {
		values, _ := value.(object)
		value = values[key]
	}
	if read, ok := c.kind.fields[name]; ok {
		value = read(c, o)
	}
	if s, ok := value.(string); ok && field.Type == "unix_seconds" {
		at, ok := store.Seconds(s)
		if !ok {
			return nil
		}
		return at
	}
	return value
}

func (cl clause) matches(value any) bool {
	if cl.negative() {
		return !cl.equalsAny(value)
	}
	switch cl.operator {
	case "=", "IN":
		return cl.equalsAny(value)
	case "~":
		s, _ := value.(string)
		part, _ := cl.values[0].(string)
		return containsWord(s, part)
	}
	have, ok := value.(float64)
	want, _ := cl.values[0].(float64)
	if !ok {
		return false
	}
	switch cl.operator {
	case ">":
		return have > want
	case "<":
		return have < want
	case ">=":
		return have >= want
	case "<=":
		return have <= want
	}
	panic(fmt.Sprintf("sandbox: operator %q of %s has no rule", cl.operator, cl.field.Name))
}

func (cl clause) equalsAny(value any) bool {
	several, ok := value.([]any)
	if !ok {
		several = []any{value}
	}
	return slices.ContainsFunc(several, func(have any) bool {
		return slices.ContainsFunc(cl.values, func(want any) bool {
			if s, ok := want.(string); ok && strings.HasPrefix(cl.field.Type, "id") {
				want = strings.ToLower(s)
			}
			return have == want
		})
	})
}

// containsWord reports whether part stands in s at the start of a word, in any case of letters.
func containsWord(s, part string) bool {
	s, part = strings.ToLower(s), strings.ToLower(strings.TrimSpace(part))
	for at := 0; part != ""; {
		i := strings.Index(s[at:], part)
		if i < 0 {
			return false
		}
		at += i
		before := []rune(s[:at])
		if len(before) == 0 || !unicode.IsLetter(before[len(before)-1]) && !unicode.IsDigit(before[len(before)-1]) {
			return true
		}
		at++
	}
	return false
}

// camelCase turns a snake_case name into the name that objects and kinds use.
func camelCase(name string) string {
	var b strings.Builder
	for i, part := range strings.Split(name, "_") {
		if i > 0 && part != "" {
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		b.WriteString(part)
	}
	return b.String()
}
