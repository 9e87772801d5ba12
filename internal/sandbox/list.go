package sandbox

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// ordering sorts a list: by key, then by id, so that no two objects tie.
type ordering struct {
	name string // as the caller wrote it; a cursor is bound to it
	key  func(object) any
	desc bool
}

// byField orders by a plain field.
func byField(field string, desc bool) ordering {
	return ordering{name: field, desc: desc, key: func(o object) any { return o[field] }}
}

// position is where an object stands in an ordering.
type position struct {
	Key any    `json:"k"`
	ID  string `json:"i"`
}

func (by ordering) position(o object) position { return position{by.key(o), text(o, "id")} }

// compare puts what has no key last, whatever the direction.
func (by ordering) compare(a, b position) int {
	if (a.Key == nil) != (b.Key == nil) {
		if a.Key == nil {
			return 1
		}
		return -1
	}
	order := cmp.Or(store.CompareValues(a.Key, b.Key), strings.Compare(a.ID, b.ID))
	if by.desc {
		return -order
	}
	return order
}

// page answers with the part of objects that limit and cursor ask for, rendered. mode binds the cursor besides the
// ordering and the arguments. A search passes its totals in extra.
func (c *call) page(objects []object, by ordering, mode string, render func(object) object, extra object) (int, any, error) {
	arguments := c.query
	if c.op.Pagination == "cursor-body" {
		arguments = c.body
	}
	if arguments["limit"] == nil { // the query has its defaults filled in, the body has not
		properties, _ := c.op.Body["properties"].(object)
		size, _ := properties["limit"].(object)
		arguments = maps.Clone(arguments)
		arguments["limit"] = size["default"]
	}
	limit := int(number(arguments, "limit"))
	type entry struct {
		position
		object object
	}
	sorted := make([]entry, len(objects))
	for i, o := range objects {
		sorted[i] = entry{by.position(o), o}
	}
	slices.SortFunc(sorted, func(a, b entry) int { return by.compare(a.position, b.position) })

	bound := c.binding(by, mode, arguments)
	if token, ok := arguments["cursor"].(string); ok && token != "" {
		last, err := readCursor(token, bound)
		if err != nil {
			return 0, nil, err
		}
		after, _ := slices.BinarySearchFunc(sorted, last, func(e entry, last position) int {
			if by.compare(e.position, last) <= 0 {
				return -1
			}
			return 1
		})
		sorted = sorted[after:]
	}
	var next any
	if len(sorted) > limit {
		sorted = sorted[:limit]
		next = writeCursor(sorted[limit-1].position, bound)
	}
	data := make([]any, len(sorted))
	for i, e := range sorted {
		data[i] = render(e.object)
	}
	answer := object{"object": "list", "data": data, "nextCursor": next}
	maps.Copy(answer, extra)
	return http.StatusOK, answer, nil
}
