package rawjson

import (
	"encoding/binary"
	"math/bits"
)

// maxDepth is how far values may be nested, as in encoding/json. So code that descends into a valid document needs no bound of its own.
const maxDepth = 10000

// Valid reports whether data is one JSON value, by the same rules as json.Valid.
func Valid(data []byte) bool { return CountValues(data) > 0 }

// CountValues returns how many values a document holds, itself and the values inside of others among them. It returns 0 if the document is
// not valid.
func CountValues(data []byte) int {
	n := 0
	if end := checkValue(data, space(data, 0), 0, &n); end < 0 || space(data, end) != len(data) {
		return 0
	}
	return n
}

// checkValue returns the index behind the value that starts at i, or -1 if there is none. So do the other functions whose names begin with
// check. n counts the values.
func checkValue(data []byte, i, depth int, n *int) int {
	*n++
	switch c := at(data, i); c {
	case '"':
		return checkString(data, i+1)
	case '{':
		return checkMembers(data, i+1, depth+1, '}', n)
	case '[':
		return checkMembers(data, i+1, depth+1, ']', n)
	case 't':
		return checkWord(data, i, "true")
	case 'f':
		return checkWord(data, i, "false")
	case 'n':
		return checkWord(data, i, "null")
	default:
		return checkNumber(data, i)
	}
}

// checkMembers reads the members of an object or the items of a list, from behind the opening bracket to behind the closing one.
func checkMembers(data []byte, i, depth int, closing byte, n *int) int {
	if depth > maxDepth {
		return -1
	}
	if i = space(data, i); at(data, i) == closing {
		return i + 1
	}
	for {
		if closing == '}' {
			if i = checkName(data, i); i < 0 {
				return -1
			}
		}
		if i = checkValue(data, i, depth, n); i < 0 {
			return -1
		}
		switch i = space(data, i); at(data, i) {
		case ',':
			i = space(data, i+1)
		case closing:
			return i + 1
		default:
			return -1
		}
	}
}

// checkName reads the name of a member, the colon, and the white space around it.
func checkName(data []byte, i int) int {
	if at(data, i) != '"' {
		return -1
	}
	if i = checkString(data, i+1); i < 0 {
		return -1
	}
	if i = space(data, i); at(data, i) != ':' {
		return -1
	}
	return space(data, i+1)
}

// checkString reads a string from behind its opening quote.
func checkString(data []byte, i int) int {
	for {
		switch i = plainEnd(data, i); at(data, i) {
		case '"':
			return i + 1
		case '\\':
			if i = checkEscape(data, i+1); i < 0 {
				return -1
			}
		default: // a control character, or the end
			return -1
		}
	}
}

// checkEscape reads what follows a backslash.
func checkEscape(data []byte, i int) int {
	switch at(data, i) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for _, c := range data[i+1 : min(i+5, len(data))] {
			if unhex(c) < 0 {
				return -1
			}
		}
		if i+5 <= len(data) {
			return i + 5
		}
	}
	return -1
}

// checkWord reads true, false or null.
func checkWord(data []byte, i int, word string) int {
	if end := i + len(word); end <= len(data) && string(data[i:end]) == word {
		return end
	}
	return -1
}

// checkNumber reads a number.
func checkNumber(data []byte, i int) int {
	if at(data, i) == '-' {
		i++
	}
	if at(data, i) == '0' {
		i++
	} else if i = checkDigits(data, i); i < 0 {
		return -1
	}
	if at(data, i) == '.' {
		if i = checkDigits(data, i+1); i < 0 {
			return -1
		}
	}
	if c := at(data, i); c != 'e' && c != 'E' {
		return i
	}
	i++
	if c := at(data, i); c == '+' || c == '-' {
		i++
	}
	return checkDigits(data, i)
}

// checkDigits reads at least one digit.
func checkDigits(data []byte, i int) int {
	start := i
	for isDigit(at(data, i)) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// plainEnd returns the index of the next quote, backslash or control character, or the length of data. It looks at eight bytes at a time.
// If a byte is zero after the exclusive or, or less than a space, the subtraction sets its top bit. The borrow may also set the top bits
// of the bytes above, so only the lowest bit counts.
func plainEnd(data []byte, i int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		quote, backslash := w^ones*'"', w^ones*'\\'
		found := (w-ones*' ')&^w | (quote-ones)&^quote | (backslash-ones)&^backslash
		if found &= tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(data) && data[i] >= ' ' && data[i] != '"' && data[i] != '\\' {
		i++
	}
	return i
}
