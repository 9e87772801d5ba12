package legible

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled when it is first needed: the start does not wait for it.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
