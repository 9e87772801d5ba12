package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/nearest"
)

// page is embedded by every operation that lists.
type page struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100" jsonschema_description:"Default 10."`
	Cursor string `json:"cursor,omitempty" jsonschema_description:"nextCursor of the page before."`
}

// detail is embedded by every operation that lists objects with more to them than a row shows.
type detail struct {
	Detail string `json:"detail,omitempty" jsonschema:"enum=concise,enum=full" jsonschema_description:"full gives every field and whole bodies."`
}

// objectID is the id of an object in a path. A made-up or cut one is refused here, where the message can tell how to find the right
// one. It is no help in bodies, where some fields take slugs as well.
type objectID string

var hex24 = regexp.MustCompile(`^[0-9a-fA-F]{24}$`)

func (objectID) wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); !hex24.MatchString(s) {
		return v, fmt.Errorf("not an id: ids are 24 hex digits, got %s. Look it up, do not guess it", show(v))
	}
	return v, nil
}

// externalID is an id from the organization's own system in a path: any text, except what a server in between could take for
// steps of the path.
type externalID string

func (externalID) wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if s == "" || s == "." || strings.Contains(s, "..") || strings.ContainsAny(s, "/\\") || strings.ContainsFunc(s, isControl) {
		return v, fmt.Errorf("%s cannot be an id in a path", show(v))
	}
	return v, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// clauses are filters combined with AND, the only group that the API takes. The struct tag filters names the fields once, as
// name or name:date; from it follow the description, the check and the conversion of dates.
type clauses []clause

type clause struct {
	Field    string `json:"field"`
	Operator string `json:"operator" jsonschema:"enum==,enum=!=,enum=IN,enum=NIN,enum=>,enum=<,enum=>=,enum=<=,enum=~"`
	Value    any    `json:"value"`
}

// filterFields reads the tag that names the fields of clauses.
func filterFields(tag reflect.StructTag) (names []string, dates map[string]bool) {
	dates = map[string]bool{}
	for f := range strings.SplitSeq(tag.Get("filters"), ",") {
		name, kind, _ := strings.Cut(f, ":")
		names = append(names, name)
		dates[name] = kind == "date"
	}
	return names, dates
}

// describeFilters tells a model what a list of clauses may say.
func describeFilters(tag reflect.StructTag) string {
	names, _ := filterFields(tag)
	return "Filters, all of which must hold. Fields: " + strings.Join(names, ", ") + ". IN and NIN take a list; dates are ISO 8601 or Unix seconds."
}

func (clauses) wire(v any, tag reflect.StructTag) (any, error) {
	names, dates := filterFields(tag)
	list := v.([]any) // the shape admits nothing else
	for i, item := range list {
		c := item.(map[string]any)
		field := c["field"].(string)
		known := false
		for _, n := range names {
			if strings.EqualFold(n, field) {
				field, known = n, true
				c["field"] = n
			}
		}
		if !known {
			hint := "valid: " + strings.Join(names, ", ")
			if near := nearest.Name(field, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return v, fmt.Errorf("[%d]: unknown field %q; %s", i, field, hint)
		}
		value, err := clauseValue(c["operator"].(string), c["value"], dates[field])
		if err != nil {
			return v, fmt.Errorf("[%d] (%s): %w", i, field, err)
		}
		c["value"] = value
	}
	return map[string]any{"operator": "AND", "value": list}, nil
}

// clauseValue brings a value into the form its operator needs: a list for IN and NIN, Unix seconds for dates.
func clauseValue(operator string, v any, date bool) (any, error) {
	list, isList := v.([]any)
	if operator == "IN" || operator == "NIN" {
		if !isList {
			list = []any{v}
		}
		if len(list) == 0 {
			return v, errors.New("value: at least one needed")
		}
		return list, nil
	}
	if isList && len(list) == 1 {
		v, isList = list[0], false
	}
	if isList {
		return v, fmt.Errorf("operator %s takes one value; use IN or NIN for a list", operator)
	}
	if _, isObject := v.(map[string]any); isObject {
		return v, errors.New("value: expected text, a number, true, false or null, got an object")
	}
	if s, ok := v.(string); ok && date {
		return unixSeconds(s)
	}
	return v, nil
}

// unixSeconds reads the forms in which models write a moment. The API takes seconds in filters and ISO 8601 everywhere else.
func unixSeconds(s string) (any, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return json.Number(strconv.FormatInt(t.Unix(), 10)), nil
		}
	}
	if n, ok := exactNumber(s); ok && n.IsInt() {
		return json.Number(n.Num().String()), nil
	}
	return s, fmt.Errorf("value: expected Unix seconds or a date such as 2026-03-02, got %s", show(s))
}

// author credits a write to somebody; the API tries id, userId and email in this order.
type author struct {
	ID             string `json:"id,omitempty"`
	UserID         string `json:"userId,omitempty" jsonschema:"maxLength=255"`
	Email          string `json:"email,omitempty"`
	Name           string `json:"name,omitempty" jsonschema:"maxLength=255"`
	ProfilePicture string `json:"profilePicture,omitempty"`
}
