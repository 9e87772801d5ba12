// Package jsonparser finds values in JSON without decoding it. What it returns are parts of the document it was given.
//
// It does what views would need of github.com/buger/jsonparser, by the same names, and is made for long texts: strings are crossed
// many bytes at a time, and white space and brackets are trusted to be where they belong, because [Valid] was asked before. Of a
// document that is not valid it returns an error or something wrong, but it comes to an end.
//
//	valid.go       whether a document is JSON
//	jsonparser.go  values by their path, the members of objects, the items of lists
//	text.go        the text of a string
package jsonparser

import (
	"bytes"
	"errors"
)

// ValueType is what kind of value was found.
type ValueType int

// The kinds of values.
const (
	NotExist ValueType = iota
	String
	Number
	Object
	Array
	Boolean
	Null
)

var (
	errNotFound  = errors.New("jsonparser: no such field")
	errMalformed = errors.New("jsonparser: not the expected JSON")
)

// Get returns the value that the names of fields lead to, and the index behind it: a string without its quotes, its escapes as they stand.
// Of a name that occurs twice the first one counts. Without names it is the whole document.
func Get(data []byte, names ...string) (value []byte, kind ValueType, end int, err error) {
	i, err := find(data, names)
	if err != nil {
		return nil, NotExist, -1, err
	}
	if kind = kindOf(at(data, i)); len(names) == 0 && (kind == Object || kind == Array) {
		end = len(bytes.TrimRight(data, " \t\r\n")) // a document of many kilobytes need not be read to find its end
		return data[i:end], kind, end, nil
	}
	return valueAt(data, i)
}

// Kind returns the kind of the value that the names of fields lead to, without reading it to its end.
func Kind(data []byte, names ...string) ValueType {
	i, err := find(data, names)
	if err != nil {
		return NotExist
	}
	return kindOf(at(data, i))
}

// GetBoolean returns whether what Get finds is true. Any other kind of value is an error.
func GetBoolean(data []byte, names ...string) (bool, error) {
	value, kind, _, err := Get(data, names...)
	if err == nil && kind != Boolean {
		err = errMalformed
	}
	return err == nil && value[0] == 't', err
}

// ObjectEach calls each for the members of the object that the names lead to, in their order, until it returns an error. Keys come
// without escapes.
func ObjectEach(data []byte, each func(key, value []byte, kind ValueType, end int) error, names ...string) error {
	i, err := find(data, names)
	if err != nil {
		return err
	}
	i, more, err := enter(data, i, '{', '}')
	for more && err == nil {
		var key, value []byte
		var kind ValueType
		if key, i, err = nameAt(data, i); err != nil {
			return err
		}
		if value, kind, i, err = valueAt(data, i); err != nil {
			return err
		}
		if err = each(key, value, kind, i); err != nil {
			return err
		}
		i, more, err = advance(data, i, '}')
	}
	return err
}

// ArrayEach calls each for the items of the list that the names lead to, in their order, and returns the index behind the last one. The
// error that each gets is nil.
func ArrayEach(data []byte, each func(item []byte, kind ValueType, end int, err error), names ...string) (int, error) {
	i, err := find(data, names)
	if err != nil {
		return -1, err
	}
	i, more, err := enter(data, i, '[', ']')
	for more && err == nil {
		var item []byte
		var kind ValueType
		if item, kind, i, err = valueAt(data, i); err != nil {
			return i, err
		}
		each(item, kind, i, nil)
		i, more, err = advance(data, i, ']')
	}
	return i, err
}

// find returns the index of the value that the names of fields lead to.
func find(data []byte, names []string) (int, error) {
	i := space(data, 0)
	for _, name := range names {
		at, more, err := enter(data, i, '{', '}')
		for i = -1; more && err == nil; {
			var key []byte
			if key, at, err = nameAt(data, at); err != nil {
				return -1, err
			}
			if string(key) == name {
				i = at
				break
			}
			if _, _, at, err = valueAt(data, at); err == nil {
				at, more, err = advance(data, at, '}')
			}
		}
		if i < 0 {
			return -1, errNotFound
		}
	}
	return i, nil
}

// enter steps over the opening bracket at i. more is false if nothing but the closing one follows.
func enter(data []byte, i int, opening, closing byte) (next int, more bool, err error) {
	if i = space(data, i); at(data, i) != opening {
		return i, false, errMalformed
	}
	i = space(data, i+1)
	return i, at(data, i) != closing, nil
}

// advance steps over the comma behind a member. more is false if the closing bracket stands in its place.
func advance(data []byte, i int, closing byte) (next int, more bool, err error) {
	switch i = space(data, i); at(data, i) {
	case ',':
		return space(data, i+1), true, nil
	case closing:
		return i, false, nil
	default:
		return i, false, errMalformed
	}
}

// nameAt returns the name of the member that starts at i, and the index of its value.
func nameAt(data []byte, i int) (name []byte, value int, err error) {
	if at(data, i) != '"' {
		return nil, -1, errMalformed
	}
	end := stringEnd(data, i+1)
	if end < 0 {
		return nil, -1, errMalformed
	}
	name = data[i+1 : end]
	if bytes.IndexByte(name, '\\') >= 0 {
		if text, err := ParseString(name); err == nil {
			name = []byte(text)
		}
	}
	if i = space(data, end+1); at(data, i) != ':' {
		return nil, -1, errMalformed
	}
	return name, space(data, i+1), nil
}

// valueAt returns the value that starts at i, and the index behind it.
func valueAt(data []byte, i int) (value []byte, kind ValueType, end int, err error) {
	switch kind = kindOf(at(data, i)); kind {
	case NotExist:
		end = -1
	case String:
		if end = stringEnd(data, i+1); end >= 0 {
			return data[i+1 : end], kind, end + 1, nil
		}
	case Object, Array:
		end = blockEnd(data, i)
	default:
		for end = i + 1; end < len(data) && isWord(data[end]); {
			end++
		}
	}
	if end < 0 {
		return nil, NotExist, -1, errMalformed
	}
	return data[i:end], kind, end, nil
}

// kindOf tells the kind of a value by its first byte.
func kindOf(c byte) ValueType {
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
		return NotExist
	}
}

// isWord reports the bytes of numbers, true, false and null.
func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c == '.' || c == '-' || c == '+' || c == 'E'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// stringEnd returns the index of the quote that ends the string whose text starts at i, or -1. A quote behind an odd number of backslashes
// is part of the text.
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

// blockEnd returns the index behind the bracket that closes the one at i, or -1.
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

// space returns the index of the first byte from i on that is no white space.
func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// at returns the byte at i, or 0 at the end, which JSON has nowhere outside of a string.
func at(data []byte, i int) byte {
	if i < len(data) {
		return data[i]
	}
	return 0
}
