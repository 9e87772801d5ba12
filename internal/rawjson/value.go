package rawjson

import (
	"iter"
	"slices"
)

// Value is one JSON value as it stands in its document, a string with its quotes. The zero value is of kind [Missing]. A whole document
// is a Value, too; white space may stand around it.
type Value []byte

// Kind is the kind of a value.
type Kind int

// The kinds of values. Missing stands for a value that was not found.
const (
	Missing Kind = iota
	String
	Number
	Object
	Array
	Boolean
	Null
)

// Get returns the value that a path of names leads to, or nil. If an object has a name twice, the first value counts. Without names, Get
// returns the value itself, without the white space around it.
func (v Value) Get(path ...string) Value {
	value, _ := valueAt(v, find(v, path))
	return value
}

// Kind returns the kind of the value that a path leads to. It does not read that value to its end, which may be far.
func (v Value) Kind(path ...string) Kind {
	if i := find(v, path); i >= 0 {
		return kindOf(at(v, i))
	}
	return Missing
}

// Pairs yields the members of an object in their order, with the names that occur twice. It does not allocate, unless a name has
// escapes. It yields nothing if the value is not an object.
func (v Value) Pairs() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) { v.pairs(yield) }
}

// Members yields the members of an object in their order. If a name occurs twice, the first member counts, as in [Value.Get].
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		var seen Names
		v.pairs(func(key []byte, value Value) bool {
			name := string(key)
			return !seen.Add(name) || yield(name, value)
		})
	}
}

// Items yields the items of the list that a path leads to, in their order. It yields nothing if there is no list.
func (v Value) Items(path ...string) iter.Seq[Value] {
	return func(yield func(Value) bool) { v.items(path, yield) }
}

// IsEmpty reports whether the value says nothing: it is missing, null or an empty string.
func (v Value) IsEmpty() bool {
	kind := v.Kind()
	return kind == Missing || kind == Null || kind == String && len(v.Bare()) == 0
}

// Bool reports whether the value is true.
func (v Value) Bool() bool { return string(v) == "true" }

// Bare returns the bytes of the value, those of a string without its quotes.
func (v Value) Bare() []byte {
	if len(v) >= len(`""`) && v[0] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}

// Text returns the text of a string as [Unescape] does. The text of any other value is empty.
func (v Value) Text() string {
	if v.Kind() != String {
		return ""
	}
	return Unescape(v.Bare())
}

// Names is a set of names that is cheap as long as it is small. It remembers no more than mostNames, so that an object with a million
// names does not fill the memory.
type Names struct {
	few  []string
	many map[string]bool
}

// mostNames is how many names a set remembers. No answer shows as many.
const mostNames = 20_000

// Add adds a name and reports whether it is new.
func (s *Names) Add(name string) bool {
	const few = 48
	if s.many == nil && len(s.few) == few {
		s.many = make(map[string]bool, 2*few)
		for _, n := range s.few {
			s.many[n] = true
		}
	}
	if s.many != nil {
		added := !s.many[name]
		if len(s.many) < mostNames {
			s.many[name] = true
		}
		return added
	}
	if slices.Contains(s.few, name) {
		return false
	}
	s.few = append(s.few, name)
	return true
}
