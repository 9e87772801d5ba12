package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Store holds everything that a state file keeps.
type Store struct {
	Seed    uint64                 `json:"seed"`   // the number of the organization that it began with
	Epoch   time.Time              `json:"epoch"`  // the present before the first write
	Writes  int                    `json:"writes"` // writes so far; the clock and the ids of new objects follow from it
	Made    map[string]int         `json:"made"`   // objects made so far, by kind
	Kinds   map[string]*Collection `json:"kinds"`
	Journal []JournalEntry         `json:"journal"`
	Outbox  []OutboxEntry          `json:"outbox"`

	Dirty bool `json:"-"` // changed since the state file was read or written
}

// JournalEntry is a write that was applied.
type JournalEntry struct {
	At        string `json:"at"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Body      any    `json:"body,omitempty"`
	Status    int    `json:"status"`
}

// OutboxEntry is an e-mail, a delivery to a webhook or a push to another tool. The sandbox notes it and sends nothing.
type OutboxEntry struct {
	At         string `json:"at"`
	Type       string `json:"type"`
	Subject    string `json:"subject"`
	Recipients int    `json:"recipients"`
	Detail     Object `json:"detail,omitempty"`
}

// New returns an empty store. A zero clock means Shipped.
func New(number uint64, clock time.Time) *Store {
	if clock.IsZero() {
		clock = Shipped
	}
	return &Store{Seed: number, Epoch: clock.UTC().Truncate(time.Second), Kinds: map[string]*Collection{}, Made: map[string]int{}}
}

// Now returns the present: the epoch, and a second for each write.
func (st *Store) Now() time.Time { return st.Epoch.Add(time.Duration(st.Writes) * time.Second) }

// NewID returns the id of an object that is made now.
func (st *Store) NewID(kind string) string { return st.IDAt(kind, st.Now()) }

// IDAt returns the next id of a kind for an object made at a time. Each kind has its own count, so that one more object of a kind does not change the ids of the
// others.
func (st *Store) IDAt(kind string, created time.Time) string {
	st.Made[kind]++
	if first := firstNumber(kind); first > 0 {
		return strconv.Itoa(first + st.Made[kind])
	}
	return ObjectID(kind, created, st.Made[kind])
}

// firstNumber returns where the ids of a kind with short numeric ids begin, and 0 for a kind whose ids have 24 hex digits.
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

// Kind returns the objects of a kind. It makes the collection where there is none yet.
func (st *Store) Kind(name string) *Collection {
	c, ok := st.Kinds[name]
	if !ok {
		c = &Collection{byID: map[string]Object{}}
		st.Kinds[name] = c
	}
	return c
}

// Send notes in the outbox what would be sent now.
func (st *Store) Send(entry OutboxEntry) {
	entry.At = Stamp(st.Now())
	st.Outbox = append(st.Outbox, entry)
}

// Collection holds the objects of one kind in the order in which they were made.
type Collection struct {
	all  []Object
	byID map[string]Object
}

// All returns the objects in the order in which they were made. The caller must not change the list.
func (c *Collection) All() []Object { return c.all }

// Get returns the object with this id, or nil.
func (c *Collection) Get(id string) Object { return c.byID[strings.ToLower(id)] }

// Add appends a new object.
func (c *Collection) Add(o Object) {
	c.all = append(c.all, o)
	c.byID[Text(o, "id")] = o
}

// Remove takes the object with this id out.
func (c *Collection) Remove(id string) {
	c.all = slices.DeleteFunc(c.all, func(o Object) bool { return Text(o, "id") == id })
	delete(c.byID, id)
}

// Find returns the first object that fits, or nil.
func (c *Collection) Find(fits func(Object) bool) Object {
	if i := slices.IndexFunc(c.all, fits); i >= 0 {
		return c.all[i]
	}
	return nil
}
