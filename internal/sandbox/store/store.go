package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Store holds everything that a state file keeps. Many may read it at once. A write needs it alone, from Begin to Commit or Rollback.
type Store struct {
	Seed    uint64         // the number of the organization that it began with
	Epoch   time.Time      // the present before the first write
	Writes  int            // writes so far; the clock and the ids of new objects follow from it
	Made    map[string]int // objects made so far, by kind
	Kinds   map[string]*Collection
	Journal History // the writes that were applied
	Outbox  History // what would have been sent

	write *write // the write in progress, or nil
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

// IDAt returns the next id of a kind for an object made at a time. Each kind has its own count, so that one more object of a kind does not
// change the ids of other kinds.
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
		if st.write != nil {
			c.before = &before{}
		}
		st.Kinds[name] = c
	}
	return c
}

// Collection holds the objects of one kind in the order in which they were made.
type Collection struct {
	all    []Object
	byID   map[string]Object
	before *before // what a write may have changed; nil outside of one
}

// All returns the objects in the order in which they were made. The caller must not change the list.
func (c *Collection) All() []Object {
	if c.before != nil {
		for _, o := range c.all {
			c.keep(o)
		}
	}
	return c.all
}

// Get returns the object with this id, or nil.
func (c *Collection) Get(id string) Object {
	o := c.byID[strings.ToLower(id)]
	c.keep(o)
	return o
}

// Find returns the first object that fits, or nil. fits must not change it.
func (c *Collection) Find(fits func(Object) bool) Object {
	i := slices.IndexFunc(c.all, fits)
	if i < 0 {
		return nil
	}
	c.keep(c.all[i])
	return c.all[i]
}

// Add appends a new object.
func (c *Collection) Add(o Object) {
	c.keepList()
	c.keepNew(Text(o, "id"))
	c.all = append(c.all, o)
	c.byID[Text(o, "id")] = o
}

// Remove takes the object with this id out.
func (c *Collection) Remove(id string) {
	c.keepList()
	c.keep(c.byID[id])
	c.all = slices.DeleteFunc(c.all, func(o Object) bool { return Text(o, "id") == id })
	delete(c.byID, id)
}
