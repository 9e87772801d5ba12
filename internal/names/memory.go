package names

import (
	"slices"
	"sync"
)

const (
	// mostBytes is how many bytes all lists of names of a process take together.
	mostBytes = 16 << 20
	// mostOfList is how many bytes one list takes. What comes after is left out, as beyond Most.
	mostOfList = 1 << 20
)

// Memory bounds the lists of names of all accounts of a process together. Each caller with a key of its own has its own lists, so without
// a common bound a few callers of large organizations could fill the memory. The list that was loaded first makes room for the next.
type Memory struct {
	mu    sync.Mutex
	taken int
	lists []loadedList // in the order in which they were loaded
}

// loadedList is a list with the place that it is forgotten in.
type loadedList struct {
	in   *Cache
	kind *Kind
	list *List
}

// keep counts a loaded list, and forgets others until it fits.
func (m *Memory) keep(in *Cache, k *Kind, d *List) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.taken += d.size
	m.lists = append(m.lists, loadedList{in, k, d})
	var old []loadedList
	for m.taken > mostBytes && len(m.lists) > 1 {
		old = append(old, m.lists[0])
		m.taken -= m.lists[0].list.size
		m.lists = slices.Delete(m.lists, 0, 1)
	}
	m.mu.Unlock()
	for _, l := range old { // without the lock: Cache releases while it holds its own
		l.in.forget(l.kind, l.list)
	}
}

// release stops counting a list that is not used any more.
func (m *Memory) release(d *List) {
	if m == nil || d == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.lists, func(l loadedList) bool { return l.list == d }); i >= 0 {
		m.taken -= d.size
		m.lists = slices.Delete(m.lists, i, i+1)
	}
}

// forget leaves out a list, if it is still the latest of its kind.
func (n *Cache) forget(k *Kind, d *List) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.latest[k] == d {
		delete(n.latest, k)
	}
}

// Close forgets all lists. It is for an account that ends: calls that are still running look up again what they need.
func (n *Cache) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for k, d := range n.latest {
		if d.isThere() {
			n.Memory.release(d)
			delete(n.latest, k)
		}
	}
}
