package css

import (
	"iter"
	"strconv"
	"strings"
)

// units has the length of each unit of CSS in pixels. The whole of a window or a parent counts as a thousand.
var units = map[string]float64{
	"": 1, "px": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 38, "mm": 3.8, "em": 16, "rem": 16, "ex": 8, "ch": 8,
	"%": 10, "vw": 10, "vh": 10, "vmin": 10, "vmax": 10,
}

// pixels returns a length in pixels, roughly.
func pixels(length string) (float64, bool) {
	return number(length, func(digits, unit string) (float64, bool) {
		factor, known := units[unit]
		n, err := strconv.ParseFloat(digits, 64)
		return n * factor, err == nil && known
	})
}

// atMost reports whether a number or percentage is between 0 and most. A scale below 0 shows a mirror image.
func atMost(value string, most float64) bool {
	n, ok := number(value, func(digits, unit string) (float64, bool) {
		n, err := strconv.ParseFloat(digits, 64)
		if unit == "%" {
			n /= 100
		}
		return n, err == nil && (unit == "" || unit == "%")
	})
	return ok && n >= 0 && n <= most
}

// number returns the value of a number, or of the functions of CSS that calculate one, as calc(1px - 1px). The function reads a number with its unit.
func number(text string, read func(digits, unit string) (float64, bool)) (float64, bool) {
	const longest = 300
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, ")") || len(text) > longest {
		digits := strings.TrimRight(text, "%abcdefghijklmnopqrstuvwxyz")
		return read(digits, text[len(digits):])
	}
	c := calculation{rest: text, read: read}
	n := c.value()
	return n, !c.failed && strings.TrimSpace(c.rest) == ""
}

// calculation reads an expression of CSS.
type calculation struct {
	rest   string
	read   func(digits, unit string) (float64, bool)
	failed bool
}

// next returns whether the rest begins with a sign, and skips it.
func (c *calculation) next(sign string) bool {
	after, found := strings.CutPrefix(strings.TrimLeft(c.rest, " "), sign)
	if found {
		c.rest = after
	}
	return found
}

// sum reads terms between plus and minus signs.
func (c *calculation) sum() float64 {
	n := c.product()
	for !c.failed {
		switch {
		case c.next("+ "):
			n += c.product()
		case c.next("- "):
			n -= c.product()
		default:
			return n
		}
	}
	return n
}

// product reads values between signs for multiplication and division.
func (c *calculation) product() float64 {
	n := c.value()
	for !c.failed {
		switch {
		case c.next("*"):
			n *= c.value()
		case c.next("/"):
			n /= c.value()
		default:
			return n
		}
	}
	return n
}

// value reads a number, a sum in parentheses, or a function.
func (c *calculation) value() float64 {
	c.rest = strings.TrimLeft(c.rest, " ")
	end := strings.IndexAny(c.rest, "()*/, ")
	if end < 0 {
		end = len(c.rest)
	}
	word := c.rest[:end]
	if c.rest = c.rest[end:]; !c.next("(") {
		plain := strings.TrimRight(word, "%abcdefghijklmnopqrstuvwxyz")
		n, ok := c.read(plain, word[len(plain):])
		c.failed = c.failed || !ok
		return n
	}
	n := c.sum()
	for c.next(",") {
		switch m := c.sum(); word {
		case "min":
			n = min(n, m)
		case "max", "clamp": // of clamp, the last one is the greatest that is allowed
			n = max(n, m)
			if word == "clamp" && c.next(",") {
				n = min(n, c.sum())
			}
		default:
			c.failed = true
		}
	}
	c.failed = c.failed || !c.next(")") || word != "" && word != "calc" && word != "-webkit-calc" && word != "min" && word != "max" && word != "clamp"
	return n
}

// functions yields the functions in a value with their arguments.
func functions(value string) iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for value != "" {
			name, rest, found := strings.Cut(value, "(")
			if !found {
				return
			}
			depth, end := 1, len(rest)
			for i := range len(rest) {
				switch rest[i] {
				case '(':
					depth++
				case ')':
					depth--
				}
				if depth == 0 {
					end = i
					break
				}
			}
			separator := func(r rune) bool { return r == ',' }
			arguments := rest[:end]
			if !strings.ContainsAny(arguments, ",(") {
				separator = func(r rune) bool { return r == ' ' }
			}
			list := strings.FieldsFunc(arguments, separator)
			for i := range list {
				list[i] = strings.TrimSpace(list[i])
			}
			if !yield(strings.TrimSpace(name), list) {
				return
			}
			value = strings.TrimPrefix(rest[end:], ")")
		}
	}
}
