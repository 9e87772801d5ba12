package sandbox

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// ordering sorts a list by a key, and by id where keys are equal, so that the order is always the same.
type ordering struct {
	name string // part of the digest that binds a cursor
	key  func(object) any
	desc bool
}

// byField returns the ordering by a plain field.
func byField(field string, desc bool) ordering {
	return ordering{name: field, desc: desc, key: func(o object) any { return o[field] }}
}

// position is the place of an object in an ordering.
type position struct {
	Key any    `json:"k"`
	ID  string `json:"i"`
}

func (by ordering) position(o object) position { return position{by.key(o), text(o, "id")} }

// compare puts objects without a key last in both directions.
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

// page answers with the objects that limit and cursor ask for. mode is one more part of the digest that binds the cursor. A search passes its
// totals in extra.
func (c *call) page(objects []object, by ordering, mode string, render func(object) object, extra object) (int, any, error) {
	arguments := c.query
	if c.op.Pagination == "cursor-body" {
		arguments = c.body
	}
	if arguments["limit"] == nil { // queries have their defaults filled in, bodies have not
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
