package stdio

import (
	"encoding/json"

	"featurebase-mcp/internal/wire"
)

// maxFoundID is the size of the longest key or id that idFinder keeps, in bytes.
const maxFoundID = 256

// idFinder finds the top-level id of a JSON object that is too large to keep. Clients put it first or last, so every
// byte has to be looked at, once. It trusts its input to be JSON. In other input it finds no id or a wrong one, but the
// message is refused either way.
type idFinder struct {
	depth    int
	inString bool
	escaped  bool
	value    bool   // at depth 1, after the colon
	token    []byte // the key or scalar being read at depth 1
	isID     bool   // the last key was "id"
	found    []byte
}

func (f *idFinder) scan(chunk []byte) {
	for _, b := range chunk {
		f.step(b)
	}
}

func (f *idFinder) step(b byte) {
	if f.inString {
		f.keep(b)
		switch {
		case f.escaped:
			f.escaped = false
		case b == '\\':
			f.escaped = true
		case b == '"':
			f.inString = false
		}
		return
	}
	switch b {
	case '"':
		f.inString = true
		f.keep(b)
	case '{', '[':
		f.depth++
	case '}', ']':
		f.end()
		f.depth--
	case ':':
		if f.depth == 1 {
			f.isID = string(f.token) == `"id"`
			f.value = true
			f.token = f.token[:0]
		}
	case ',':
		f.end()
	case ' ', '\t', '\r', '\n':
	default:
		f.keep(b)
	}
}

// keep adds a byte to the key or scalar being read. A scalar that is longer than the limit is never taken for an id.
func (f *idFinder) keep(b byte) {
	if f.depth == 1 && (!f.value || f.isID) && len(f.token) <= maxFoundID {
		f.token = append(f.token, b)
	}
}

// end closes a member of the top-level object.
func (f *idFinder) end() {
	if f.depth != 1 {
		return
	}
	if f.value && f.isID && len(f.token) <= maxFoundID {
		f.found = append(f.found[:0], f.token...)
	}
	f.token = f.token[:0]
	f.value, f.isID = false, false
}

// id returns the id as it was written, or nil.
func (f *idFinder) id() json.RawMessage {
	if !json.Valid(f.found) || !wire.ValidID(f.found) {
		return nil
	}
	return f.found
}
