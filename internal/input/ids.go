package input

import (
	"strings"
)

// IsNumber reports whether a text has the form of the id of a collection: 1 to 16 digits.
func IsNumber(id string) bool {
	return id != "" && len(id) <= 16 && strings.Trim(id, "0123456789") == ""
}

// Bracketed returns the id from a name with the id in brackets, where form reports whether a text is an id. It returns any other value
// unchanged but for the surrounding space.
func Bracketed(value string, form func(id string) bool) string {
	value = strings.TrimSpace(value)
	if open := strings.LastIndexByte(value, '('); open > 0 && strings.HasSuffix(value, ")") && form(value[open+1:len(value)-1]) {
		return value[open+1 : len(value)-1]
	}
	return value
}

// IsLink reports whether a text is an address rather than an id, a slug or a name.
func IsLink(text string) bool {
	before, _, found := strings.Cut(strings.TrimSpace(text), "/")
	name, domain, isHost := strings.Cut(before, ".")
	return found && !strings.ContainsAny(before, " \t\\") && (strings.HasSuffix(before, ":") || isHost && name != "" && strings.Trim(domain, ".") != "")
}
