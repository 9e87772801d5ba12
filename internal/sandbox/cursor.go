package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
)

// cursor is the content of a nextCursor: where the page ended, and a digest of the question. It names a place and not a count, so that writes
// between two pages neither repeat nor skip an object.
type cursor struct {
	position
	Bound string `json:"b"`
}

// binding returns a digest of the question that a cursor belongs to: operation, path, arguments, ordering and mode. The limit is not part of
// it, because the size of pages may change between two pages.
func (c *call) binding(by ordering, mode string, arguments object) string {
	arguments = maps.Clone(arguments)
	delete(arguments, "cursor")
	delete(arguments, "limit")
	data, err := json.Marshal([]any{c.op.ID, c.path, by.name, by.desc, mode, arguments})
	if err != nil {
		panic("sandbox: arguments cannot be encoded: " + err.Error()) // they were decoded from JSON
	}
	h := fnv.New64a()
	_, _ = h.Write(data) // a hash takes everything
	return fmt.Sprintf("%016x", h.Sum64())
}

func writeCursor(last position, bound string) string {
	data, err := json.Marshal(cursor{last, bound})
	if err != nil {
		panic("sandbox: a cursor cannot be encoded: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func readCursor(token, bound string) (position, error) {
	var c cursor
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil || c.ID == "" {
		return position{}, invalid("invalid_cursor", "The cursor is not valid", "cursor")
	}
	if c.Bound != bound {
		return position{}, invalid("invalid_cursor", "The cursor belongs to another query, sort or mode: start again without it", "cursor")
	}
	return c.position, nil
}
