package rawjson

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Encode returns v as compact JSON without HTML escapes, which cost tokens and say nothing. It panics if v is not a value that JSON can
// express. Its callers pass what was decoded from JSON, or is made of strings and numbers.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("rawjson: a value that is not JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// AppendString appends s as a JSON string without HTML escapes. All that some reader takes for a line break is escaped. Bytes that are
// not UTF-8 become the replacement character.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // the bytes from here to i are appended as they are
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == '\u0085' || r == '\u2028' || r == '\u2029' { // line breaks to some
				dst = append(append(dst, s[plain:i]...), '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
				i += size
				plain = i
				continue
			}
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[plain:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		}
		i++
		plain = i
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}

// AppendNext calls write to append the next item of a list, or the next member of an object, with a comma in front unless it is the first
// behind empty. If write reports false, nothing is appended.
func AppendNext(out []byte, empty int, write func(out []byte) ([]byte, bool)) []byte {
	before := len(out)
	if before > empty {
		out = append(out, ',')
	}
	out, ok := write(out)
	if !ok {
		return out[:before]
	}
	return out
}
