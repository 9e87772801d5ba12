package names

import "time"

// MostBytes is the bound of all lists of names.
const MostBytes = mostBytes

// Know makes the list of a kind known, as if it had been requested now and never got old.
func (n *Cache) Know(k *Kind, things ...string) {
	list := &List{since: time.Now().Add(time.Hour), done: make(chan struct{}), byName: map[string]int{}, byID: map[string]string{}}
	for _, thing := range things {
		list.add(k, []byte(thing))
	}
	close(list.done)
	n.latest[k] = list
}

// Taken is how many bytes the counted lists take.
func (m *Memory) Taken() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken
}

// Lists is how many lists are kept.
func (n *Cache) Lists() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.latest)
}
