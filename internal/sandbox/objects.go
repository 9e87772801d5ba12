package sandbox

import (
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// The words of the store that nearly every line here needs.

type object = store.Object

func text(o object, key string) string    { return store.Text(o, key) }
func number(o object, key string) float64 { return store.Number(o, key) }
func flag(o object, key string) bool      { return store.Flag(o, key) }
func list(o object, key string) []any     { return store.List(o, key) }
func stamp(t time.Time) string            { return store.Stamp(t) }
