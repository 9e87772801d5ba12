package tools

import "github.com/buger/jsonparser"

// The forms of a row's columns that make something shorter of an object or a list.

// appendNames lists the fields of an object that are true.
func appendNames(out, object []byte) ([]byte, bool) {
	out = append(out, '[')
	empty := len(out)
	_ = jsonparser.ObjectEach(object, func(key, value []byte, _ jsonparser.ValueType, _ int) error {
		if string(value) != "true" {
			return nil
		}
		if len(out) > empty {
			out = append(out, ',')
		}
		out = appendString(out, unescape(key))
		return nil
	})
	return append(out, ']'), len(out) > empty
}

// appendPairs writes a list of objects as one object, from a field that names each and a field that says what it is about.
func (v *View) appendPairs(out, list []byte, key, value string) ([]byte, bool) {
	out = append(out, '{')
	empty := len(out)
	_, _ = jsonparser.ArrayEach(list, func(item []byte, _ jsonparser.ValueType, _ int, _ error) {
		name, _, _, err := jsonparser.Get(item, key)
		said, kind, _, errSaid := jsonparser.Get(item, value)
		if err != nil || errSaid != nil || isEmpty(said, kind) {
			return
		}
		if len(out) > empty {
			out = append(out, ',')
		}
		out = appendString(out, unescape(name))
		out = append(out, ':')
		out = v.appendValue(out, said, kind, value)
	})
	return append(out, '}'), len(out) > empty
}
