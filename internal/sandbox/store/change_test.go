package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// filled is a store with some objects in it.
func filled() *Store {
	st := New(7, Shipped)
	st.Kind("fresh") // is empty
	for _, kind := range []string{"admin", "post", "conversation"} {
		for range 3 {
			st.Kind(kind).Add(Object{"id": st.NewID(kind), "name": kind, "_parts": []any{Object{"id": "1"}}, "custom": Object{"a": 1.0}})
		}
	}
	return st
}

// asJSON is all that a store holds.
func asJSON(st *Store) string {
	data, _ := encode(st)
	_, state, _ := strings.Cut(string(data), "\n")
	return state
}

// write makes some changes, as handlers do: they replace nested values and never change them.
func change(t *rapid.T, st *Store) {
	kinds := []string{"admin", "post", "conversation", "fresh"}
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		c := st.Kind(rapid.SampledFrom(kinds).Draw(t, "kind"))
		var o Object
		if all := c.All(); len(all) > 0 {
			o = c.Get(Text(rapid.SampledFrom(all).Draw(t, "object"), "id"))
		}
		value := rapid.SampledFrom([]any{nil, "", "x", 2.0, true, []any{}, []any{"a"}, Object{}, Object{"b": []any{1.0}}}).Draw(t, "value")
		switch what := rapid.IntRange(0, 6).Draw(t, "what"); {
		case what == 0 || o == nil:
			kind := rapid.SampledFrom(kinds).Draw(t, "kind of the new")
			st.Kind(kind).Add(Object{"id": st.NewID(kind), "value": value})
		case what == 1:
			c.Remove(Text(o, "id"))
		case what == 2:
			delete(o, rapid.SampledFrom([]string{"name", "custom", "value", "_parts"}).Draw(t, "key"))
		case what == 3:
			o["_parts"] = append(slices.Clip(List(o, "_parts")), value)
		case what == 4:
			o["_parts"] = slices.DeleteFunc(slices.Clone(List(o, "_parts")), func(any) bool { return rapid.Bool().Draw(t, "drop") })
		case what == 5: // as updates do
			draft := maps.Clone(o)
			draft["value"] = value
			clear(o)
			maps.Copy(o, draft)
		default:
			o["value"] = value
		}
	}
	st.Note(JournalEntry{Operation: "change"})
	if rapid.Bool().Draw(t, "sends") {
		st.Send(OutboxEntry{Type: "mail"})
	}
}

// Who follows the changes has the same state as who made them, and a change that is rolled back leaves no trace.
func TestChangesCarryTheStateAndRollbackUndoesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		writer, reader := filled(), filled()
		for range rapid.IntRange(1, 8).Draw(t, "writes") {
			before := asJSON(writer)
			writer.Begin()
			change(t, writer)
			if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
				writer.Rollback()
				if after := asJSON(writer); after != before {
					t.Fatalf("after a rollback:\n%s\nbefore:\n%s", after, before)
				}
				continue
			}
			data, err := json.Marshal(writer.Change())
			if err != nil {
				t.Fatal(err)
			}
			writer.Commit()
			var ch Change
			if err := strict(data, &ch); err != nil {
				t.Fatal(err)
			}
			if err := reader.apply(ch); err != nil {
				t.Fatal(err)
			}
			if made, read := asJSON(writer), asJSON(reader); made != read {
				t.Fatalf("made:\n%s\nread:\n%s\nfrom %s", made, read, data)
			}
		}
	})
}

// A list that was null and is empty now has changed: whoever follows would keep the null.
func TestAnEmptyListIsNotNull(t *testing.T) {
	t.Parallel()
	for _, values := range [][2]any{{[]any(nil), []any{}}, {[]any{}, []any(nil)}} {
		was, is := Object{"_parts": values[0]}, Object{"_parts": values[1]}
		if f := changed(was, is); len(f.Set) != 1 {
			t.Errorf("from %#v to %#v: %+v", values[0], values[1], f)
		}
	}
}

// A change is as long as what changed, however long the object is.
func TestAChangeIsAsLongAsWhatChanged(t *testing.T) {
	t.Parallel()
	st := filled()
	thread := st.Kind("conversation").All()[0]
	for i := range 500 {
		thread["_parts"] = append(List(thread, "_parts"), Object{"id": strconv.Itoa(i), "text": strings.Repeat("x", 1000)})
	}
	st.Begin()
	o := st.Kind("conversation").Get(Text(thread, "id"))
	o["_parts"] = append(slices.Clip(List(o, "_parts")), Object{"id": "new"})
	o["state"] = "open"
	data := encoded(st.Change())
	if want := `{"write":1,"changed":{"conversation":{"10001":{"set":{"state":"open"},"grown":{"_parts":[{"id":"new"}]}}}}}`; string(data) != want {
		t.Errorf("%s", data)
	}
}

func TestAHistoryForgetsItsOldestEntries(t *testing.T) {
	t.Parallel()
	entry := func(i, length int) json.RawMessage {
		return encoded(JournalEntry{Path: strconv.Itoa(i), Body: strings.Repeat("x", length)})
	}
	for name, c := range map[string]struct{ entries, length, kept int }{
		"few":              {10, 10, 10},
		"too many":         {maxEntries + 7, 10, maxEntries},
		"too long":         {20, maxBytes / 8, 7},
		"each is too long": {3, maxBytes, 0},
	} {
		var h History
		for i := range c.entries {
			h.add(entry(i, c.length))
		}
		size := 0
		for _, e := range h.Entries {
			size += len(e)
		}
		if len(h.Entries) != c.kept || h.Omitted != c.entries-c.kept || size > maxBytes || size != h.bytes {
			t.Errorf("%s: %d entries of %d bytes, %d left out", name, len(h.Entries), size, h.Omitted)
		}
		if c.kept > 0 && !strings.Contains(string(h.Entries[0]), fmt.Sprintf(`"path":"%d"`, h.Omitted)) {
			t.Errorf("%s: the first entry is %.100s", name, h.Entries[0])
		}
		var read History
		if err := json.Unmarshal(encoded(h), &read); err != nil || len(read.Entries) != c.kept || read.Omitted != h.Omitted || read.bytes != h.bytes {
			t.Errorf("%s: reads back as %d entries, %d left out: %v", name, len(read.Entries), read.Omitted, err)
		}
	}
}
