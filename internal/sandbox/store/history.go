package store

import (
	"encoding/json"
	"slices"
)

// The bounds of a history. A sandbox that runs for weeks would otherwise fill the memory with writes that nobody reads.
const (
	maxEntries = 5000
	maxBytes   = 4 << 20
)

// History holds the newest entries of a list that only grows, each as JSON.
type History struct {
	Omitted int               `json:"omitted"` // how many entries left because they were the oldest
	Entries []json.RawMessage `json:"entries"`

	bytes int
}

// add appends an entry and lets the oldest ones leave as long as the history is too long. An entry that is too long alone leaves with them.
func (h *History) add(entry json.RawMessage) {
	h.Entries = append(h.Entries, entry)
	h.bytes += len(entry)
	leave := 0
	for h.bytes > maxBytes || len(h.Entries)-leave > maxEntries {
		h.bytes -= len(h.Entries[leave])
		leave++
	}
	h.Entries = slices.Delete(h.Entries, 0, leave)
	h.Omitted += leave
}

// with returns a history with some more entries, and leaves h as it is.
func (h History) with(entries ...json.RawMessage) History {
	h.Entries = slices.Clone(h.Entries)
	for _, entry := range entries {
		h.add(entry)
	}
	return h
}

// UnmarshalJSON reads a history. Files of version 2 have a plain list.
func (h *History) UnmarshalJSON(data []byte) error {
	type plain History
	var read plain
	err := json.Unmarshal(data, &read.Entries)
	if err != nil {
		err = strict(data, &read)
	}
	*h = History{Omitted: read.Omitted}
	for _, entry := range read.Entries {
		h.add(entry)
	}
	return err
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

// Note adds the write in progress to the journal.
func (st *Store) Note(entry JournalEntry) {
	entry.At = Stamp(st.Now())
	st.write.journal = append(st.write.journal, encoded(entry))
}

// Send notes in the outbox what the write in progress would send.
func (st *Store) Send(entry OutboxEntry) {
	entry.At = Stamp(st.Now())
	st.write.outbox = append(st.write.outbox, encoded(entry))
}

func encoded(entry any) json.RawMessage {
	data, err := json.Marshal(entry)
	if err != nil {
		panic("sandbox: an entry cannot be encoded: " + err.Error()) // cannot happen: it was decoded from JSON
	}
	return data
}
