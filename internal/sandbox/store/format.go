package store

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"slices"
	"time"
)

// A state file is a text of lines, each a JSON object: a header, the whole state when the file was made, and then a line for each write after
// that, which says what the write changed. A write costs as many bytes as it changes, and a line that a crash cut off is the last one.
const (
	version = 3
	format  = "featurebase-mcp sandbox state"

	// wholeVersion is the version of the files of older programs, which are one object, the whole state, without a header.
	wholeVersion = 2

	// beginning is how many bytes of a file tell whether it is one.
	beginning = 1000
)

// header is the first line. The id is another one each time that the file is made anew, so that a process sees that what it has read of
// the file is not its beginning any more.
type header struct {
	Version int    `json:"version"`
	Format  string `json:"format"`
	ID      string `json:"id"`
}

// whole is the second line: all that a store holds.
type whole struct {
	Version int                 `json:"version,omitempty"` // of files without a header
	Seed    uint64              `json:"seed"`
	Epoch   time.Time           `json:"epoch"`
	Writes  int                 `json:"writes"`
	Made    map[string]int      `json:"made"`
	Kinds   map[string][]Object `json:"kinds"`
	Journal History             `json:"journal"`
	Outbox  History             `json:"outbox"`
}

// contents is what was read of a file.
type contents struct {
	store *Store
	id    string // empty for a file without a header
	base  int64  // bytes of the first two lines
	lines int
}

// encode returns the content of a new file that holds the store, with the write in progress if there is one.
func encode(st *Store) (data []byte, id string) {
	id = rand.Text()
	state := whole{Seed: st.Seed, Epoch: st.Epoch, Writes: st.Writes, Made: st.Made, Kinds: map[string][]Object{}, Journal: st.Journal, Outbox: st.Outbox}
	for name, c := range st.Kinds {
		state.Kinds[name] = append([]Object{}, c.all...)
	}
	if st.write != nil {
		state.Journal, state.Outbox = state.Journal.with(st.write.journal...), state.Outbox.with(st.write.outbox...)
	}
	return slices.Concat(line(header{version, format, id}), line(state)), id
}

// line encodes one line of a file.
func line(v any) []byte { return append(encoded(v), '\n') }

// decode reads a file, which ends with a whole line.
func decode(data []byte) (*contents, error) {
	h, err := headerOf(data[:min(len(data), beginning)])
	if err != nil {
		return nil, err
	}
	if h.Version == wholeVersion {
		st, err := decodeWhole(data)
		return &contents{store: st}, at(1, err)
	}
	_, rest, _ := bytes.Cut(data, []byte("\n"))
	state, changes, _ := bytes.Cut(rest, []byte("\n"))
	st, err := decodeWhole(state)
	if err != nil {
		return nil, at(2, err)
	}
	c := &contents{store: st, id: h.ID, base: int64(len(data) - len(changes)), lines: 2}
	return c, c.follow(changes)
}

// headerOf returns the header of a file, or says why it is not a state file that this program reads. A file without a header has its version
// alone.
func headerOf(begin []byte) (header, error) {
	found := versionOf(begin)
	if found == wholeVersion {
		return header{Version: found}, nil
	}
	var h header
	first, _, _ := bytes.Cut(begin, []byte("\n"))
	if err := json.Unmarshal(first, &h); err != nil || found == 0 || h.Format != format {
		return header{}, errForeign
	}
	if found != version {
		return header{}, otherVersion(found)
	}
	if strict(first, &h) != nil || h.ID == "" {
		return header{}, at(1, errLine)
	}
	return h, nil
}

// versionOf returns the version in the first field of a file, or 0 if it has another first field.
func versionOf(begin []byte) int {
	dec := json.NewDecoder(bytes.NewReader(begin))
	for _, want := range []json.Token{json.Delim('{'), "version"} {
		if token, err := dec.Token(); err != nil || token != want {
			return 0
		}
	}
	token, _ := dec.Token()
	number, _ := token.(float64)
	return int(number)
}

// follow makes the changes of further lines.
func (c *contents) follow(data []byte) error {
	for one := range bytes.Lines(data) {
		c.lines++
		var ch Change
		if err := strict(one, &ch); err != nil {
			return at(c.lines, errLine)
		}
		if err := c.store.apply(ch); err != nil {
			return at(c.lines, err)
		}
	}
	return nil
}

func decodeWhole(data []byte) (*Store, error) {
	state := whole{Epoch: Shipped} // which the oldest files do not say
	if err := strict(data, &state); err != nil {
		return nil, errLine
	}
	st := New(state.Seed, state.Epoch)
	st.Writes, st.Journal, st.Outbox = state.Writes, state.Journal, state.Outbox
	if state.Made != nil {
		st.Made = state.Made
	}
	for name, objects := range state.Kinds {
		c := st.Kind(name)
		for _, o := range objects {
			if id := Text(o, "id"); id == "" || c.Get(id) != nil {
				return nil, damagef("an object of the kind %s has no id of its own", name)
			}
			c.Add(o)
		}
	}
	if len(st.Kind("admin").all) == 0 {
		return nil, damagef("it has no admins")
	}
	return st, nil
}

// strict decodes one JSON value and refuses fields that v does not have.
func strict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errLine
	}
	return nil
}
