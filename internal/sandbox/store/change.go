package store

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// A write changes objects in place. From Begin to Commit or Rollback, the store copies each object before it hands it out; other objects cannot
// change. The copies show what the write changed, so that the state file needs no more than that, and they restore the objects if the write
// fails. They are shallow, because a write replaces nested values and never changes them.

// write is the write in progress.
type write struct {
	made            map[string]int // before it
	journal, outbox []json.RawMessage
}

// before is what a collection was before the write in progress.
type before struct {
	all  []Object          // nil as long as no object was added or removed
	byID map[string]Object // copies of the objects that were handed out; nil for an object that was added
}

// keep copies an object that is about to be handed out.
func (c *Collection) keep(o Object) {
	if c.before == nil || o == nil {
		return
	}
	if _, kept := c.before.byID[Text(o, "id")]; !kept {
		c.before.put(Text(o, "id"), maps.Clone(o))
	}
}

// keepNew marks an object that is about to be added.
func (c *Collection) keepNew(id string) {
	if c.before != nil {
		c.before.put(id, nil)
	}
}

// keepList copies the list of objects before the first addition or removal.
func (c *Collection) keepList() {
	if c.before != nil && c.before.all == nil {
		c.before.all = append([]Object{}, c.all...)
	}
}

func (b *before) put(id string, o Object) {
	if b.byID == nil {
		b.byID = map[string]Object{}
	}
	b.byID[id] = o
}

// Begin starts a write, which takes a second of the clock.
func (st *Store) Begin() {
	st.Writes++
	st.write = &write{made: maps.Clone(st.Made)}
	for _, c := range st.Kinds {
		c.before = &before{}
	}
}

// Commit ends a write that is kept.
func (st *Store) Commit() {
	for _, entry := range st.write.journal {
		st.Journal.add(entry)
	}
	for _, entry := range st.write.outbox {
		st.Outbox.add(entry)
	}
	st.end()
}

// Rollback ends a write that failed: the store is what it was at Begin.
func (st *Store) Rollback() {
	st.Writes--
	st.Made = st.write.made
	for _, c := range st.Kinds {
		if c.before.all != nil {
			c.all = c.before.all
		}
		for id, was := range c.before.byID {
			if was == nil {
				delete(c.byID, id)
			}
		}
		for _, o := range c.all {
			if was := c.before.byID[Text(o, "id")]; was != nil {
				clear(o)
				maps.Copy(o, was)
				c.byID[Text(o, "id")] = o
			}
		}
	}
	st.end()
}

func (st *Store) end() {
	st.write = nil
	for _, c := range st.Kinds {
		c.before = nil
	}
}

// Change is what one write did: a line of the state file.
type Change struct {
	Write   int                          `json:"write"` // its number
	Made    map[string]int               `json:"made,omitempty"`
	Added   map[string][]Object          `json:"added,omitempty"`
	Changed map[string]map[string]fields `json:"changed,omitempty"`
	Removed map[string][]string          `json:"removed,omitempty"`
	Journal []json.RawMessage            `json:"journal,omitempty"`
	Outbox  []json.RawMessage            `json:"outbox,omitempty"`
}

// fields is what changed in an object. Lists that only grew have the new items alone: a thread with hundreds of parts is not written again
// for each reply.
type fields struct {
	Set   Object           `json:"set,omitempty"`
	Grown map[string][]any `json:"grown,omitempty"`
	Unset []string         `json:"unset,omitempty"`
}

// Change returns what the write in progress has done so far.
func (st *Store) Change() Change {
	ch := Change{
		Write: st.Writes, Made: map[string]int{}, Added: map[string][]Object{}, Changed: map[string]map[string]fields{}, Removed: map[string][]string{},
		Journal: st.write.journal, Outbox: st.write.outbox,
	}
	for kind, made := range st.Made {
		if made != st.write.made[kind] {
			ch.Made[kind] = made
		}
	}
	for kind, c := range st.Kinds {
		for _, id := range slices.Sorted(maps.Keys(c.before.byID)) {
			was, is := c.before.byID[id], c.byID[id]
			switch {
			case was == nil: // added, below in the order of the list
			case is == nil:
				ch.Removed[kind] = append(ch.Removed[kind], id)
			default:
				if f := changed(was, is); len(f.Set)+len(f.Grown)+len(f.Unset) > 0 {
					if ch.Changed[kind] == nil {
						ch.Changed[kind] = map[string]fields{}
					}
					ch.Changed[kind][id] = f
				}
			}
		}
		if c.before.all == nil {
			continue
		}
		for _, o := range c.all {
			if was, kept := c.before.byID[Text(o, "id")]; kept && was == nil {
				ch.Added[kind] = append(ch.Added[kind], o)
			}
		}
	}
	return ch
}

// changed compares an object with its copy.
func changed(was, is Object) fields {
	f := fields{Set: Object{}, Grown: map[string][]any{}}
	for key, value := range is {
		old, had := was[key]
		if had && same(old, value) {
			continue
		}
		long, _ := value.([]any)
		short, _ := old.([]any)
		if n := len(short); n > 0 && n < len(long) && slices.EqualFunc(short, long[:n], same) {
			f.Grown[key] = long[n:]
			continue
		}
		f.Set[key] = value
	}
	for key := range was {
		if _, has := is[key]; !has {
			f.Unset = append(f.Unset, key)
		}
	}
	slices.Sort(f.Unset)
	return f
}

// same compares two values. Nested values are the same if they share their memory, which never changes. No list is another value than an empty
// one, since the state file writes null for the first.
func same(a, b any) bool {
	switch a := a.(type) {
	case Object:
		b, ok := b.(Object)
		return ok && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	case []any:
		b, ok := b.([]any)
		return ok && len(a) == len(b) && (a == nil) == (b == nil) && (len(a) == 0 || &a[0] == &b[0])
	}
	return reflect.DeepEqual(a, b)
}

// apply makes a change that is a line of a state file. An error leaves the store half changed; the caller must not use it any more.
func (st *Store) apply(ch Change) error {
	if ch.Write != st.Writes+1 {
		return damagef("write %d follows on write %d", ch.Write, st.Writes)
	}
	st.Writes++
	maps.Copy(st.Made, ch.Made)
	for kind, ids := range ch.Removed {
		for _, id := range ids {
			if st.Kind(kind).Get(id) == nil {
				return damagef("it removes %s %s, which does not exist", kind, id)
			}
			st.Kind(kind).Remove(id)
		}
	}
	for kind, objects := range ch.Changed {
		for id, f := range objects {
			o := st.Kind(kind).Get(id)
			if o == nil {
				return damagef("it changes %s %s, which does not exist", kind, id)
			}
			maps.Copy(o, f.Set)
			for key, items := range f.Grown {
				o[key] = append(slices.Clip(List(o, key)), items...)
			}
			for _, key := range f.Unset {
				delete(o, key)
			}
		}
	}
	for kind, objects := range ch.Added {
		for _, o := range objects {
			if id := Text(o, "id"); id == "" || st.Kind(kind).Get(id) != nil {
				return damagef("an added object of the kind %s has no id of its own", kind)
			}
			st.Kind(kind).Add(o)
		}
	}
	for _, entry := range ch.Journal {
		st.Journal.add(entry)
	}
	for _, entry := range ch.Outbox {
		st.Outbox.add(entry)
	}
	return nil
}
