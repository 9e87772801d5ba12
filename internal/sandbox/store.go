package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a stored or an answered JSON object. A key that starts with an underscore is the sandbox's own and is
// never shown. Values are what encoding/json decodes into any, so that a state file reads back equal.
type object = map[string]any

// store holds everything that a state file keeps.
type store struct {
	Seed    uint64                 `json:"seed"`   // what it was made from: see seed
	Epoch   time.Time              `json:"epoch"`  // the present before the first write
	Writes  int                    `json:"writes"` // writes so far; the clock and the ids of new objects follow from it
	Made    map[string]int         `json:"made"`   // objects made so far, by kind
	Kinds   map[string]*collection `json:"kinds"`
	Journal []journalEntry         `json:"journal"`
	Outbox  []outboxEntry          `json:"outbox"`

	dirty bool // changed since the state file was read or written
}

// journalEntry is one write that was applied.
type journalEntry struct {
	At        string `json:"at"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Body      any    `json:"body,omitempty"`
	Status    int    `json:"status"`
}

// outboxEntry is something that would have left the house: an e-mail, a push to another tool.
type outboxEntry struct {
	At         string `json:"at"`
	Type       string `json:"type"`
	Subject    string `json:"subject"`
	Recipients int    `json:"recipients"`
	Detail     object `json:"detail,omitempty"`
}

// newStore returns an empty store. A clock of zero is the shipped one.
func newStore(number uint64, clock time.Time) *store {
	if clock.IsZero() {
		clock = shipped
	}
	return &store{Seed: number, Epoch: clock.UTC().Truncate(time.Second), Kinds: map[string]*collection{}, Made: map[string]int{}}
}

func (st *store) now() time.Time { return st.Epoch.Add(time.Duration(st.Writes) * time.Second) }

// newID returns the id of an object made now.
func (st *store) newID(kind string) string { return st.idAt(kind, st.now()) }

// idAt returns the next id of a kind. Each kind counts for itself, so that more of one leaves the ids of the others alone.
func (st *store) idAt(kind string, created time.Time) string {
	st.Made[kind]++
	if first := firstNumber(kind); first > 0 {
		return strconv.Itoa(first + st.Made[kind])
	}
	return objectID(kind, created, st.Made[kind])
}

// firstNumber is where the ids of a kind with short numeric ones begin; 0 for the kinds with ids of 24 hex digits.
func firstNumber(kind string) int {
	switch kind {
	case "conversation":
		return 10_000
	case "conversation_part":
		return 500_000
	case "article":
		return 10_021_300
	case "collection":
		return 7_300_100
	default:
		return 0
	}
}

func (st *store) kind(name string) *collection {
	c, ok := st.Kinds[name]
	if !ok {
		c = &collection{byID: map[string]object{}}
		st.Kinds[name] = c
	}
	return c
}

func (st *store) send(entry outboxEntry) {
	entry.At = stamp(st.now())
	st.Outbox = append(st.Outbox, entry)
}

// collection holds the objects of one kind in the order they were made.
type collection struct {
	all  []object
	byID map[string]object
}

func (c *collection) get(id string) object { return c.byID[strings.ToLower(id)] }

func (c *collection) add(o object) {
	c.all = append(c.all, o)
	c.byID[text(o, "id")] = o
}

func (c *collection) remove(id string) {
	c.all = slices.DeleteFunc(c.all, func(o object) bool { return text(o, "id") == id })
	delete(c.byID, id)
}

// find returns the first object that fits, or nil.
func (c *collection) find(fits func(object) bool) object {
	if i := slices.IndexFunc(c.all, fits); i >= 0 {
		return c.all[i]
	}
	return nil
}

// text, number, flag and list read a field of an object; absent, null and other types read as nothing.

func text(o object, key string) string { s, _ := o[key].(string); return s }

func number(o object, key string) float64 { n, _ := o[key].(float64); return n }

func flag(o object, key string) bool { b, _ := o[key].(bool); return b }

func list(o object, key string) []any { l, _ := o[key].([]any); return l }
