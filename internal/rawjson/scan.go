package rawjson

import "bytes"

// The functions of this file return an index, or -1 where the document is not as they expect it.

// pairs calls yield with the members of an object until it returns false.
func (v Value) pairs(yield func(name []byte, value Value) bool) {
	for i := enter(v, space(v, 0), '{'); i >= 0; {
		name, at := nameAt(v, i)
		value, end := valueAt(v, at)
		if end < 0 || !yield(name, value) {
			return
		}
		i = next(v, end)
	}
}

// items calls yield with the items of the list that a path leads to until it returns false.
func (v Value) items(path []string, yield func(item Value) bool) {
	for i := enter(v, find(v, path), '['); i >= 0; {
		item, end := valueAt(v, i)
		if end < 0 || !yield(item) {
			return
		}
		i = next(v, end)
	}
}

// find returns the index of the value that a path of names leads to.
func find(data []byte, path []string) int {
	i := space(data, 0)
	for _, name := range path {
		i = memberAt(data, i, name)
	}
	return i
}

// memberAt returns the index of the value that the object at i has under a name.
func memberAt(data []byte, i int, name string) int {
	for i = enter(data, i, '{'); i >= 0; {
		key, value := nameAt(data, i)
		if value < 0 || string(key) == name {
			return value
		}
		_, end := valueAt(data, value)
		i = next(data, end)
	}
	return -1
}

// enter returns the index behind the opening bracket at i: that of the first member, or of the closing bracket.
func enter(data []byte, i int, opening byte) int {
	if i < 0 || at(data, i) != opening {
		return -1
	}
	return space(data, i+1)
}

// next returns the index of the member behind the one that ends at end.
func next(data []byte, end int) int {
	if end < 0 {
		return -1
	}
	if end = space(data, end); at(data, end) != ',' {
		return -1
	}
	return space(data, end+1)
}

// nameAt returns the name of the member that starts at i, without escapes, and the index of its value.
func nameAt(data []byte, i int) (name []byte, value int) {
	if at(data, i) != '"' {
		return nil, -1
	}
	end := stringEnd(data, i+1)
	if end < 0 {
		return nil, -1
	}
	colon := space(data, end+1)
	if at(data, colon) != ':' {
		return nil, -1
	}
	return UnescapeBytes(data[i+1 : end]), space(data, colon+1)
}

// valueAt returns the value that starts at i, and the index behind it. What is appended to the value does not overwrite the document.
func valueAt(data []byte, i int) (value Value, end int) {
	if i < 0 {
		return nil, -1
	}
	switch kindOf(at(data, i)) {
	case Missing:
		return nil, -1
	case String:
		if end = stringEnd(data, i+1); end >= 0 {
			end++
		}
	case Object, Array:
		end = blockEnd(data, i)
	default:
		for end = i + 1; end < len(data) && isWord(data[end]); {
			end++
		}
	}
	if end < 0 {
		return nil, -1
	}
	return data[i:end:end], end
}

// kindOf returns the kind of a value by its first byte.
func kindOf(c byte) Kind {
	switch {
	case c == '"':
		return String
	case c == '{':
		return Object
	case c == '[':
		return Array
	case c == 't', c == 'f':
		return Boolean
	case c == 'n':
		return Null
	case c == '-', isDigit(c):
		return Number
	default:
		return Missing
	}
}

// isWord reports whether a byte can stand in a number, or in true, false and null.
func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c == '.' || c == '-' || c == '+' || c == 'E'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// stringEnd returns the index of the quote that ends the string whose text starts at i. A quote behind an odd number of backslashes is
// part of the text.
func stringEnd(data []byte, i int) int {
	for start := i; ; i++ {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		before := i
		for before > start && data[before-1] == '\\' {
			before--
		}
		if (i-before)%2 == 0 {
			return i
		}
	}
}

// blockEnd returns the index behind the bracket that closes the one at i.
func blockEnd(data []byte, i int) int {
	for depth := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			if i = stringEnd(data, i+1); i < 0 {
				return -1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// space returns the index of the first byte from i on that is not white space.
func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// at returns the byte at i, or 0 at the end. JSON has no such byte outside of a string.
func at(data []byte, i int) byte {
	if i < len(data) {
		return data[i]
	}
	return 0
}
