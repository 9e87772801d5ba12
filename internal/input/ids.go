package input

import (
	"strings"
)

// IsNumber is the form of the ids of collections.
func IsNumber(id string) bool {
	return id != "" && len(id) <= 16 && strings.Trim(id, "0123456789") == ""
}

// Bracketed returns the id of a form that stands in brackets behind a name, and any other value as it is, without spaces around it.
func Bracketed(value string, form func(id string) bool) string {
	value = strings.TrimSpace(value)
	if open := strings.LastIndexByte(value, '('); open > 0 && strings.HasSuffix(value, ")") && form(value[open+1:len(value)-1]) {
		return value[open+1 : len(value)-1]
	}
	return value
}
